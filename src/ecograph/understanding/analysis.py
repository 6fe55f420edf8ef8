"""What a text says of the graph: the things it names, the places, and the fields that it is about.

Everything here depends on the text and on the names alone: two runs over the same give the same. That
is why poles are told by names, and not by an embedding, which is taught anew with each index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ecograph.understanding import linking, poles, territories
from ecograph.understanding.forms import joined, tokens_of
from ecograph.understanding.language import language_of
from ecograph.understanding.linking import Link, Linker
from ecograph.understanding.poles import PoleClassifier
from ecograph.understanding.territories import Territories

METHODS = (linking.METHOD, poles.METHOD, territories.METHOD)
PASSAGE = 450  # characters: a title and an extract
LONGEST_QUOTE = 200  # characters of the sentence that speaks for a pole

_CODE = re.compile(r"(?<=\w \()(\d{2}|2[AB]|97[1-6])(?=\))")
_SURE_CODE = 0.9
_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+|$)?")


class Role(StrEnum):
    """How a text is linked to what it names: the local name of a property."""

    MENTIONS = "mentions"
    POLE = "inPole"
    CONCERNS = "relevantTo"
    PLACE = "spatial"


_NOTIONS = frozenset({Role.POLE, Role.CONCERNS})
_OTHER_WORD = 0.6  # "apprentissage" is one of the words for handing down know-how, and for other things


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a stretch of text, in code points, says: the text's link to something, and how sure that is."""

    role: Role
    target: str
    start: int
    end: int
    quote: str
    method: str
    confidence: float

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it another finding: neither its place in the text, nor how it is written."""
        return (self.role, self.target, joined(tokens_of(self.quote)) if self.is_name else "")

    @property
    def is_name(self) -> bool:
        """Whether the quote is a name, rather than the sentence that speaks for it."""
        return self.method != poles.METHOD


@dataclass(frozen=True, slots=True)
class Analyst:
    """Reads texts with the names of one level."""

    linker: Linker
    roles: Mapping[str, Role]
    own_names: Mapping[str, frozenset[str]]
    places: Territories
    codes: Mapping[str, str]
    classifier: PoleClassifier

    def read(self, text: str) -> list[Finding]:
        """Return what a text says, in the order of the text; each thing once for each way to write it."""
        links = self.linker.find(text)
        found = [one for link in links if (one := self._named(text, link)) is not None]
        found += self._places(text, links)
        named = {finding.target for finding in found if finding.role is Role.POLE}
        # In another language than French, words do not vote.
        if language_of(text) != "en":
            found += (finding for finding in self._poles(text) if finding.target not in named)
        first: dict[tuple[str, str, str], Finding] = {}
        for finding in sorted(found, key=lambda f: (f.start, f.end, f.target)):
            known = first.setdefault(finding.key, finding)
            if finding.confidence > known.confidence:
                first[finding.key] = replace(known, confidence=finding.confidence)
        return list(first.values())

    def _named(self, text: str, link: Link) -> Finding | None:
        """What a name says. One word that is not a notion's own name says little, and nothing of a pole."""
        quote, role = text[link.start : link.end], self.roles[link.id]
        confidence = link.confidence
        if role in _NOTIONS and _is_one_word(quote) and not self._is_own_name(link.id, quote):
            if role is Role.POLE:
                return None
            confidence *= _OTHER_WORD
        return Finding(
            role=role,
            target=link.id,
            start=link.start,
            end=link.end,
            quote=quote,
            method=linking.METHOD,
            confidence=confidence,
        )

    def _is_own_name(self, target: str, quote: str) -> bool:
        return joined(tokens_of(quote)) in self.own_names.get(target, ())

    def _places(self, text: str, links: Sequence[Link]) -> Iterator[Finding]:
        """Yield the places that are named, but for those within the name of something else."""
        for link in self.places.find(text):
            if not any(other.start < link.end and link.start < other.end for other in links):
                yield self._place(text, link.start, link.end, link.id, link.confidence)
        for code in _CODE.finditer(text):
            if (place := self.codes.get(f"DEP-{code[0]}")) is not None:
                yield self._place(text, code.start(), code.end(), place, _SURE_CODE)

    def _place(self, text: str, start: int, end: int, target: str, confidence: float) -> Finding:
        return Finding(
            role=Role.PLACE,
            target=target,
            start=start,
            end=end,
            quote=text[start:end],
            method=territories.METHOD,
            confidence=confidence,
        )

    def _poles(self, text: str) -> Iterator[Finding]:
        """Yield the poles that some passage of a text speaks for, and each where it is said most.

        Small words that by chance belong to a pole add up over a long text: they count within a passage.
        """
        best: dict[str, float] = {}
        for start, end in _passages(text):
            for suggestion in self.classifier.suggest(text[start:end]):
                best[suggestion.pole] = max(suggestion.confidence, best.get(suggestion.pole, 0.0))
        for pole, confidence in best.items():
            start, end = self._speaking(text, pole)
            yield Finding(
                role=Role.POLE,
                target=pole,
                start=start,
                end=end,
                quote=text[start:end],
                method=poles.METHOD,
                confidence=confidence,
            )

    def _speaking(self, text: str, pole: str) -> tuple[int, int]:
        """The sentence that speaks most for a pole, or its beginning."""
        start, end = max(
            sentences(text),
            key=lambda span: (self.classifier.votes(text[slice(*span)]).get(pole, 0.0), -span[0]),
        )
        return start, min(end, start + LONGEST_QUOTE)


def _passages(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of the passages of a text: sentences, as many as the extract of an article holds."""
    begin, finish = 0, 0
    for start, end in sentences(text):
        if finish and end - begin > PASSAGE:
            yield begin, finish
            begin = start
        finish = end
    yield begin, finish


def _is_one_word(quote: str) -> bool:
    return sum(not token.little for token in tokens_of(quote)) == 1


def sentences(text: str) -> Iterable[tuple[int, int]]:
    """The places of the sentences of a text, without the spaces around them; at least one."""
    found = []
    for match in _SENTENCE.finditer(text):
        said = match[0].strip()
        if said:
            start = match.start() + match[0].index(said)
            found.append((start, start + len(said)))
    return found or [(0, len(text))]
