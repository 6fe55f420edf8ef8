"""From what a server holds of some resources to what it should: the updates in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from pyoxigraph import NamedNode, Triple

from ecograph.errors import ServerFailed
from ecograph.graph import exact
from ecograph.graph.dialects import Dialect
from ecograph.graph.exact import Group, Written, group_of
from ecograph.graph.remote_http import Endpoint
from ecograph.graph.reserved import TWIN

# Compilers of updates run out of memory beyond some thousands of lines.
_LINES = 1_000
_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Held:
    """What a server holds of some resources, by graph, as it holds it."""

    by_graph: Mapping[str, set[Triple]]

    def written(self, graph: str) -> Written:
        return Written(self.by_graph.get(graph, set()), self.by_graph.get(graph + TWIN, set()))

    def triples(self, graph: str) -> set[Triple]:
        """Return what a graph states of the resources."""
        return exact.read(self.written(graph))


def read_resources(endpoint: Endpoint, subjects: Iterable[NamedNode], graphs: Iterable[str]) -> Held:
    """Return what some graphs of a server hold of some resources."""
    twins = endpoint.dialect.twins
    known = {name for graph in graphs for name in ((graph, graph + TWIN) if twins else (graph,))}
    names = " ".join(str(subject) for subject in subjects)
    text = f"SELECT ?g ?s ?p ?o {{ VALUES ?s {{ {names} }} GRAPH ?g {{ ?s ?p ?o }} }}"
    found: dict[str, set[Triple]] = defaultdict(set)
    for graph, subject, predicate, term in endpoint.select(text, known):
        name = cast("NamedNode", graph).value
        if name in known:
            found[name].add(
                Triple(cast("NamedNode", subject), cast("NamedNode", predicate), cast("NamedNode", term))
            )
    return Held(found)


def rewriting(held: Held, wanted: Mapping[str, set[Triple]], dialect: Dialect) -> Iterator[str]:
    """Return updates that make a server hold what is wanted of the resources, in each graph given.

    The twins come last: until they are as wanted, the next attempt writes their groups again.
    """
    edits: list[_Edit] = []
    twins: list[_Edit] = []
    for graph, triples in wanted.items():
        _check_lengths(triples, dialect)
        edit, twin = _edits(graph, held.written(graph), triples, dialect)
        edits.append(edit)
        twins.append(twin)
    operations = (operation for edit in (*edits, *twins) for operation in edit.updates())
    return _chunks(operations, separator=" ;\n")


@dataclass(frozen=True, slots=True)
class _Edit:
    """What is taken out of one graph, wholly by group or triple by triple, and what is put in."""

    graph: str
    groups: set[Group]
    removed: set[Triple]
    added: set[Triple]

    def updates(self) -> Iterator[str]:
        name = f"GRAPH <{self.graph}>"
        for subject, predicate in sorted(self.groups, key=str):
            yield f"DELETE WHERE {{ {name} {{ {subject} {predicate} ?o }} }}"
        for verb, triples in (("DELETE", self.removed), ("INSERT", self.added)):
            for lines in _chunks(f"{triple} ." for triple in sorted(triples, key=str)):
                yield f"{verb} DATA {{ {name} {{\n{lines}\n}} }}"


def _edits(graph: str, held: Written, triples: set[Triple], dialect: Dialect) -> tuple[_Edit, _Edit]:
    wanted = exact.write(triples, dialect.held) if dialect.twins else Written(triples, set())
    twin = _Edit(graph + TWIN, set(), held.twin - wanted.twin, wanted.twin - held.twin)
    # What a server changed cannot be named to delete it: such a group is written anew, or left as it is.
    changed = {group_of(triple) for triple in held.twin ^ wanted.twin}
    own = {group_of(triple) for triple in held.twin | wanted.twin}
    removed = {t for t in held.own - wanted.own if group_of(t) not in own}
    added = {t for t in wanted.own - held.own if group_of(t) not in own}
    anew = {triple for triple in wanted.own if group_of(triple) in changed}
    return _Edit(graph, changed, removed, added | anew), twin


def _chunks(texts: Iterable[str], separator: str = "\n") -> Iterator[str]:
    """Join texts as long as together they have no more lines and bytes than a request may have."""
    chunk: list[str] = []
    lines = size = 0
    for text in texts:
        more = text.count("\n") + 1
        if chunk and (lines + more > _LINES or size + len(text) > _BYTES):
            yield separator.join(chunk)
            chunk, lines, size = [], 0, 0
        chunk.append(text)
        lines += more
        size += len(text)
    if chunk:
        yield separator.join(chunk)


def _check_lengths(triples: Iterable[Triple], dialect: Dialect) -> None:
    limit = dialect.longest_iri()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode) and len(term.value) * 4 > limit < len(term.value.encode()):
                raise ServerFailed(
                    "write to the SPARQL server",
                    f"it cuts IRIs of more than {limit} bytes: {term.value[:80]}…",
                )
