"""An update carried out on a copy of a level's store, and what it changed; runs in a child process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

import pyoxigraph
from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple

from ecograph.errors import BadQuery, EcographError, TooLarge
from ecograph.graph.entailment import Schema
from ecograph.graph.evaluation import bad_query
from ecograph.graph.terms import graph_of, in_graph
from ecograph.graph.updates import (
    DELETED,
    INSERTED,
    UNNAMED,
    Dataset,
    Journaled,
    Managed,
    Operation,
    alone,
    read_update,
)

# An update is held in memory, and its author waits; a larger change is a load.
MAX_CHANGED = 500_000

_UNSAID = (
    "a statement to delete is not among those that you added: say which source states it, with GRAPH or WITH"
)

_NOTHING_OWN = (
    "DEFAULT is here the source of your key, which says nothing yet: name the graph to be copied or moved"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """The copy that an update is carried out on, and how to read the graphs it does not name."""

    store: Store
    base: str
    own_graph: str
    kept_graphs: frozenset[str]


@dataclass(slots=True)
class Changes:
    """The quads that are there after some operations and were not before, and the reverse."""

    added: set[Quad] = field(default_factory=set)
    removed: set[Quad] = field(default_factory=set)


def answer(options: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return what an update changes as N-Quads, first what it adds; or why it is refused."""
    try:
        changes = _changes(options)
    except (SyntaxError, BadQuery) as error:
        bad = bad_query(error, options["text"]) if isinstance(error, SyntaxError) else error
        return {"error": "query", "message": bad.reason, "line": bad.line, "column": bad.column}, b""
    except MemoryError:
        return {"error": "memory"}, b""
    except (EcographError, OSError, RuntimeError, ValueError) as error:
        return {"error": "query", "message": str(error), "line": None, "column": None}, b""
    added, removed = _written(changes.added), _written(changes.removed)
    return {"added": len(added)}, added + removed


def _changes(options: Mapping[str, Any]) -> Changes:
    dataset = Dataset(default=tuple(options["default"]), named=tuple(options["named"]))
    operations = read_update(options["text"], dataset=dataset, limit=options["update_bytes"])
    _check_syntax(options["text"], operations, options["base"])
    place = Workplace(
        store=Store(options["store"]),
        base=options["base"],
        own_graph=options["own_graph"],
        kept_graphs=frozenset(options["kept_graphs"]),
    )
    return carry_out(place, operations)


def _check_syntax(text: str, operations: Sequence[Operation], base: str) -> None:
    """Have the engine read an update as it was sent; raises `SyntaxError`.

    It takes no prologue but the first, so an update with others is read operation by operation.
    """
    try:
        _read_by_engine(text, base)
    except SyntaxError:
        for operation in operations:
            _read_by_engine(alone(text, operation), base)


def _read_by_engine(text: str, base: str) -> None:
    try:
        Store().update(text, base_iri=base)
    except (OSError, RuntimeError, ValueError):
        return  # a graph that is not there, where nothing is


def _written(quads: Iterable[Quad]) -> bytes:
    return pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS) or b""


def carry_out(place: Workplace, operations: Sequence[Operation]) -> Changes:
    """Return what operations, one after the other, change; raises `BadQuery` and `TooLarge`."""
    changes = Changes()
    for operation in operations:
        if isinstance(operation, Journaled):
            deleted, inserted = _journaled(place, operation)
        else:
            deleted, inserted = _managed(place, operation)
        _apply(place.store, changes, deleted, inserted)
        if operation is not operations[-1]:
            subjects = {q.subject for q in (*deleted, *inserted) if isinstance(q.subject, NamedNode)}
            _merge(place.store, subjects)
    return changes


def _merge(store: Store, subjects: Iterable[NamedNode]) -> None:
    """Bring the merge up to an operation, which the next one reads."""
    # An update of one operation does not wait for them: to import them takes longer than to carry it out.
    from ecograph.graph.store import aliases_in, merge

    merge(store, _schema(), aliases_in(store), subjects)


@cache
def _schema() -> Schema:
    from ecograph.graph.shipped import read_schema

    return read_schema()


def _apply(store: Store, changes: Changes, deleted: Iterable[Quad], inserted: Iterable[Quad]) -> None:
    for quad in deleted:
        if quad in store:
            store.remove(quad)
            _move(quad, changes.added, changes.removed)
    for quad in inserted:
        if quad not in store:
            store.add(quad)
            _move(quad, changes.removed, changes.added)
    if len(changes.added) + len(changes.removed) > MAX_CHANGED:
        raise TooLarge("the update", MAX_CHANGED, "changed statements: load a file instead")


