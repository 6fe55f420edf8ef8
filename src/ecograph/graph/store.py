"""The writer's stores: one for each level, each with its sources' graphs and their merge.

Visibility is physical: a graph is not in the store of a level that may not see it, so no query
can reach it. The default graph of a store holds the merged triples of its graphs, each once, and
what follows from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from ecograph.errors import StorageFailed
from ecograph.graph.entailment import Schema
from ecograph.graph.home import making
from ecograph.graph.ledger import Change
from ecograph.graph.terms import in_graph, subject_of
from ecograph.model import Level

_MERGED = DefaultGraph()


class EmbeddedStore:
    """Oxigraph stores in a folder, written by one process."""

    def __init__(self, folder: Path, schema: Schema) -> None:
        self._schema = schema
        with guarded("open the stores"):
            for level in Level:
                (folder / level.slug).mkdir(parents=True, exist_ok=True)
            self._stores = {level: Store(str(folder / level.slug)) for level in Level}

    def triples(self, graph: str, level: Level = Level.PRIVATE) -> set[Triple]:
        """Return what one source states, without what follows from it."""
        store = self._stores[level]
        return {quad.triple for quad in store.quads_for_pattern(None, None, None, NamedNode(graph))}

    def about(self, subject: NamedNode) -> set[Triple]:
        """Return what all sources together say of a resource, and what follows from it."""
        store = self._stores[Level.PRIVATE]
        return {quad.triple for quad in store.quads_for_pattern(subject, None, None, _MERGED)}

    def apply(self, change: Change) -> None:
        """Make a change; making it again changes nothing."""
        graph = NamedNode(change.graph)
        with guarded(f"write the graph {change.graph}"):
            for level, store in self._stores.items():
                if level >= change.level:
                    _write(store, graph, change)
                    self._merge(store, change.diff.subjects)
                elif store.contains_named_graph(graph):
                    subjects = {subject_of(q) for q in store.quads_for_pattern(None, None, None, graph)}
                    store.remove_graph(graph)
                    self._merge(store, subjects)

    def merge_all(self) -> None:
        """Merge every resource again: the ontology changed, and with it what follows."""
        with guarded("merge the graphs"):
            for store in self._stores.values():
                self._merge(store, {subject_of(quad) for quad in store})

    def publish(self, folder: Path) -> None:
        """Copy the stores, as they are now, to a folder that readers may open."""
        with guarded("publish a snapshot"), making(folder) as scratch:
            for level, store in self._stores.items():
                store.flush()
                # RocksDB makes a checkpoint of hard links: quick, and independent of later writes.
                store.backup(str(scratch / level.slug))

    def _merge(self, store: Store, subjects: Iterable[NamedNode]) -> None:
        added: list[Quad] = []
        for subject in subjects:
            quads = list(store.quads_for_pattern(subject, None, None, None))
            merged = {quad.triple for quad in quads if quad.graph_name == _MERGED}
            stated = (quad.triple for quad in quads if quad.graph_name != _MERGED)
            wanted = self._schema.entail(stated)
            for triple in merged - wanted:
                store.remove(in_graph(triple, _MERGED))
            added.extend(in_graph(triple, _MERGED) for triple in wanted - merged)
        store.extend(added)


@contextmanager
def guarded(doing: str) -> Iterator[None]:
    """Turn what the database raises into a `StorageFailed` that says what was being done."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise StorageFailed(doing, error) from error


def _write(store: Store, graph: NamedNode, change: Change) -> None:
    for triple in change.diff.removed:
        store.remove(in_graph(triple, graph))
    store.extend(in_graph(triple, graph) for triple in change.diff.added)
