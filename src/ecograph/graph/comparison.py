"""What a load changes, decided resource by resource from what is staged, and written down in portions."""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Triple

from ecograph.graph.activity import ACTIVITY_TYPED, activities, outlived
from ecograph.graph.ledger import Packed
from ecograph.graph.records import GENID
from ecograph.graph.staging import Beside, Staging, split_lines
from ecograph.vocab import DCT

_PUBLISHER = NamedNode(DCT + "publisher")
# Statements of one change: memory holds those of one at a time, some hundred bytes each.
PORTION = 20_000


@dataclass(slots=True)
class Counts:
    """How many statements come and go, and how many records the graph held, are left and are lost."""

    added: int = 0
    removed: int = 0
    held: int = 0
    found: int = 0
    lost: int = 0
    left: int = 0
    """Of those that are found, and those that are held and kept as they were."""


@dataclass(slots=True)
class Comparison:
    """Compares what was found of a source with what its graph says.

    A source that is not complete says nothing of the resources it leaves out: only those it found
    are replaced, with their parts. Those that are refused, and runs, stay as they are known.
    """

    staging: Staging
    graph: str
    complete: bool
    refused: Set[str] = frozenset()
    portion: int = PORTION
    outlived: frozenset[Triple] = frozenset()
    """What is said of runs that another one makes old."""
    counts: Counts = field(default_factory=Counts)
    _kept: set[str] = field(default_factory=set)
    _beside_found: set[str] = field(default_factory=set)
    _beside_known: set[str] = field(default_factory=set)

    def carry_out(self) -> Counts:
        """Compare all; what is to be written is then kept in portions."""
        runs = {t for run in self.staging.known_with(ACTIVITY_TYPED) for t in self.staging.known(run)}
        self.outlived = frozenset(outlived(runs))
        ran = {node.value for node in activities(runs)}
        self._kept = {*self.refused, *self.staging.parts_known(self.refused), *ran}
        self._beside_known = {self.graph, *_publishers(self.staging.known(self.graph)), *ran}
        self._beside_found = {self.graph, *_publishers(self.staging.found(self.graph))}
        added: list[str] = []
        removed: list[str] = []
        for one in self.staging.both():
            found = _lines(one.found) if one.owner not in self.refused else None
            known = _lines(one.known)
            self._count(one.subject, found, known)
            if one.subject not in self._kept:
                new, gone = self._changed(one, found, known)
                added += new
                removed += gone
            if len(added) + len(removed) >= self.portion:
                self._keep(added, removed)
        self._keep(added, removed)
        return self.counts

    def _changed(
        self, one: Beside, found: set[str] | None, known: set[str] | None
    ) -> tuple[Collection[str], Collection[str]]:
        if found is not None:
            return found - (known or set()), (known or set()) - found
        is_replaced = one.replaced is not None and one.replaced not in self.refused
        return (), known if known and (self.complete or is_replaced) else ()

    def _count(self, subject: str, found: set[str] | None, known: set[str] | None) -> None:
        if GENID in subject:
            return
        is_held = known is not None and subject not in self._beside_known
        is_found = found is not None and subject not in self._beside_found and not _is_run(found)
        is_kept = subject in self._kept
        self.counts.held += is_held
        self.counts.found += is_found
        self.counts.left += is_found or (is_held and is_kept)
        self.counts.lost += self.complete and is_held and not is_found and not is_kept

    def _keep(self, added: list[str], removed: list[str]) -> None:
        if added or removed:
            self.counts.added += len(added)
            self.counts.removed += len(removed)
            # Sorted, lines that are alike lie together, which packs better.
            self.staging.keep(Packed.of_lines(sorted(added), sorted(removed)))
            added.clear()
            removed.clear()


def _lines(text: str | None) -> set[str] | None:
    return None if text is None else set(split_lines(text))


def _is_run(lines: Collection[str]) -> bool:
    return any(ACTIVITY_TYPED in line for line in lines)


def _publishers(triples: Collection[Triple]) -> set[str]:
    return {t.object.value for t in triples if t.predicate == _PUBLISHER and isinstance(t.object, NamedNode)}
