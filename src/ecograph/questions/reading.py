"""Reading: what a text names that the graph knows, and which poles it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecograph.errors import TooLarge
from ecograph.index.analysis import terms
from ecograph.model import Iri, Level, Mention, PoleSuggestion, Reading
from ecograph.questions.gazetteer import Rows, read_gazetteer
from ecograph.questions.view import View
from ecograph.understanding import linking, poles
from ecograph.understanding.embedding import Table
from ecograph.understanding.linking import Linker
from ecograph.understanding.poles import PoleClassifier

LONGEST = 100_000  # characters of one text


@dataclass(frozen=True, slots=True)
class TextReader:
    """What reads texts for one level; made once for each published state."""

    linker: Linker
    classifier: PoleClassifier
    classes: Mapping[Iri, str]


def text_reader(snapshot: Rows, level: Level, table: Table | None) -> TextReader:
    """Make a reader of what a level sees; with a word table, poles are told by sense as well."""
    gazetteer = read_gazetteer(snapshot, level)
    classifier = PoleClassifier(gazetteer.notions, analyze=terms, table=table)
    return TextReader(gazetteer.linker(), classifier, gazetteer.classes)


def read_text(view: View, reader: TextReader, text: str, *, language: str = "fr") -> Reading:
    """Return what a text names and which poles it is about; raises `TooLarge`."""
    if len(text) > LONGEST:
        raise TooLarge("the text", LONGEST, "characters")
    mentions = tuple(
        Mention(
            start=link.start,
            end=link.end,
            quote=text[link.start : link.end],
            iri=link.id,
            label=view.label(link.id, language),
            type=reader.classes[link.id],
            confidence=link.confidence,
            method=linking.METHOD,
        )
        for link in reader.linker.find(text)
    )
    suggested = tuple(
        PoleSuggestion(
            iri=found.pole,
            label=view.label(found.pole, language),
            confidence=found.confidence,
            method=poles.METHOD,
        )
        for found in reader.classifier.suggest(text)
    )
    return Reading(mentions=mentions, poles=suggested)
