"""Two records to decide on: what may be decided, which of them stays, and who may know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ecograph.errors import BadParameter, ResourceNotFound
from ecograph.graph.aliases import APART, UNDONE, Aliases, Ruling, is_official
from ecograph.graph.facts import Facts, facts_of
from ecograph.graph.ports import Reader
from ecograph.graph.terms import resource
from ecograph.model import Iri, Level


@dataclass(frozen=True, slots=True)
class Decidable:
    """A pair to decide on: a record, the one it is merged into or not, the lowest level that sees both."""

    record: Iri
    into: Iri
    level: Level


@dataclass(frozen=True)
class Pairing:
    """What may be decided by whoever sees as much of a snapshot as a level.

    The pair that is named is the pair that is decided on. Whether it is one already is asked at the level
    that keeps the decision; what contradicts it, at all from there to the level of the one who decides.
    """

    snapshot: Reader
    level: Level

    def to_merge(self, one: Iri, other: Iri, keep: Iri | None) -> Decidable:
        """Return how two records are merged; raises `ResourceNotFound`, `BadParameter`."""
        level = self._level_of_both(one, other)
        if self.are_one(one, other, level):
            raise BadParameter("other", other, "the IRI of another resource: these are one already")
        apart = next(self._apart(one, other, level), None)
        if apart is not None:
            expected = "a record of a resource that is not kept apart: undo that first, on"
            raise BadParameter("other", other, f"{expected} {_named(apart)}")
        into = one if self._stays(one, other, keep, level) == self._kept(one, level) else other
        return Decidable(other if into == one else one, into, level)

    def to_keep_apart(self, one: Iri, other: Iri) -> Decidable:
        """Return how two records are kept apart; raises as `to_merge` does."""
        level = self._level_of_both(one, other)
        if any(self.are_one(one, other, seen) for seen in self._from(level)):
            raise BadParameter("other", other, "the IRI of another resource: undo their merging first")
        record, into = sorted((one, other), reverse=True)
        return Decidable(record, into, level)

    def to_undo(self, one: Iri, other: Iri | None) -> Decidable:
        """Return the decision that is taken back; raises `BadParameter`."""
        asked = {resource(iri) for iri in (one, other) if iri is not None}
        found = [ruling for ruling in self._standing(self.level) if asked <= ruling.pair]
        if len(found) != 1:
            raise BadParameter("one", one, self._expected(found or self._near(one)))
        pair = found[0].pair
        level = next(seen for seen in Level if any(pair == ruling.pair for ruling in self._standing(seen)))
        return Decidable(found[0].record.value, found[0].into.value, level)

    def are_one(self, one: Iri, other: Iri, level: Level) -> bool:
        """Say whether two records are of one resource already, as a level sees it."""
        return self._kept(one, level) == self._kept(other, level)

    def is_ruled_out(self, one: Iri, other: Iri) -> bool:
        """Say whether somebody keeps records of two resources apart, or took their merging back."""
        rulings = self._aliases(self.level).between(resource(one), resource(other))
        return any(ruling.kind in (APART, UNDONE) for ruling in rulings)

    def decided_on(self, record: Iri, into: Iri) -> tuple[str, ...]:
        """Return when it was last decided on a pair of records, if ever."""
        last = self._aliases(self.level).holding.get(frozenset((resource(record), resource(into))))
        return () if last is None else (last.on,)

    # Which records, and who knows of them

    def _level_of_both(self, one: Iri, other: Iri) -> Level:
        return max(self._organisation("one", one), self._organisation("other", other))

    def _organisation(self, name: str, iri: Iri) -> Level:
        """Return the lowest level that knows of an organisation."""
        facts = self._facts(iri, self.level)
        if not facts:
            raise ResourceNotFound(iri)
        if "Organization" not in facts.classes or "Person" in facts.classes:
            raise BadParameter(name, iri, "the IRI of an organisation: nothing else is merged")
        return self._level(iri)

    def _level(self, iri: Iri) -> Level:
        """Return the lowest level that knows of a record."""
        return next(level for level in Level if level == self.level or self._facts(iri, level).classes)

    def _facts(self, iri: Iri, level: Level) -> Facts:
        return facts_of(self.snapshot, level, self._kept(iri, level))

    # What was decided before

    def _aliases(self, level: Level) -> Aliases:
        return self.snapshot.aliases(level)

    def _kept(self, iri: Iri, level: Level) -> Iri:
        return self._aliases(level).kept(resource(iri)).value

    def _from(self, level: Level) -> list[Level]:
        """Return the levels that would see a decision, as far as the one who decides sees them."""
        return [seen for seen in Level if level <= seen <= self.level]

    def _apart(self, one: Iri, other: Iri, level: Level) -> Iterator[Ruling]:
        """Yield what keeps records of two resources apart, at any level that would see them merged."""
        for seen in self._from(level):
            rulings = self._aliases(seen).between(resource(one), resource(other))
            yield from (ruling for ruling in rulings if ruling.kind == APART)

    def _standing(self, level: Level) -> list[Ruling]:
        return [ruling for ruling in self._aliases(level).holding.values() if ruling.kind != UNDONE]

    def _near(self, one: Iri) -> list[Ruling]:
        """Return the decisions on any record of a resource."""
        own = set(self._aliases(self.level).own(resource(one)))
        return [ruling for ruling in self._standing(self.level) if ruling.pair & own]

    @staticmethod
    def _expected(rulings: Iterable[Ruling]) -> str:
        pairs = sorted(map(_named, rulings))
        return f"one of the decisions on {'; '.join(pairs)}" if pairs else "a record that was decided on"

    # Which one stays

    def _stays(self, one: Iri, other: Iri, keep: Iri | None, level: Level) -> Iri:
        """Return which of two resources gives its IRI to both: one that all who see the other see too."""
        both = self._kept(one, level), self._kept(other, level)
        lowest = min(map(self._level, both))
        able = [iri for iri in both if self._level(iri) == lowest]
        if keep is None:
            return min(able, key=lambda iri: self._rank(iri, level))
        if self._kept(keep, level) not in able:
            expected = " or ".join(able)
            raise BadParameter("keep", keep, f"{expected}: whoever sees the other one sees it too")
        return self._kept(keep, level)

    def _rank(self, iri: Iri, level: Level) -> tuple[bool, int, Iri]:
        """The best IRI is made of an official number; else the one that most others name changes least."""
        referring = self.snapshot.referring(level, iri)
        return not is_official(iri), -len(referring), iri


def _named(ruling: Ruling) -> str:
    return f"{ruling.record.value} and {ruling.into.value}"
