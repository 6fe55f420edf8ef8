"""The graph on a SPARQL server: one endpoint for all levels, or one for each.

A source's graph keeps its IRI; beside it, each level has a graph `<base>/level/<slug>` with the merge
of what it sees and what follows. On an endpoint of its own, a level has only the graphs it may see.
A change is written resource by resource, from what the server holds of each: writing it again after
a failure ends in the same state.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from ecograph.errors import ReservedGraph
from ecograph.graph import exact
from ecograph.graph.aliases import Aliases, decided_in, holds_decisions, rulings
from ecograph.graph.catalogue import Catalogue
from ecograph.graph.entailment import Schema
from ecograph.graph.home import making
from ecograph.graph.ledger import Change
from ecograph.graph.plan import Diff
from ecograph.graph.ports import Row
from ecograph.graph.remote_http import Endpoint
from ecograph.graph.remote_write import Held, read_resources, rewriting
from ecograph.graph.reserved import TWIN, is_reserved, merged
from ecograph.graph.terms import Object, canonical, in_graph, subject_of
from ecograph.graph.transfer import restored
from ecograph.model import Level

_SUBJECTS = 100
_ANY = NamedNode("urn:ecograph:any")

Select = Callable[[Level, str], list[Row]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which endpoint serves which level, and how the graphs there are called."""

    endpoints: Mapping[Level, Endpoint]
    base: str

    def merged(self, level: Level) -> str:
        """Return the IRI of the graph that holds the merge of a level."""
        return merged(self.base, level)

    def sites(self) -> Iterator[tuple[Endpoint, tuple[Level, ...]]]:
        """Yield each endpoint with the levels that it serves."""
        served: dict[int, list[Level]] = defaultdict(list)
        for level, endpoint in self.endpoints.items():
            served[id(endpoint)].append(level)
        for levels in served.values():
            yield self.endpoints[levels[0]], tuple(levels)


def triples_of(endpoint: Endpoint, graph: str, subject: NamedNode | None = None) -> set[Triple]:
    """Return what a graph of a server holds, of one resource or of all, as it was written."""
    if subject is not None:
        return read_resources(endpoint, [subject], [graph]).triples(graph)
    twin = _held(endpoint, graph + TWIN) if endpoint.dialect.twins else set()
    return exact.read(exact.Written(_held(endpoint, graph), twin))


def _held(endpoint: Endpoint, graph: str) -> set[Triple]:
    text = f"SELECT ?s ?p ?o {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    return {_triple(*row) for row in endpoint.select(text)}


def _triple(subject: object, predicate: object, term: object) -> Triple:
    return Triple(cast("NamedNode", subject), cast("NamedNode", predicate), cast("NamedNode", term))


def read_aliases(endpoint: Endpoint, graphs: Iterable[str]) -> Aliases:
    """Read which records are one, as some graphs of a server tell."""
    kept = sorted(graph for graph in graphs if holds_decisions(graph))
    return Aliases(tuple(rulings(t for graph in kept for t in triples_of(endpoint, graph))))


