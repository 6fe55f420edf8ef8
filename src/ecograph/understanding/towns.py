"""Communes that a running text names.

Of 35,000 many are called as common things are (Bois, Forges, La Chambre), as people (Luc) or as one another
(Saint-Denis). So a commune is read where something besides its name says that a place is meant, and
which one; what is likely and no more waits for people.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ecograph.cog import around
from ecograph.understanding.bodies import GIVEN
from ecograph.understanding.contexts import Reading
from ecograph.understanding.entries import GENERIC
from ecograph.understanding.forms import LITTLE, Token, is_abbreviation, key, normal, tokens_of
from ecograph.understanding.landwords import COUNTRIES, WORDS
from ecograph.understanding.linking import Link
from ecograph.understanding.namesakes import is_in_street
from ecograph.understanding.naming import is_inside_a_name, names_no_place
from ecograph.understanding.people import without_people
from ecograph.understanding.places import Gazetteer, Place
from ecograph.understanding.words import FRENCH

SURE, LIKELY, UNLIKELY = 1.0, 0.7, 0.4
BESIDE = 60  # characters before and after a name that tell what it is
_AT = re.compile(
    r"(?:\b(?:à|vers|depuis|entre|(?:près|proche|autour|originaire) d(?:e|u|es))\s|"
    r"\b(?:près|proche|autour|originaire) d['’]|"
    r"\b(?:bas|install|implant|situ|domicili)ée?s?\s(?:sur|au|aux)\s)$",
    re.IGNORECASE,
)
_CONTRACTED = re.compile(r"\b(?:du|au|des|aux)\s$", re.IGNORECASE)
_AT_THE = re.compile(r"\baux?\s$", re.IGNORECASE)
# What stands in a place, or is it: "la scierie de Calmont", "le maire de Die".
_STANDS = re.compile(
    r"\b(?:abattoir|aciérie|aérodrome|aéroport|agglomération|agglo|barrage|bourg|canton|caserne|centre-ville|"
    r"château|cinéma|collège|commune|conseil municipal|école|élu|fromagerie|gare|gendarmerie|habitant|"
    r"hôpital|intercommunalité|laiterie|lycée|mairie|maire|maternité|marché|médiathèque|moulin|musée|pays|piscine|"
    r"plateau|pont|population|port|quartier|scierie|secteur|site|sous-préfecture|station|théâtre|usine|vallon|"
    r"village|ville|zone)s?(?:\s[a-zà-ÿ]+)?\s(?:d(?:e|u|es)\s|d['’])$",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"(?:\b(?:la|le|les|un|une|ce|cette|au|aux|du|des)\s|\bl['’])$", re.IGNORECASE)
_CAPITALISED = re.compile(r"([A-ZÀ-Þ][\w'-]*) (?:d(?:e|u|es) |d')?$")
_GOES_ON = re.compile(r" (?:(?:de|du|des|de la) |d'|de l')?[A-ZÀ-Þ]")
_DATELINE = re.compile(r"\s?[:–—(|/]|\s-\s|-[A-ZÀ-Þ]|\.(?:\s|$)|, | (?:et|ou) [A-ZÀ-Þ]|$")
_ABROAD = re.compile(r",?\s(?:\(|en\s|au\s|aux\s)\s?([A-ZÀ-Þ][\w'-]+)")


@dataclass(frozen=True, slots=True)
class Said:
    """A stretch of a text that is written as the name of some communes."""

    reading: Reading
    start: int
    end: int
    bearers: Sequence[str]
    is_somebody: bool = False  # somebody of the text is called so

    @property
    def text(self) -> str:
        return self.reading.text[self.start : self.end]

    @property
    def before(self) -> str:
        return self.reading.text[max(0, self.start - BESIDE) : self.start]

    @property
    def after(self) -> str:
        return self.reading.text[self.end : self.end + BESIDE]

    @property
    def tokens(self) -> list[Token]:
        found = tokens_of(self.text)
        return [Token(t.text, self.start + t.start, self.start + t.end, t.key) for t in found]

    @property
    def words(self) -> list[str]:
        """The words of the name itself, as they are compared."""
        return [word for token in self.tokens if (word := normal(token.text)) not in LITTLE]

    @property
    def is_long(self) -> bool:
        """Whether the name has several words of its own, which hardly anything else has together."""
        return len(self.words) > 1


class Towns:
    """Finds communes; `common` are words that are hardly ever places."""

    def __init__(self, places: Iterable[Place], *, common: Collection[str] = ()) -> None:
        known = list(places)
        self._gazetteer = Gazetteer(known)
        self._names = {place.iri: place.names for place in known}
        self._familiar = frozenset(place.iri for place in known if place.familiar)
        self._common = frozenset(map(normal, common)) | WORDS

    def said(self, reading: Reading) -> Iterator[Said]:
        """Yield where names of communes stand, written as they are."""
        found = list(self._gazetteer.named(reading.text))
        people = _people(reading.text) if found else frozenset()
        edges = {start for start, _, _ in found} | {end for _, end, _ in found}
        for start, end, bearers in found:
            # "Mende-Langogne" is a way between two, "Paris-l'Hôpital" a name of its own.
            is_line = reading.text[start - 1 : start] == "-" and start - 1 in edges
            is_line |= reading.text[end : end + 1] == "-" and end + 1 in edges
            said = Said(reading, start, end, bearers)
            meant = [iri for iri in bearers if self._is_written(iri, said)]
            if meant and (is_line or not is_inside_a_name(reading.text, start, end)):
                yield Said(reading, start, end, meant, is_somebody=people >= set(said.words))

    def _is_written(self, iri: str, said: Said) -> bool:
        """Whether a commune's name stands there with its accents, its capitals and its article."""
        spelt = [name for name in self._names[iri] if is_spelt(name, said.text)]
        is_cased = said.reading.shouted or said.reading.whispered or _has_capitals(said.text)
        return is_cased and has_article(spelt, said.text, said.before)

    def town(self, said: Said, within: Collection[str]) -> Link | None:
        """Return the commune that is meant, and how sure that is; none where it is none, or may be several.

        `within` are the départements that the text names: of communes with one name, that in one of them is
        meant.
        """
        text = said.reading.text
        if names_no_place(said.before) or is_abroad(said.after) or is_in_street(said.reading, said.tokens):
            return None
        beside = self._gazetteer.departments_beside(text, said.start, said.end)
        one = self._gazetteer.only(said.bearers, beside or within)
        if one is None or self._is_part(said):
            return None
        if beside:  # another of the same name lies elsewhere
            is_here = around(one) in beside
            return Link(start=said.start, end=said.end, id=one, confidence=SURE) if is_here else None
        sure = self._sure(said, is_familiar=one in self._familiar)
        is_doubted = self._is_word(said) or said.is_somebody
        if sure == UNLIKELY and around(one) in within and not is_doubted:
            sure = LIKELY
        return Link(start=said.start, end=said.end, id=one, confidence=sure)

    def _is_part(self, said: Said) -> bool:
        """Whether a name goes on before a place's: Louis Mende, Jean de Florac, la Fondation Mende."""
        found = _CAPITALISED.search(said.before)
        if found is None or said.reading.shouted:
            return False
        word = normal(found[1])
        if word in FRENCH or word in LITTLE or found[1].isupper():
            return False
        return not (key(word) in GENERIC or said.reading.opens(said.start - len(found[0]))) or word in GIVEN

    def _is_word(self, said: Said) -> bool:
        return not said.is_long and bool(said.words) and said.words[0] in self._common

    def _sure(self, said: Said, *, is_familiar: bool) -> float:
        """How sure it is, by what stands around a name, that a place is meant."""
        is_word, cased = self._is_word(said), _has_capitals(said.text)
        shouted = said.reading.shouted
        if _AT.search(said.before) or (_AT_THE.search(said.before) and not has_own_article(said.text)):
            return SURE if cased and not shouted else _likely(not is_word)
        if not cased or (_GOES_ON.match(said.after) and not shouted):
            return UNLIKELY
        if (said.reading.opens(said.start) or shouted) and not said.is_somebody:
            return self._opening(said, is_word=is_word, is_familiar=is_familiar)
        if said.is_somebody:
            return SURE if _STANDS.search(said.before) else UNLIKELY
        if said.is_long or _STANDS.search(said.before):
            return SURE
        return self._in_sentence(said, is_word=is_word, is_familiar=is_familiar)

    def _opening(self, said: Said, *, is_word: bool, is_familiar: bool) -> float:
        """How sure it is where any word has a capital."""
        if said.is_long and "-" in said.text:
            return SURE
        is_dateline = _DATELINE.match(said.after) is not None
        if is_word or not (is_dateline or is_familiar):
            return UNLIKELY
        return SURE if is_dateline and is_familiar else LIKELY

    def _in_sentence(self, said: Said, *, is_word: bool, is_familiar: bool) -> float:
        """How sure it is of one word whose capital is its own."""
        if _ARTICLE.search(said.before):
            return UNLIKELY
        if is_familiar:
            return SURE
        return _likely(not is_word and said.words[0] not in GIVEN)


