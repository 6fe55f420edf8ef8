"""Graphs from one store to another, and how two stores are compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from pyoxigraph import DefaultGraph, NamedNode, Quad, Triple

from ecograph.errors import CopyDiffers
from ecograph.graph.ledger import Change
from ecograph.graph.plan import Diff
from ecograph.graph.ports import GraphStore
from ecograph.model import Level

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Digest:
    """How many quads a level sees, and a digest of them all, whatever their order."""

    quads: int
    digest: str


def digest(quads: Iterable[Quad]) -> Digest:
    """Return the digest of quads: the SHA-256 of their N-Quads lines in order."""
    lines = sorted(f"{quad} .\n" for quad in quads)
    whole = hashlib.sha256()
    for line in lines:
        whole.update(line.encode())
    return Digest(len(lines), whole.hexdigest())


def copy(source: GraphStore, target: GraphStore, report: Report = lambda _: None) -> dict[Level, Digest]:
    """Bring a store to what another holds, and return what both hold; only differences are written.

    Begun again after an interruption, it goes on where it was. Raises `CopyDiffers`.
    """
    levels = source.graphs()
    for graph in sorted(target.graphs().keys() - levels.keys()):
        report(f"removing {graph}")
        target.drop(graph)
    for graph, level in sorted(levels.items()):
        report(f"copying {graph}")
        bring(target, graph, level, source.triples(graph))
    return compare(source, target, report)


def compare(source: GraphStore, target: GraphStore, report: Report = lambda _: None) -> dict[Level, Digest]:
    """Return the digest of each level, the same in both stores; raises `CopyDiffers`."""
    digests: dict[Level, Digest] = {}
    for level in Level:
        report(f"comparing the level {level.slug}")
        digests[level] = digest(source.dump(level))
        found = digest(target.dump(level))
        if found != digests[level]:
            raise CopyDiffers(level.slug, digests[level].quads, found.quads)
    return digests


def bring(store: GraphStore, graph: str, level: Level, triples: set[Triple]) -> None:
    """Make a graph hold these triples, visible from a level on."""
    known, before = store.triples(graph), store.graphs().get(graph)
    diff = Diff(frozenset(triples - known), frozenset(known - triples))
    if before is not None and before != level:
        diff = diff.whole(known)
    if diff or before != level:
        store.apply(Change(sequence=0, source="", graph=graph, level=level, digest="", diff=diff))


def restored(store: GraphStore, quads: Iterable[Quad], levels: Mapping[str, Level]) -> None:
    """Replace all that a store holds by the source graphs of a dump, graph by graph."""
    found = set()
    for graph, triples in _by_graph(quads):
        if graph in levels:
            bring(store, graph, levels[graph], triples)
            found.add(graph)
    for graph in sorted(store.graphs().keys() - found):
        store.drop(graph)


def _by_graph(quads: Iterable[Quad]) -> Iterator[tuple[str, set[Triple]]]:
    for graph, group in groupby(quads, key=lambda quad: quad.graph_name):
        if isinstance(graph, NamedNode):
            yield graph.value, {quad.triple for quad in group}
        else:
            assert isinstance(graph, DefaultGraph)  # noqa: S101 - blank nodes name no graph of ours
            for _ in group:
                pass
