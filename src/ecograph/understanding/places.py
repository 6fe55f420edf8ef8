"""Places by what people call them, in a field of a form or in running text.

Of 35,000 communes many bear the name of a common thing (Sauve, Fours, Bois) and many that of another
commune (Saint-Denis). In a field a name is taken for a place if only one bears it, or one that is known
to all; in a text it must also look like a place: a preposition of place before it, a capital, its
département beside it. What is left open is not guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ecograph.cog import COMMUNE, DEPARTEMENT, FIVE, REGION, around, department_of, is_commune, lengthened
from ecograph.understanding.naming import Named, is_inside_a_name, names_no_place
from ecograph.understanding.words import fold, tokens

_LONGEST_NAME = 10  # words: Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson
_WORD = re.compile(r"[^\W_]+")
_ABBREVIATED = {"st": "saint", "ste": "sainte"}
_WITH_MORE = re.compile(r"(?P<name>.+?)\s*[(,]\s*(?P<more>[^(),]+?)\s*\)?")
# Before a place that is one whatever its name: "à Sauve", "près de Marvejols", "based in Mende".
_AT = re.compile(
    r"(?:\b(?:à|aux?|vers|sur|dans|depuis|in|near|at|to|from|around)|"
    r"\b(?:près|proche|autour|aux? (?:environs|alentours)|secteur|bassin|villes?|communes?|pays|"
    r"quitter|rejoindre|région|entreprises?|sociétés?|ateliers?|usines?) d(?:e|u|es)|"
    r"\b(?:près|proche|autour|aux? (?:environs|alentours)|communes?|villes?) d['’])\s*$",
    re.IGNORECASE,
)
# Where even a name without its capital is a place: "entreprise à langogne", "installés près de sauve".
_SURELY_AT = re.compile(
    r"(?:\b(?:entreprises?|sociétés?|usines?|ateliers?|locaux|siège|scierie|ferme|labo|tpe|pme|"
    r"bas[ée]e?s?|install[ée]+e?s?|implant[ée]+e?s?|situ[ée]+e?s?|domicili[ée]+e?s?|"
    r"déménag\w+|habit\w+|company|based|located|moved?|moving)\s+(?:à|au|aux|in|near|at|to)|"
    r"\b(?:près|proche|autour|aux? (?:environs|alentours)|communes?|villes?) d(?:e|u|es|['’]))\s*$",
    re.IGNORECASE,
)
_OF = re.compile(r"(?:\bd(?:e|u|es)\s+|\bd['’])$", re.IGNORECASE)
# Towns known to all that are also words of a text in lower case.
_ALSO_WORDS = frozenset({"tours", "nice", "gap"})
_CODE_BEFORE = re.compile(r"\b(\d{5}|2[AB]\d{3})\s+(?:à\s+)?$", re.IGNORECASE)
_CODE_AFTER = re.compile(r"\W{0,3}(\d{5}|2[AB]\d{3}|\d{2,3}|2[AB])\b", re.IGNORECASE)
_CODE_ALONE = re.compile(
    r"(?:\bà\s+|\bcp\s*:?\s*|\bcode postal\s*:?\s*|\bpostcode\s*:?\s*)(\d{5}|2[AB]\d{3})\b", re.IGNORECASE
)
_BESIDE = 40  # characters after a name in which its département may stand


@dataclass(frozen=True, slots=True)
class Place:
    """A territory: its notation, all its names, and whether a text may name it without more ado."""

    iri: str
    notation: str
    names: tuple[str, ...]
    familiar: bool = False


class Gazetteer:
    """Territories to be found by name, code or postcode."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._larger: dict[str, str] = {}
        self._communes: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._by_postcode: dict[str, list[str]] = defaultdict(list)
        self._familiar: set[str] = set()
        self._notations: dict[str, str] = {}
        known = sorted(places, key=lambda place: place.iri)
        for place in known:
            self._notations[place.notation] = place.iri
            if place.familiar:
                self._familiar.add(place.iri)
            if is_commune(place.iri):
                self._add_commune(place)
        self._add_larger([place for place in known if not is_commune(place.iri)])

    def _add_commune(self, place: Place) -> None:
        for name in place.names:
            if FIVE.fullmatch(name):
                self._by_postcode[name.upper()].append(place.iri)
            else:
                for key in _keys(name):
                    if place.iri not in self._communes[key]:
                        self._communes[key].append(place.iri)

    def _add_larger(self, places: Iterable[Place]) -> None:
        for place in places:
            for name in place.names:
                self._larger.setdefault(" ".join(_key(name)), place.iri)

    def resolve(self, text: str) -> str | None:
        """The territory that a field names; None where there is none, or several."""
        said = " ".join(text.split())
        return (
            self._of_code(said.upper().replace(" ", ""))
            or self._larger.get(" ".join(_key(said)))
            or self._of_commune(said)
        )

    def _of_code(self, said: str) -> str | None:
        code = lengthened(said)
        if FIVE.fullmatch(code):
            return self._of_five(code)
        for notation in (code, f"{DEPARTEMENT}{code.zfill(2)}", f"{REGION}{code}"):
            if notation in self._notations:
                return self._notations[notation]
        return None

    def _of_five(self, code: str) -> str | None:
        """Postcodes and codes of communes look alike: 48100 is both, of two communes.

        A postcode stands for its commune where it has but one; the code of a commune only where
        postcodes are known, and this is none.
        """
        found = set(self._by_postcode.get(code, ()))
        certain = self._by_postcode or not code.isdigit()  # no postcode has a letter
        if certain and (own := self._notations.get(COMMUNE + code)):
            found.add(own)
        return found.pop() if len(found) == 1 else self._notations.get(department_of(code))

    def _of_commune(self, said: str) -> str | None:
        if found := self._one(self._communes.get(_key(said), ())):
            return found
        if (parts := _WITH_MORE.fullmatch(said)) is None:
            return None
        larger = self._department(parts["more"])
        return self._one(
            [iri for iri in self._communes.get(_key(parts["name"]), ()) if around(iri) == larger]
        )

    def _department(self, said: str) -> str | None:
        code = said.strip().upper()
        found = self._notations.get(f"{DEPARTEMENT}{code.zfill(2)}") or self._larger.get(" ".join(_key(said)))
        if found is None and FIVE.fullmatch(code):
            found = self._notations.get(department_of(code))
        return found

    def _one(self, iris: Iterable[str]) -> str | None:
        """The only one, or the only one that is known to all."""
        candidates = list(iris)
        if len(candidates) > 1:
            candidates = [iri for iri in candidates if iri in self._familiar]
        return candidates[0] if len(candidates) == 1 else None

    def find(self, text: str) -> Iterator[tuple[int, int, Named | None]]:
        """Yield where communes are named: start, end, and which, None where that stays open."""
        for start, end, key in self._runs(text):
            if (found := self._read(text, start, end, key)) is not None:
                yield found
        for code in _CODE_ALONE.finditer(text):
            if iri := self._of_five(code[1].upper()):
                yield code.start(1), code.end(1), Named(iri, code[1])

    def named(self, text: str) -> Iterator[tuple[int, int, list[str]]]:
        """Yield where names of communes stand, whatever is meant, and whose they are; the longest come."""
        for start, end, key in self._runs(text):
            yield start, end, self._communes[key]

    def _runs(self, text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        words = [(m.start(), m.end()) for m in _WORD.finditer(text)]
        keys = [_word(text[start:end]) for start, end in words]
        at = 0
        while at < len(keys):
            length = self._longest(keys, at)
            if length:
                yield words[at][0], words[at + length - 1][1], tuple(keys[at : at + length])
            at += max(length, 1)

    def only(self, iris: Iterable[str], within: Collection[str]) -> str | None:
        """The one of some communes that is meant: in one of these départements, alone, or known to all."""
        candidates = list(iris)
        near = [iri for iri in candidates if around(iri) in within]
        return near[0] if len(near) == 1 else self._one(candidates)

    def _longest(self, keys: list[str], at: int) -> int:
        if keys[at] not in self._openings:
            return 0
        most = min(_LONGEST_NAME, len(keys) - at)
        return next((n for n in range(most, 0, -1) if tuple(keys[at : at + n]) in self._communes), 0)

    @cached_property
    def _openings(self) -> frozenset[str]:
        return frozenset(key[0] for key in self._communes)

    def _read(
        self, text: str, start: int, end: int, key: tuple[str, ...]
    ) -> tuple[int, int, Named | None] | None:
        before, candidates = text[:start], self._communes[key]
        if is_inside_a_name(text, start, end) or names_no_place(before[-_BESIDE:]):
            return None
        beside = self._beside(text, start, end, candidates)
        found = beside or self._one(candidates)
        capital = text[start].isupper()
        proper = capital and (len(key) > 1 or not _opens(before))
        if beside is None and not self._is_meant(before, key, found, capital=capital, proper=proper):
            # A name of several words, each with its capital, hides the shorter ones inside it.
            return (start, end, None) if proper and len(key) > 1 else None
        return start, end, Named(found, text[start:end]) if found else None

    def _is_meant(
        self, before: str, key: tuple[str, ...], found: str | None, *, capital: bool, proper: bool
    ) -> bool:
        familiar = found in self._familiar and " ".join(key) not in _ALSO_WORDS
        if capital:
            # Without a preposition only what cannot be a common word; much far from a town is "of" it.
            alone = proper and familiar and not _OF.search(before[-4:])
            return bool(_AT.search(before[-_BESIDE:])) or alone
        if _SURELY_AT.search(before[-_BESIDE:]):
            return True
        return bool(_AT.search(before[-_BESIDE:])) and (familiar or (len(key) > 1 and found is not None))

    def _beside(self, text: str, start: int, end: int, candidates: Iterable[str]) -> str | None:
        """The one of some communes whose département or postcode stands beside its name."""
        if not (text[start].isupper() or _AT.search(text[max(0, start - _BESIDE) : start])):
            return None
        said = set(self._said_beside(text, start, end))
        found = [iri for iri in candidates if around(iri) in said]
        return found[0] if len(found) == 1 else self._one(found)

    def departments_beside(self, text: str, start: int, end: int) -> frozenset[str]:
        """The départements that stand beside a place's name, in words, or as a code or postcode."""
        found = self._said_beside(text, start, end)
        return frozenset(iri for iri in found if f"/{DEPARTEMENT}" in iri)

    def _said_beside(self, text: str, start: int, end: int) -> Iterator[str]:
        if before := _CODE_BEFORE.search(text[max(0, start - 12) : start]):
            yield self._notations.get(department_of(before[1].upper()), "")
        if after := _CODE_AFTER.match(text[end : end + 12]):
            code = after[1].upper()
            notation = department_of(code) if len(code) == 5 else f"{DEPARTEMENT}{code}"
            yield self._notations.get(notation, "")
        following = _BESIDE_SAID.match(text[end : end + _BESIDE])
        if following is not None:
            keys = _key(following["said"])
            for length in range(min(len(keys), 5), 0, -1):
                if found := self._larger.get(" ".join(keys[:length])):
                    yield found
                    break


# "(Lozère)", ", Lozère", " en Lozère", " dans le Gard".
_BESIDE_SAID = re.compile(
    r"\s*(?:[(,–-]\s*(?:(?:en|dans)\s+)?|(?:en|dans)\s+)(?:l[ea]s?\s+|l['’])?(?P<said>[^\W\d_][^,;.()]*)"
)


def _opens(before: str) -> bool:
    """Whether a sentence begins here: its first word has a capital in any case."""
    return not before.strip() or before.rstrip()[-1] in ".!?:\n"


def _key(name: str) -> tuple[str, ...]:
    return tuple(map(_word, _WORD.findall(name)))


def _keys(name: str) -> Iterator[tuple[str, ...]]:
    """The words of a name; and without the article that "au Puy-en-Velay" takes from it."""
    if key := _key(name):
        yield key
        if len(key) > 1 and key[0] in {"le", "les"}:
            yield key[1:]


def _word(word: str) -> str:
    said = fold("".join(tokens(word)) or word.casefold())
    return _ABBREVIATED.get(said, said)
