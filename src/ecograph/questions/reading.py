"""Reading: what a text names that the graph knows, and which poles it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ecograph.errors import TooLarge
from ecograph.graph.ports import Reader
from ecograph.index.analysis import terms
from ecograph.model import Iri, Level, Mention, PoleSuggestion, Reading
from ecograph.questions.view import View
from ecograph.understanding import linking, poles
from ecograph.understanding.embedding import Table
from ecograph.understanding.linking import Entity, Linker
from ecograph.understanding.poles import Notion, PoleClassifier

LONGEST = 100_000  # characters of one text

# Hidden labels help people to find a concept; in a running text they name too much.
_NAMED = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dct: <http://purl.org/dc/terms/>
SELECT ?thing ?class ?name WHERE {
  VALUES ?class { eco:Actor eco:Project eco:Competence eco:Pole }
  ?thing a ?class ; rdfs:label|dct:title|skos:prefLabel|skos:altLabel ?name
  FILTER (lang(?name) IN ("", "fr"))
}
"""
_PLACES = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?name WHERE {
  ?place skos:inScheme <https://w3id.org/ecograph/voc/territories> ; skos:prefLabel ?name
  FILTER (lang(?name) = "fr")
}
"""
_NOTIONS = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?concept ?pole ?name WHERE {
  { ?concept a eco:Pole BIND (?concept AS ?pole) } UNION { ?concept a eco:Competence ; eco:inPole ?pole }
  ?concept skos:prefLabel|skos:altLabel|skos:hiddenLabel ?name
  FILTER (lang(?name) = "fr")
}
"""
_PROPER = frozenset({"Actor", "Project"})


@dataclass(frozen=True, slots=True)
class TextReader:
    """What reads texts for one level; made once for each published state."""

    linker: Linker
    classifier: PoleClassifier
    classes: Mapping[Iri, str]


def text_reader(snapshot: Reader, level: Level, table: Table | None) -> TextReader:
    """Make a reader of what a level sees; with a word table, poles are told by sense as well."""
    names: dict[Iri, list[str]] = defaultdict(list)
    classes: dict[Iri, str] = {}
    for row in snapshot.rows(level, _NAMED):
        names[row["thing"].value].append(row["name"].value)
        classes[row["thing"].value] = row["class"].value.rpartition("#")[2]
    entities = [
        Entity(id=iri, names=tuple(sorted(said)), proper=classes[iri] in _PROPER)
        for iri, said in sorted(names.items())
    ]
    places = [row["name"].value for row in snapshot.rows(level, _PLACES)]
    classifier = PoleClassifier(_notions(snapshot, level), analyze=terms, table=table)
    return TextReader(Linker(entities, places=places), classifier, classes)


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


def _notions(snapshot: Reader, level: Level) -> list[Notion]:
    names: dict[Iri, set[str]] = defaultdict(set)
    of: dict[Iri, set[Iri]] = defaultdict(set)
    for row in snapshot.rows(level, _NOTIONS):
        names[row["concept"].value].add(row["name"].value)
        of[row["concept"].value].add(row["pole"].value)
    return [
        Notion(names=tuple(sorted(names[concept])), poles=tuple(sorted(of[concept])))
        for concept in sorted(names)
    ]