class RemoteStore:
    """The writer's side of a graph on a server."""

    def __init__(self, layout: Layout, catalogue: Catalogue, schema: Schema, select: Select) -> None:
        self._layout, self._catalogue, self._schema = layout, catalogue, schema
        self._select = select
        self._known_aliases: dict[Level, Aliases] = {}

    def triples(self, graph: str, level: Level = Level.PRIVATE) -> set[Triple]:
        """Return what one source states, without what follows from it."""
        if graph not in self._catalogue.visible(level):
            return set()
        return triples_of(self._layout.endpoints[level], graph)

    def stated(self, graph: str) -> Iterator[Triple]:
        """Yield the same, those of a resource one after the other."""
        return iter(sorted(self.triples(graph), key=lambda triple: subject_of(triple).value))

    def statements(
        self, graph: str, *, subject: NamedNode | None = None, value: Object | None = None
    ) -> set[Triple]:
        """Return what one source states of a subject, or with an object."""
        if graph not in self._catalogue.levels():
            return set()
        endpoint = self._layout.endpoints[Level.PRIVATE]
        found = triples_of(endpoint, graph, subject)
        wanted = {t.object for t in canonical([Triple(_ANY, _ANY, value)])} if value is not None else None
        return {triple for triple in found if wanted is None or triple.object in wanted}

    def about(self, subject: NamedNode, level: Level = Level.PRIVATE) -> set[Triple]:
        """Return what all sources that a level sees say of a resource, and what follows from it."""
        kept = self._aliases(level).kept(subject)
        found = triples_of(self._layout.endpoints[level], self._layout.merged(level), kept)
        return {Triple(subject, triple.predicate, triple.object) for triple in found}

    def copy(self, level: Level, folder: Path) -> None:
        """Put a store that holds what a level sees into a folder, to be written to and thrown away."""
        store = Store(str(folder))
        store.bulk_extend(self.dump(level))
        store.flush()

    def level_of(self, graph: str) -> Level | None:
        """Return the lowest level that sees a graph, or None when there is no such graph."""
        return self._catalogue.levels().get(graph)

    def optimize(self) -> None:
        """A server tidies up by itself."""

    def rows(self, level: Level, text: str) -> list[Row]:
        """Return the solutions of a SELECT of ours; on a server, what was written can be seen already."""
        return self._select(level, text)

    def graphs(self) -> Mapping[str, Level]:
        return self._catalogue.levels()

    def apply(self, change: Change) -> None:
        """Make a change; making it again changes nothing. Raises `ReservedGraph`."""
        if is_reserved(change.graph, self._layout.base):
            raise ReservedGraph(change.graph)
        change = replace(change, diff=_canonical(change.diff))
        before = self._catalogue.levels().get(change.graph)
        if before is not None and before < change.level:
            self._withdraw(change.graph, change.level, change.diff.subjects)
        for endpoint, levels in self._layout.sites():
            if levels[-1] >= change.level:
                self._rewrite(endpoint, levels, change.diff.subjects, change)
        self._regroup(change.graph, change.diff.added | change.diff.removed, change)
        # A graph of which nothing is left is none.
        endpoint = self._layout.endpoints[Level.PRIVATE]
        left = bool(change.diff.added) or bool(triples_of(endpoint, change.graph))
        if before != (level := change.level if left else None):
            self._catalogue.place(change.graph, level)

    def drop(self, graph: str) -> None:
        subjects = {subject_of(triple) for triple in self.triples(graph)}
        named = self.triples(graph) if holds_decisions(graph) else set()
        self._withdraw(graph, None, subjects)
        for endpoint, _ in self._layout.sites():
            self._clear(endpoint, graph)
        self._regroup(graph, named)

    def merge_all(self) -> None:
        """Merge every resource again: the ontology changed, and with it what follows."""
        for endpoint, levels in self._layout.sites():
            graphs = [*self._catalogue.visible(levels[-1]), *map(self._layout.merged, levels)]
            subjects = {subject_of(t) for graph in graphs for t in _held(endpoint, graph)}
            self._rewrite(endpoint, levels, subjects)

    def publish(self, folder: Path) -> None:
        """Note what there is to see; on a server, what was written can be seen already."""
        levels = {graph: level.slug for graph, level in sorted(self.graphs().items())}
        with making(folder) as scratch:
            (scratch / "graphs.json").write_text(json.dumps(levels, indent=1), "utf-8")

    def dump(self, level: Level) -> Iterator[Quad]:
        """Yield all that a level sees: its graphs one after the other, then their merge."""
        endpoint = self._layout.endpoints[level]
        for graph in sorted(self._catalogue.visible(level)):
            for triple in triples_of(endpoint, graph):
                yield in_graph(triple, NamedNode(graph))
        for triple in triples_of(endpoint, self._layout.merged(level)):
            yield in_graph(triple, DefaultGraph())

    def restore(self, quads: Iterable[Quad], levels: Mapping[str, Level]) -> None:
        """Replace everything by the source graphs of a dump, each visible from its level on."""
        restored(self, quads, levels)

    def close(self) -> None:
        """The connections belong to the deployment."""

    def _withdraw(self, graph: str, level: Level | None, subjects: Iterable[NamedNode]) -> None:
        """Take a graph from the levels below one, before anything else is written into it."""
        subjects = set(subjects) | {subject_of(triple) for triple in self.triples(graph)}
        self._catalogue.place(graph, level)
        for endpoint, levels in self._layout.sites():
            hidden = tuple(served for served in levels if level is None or served < level)
            if hidden and len(hidden) == len(levels):
                self._clear(endpoint, graph)
            if hidden:
                self._rewrite(endpoint, hidden, subjects)

    def _clear(self, endpoint: Endpoint, graph: str) -> None:
        names = (graph, graph + TWIN) if endpoint.dialect.twins else (graph,)
        for name in names:
            endpoint.update(f"CLEAR SILENT GRAPH <{name}>")

    def _rewrite(
        self,
        endpoint: Endpoint,
        levels: tuple[Level, ...],
        subjects: Iterable[NamedNode],
        change: Change | None = None,
    ) -> None:
        """Bring what a server holds of some resources to what it should."""
        for batch in self._batches(levels, subjects):
            held = read_resources(endpoint, batch, self._known(levels, change))
            for text in rewriting(held, self._wanted(levels, held, batch, change), endpoint.dialect):
                endpoint.update(text)

    def _batches(self, levels: tuple[Level, ...], subjects: Iterable[NamedNode]) -> Iterator[list[NamedNode]]:
        """Yield resources with all that they may be one with, which are written together."""
        # Whoever sees more may know more records to be one.
        aliases = [self._aliases(level) for level in levels]
        batch: dict[NamedNode, None] = {}
        for subject in sorted(subjects, key=lambda node: node.value):
            for known in aliases:
                batch.update(dict.fromkeys(known.own(subject)))
            if len(batch) >= _SUBJECTS:
                yield list(batch)
                batch = {}
        if batch:
            yield list(batch)

    def _aliases(self, level: Level) -> Aliases:
        """Return which records are one, as a level sees it."""
        if level not in self._known_aliases:
            visible = self._catalogue.visible(level)
            self._known_aliases[level] = read_aliases(self._layout.endpoints[level], visible)
        return self._known_aliases[level]

    def _regroup(self, graph: str, triples: Iterable[Triple], change: Change | None = None) -> None:
        """Merge again what decisions speak of, and all that points there, once they were written."""
        if not holds_decisions(graph):
            return
        if change is not None and change.diff.added and graph not in self._catalogue.levels():
            self._catalogue.place(graph, change.level)
        self._known_aliases.clear()
        named = decided_in(triples)
        for endpoint, levels in self._layout.sites():
            around = self._aliases(levels[-1]).around(named)
            names = " ".join(sorted(map(str, around)))
            text = f"SELECT DISTINCT ?s {{ VALUES ?o {{ {names} }} GRAPH ?g {{ ?s ?p ?o }} }}"
            graphs = self._known(levels, None)
            found = endpoint.select(text, graphs) if names else ()
            pointing = {cast("NamedNode", subject) for (subject,) in found}
            self._rewrite(endpoint, levels, around | pointing)

    def _known(self, levels: tuple[Level, ...], change: Change | None) -> set[str]:
        """Return the graphs of ours that a resource may be in."""
        known = {*self._catalogue.visible(levels[-1]), *map(self._layout.merged, levels)}
        return known | {change.graph} if change else known

    def _wanted(
        self, levels: tuple[Level, ...], held: Held, batch: Iterable[NamedNode], change: Change | None
    ) -> dict[str, set[Triple]]:
        """Return what graphs should say of some resources: the one that changes, and the merges."""
        lowest = dict(self._catalogue.levels())
        stated = {graph: held.triples(graph) for graph in lowest}
        wanted: dict[str, set[Triple]] = {}
        if change is not None:
            lowest[change.graph] = change.level
            known = held.triples(change.graph)
            wanted[change.graph] = (known - change.diff.removed) | _about(batch, change.diff)
            stated[change.graph] = wanted[change.graph]
        for level in levels:
            seen = {graph: triples for graph, triples in stated.items() if lowest[graph] <= level}
            wanted[self._layout.merged(level)] = self._merged(self._aliases(level), seen, batch)
        return wanted

    def _merged(
        self, aliases: Aliases, stated: Mapping[str, set[Triple]], batch: Iterable[NamedNode]
    ) -> set[Triple]:
        """Return what the merge says of some resources, given with all that they are one with."""
        said = (
            triple if holds_decisions(graph) else aliases.apply(triple)
            for graph, triples in stated.items()
            for triple in triples
        )
        return self._schema.entail(said).union(*map(aliases.links, batch))


def _canonical(diff: Diff) -> Diff:
    return Diff(frozenset(canonical(diff.added)), frozenset(canonical(diff.removed)))


def _about(batch: Iterable[NamedNode], diff: Diff) -> set[Triple]:
    subjects = set(batch)
    return {triple for triple in diff.added if triple.subject in subjects}
