"""Organisations that a text names and the graph does not know: what a model spots, judged by rules.

The model takes any capitalised beginning of a sentence for a name, and a body for a place or a person.
So a name is proposed only where its writing and its surroundings speak for an organisation, and a
name that may be a person's is never proposed: silence is better than a card on somebody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ecograph.understanding.bodies import GIVEN, INSTITUTIONS, LANDS, NO_NAMES
from ecograph.understanding.extents import going_on, trimmed
from ecograph.understanding.forms import is_acronym, key, normal
from ecograph.understanding.introducing import introduced
from ecograph.understanding.kinds import (
    SHORTEST_ACRONYM,
    ends_as_body,
    is_body_acronym,
    is_kind_word,
    may_be_called,
    words_of_name,
)
from ecograph.understanding.organisations import FORMS, names_of
from ecograph.understanding.people import (
    OPENING,
    continues_a_name,
    may_be_somebody,
    names_a_trade,
    normal_parts,
)
from ecograph.understanding.surroundings import (
    are_beside,
    begins_with_article,
    has_article,
    is_aside,
    is_inn,
    is_told_of_business,
    is_told_to_act,
    is_written_as_body,
    members,
    runs,
    speaks_of_body,
)
from ecograph.understanding.things import is_other

METHOD = "spotting/6"
# Labels of words: hardly ever a name, hardly ever anything else; a noun before a capitalised word.
COMMON, PROPER, NOUN = "COMMON", "PROPER", "NOUN"
LONGEST = 80  # characters of a name

_SHORTEST_WORD = 4
_MOST_WORDS = 9
_WITH_FORM, _WITH_KIND, _ACRONYM, _INTRODUCED, _TRADE, _PLAIN, _UNSURE = 0.6, 0.55, 0.5, 0.5, 0.5, 0.4, 0.35
_NAMES = ("ORG", "MISC", "LOC", "PER")
# "La Ligue", "l'Office", but not "une Agence": a capital that the language does not ask for.
_DEFINITE = re.compile(r"(?:\b(?:la|le|les|du|des|au|aux)[ \u00a0]|\bl['’])$", re.IGNORECASE)
_ON = re.compile(r"\b(?:sur|via)[ \u00a0]$", re.IGNORECASE)  # a site: "sur Facebook"
_EN = re.compile(r"\ben[ \u00a0]$", re.IGNORECASE)  # where, or in what: "PMI en AQT", "en BTS"
_ARTICLE = re.compile(
    r"(?:\b(?:la|le|les|du|des|au|aux|par|chez|avec|de|et)[ \u00a0]|\b[ld]['’])$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch of text, in code points, that a model takes for a name: PER, LOC, ORG or MISC.

    A capitalised word that is hardly ever a name is `COMMON`, one that is hardly ever anything else `PROPER`;
    `NOUN` is a noun in small letters before a capitalised word, which it tells of: "la bière Jenlain".
    """

    start: int
    end: int
    label: str


