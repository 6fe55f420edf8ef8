"""Records that may be of one organisation: equal identifiers first, then names that are alike.

Only records that share a telling word, or the beginning of their names, are compared (blocking), and
of many that do only neighbours in the order of the alphabet: the work grows with the records, not
with their square.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ecograph.understanding.organisations import Name, Weights, likeness, names_of

# Below this, two records are not worth a person's time.
LEAST_SCORE = 0.82

_TELLING = 3  # words of a name by which others are found
_BEGINNING = 5  # letters
_BLOCK = 60  # records that are all compared
_SHARED_SITE = 4  # records of a web site that is no portal of many
_SAME_SITE, _SAME_PLACE, _OTHER_PLACE, _SURE_OF_NAME = 0.5, 0.35, 0.86, 0.98


@dataclass(frozen=True)
class Entry:
    """What is compared of a record.

    `identifiers` are written `siren:123456789`; `places` are where it says that it is, `within` these
    and all that contain them.
    """

    iri: str
    names: tuple[str, ...]
    identifiers: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    site: str = ""

    @cached_property
    def compared(self) -> Sequence[Name]:
        return names_of(self.names)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two records may be one: `identifier`, `name`, `site`, `place`, or against it `elsewhere`."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Two records that may be one, by how much (0 to 1), and why; `unique` when an identifier says so."""

    one: str
    other: str
    score: float
    unique: bool
    reasons: tuple[Reason, ...]


def alike(entries: Iterable[Entry], *, least: float = LEAST_SCORE) -> Iterator[Alike]:
    """Yield the pairs of records that may be one, in no order; each pair once."""
    pool = _Pool(sorted(entries, key=lambda entry: entry.iri))
    for position, entry in enumerate(pool.entries):
        for other in sorted(pool.near(position)):
            found = pool.compare(entry, pool.entries[other])
            if found is not None and found.score >= least:
                yield found


class _Pool:
    """Records, and the ways from one to those like it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        names = sorted(
            ((name, position) for position, entry in enumerate(entries) for name in entry.compared),
            key=lambda row: (row[0].joined, row[1]),
        )
        self._weights = Weights(name for name, _ in names)
        self._owners = [position for _, position in names]
        self._rows: dict[int, list[tuple[int, Name]]] = defaultdict(list)
        self._blocks: dict[str, list[int]] = defaultdict(list)
        for row, (name, position) in enumerate(names):
            self._rows[position].append((row, name))
            for key in self._keys(name):
                self._blocks[key].append(row)
        self._by_identifier = _grouped(
            (identifier, n) for n, e in enumerate(entries) for identifier in e.identifiers
        )
        self._sites = _grouped((entry.site, n) for n, entry in enumerate(entries) if entry.site)

    def near(self, position: int) -> set[int]:
        """Return later records to compare one with."""
        entry = self.entries[position]
        found = {n for identifier in entry.identifiers for n in self._by_identifier[identifier]}
        for row, name in self._rows.get(position, ()):
            for key in self._keys(name):
                found.update(self._owners[near] for near in _around(self._blocks[key], row))
        return {other for other in found if other > position}

    def compare(self, one: Entry, other: Entry) -> Alike | None:
        """Return how alike two records are; None where their identifiers say that they are two."""
        shared = sorted(one.identifiers & other.identifiers)
        if shared:
            reasons = [Reason("identifier", identifier) for identifier in shared]
        elif contradictions(one, other):
            return None
        else:
            reasons = []
        name, score = self._names(one, other)
        reasons += [name] if name else []
        around = list(self._circumstances(one, other))
        for reason, weight in around:
            score = (
                score * weight if reason.kind == "elsewhere" else score + (1 - score) * weight * bool(score)
            )
        reasons += [reason for reason, _ in around]
        return Alike(
            one=one.iri,
            other=other.iri,
            score=1.0 if shared else round(min(score, _SURE_OF_NAME), 3),
            unique=bool(shared) and not contradictions(one, other),
            reasons=tuple(reasons),
        )

    def _names(self, one: Entry, other: Entry) -> tuple[Reason | None, float]:
        scored = [
            (likeness(a, b, self._weights), a.text, b.text) for a in one.compared for b in other.compared
        ]
        score, mine, theirs = max(scored, default=(0.0, "", ""))
        return (Reason("name", f"{mine} ~ {theirs}") if score else None), score

    def _circumstances(self, one: Entry, other: Entry) -> Iterator[tuple[Reason, float]]:
        if one.site and one.site == other.site and len(self._sites[one.site]) <= _SHARED_SITE:
            yield Reason("site", one.site), _SAME_SITE
        if common := sorted(one.places & other.places):
            yield Reason("place", common[0]), _SAME_PLACE
        elif one.places and other.places and not (one.places & other.within or other.places & one.within):
            yield Reason("elsewhere", ""), _OTHER_PLACE

    def _keys(self, name: Name) -> Iterator[str]:
        rare = sorted(set(name.words), key=lambda word: (self._weights.count(word), word))
        yield from (f"word {word}" for word in rare[:_TELLING])
        yield f"begins {name.joined[:_BEGINNING]}"
        if name.acronym:
            yield f"acronym {name.acronym}"
        yield from (f"acronym {short}" for short in name.shortened)


def _around(block: Sequence[int], row: int) -> Sequence[int]:
    """Return the rows of a block to compare one with: all, or of many its neighbours."""
    if len(block) <= _BLOCK:
        return block
    place = bisect_left(block, row)
    return block[max(0, place - _BLOCK // 2) : place + _BLOCK // 2]


def contradictions(one: Entry, other: Entry) -> list[tuple[str, str]]:
    """Return the identifiers that only one of two records has, where the other has another of that kind."""
    mine, theirs = one.identifiers - other.identifiers, other.identifiers - one.identifiers
    pairs = ((own, its) for own in sorted(mine) for its in sorted(theirs))
    return [(own, its) for own, its in pairs if own.partition(":")[0] == its.partition(":")[0]]


def _grouped(pairs: Iterable[tuple[str, int]]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
