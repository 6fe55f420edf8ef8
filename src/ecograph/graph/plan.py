"""What a load changes, decided from values alone."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from ecograph.graph.records import with_parts
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


def plan(
    known: Set[Triple], found: Set[Triple], *, complete: bool, kept: Set[NamedNode] = frozenset()
) -> Diff:
    """Decide what turns the known triples into those that were found.

    A source that is not complete says nothing of the resources it leaves out: only those it found
    are replaced, with their parts. The subjects in `kept` stay as they are known: their new state
    was refused.
    """
    found = {triple for triple in found if triple.subject not in kept}
    replaced = _subjects(known) if complete else with_parts(_subjects(found), known)
    replaced -= kept
    gone = {triple for triple in known - found if triple.subject in replaced}
    return Diff(frozenset(found - known), frozenset(gone))


def _subjects(triples: Iterable[Triple]) -> set[NamedNode]:
    return {subject_of(triple) for triple in triples}
