"""Two records to decide on: what may be decided, which of them stays, and who may know of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ecograph.errors import BadParameter, ResourceNotFound
from ecograph.graph.aliases import UNDONE, Aliases, Ruling, is_official
from ecograph.graph.facts import facts_of
from ecograph.graph.terms import resource
from ecograph.model import Iri, Level
from ecograph.questions.view import View

Decidable = tuple[Iri, Iri, Level]
"""The record that is decided on, the one it is merged into or not, and the level that sees both."""


@dataclass(frozen=True)
class Pairing:
    """What may be decided by whoever sees as much as a view."""

    view: View

    def is_decided(self, one: Iri, other: Iri) -> bool:
        """Say whether two records are of one resource already, or somebody decided on them."""
        rulings = self._aliases.between(resource(one), resource(other))
        return self._kept(one) == self._kept(other) or next(rulings, None) is not None

    def to_merge(self, one: Iri, other: Iri, keep: Iri | None) -> Decidable:
        """Return the record to merge, and the one that stays; raises `ResourceNotFound`, `BadParameter`."""
        one, other = self._organisation("one", one), self._organisation("other", other)
        if one == other:
            raise BadParameter("other", other, "the IRI of another resource: these are one already")
        into = self._into(one, other, keep)
        return (other if into == one else one), into, max(self._level(one), self._level(other))

    def to_keep_apart(self, one: Iri, other: Iri) -> Decidable:
        """Return two records that are not one; raises as `to_merge` does."""
        one, other = self._organisation("one", one), self._organisation("other", other)
        if one == other:
            raise BadParameter("other", other, "the IRI of another resource: undo their merging first")
        record, into = sorted((one, other), reverse=True)
        return record, into, max(self._level(one), self._level(other))

    def to_undo(self, one: Iri, other: Iri | None) -> Decidable:
        """Return the records of the decision that is taken back; raises `BadParameter`."""
        node = resource(one)
        found = [
            ruling
            for pair, ruling in self._aliases.holding.items()
            if node in pair and ruling.kind != UNDONE and (other is None or resource(other) in pair)
        ]
        if len(found) != 1:
            partners = sorted(f"{r.record.value} and {r.into.value}" for r in found)
            expected = (
                f"one of the decisions on {'; '.join(partners)}" if found else "a record that was decided on"
            )
            raise BadParameter("one", one, expected)
        return found[0].record.value, found[0].into.value, self._level_of(found[0])

    @cached_property
    def _aliases(self) -> Aliases:
        return self.view.snapshot.aliases(self.view.level)

    def _kept(self, iri: Iri) -> Iri:
        return self._aliases.kept(resource(iri)).value

    def _organisation(self, name: str, iri: Iri) -> Iri:
        kept = self._kept(iri)
        classes = self.view.facts(kept).classes
        if "Organization" not in classes or "Person" in classes:
            raise BadParameter(name, iri, "the IRI of an organisation: nothing else is merged")
        return kept

    def _into(self, one: Iri, other: Iri, keep: Iri | None) -> Iri:
        lowest = min(self._level(one), self._level(other))
        able = [iri for iri in (one, other) if self._level(iri) == lowest]
        if keep is None:
            return min(able, key=self._rank)
        if self._kept(keep) not in able:
            expected = " or ".join(able)
            raise BadParameter("keep", keep, f"{expected}: whoever sees the other one sees it too")
        return self._kept(keep)

    def _rank(self, iri: Iri) -> tuple[bool, int, Iri]:
        """The best IRI is made of an official number; else the one that most others name changes least."""
        referring = self.view.snapshot.referring(self._level(iri), iri)
        return not is_official(iri), -len(referring), iri

    def _level(self, iri: Iri) -> Level:
        """Return the lowest level that knows of a record."""
        for level in Level:
            if level <= self.view.level and facts_of(self.view.snapshot, level, iri).classes:
                return level
        raise ResourceNotFound(iri)

    def _level_of(self, ruling: Ruling) -> Level:
        """Return the lowest level that sees a decision."""
        return next(level for level in Level if ruling in self.view.snapshot.aliases(level).rulings)