def _move(quad: Quad, undone: set[Quad], done: set[Quad]) -> None:
    if quad in undone:
        undone.remove(quad)
    else:
        done.add(quad)


def _journaled(place: Workplace, operation: Journaled) -> tuple[list[Quad], list[Quad]]:
    place.store.update(operation.text, base_iri=place.base)
    found: dict[str, list[Quad]] = defaultdict(list)
    for journal in _journals(place.store):
        prefix = DELETED if journal.value.startswith(DELETED) else INSERTED
        name = journal.value.removeprefix(prefix)
        quads = _graph(place.store, journal, NamedNode(place.own_graph if name == UNNAMED else name))
        if prefix == DELETED and name == UNNAMED:
            _check_own(place.store, quads)
        found[prefix] += quads
        place.store.remove_graph(journal)
    return found[DELETED], found[INSERTED]


def _journals(store: Store) -> list[NamedNode]:
    graphs = (graph for graph in store.named_graphs() if isinstance(graph, NamedNode))
    return [graph for graph in graphs if graph.value.startswith((DELETED, INSERTED))]


def _check_own(store: Store, quads: Iterable[Quad]) -> None:
    """Refuse to delete silently nothing, where what the default graph shows is another source's."""
    for quad in quads:
        if quad not in store and Quad(*quad.triple) in store:
            raise BadQuery(f"{_UNSAID}: {quad.triple}")


def _managed(place: Workplace, operation: Managed) -> tuple[list[Quad], list[Quad]]:
    graphs = [_resolved(place, operation, graph) for graph in operation.graphs]
    if operation.verb in {"CLEAR", "DROP"}:
        return _cleared(place, operation, graphs[0]), []
    if operation.verb == "CREATE":
        if _exists(place, graphs[0]) and not operation.silent:
            raise BadQuery(f"the graph {graphs[0]} exists already")
        return [], []  # a graph exists here as soon as something is in it
    return _transferred(place, operation, graphs[0], graphs[1])


def _cleared(place: Workplace, operation: Managed, graph: str) -> list[Quad]:
    if graph not in {"ALL", "NAMED"}:
        _must_exist(place, operation, graph)
        return _graph(place.store, NamedNode(graph))
    left = place.kept_graphs | ({place.own_graph} if graph == "NAMED" else set())
    names = [name for name in place.store.named_graphs() if isinstance(name, NamedNode)]
    wanted = (name for name in names if name.value not in left)
    return [quad for name in wanted for quad in _graph(place.store, name)]


def _transferred(
    place: Workplace, operation: Managed, source: str, target: str
) -> tuple[list[Quad], list[Quad]]:
    if not _exists(place, source):
        if not operation.silent:
            raise BadQuery(_NOTHING_OWN if source == place.own_graph else f"no graph {source}")
        return [], []  # what is not there replaces nothing
    if source == target:
        return [], []
    there = _graph(place.store, NamedNode(source))
    copied = [in_graph(quad.triple, NamedNode(target)) for quad in there]
    if operation.verb == "ADD":
        return [], copied
    replaced = _graph(place.store, NamedNode(target))
    return [*replaced, *(there if operation.verb == "MOVE" else ())], copied


def _must_exist(place: Workplace, operation: Managed, graph: str) -> None:
    if not operation.silent and graph != place.own_graph and not _exists(place, graph):
        raise BadQuery(f"no graph {graph}")


def _exists(place: Workplace, graph: str) -> bool:
    return place.store.contains_named_graph(NamedNode(graph))


def _resolved(place: Workplace, operation: Managed, graph: str) -> str:
    if graph == "DEFAULT":
        return place.own_graph
    if graph in {"ALL", "NAMED"}:
        return graph
    query = f"{operation.prologue}SELECT ({graph} AS ?graph) WHERE {{}}"
    answer = place.store.query(query, base_iri=place.base)
    if not isinstance(answer, QuerySolutions):
        raise BadQuery(f"expected the IRI of a graph: {graph}")
    return next(str(solution["graph"].value) for solution in answer)


def _graph(store: Store, graph: NamedNode, renamed: NamedNode | None = None) -> list[Quad]:
    quads = islice(store.quads_for_pattern(None, None, None, graph), MAX_CHANGED + 1)
    return [in_graph(quad.triple, renamed) for quad in quads] if renamed else list(quads)


def by_graph(quads: Iterable[Quad]) -> dict[str, set[Triple]]:
    """Return the triples of quads by their graph."""
    grouped: dict[str, set[Triple]] = defaultdict(set)
    for quad in quads:
        grouped[graph_of(quad)].add(quad.triple)
    return grouped
