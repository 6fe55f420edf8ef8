"""Territories that a running text names: régions, départements, and the communes in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ecograph.cog import DEPARTEMENT, REGION, is_commune
from ecograph.understanding.contexts import Reading, reading_of
from ecograph.understanding.entries import Entity
from ecograph.understanding.forms import normal
from ecograph.understanding.landwords import WORDS
from ecograph.understanding.linking import Link, Linker
from ecograph.understanding.places import Place
from ecograph.understanding.towns import BESIDE, UNLIKELY, Towns, has_article, has_own_article, is_abroad

METHOD = "places/3"
# Those that have no article: "à Paris" is the département, "à Vienne" the town.
_WITHOUT_ARTICLE = frozenset({"paris", "mayotte"})
_BARE_AT = re.compile(r"\bà\s$", re.IGNORECASE)
_DATELINE = re.compile(r"\s?[:–—(|/]|\s-\s|\.(?:\s|$)|, | (?:et|ou) [A-ZÀ-Þ]|$")
# "La vallée de la Loire" is a river's, and so are "un pont sur le Lot", "le Lot, un affluent".
_WATERS = re.compile(
    r"\b(?:rivi[èe]res?|fleuves?|rives?|bords?|berges?|vall[ée]es?|gorges|crues?|estuaires?|bassins?|sources?|"
    r"affluents?|eaux|lit|niveau|débit)\s+(?:de\s+la\s+|de\s+l['’]|du\s+|d['’]|de\s+)$",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:ponts?|passerelles?|barrages?|viaducs?|bacs?|cano[ëe]s?|kayaks?|barques?|bateaux?|péniches?|"
    r"naviguer?)(?:\s[a-zà-ÿ]+)?\ssur\s(?:la\s|le\s|l['’])$",
    re.IGNORECASE,
)
_DOWN = re.compile(r"\b(?:descend|remont|longe|travers)[a-zé]*\s+(?:le\s+|la\s+|l['’])$", re.IGNORECASE)
_FLOWS = re.compile(
    r"\s+(?:(?:est|était|reste)\s+)?(?:en\s+crue|débord|coule|sorti?\s+de\s+son\s+lit)|"
    r",\s+(?:(?:la|cette|une?|le)\s+)?(?:petite?\s+)?(?:rivière|fleuve|affluent)",
    re.IGNORECASE,
)
_DIRECTIONS = frozenset({"nord"})
_DEPARTMENT = re.compile(
    r"\b(?:d[ée]partement(?:al)?|pr[ée]fecture)\s+(?:de\s+la\s+|de\s+l['’]|du\s+|d['’]|de\s+)$", re.IGNORECASE
)


class Territories:
    """Finds the territories that texts name; `common` are words that are hardly ever places."""

    def __init__(self, places: Iterable[Place], *, common: Collection[str] = ()) -> None:
        known = sorted(places, key=lambda place: place.iri)
        larger = [place for place in known if not is_commune(place.iri)]
        self._towns = Towns(known, common=common)
        self._names = {place.iri: place.names for place in larger}
        self._departments = _departments(larger)
        self._larger = Linker(_entities(larger), namesakes=False)

    def find(self, text: str) -> list[Link]:
        """The territories of a text from left to right, none over another; doubtful ones at `UNLIKELY`."""
        reading = reading_of(text)
        larger = [one for link in self._larger.find(reading.text) if (one := self._land(reading, link))]
        within = {one for k in larger if k.confidence > UNLIKELY for one in self._departments.get(k.id, ())}
        said = list(self._towns.said(reading))
        towns = [link for one in said if (link := self._towns.town(one, within)) is not None]
        # A long name hides what stands in it, even where it stays open whose it is.
        whole = [(one.start, one.end) for one in said if one.is_long]
        found = [k for k in larger if not any(s <= k.start and k.end <= e for s, e in whole)]
        found += [k for k in towns if not any(o.start < k.end and k.start < o.end for o in found)]
        return [
            replace(link, start=start, end=end)
            for link in sorted(found, key=lambda one: one.start)
            for start, end in [reading.plain.stored(link.start, link.end)]
        ]

    def _land(self, reading: Reading, link: Link) -> Link | None:
        """A région or a département, less sure where it may be a river or a word; none where neither."""
        text = reading.text
        before, after = text[max(0, link.start - BESIDE) : link.start], text[link.end : link.end + BESIDE]
        quote = text[link.start : link.end]
        word = normal(quote)
        if is_abroad(after) or not has_article(self._names[link.id], quote, before):
            return None
        if _BARE_AT.search(before) and word not in _WITHOUT_ARTICLE and not has_own_article(quote):
            return None
        is_word = word in WORDS and reading.opens(link.start) and not _DATELINE.match(after)
        is_direction = word in _DIRECTIONS and not _DEPARTMENT.search(before)
        is_doubtful = is_word or is_direction or _is_water(before, after)
        return replace(link, confidence=UNLIKELY) if is_doubtful else link


def _is_water(before: str, after: str) -> bool:
    return any(told.search(before) for told in (_WATERS, _OVER, _DOWN)) or _FLOWS.match(after) is not None


def _entities(larger: Iterable[Place]) -> list[Entity]:
    """What the larger territories are called; of a région and a département with one name, the région."""
    taken: dict[str, str] = {}
    for place in sorted(larger, key=lambda place: not place.notation.startswith(REGION)):
        for name in place.names:
            taken.setdefault(name, place.iri)
    return [
        Entity(id=place.iri, names=own, proper=True)
        for place in larger
        if (own := tuple(n for n in place.names if taken[n] == place.iri and not any(map(str.isdigit, n))))
    ]


def _departments(larger: Sequence[Place]) -> Mapping[str, tuple[str, ...]]:
    """For each territory, the départements of its name: La Réunion is a région as well."""
    own = [place for place in larger if place.notation.startswith(DEPARTEMENT)]
    return {place.iri: tuple(one.iri for one in own if set(one.names) & set(place.names)) for place in larger}