def _people(text: str) -> frozenset[str]:
    """The words of the names that titles and given names tell to be people's."""
    left = without_people(text)
    return frozenset(
        normal(token.text) for token in tokens_of(text) if left[token.start] != text[token.start]
    )


def is_abroad(after: str) -> bool:
    """Whether what stands after a place says that it is in another country."""
    found = _ABROAD.match(after)
    return found is not None and normal(found[1]) in COUNTRIES


def is_spelt(name: str, said: str) -> bool:
    """Whether a name is written so: with all its accents or without any; its article may be apart."""
    own, other = (
        [token.text.lower() for token in tokens_of(text) if not is_abbreviation(token.text)]
        for text in (name, said)
    )
    own = own[len(own) - len(other) :]
    return len(own) != len(other) or all(
        b == a or (b.isascii() and b == normal(a)) for a, b in zip(own, other, strict=True)
    )


def has_article(names: Collection[str], said: str, before: str) -> bool:
    """Whether some name that has an article (Le Rozier) has it here: "Le Rozier", "du Rozier"."""
    return any(
        not has_own_article(name)
        or has_own_article(said)
        or _CONTRACTED.search(before)
        or _ARTICLE.search(before)
        for name in names
    )


def has_own_article(name: str) -> bool:
    """Whether a name begins with an article."""
    return name.lower().startswith(("le ", "la ", "les ", "l'", "l’"))


def _has_capitals(said: str) -> bool:
    """Whether a name's words have their capitals."""
    words = [token.text for token in tokens_of(said) if normal(token.text) not in LITTLE]
    return bool(words) and words[0][0].isupper() and words[-1][0].isupper()


def _likely(is_likely: bool) -> float:  # noqa: FBT001 - the only thing that it is told
    return LIKELY if is_likely else UNLIKELY
