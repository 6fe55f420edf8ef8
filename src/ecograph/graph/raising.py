"""What becomes of decisions on records when fewer may see one of them than before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Triple

from ecograph.graph.aliases import holds_decisions, rulings
from ecograph.graph.plan import Diff
from ecograph.graph.ports import GraphStore
from ecograph.graph.terms import subject_of
from ecograph.model import Level

Moved = tuple[str, Level, Diff]


def raised(store: GraphStore, graph: str, level: Level, target: str) -> Iterator[Moved]:
    """Yield how decisions go up when a graph does: out of lower graphs, into `target` at the new level.

    They are those on records that nothing else describes for whoever could see the decision.
    """
    moved: set[Triple] = set()
    for held, seen in sorted(store.graphs().items()):
        if holds_decisions(held) and seen < level:
            gone = set(_gone(store, held, seen, graph))
            if gone:
                moved |= gone
                yield held, seen, Diff(frozenset(), frozenset(gone))
    if moved:
        yield target, level, Diff(frozenset(moved), frozenset())


def _gone(store: GraphStore, held: str, seen: Level, graph: str) -> Iterator[Triple]:
    triples = store.triples(held)
    others = [
        name
        for name, lowest in store.graphs().items()
        if lowest <= seen and name != graph and not holds_decisions(name)
    ]
    hidden = {
        ruling.decision
        for ruling in rulings(triples)
        if not all(_is_described(store, node, others) for node in ruling.pair)
        and any(store.statements(graph, subject=node) for node in ruling.pair)
    }
    return (triple for triple in triples if subject_of(triple) in hidden)


def _is_described(store: GraphStore, node: NamedNode, graphs: Iterable[str]) -> bool:
    return any(store.statements(graph, subject=node) for graph in graphs)
