"""What a load changes, decided from values alone."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from ecograph.graph.terms import subject_of


@dataclass(frozen=True, slots=True)
class Diff:
    """Triples to add to one graph, and triples to take out of it."""

    added: frozenset[Triple]
    removed: frozenset[Triple]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    @property
    def subjects(self) -> frozenset[NamedNode]:
        """The resources that the change touches."""
        return frozenset(_subjects(self.added | self.removed))

    def whole(self, known: Set[Triple]) -> Diff:
        """Return the same change for a store that may hold nothing of the graph yet."""
        return Diff(frozenset(known - self.removed) | self.added, self.removed)


def plan(known: Set[Triple], found: Set[Triple], *, kept: Set[NamedNode] = frozenset()) -> Diff:
    """Decide what turns the known triples into those that were found.

    The subjects in `kept` stay as they are known: their new state was refused.
    """
    wanted = {triple for triple in found if triple.subject not in kept}
    gone = {triple for triple in known - wanted if triple.subject not in kept}
    return Diff(frozenset(wanted - known), frozenset(gone))


def _subjects(triples: Iterable[Triple]) -> set[NamedNode]:
    return {subject_of(triple) for triple in triples}