class Spotter(Protocol):
    """A model that finds the names of people, places and organisations in texts."""

    @property
    def version(self) -> str:
        """The model and its version."""

    def spot(self, texts: Sequence[str]) -> Iterator[tuple[Spot, ...]]:
        """Yield for each text its names, with their places in code points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """An organisation that nobody told the graph of: its name, how it is compared, and how sure that is."""

    start: int
    end: int
    name: str
    key: str
    confidence: float


def unknown(
    text: str,
    spots: Sequence[Spot],
    *,
    taken: Collection[tuple[int, int]] = (),
    known: Collection[str] = (),
    places: Collection[str] = (),
) -> Iterator[Unknown]:
    """Return the organisations of a text that are none of the names known, each name once.

    `taken` are the stretches of what was recognised in the text, `known` the keys of the graph's labels,
    `places` the joined words of the names of territories.
    """
    return told(candidates(text, spots), taken=taken, known=known, places=places)


def candidates(text: str, spots: Sequence[Spot]) -> list[Unknown]:
    """Return the organisations of a text, whoever knows them; those that overlap come best first."""
    reading = _Reading.of(text, spots)
    found = [*reading.introduced(), *reading.members(), *reading.spotted(), *reading.surrounded()]
    return [*found, *reading.beside(found)]


def told(
    found: Iterable[Unknown],
    *,
    taken: Collection[tuple[int, int]] = (),
    known: Collection[str] = (),
    places: Collection[str] = (),
) -> Iterator[Unknown]:
    """Yield of some candidates those that are none of the names known, each name once."""
    found = list(found)
    longer = [one.key for one in found]
    seen: set[str] = set()
    covered = list(taken)
    for one in found:
        if any(key.startswith(f"{one.key}-") for key in longer):
            continue  # "le CPIE" is the CPIE du Haut-Languedoc of the same text
        if any(a < one.end and one.start < b for a, b in covered):
            continue
        # A name that was said before covers what is written like a shorter one: "Engelvin SAS".
        covered.append((one.start, one.end))
        if one.key not in seen and one.key not in known and not _is_land(one.name, places):
            seen.add(one.key)
            yield one


def write_spots(spots: Sequence[Spot]) -> str:
    """Return what a model found, in one line."""
    return json.dumps([[spot.start, spot.end, spot.label] for spot in spots], separators=(",", ":"))


def read_spots(line: str) -> list[Spot]:
    """Read what `write_spots` wrote."""
    return [Spot(start, end, label) for start, end, label in json.loads(line)]


def key_of(name: str) -> str:
    """Return what a name is grouped by: without legal forms, case, accents, signs; empty for nothing."""
    return next(("-".join(found.words) for found in names_of([name])), "")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text, what a model spotted in it, and what follows for its words."""

    text: str
    spots: Sequence[Spot]
    people: frozenset[str]
    named: frozenset[str]  # of them, those of whom more than one word is said
    common: frozenset[str]
    proper: frozenset[str]
    nouns: frozenset[int]  # where those end that stand before a capitalised word

    @classmethod
    def of(cls, text: str, spots: Sequence[Spot]) -> _Reading:
        said = {
            label: frozenset(text[s.start : s.end] for s in spots if s.label == label)
            for label in (COMMON, PROPER)
        }
        spotted = [words_of_name(text[spot.start : spot.end]) for spot in spots if spot.label == "PER"]
        persons = [words for words in spotted if not names_a_trade(words, said[COMMON])]
        people = frozenset(word for words in persons for word in words)
        named = frozenset(
            word
            for words in persons
            if len(words) > 1 and (words[0] not in said[COMMON] or normal(words[0]) in GIVEN)
            for word in words
        )
        nouns = frozenset(
            s.end for s in spots if s.label == NOUN and not may_be_called(text[s.start : s.end])
        )
        return cls(text, spots, people, named, said[COMMON], said[PROPER], nouns)

    def introduced(self) -> Iterator[Unknown]:
        """Yield the names before which the text says what they are names of."""
        for start, stop, with_kind in introduced(self.text):
            end = going_on(self.text, stop) if with_kind else stop
            words = words_of_name(self.text[start:end])
            alone = len(words) == 1 and (words[0] in self.people or normal(words[0]) in NO_NAMES)
            if not alone and not is_other(self.text, start, end):
                yield from self._proposed(start, end, _WITH_KIND if with_kind else _INTRODUCED)

    def members(self) -> Iterator[Unknown]:
        """Yield the bodies that stand in brackets after whoever is of them."""
        for start, stop in members(self.text):
            first, end = trimmed(self.text, start, stop)
            if not any(part in GIVEN for part in normal_parts(self.text[first:end].split(" ")[0])):
                yield from self._proposed(first, end, _INTRODUCED)

    def surrounded(self) -> Iterator[Unknown]:
        """Yield the names of which the text says what bodies alone do or are."""
        for start, end in runs(self.text):
            words = words_of_name(self.text[start:end])
            label, is_word = self._label(start, end), not words or words[0] not in self.proper
            if not self._may_be_body(start, end):
                continue
            if speaks_of_body(self.text, start, end, label=label, is_word=is_word):
                yield from self._proposed(*trimmed(self.text, start, end), _INTRODUCED)
            elif not self._is_told_by_noun(start) and is_written_as_body(
                self.text, start, end, common=self.common
            ):
                yield from self._proposed(*trimmed(self.text, start, end), _UNSURE)

    def _is_told_by_noun(self, start: int) -> bool:
        """Whether a noun or a site's "sur" before a place says what the name there is of."""
        before = self.text[:start]
        return bool(_ON.search(before)) or len(before.rstrip()) in self.nouns

    def beside(self, found: Sequence[Unknown]) -> Iterator[Unknown]:
        """Yield the names that stand beside a body's, joined by "and" or a comma."""
        sure = [one for one in found if one.confidence >= _INTRODUCED]
        ends, starts = {one.end for one in sure}, {one.start for one in sure}
        for start, end in runs(self.text):
            follows = any(are_beside(self.text, other, start) for other in ends)
            leads = any(are_beside(self.text, end, other) for other in starts)
            # Models take bodies for places; between two bodies stands none.
            is_meant = follows and leads if self._label(start, end) == "LOC" else follows or leads
            if is_meant and self._may_be_body(start, end) and not is_aside(self.text, start):
                ends.add(end)
                yield from self._proposed(*trimmed(self.text, start, end), _UNSURE)

    def _may_be_body(self, start: int, end: int) -> bool:
        """Whether a stretch may be a name, that of nobody and of no other thing."""
        words = words_of_name(self.text[start:end])
        folded = [normal(word) for word in words]
        if not words or self._is_generic(start, end, words, folded):
            return False
        if is_other(self.text, start, end):
            return False
        if is_inn(self.text, start):
            return True
        if has_article(self.text, start, end) and self._label(start, end) != "PER":
            return not any(part in GIVEN for word in words for part in normal_parts(word))
        return not may_be_somebody(self.text, start, end, words, people=self.named, common=self.common)

    def _is_generic(self, start: int, end: int, words: Sequence[str], folded: Sequence[str]) -> bool:
        """Whether some words are no name: common, too short, or those for kinds of bodies."""
        if len(words) == 1 and (words[0] in self.common or len(folded[0]) < SHORTEST_ACRONYM):
            is_named = begins_with_article(self.text[start:end]) or is_told_of_business(self.text, start, end)
            return not is_named
        return all(word in NO_NAMES or is_kind_word(word) for word in folded)

    def _label(self, start: int, end: int) -> str | None:
        """Return what the model takes a stretch for, where it takes the whole of it for something."""
        return next(
            (s.label for s in self.spots if s.label in _NAMES and s.start <= start and end <= s.end), None
        )

    def spotted(self) -> Iterator[Unknown]:
        """Yield what the model spotted and the writing and surroundings of which speak for a body."""
        for spot in _joined(self.text, self.spots):
            start, end = trimmed(self.text, spot.start, spot.end)
            yield from self._proposed(start, end, self._judged(start, end, spot.label))

    def _proposed(self, start: int, end: int, confidence: float | None) -> Iterator[Unknown]:
        name = self.text[start:end]
        grouped = key_of(name)
        fits = len(name) <= LONGEST and 0 < len(words_of_name(name)) <= _MOST_WORDS and "\n" not in name
        if confidence is not None and grouped and fits:
            yield Unknown(start=start, end=end, name=name, key=grouped, confidence=confidence)

    def _judged(self, start: int, end: int, label: str) -> float | None:
        """Return how sure it is that a name is an organisation's; None where nothing says so."""
        words = words_of_name(self.text[start:end])
        if not words:
            return None
        before = self.text[:start]
        if len(words) > 1:
            confidence = self._several(start, end, label)
        else:
            is_part = continues_a_name(self.text, start, self.common)
            confidence = None if is_part else self._single(words[0], label, before)
        if self._is_weak(confidence, words) and self._is_told_by_noun(start):
            return None
        if confidence is None or self._is_somebody(start, end, words) or is_other(self.text, start, end):
            return None
        return confidence

    def _is_weak(self, confidence: float | None, words: Sequence[str]) -> bool:
        """Whether nothing but a model's opinion and capitals make a name a body's."""
        return confidence is not None and confidence <= _ACRONYM and not is_kind_word(words[0])

    def _is_somebody(self, start: int, end: int, words: Sequence[str]) -> bool:
        folded = [part for word in words for part in normal_parts(word)]
        if any(word in FORMS or is_kind_word(word) for word in folded):
            # "Fondation Marie Durand" is an organisation; "Ada Durand, conseil" is not.
            return folded[0] in GIVEN and not ends_as_body(words)
        return may_be_somebody(self.text, start, end, words, people=self.people, common=self.common)

    def _single(self, word: str, label: str, before: str) -> float | None:
        folded = normal(word)
        if label == "PER" or folded in NO_NAMES or is_kind_word(word):
            return None
        if is_acronym(word) and len(folded) >= SHORTEST_ACRONYM and any(c.isalpha() for c in word):
            if _EN.search(before):
                return None
            is_name = word.isupper() and word not in self.common and _ARTICLE.search(before)
            return _ACRONYM if label == "ORG" else _UNSURE if is_name else None
        is_word = not word[0].isupper() or word in self.common or len(folded) < _SHORTEST_WORD
        # "le Berlingo", "les Hospitaliers": bodies of one word have hardly ever an article.
        # What is elided is mostly a body: "l'Idele".
        has_own = word in self.proper and before.lower().endswith(("l'", "l’"))
        is_thing = _DEFINITE.search(before) and not has_own and not is_told_to_act(self.text, len(before))
        if label != "ORG" or is_word or is_thing:
            return None
        inner = any(c.isupper() for c in word[1:])  # BioTech, AxLR
        if inner or OPENING.search(before) is None:
            return _PLAIN
        return _UNSURE if word in self.proper else None

    def _several(self, start: int, end: int, label: str) -> float | None:
        before, words = self.text[:start], words_of_name(self.text[start:end])
        folded = [normal(word) for word in words]
        capitals = [word for word in words if word[0].isupper() or word[0].isdigit()]
        is_unbroken = len(self.text[start:end].split()) == len(words)  # no "de" within: "Tour de France"
        is_business = names_a_trade(words, self.common) or (label == "PER" and ends_as_body(words))
        if all(word in self.common for word in capitals) and not is_kind_word(words[0]):
            return None  # "Compte Rendu"
        if label == "PER" or (is_unbroken and is_business):
            return _TRADE if is_unbroken and is_business else None
        # What is capital because it opens a sentence tells nothing.
        opens = OPENING.search(before) is not None
        telling = (
            capitals[1:] if opens and capitals[:1] == words[:1] and words[0] not in self.proper else capitals
        )
        if all(map(is_kind_word, telling)):
            return _PLAIN if telling and self._is_institution(words[0], label, before) else None
        if any(word in FORMS for word in folded[-1:] + folded[:1]):
            return _WITH_FORM
        if is_kind_word(words[0]) or is_kind_word(words[-1]):
            return _WITH_KIND if capitals[:1] == words[:1] or label == "ORG" else None
        begins = is_body_acronym(words[0]) and (label != "MISC" or words[-1].isdigit())
        plain = _PLAIN if label == "ORG" and len(capitals) > len(words) / 2 else None
        return _WITH_KIND if begins else plain

    @staticmethod
    def _is_institution(first: str, label: str, before: str) -> bool:
        """Whether no capital but that of a word for a body makes a name: "la Ligue pour la protection"."""
        meant = key(normal(first)) in INSTITUTIONS or (label == "ORG" and normal(first) not in LANDS)
        return meant and first[0].isupper() and _DEFINITE.search(before) is not None


def _is_land(name: str, places: Collection[str]) -> bool:
    """Whether a name is a territory's: its label, or that with the word for what it is."""
    words = names_of([name])[0].words
    return "".join(words) in places or "".join(word for word in words if word not in LANDS) in places


def _joined(text: str, spots: Sequence[Spot]) -> Iterator[Spot]:
    """Yield the names in order; a person's with what follows at once, "Ada Durand | Plomberie", is one."""
    before: Spot | None = None
    for spot in sorted(spots, key=lambda one: (one.start, one.end)):
        if spot.label not in _NAMES:
            continue
        if before is not None and before.label == "PER" and text[before.end : spot.start] == " ":
            before = Spot(before.start, spot.end, "PER")
            continue
        if before is not None:
            yield before
        before = spot
    if before is not None:
        yield before
