"""What readers see: the stores as they were published, which never change again."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    Store,
    Triple,
)

from ecograph.graph.aliases import Aliases
from ecograph.graph.evaluation import bad_query
from ecograph.graph.home import hold
from ecograph.graph.levels import at_each_level
from ecograph.graph.ports import Answer, Row, solutions_of
from ecograph.graph.store import aliases_in, guarded
from ecograph.graph.terms import resource
from ecograph.model import Level


class Snapshot:
    """One published state of the graph, at every level."""

    def __init__(self, folder: Path) -> None:
        self.id = folder.name
        self.folder = folder
        self._aliases: dict[Level, Aliases] = {}
        with guarded("open the snapshot"):
            weakref.finalize(self, os.close, hold(folder))
            self._stores = at_each_level(lambda level: Store.read_only(str(folder / level.slug)))

    def query(self, level: Level, text: str) -> Answer:
        """Evaluate a query of ours; what users write runs in workers instead."""
        try:
            with guarded("read the snapshot"):
                return self._stores[level].query(text)
        except SyntaxError as error:
            raise bad_query(error, text) from error

    def rows(self, level: Level, text: str) -> list[Row]:
        """Return the solutions of a SELECT, each with its bound variables only."""
        with guarded("read the snapshot"):
            return solutions_of(self.query(level, text))

    def stated(self, level: Level, subject: str) -> list[Quad]:
        """Return what each source states of a resource, in a steady order."""
        store, aliases = self._stores[level], self.aliases(level)
        members = aliases.members(resource(subject))
        quads = (quad for node in members for quad in store.quads_for_pattern(node, None, None, None))
        with guarded(f"read {subject}"):
            return sorted(_said(quads, aliases), key=str)

    def stated_in(self, level: Level, graph: str) -> Iterator[Triple]:
        """Yield what one source states, as a level sees it."""
        with guarded(f"read the graph {graph}"):
            for quad in self._stores[level].quads_for_pattern(None, None, None, NamedNode(graph)):
                yield quad.triple

    def merged(self, level: Level, subject: str | None = None) -> Iterator[Triple]:
        """Yield what all sources together say, and what follows: of one, or of one after the other."""
        node = resource(subject) if subject else None
        with guarded("read the merged graph"):
            for quad in self._stores[level].quads_for_pattern(node, None, None, DefaultGraph()):
                yield quad.triple

    def referring(self, level: Level, target: str) -> list[Quad]:
        """Return what sources state of others that points to a resource, in a steady order."""
        store, aliases = self._stores[level], self.aliases(level)
        members = aliases.members(resource(target))
        quads = (quad for node in members for quad in store.quads_for_pattern(None, None, node, None))
        with guarded(f"read what points to {target}"):
            return sorted(_said(quads, aliases), key=str)

    def aliases(self, level: Level) -> Aliases:
        """Return which records are one, as a level sees it."""
        if level not in self._aliases:
            with guarded("read which records are one"):
                self._aliases[level] = aliases_in(self._stores[level])
        return self._aliases[level]

    def graphs(self, level: Level) -> Sequence[str]:
        """Return the IRIs of the source graphs that a level may see."""
        with guarded("read the names of the graphs"):
            return sorted(graph.value for graph in self._stores[level].named_graphs())

    def counts(self, level: Level) -> Mapping[str, int]:
        """Return how many triples each source graph holds that a level may see."""
        store = self._stores[level]
        with guarded("count the triples"):
            return {
                graph: sum(1 for _ in store.quads_for_pattern(None, None, None, NamedNode(graph)))
                for graph in self.graphs(level)
            }

    def size(self, level: Level) -> int:
        """Return the number of quads stored for a level."""
        with guarded("count the quads"):
            return len(self._stores[level])


def _said(quads: Iterable[Quad], aliases: Aliases) -> set[Quad]:
    """Return what sources state, in the names that the merge gives to resources."""
    return {aliases.apply_to(quad) for quad in quads if quad.graph_name != DefaultGraph()}
