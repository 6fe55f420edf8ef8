"""What becomes of people's decisions when fewer may see what they are about: they go up with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.graph.aliases import DECISION_ON
from ecograph.graph.mentions import named_iri, read_mentions
from ecograph.graph.plan import Diff
from ecograph.graph.ports import GraphStore
from ecograph.graph.terms import Object, object_of, subject_of
from ecograph.model import Level
from ecograph.sources.description import (
    decisions_id,
    named_id,
    resolution_id,
    source_iri,
    stories_id,
    understood_id,
)
from ecograph.understanding.unknown import key_of
from ecograph.vocab import SKOS

Moved = tuple[str, Level, Diff]

_CALLED = NamedNode(SKOS + "altLabel")
_KEPT = (resolution_id, decisions_id, named_id)
_READ = tuple(understood_id("", seen) for seen in Level)


@dataclass(frozen=True)
class Raising:
    """What goes up with a source that is seen from a level on, where lower ones saw it before."""

    store: GraphStore
    base: str
    source: str
    level: Level

    def moves(self) -> Iterator[Moved]:
        """Yield the changes of the sources that lose statements below, then of those that get them."""
        gained: dict[str, set[Triple]] = defaultdict(set)
        for seen in Level:
            if seen < self.level:
                lost = _Hidden(self.store, self.base, self.source, seen).statements()
                for kept, (source, triples) in zip(_KEPT, lost.items(), strict=True):
                    if triples:
                        gained[kept(self.level)] |= triples
                        yield source, seen, Diff(frozenset(), frozenset(triples))
        for source, triples in gained.items():
            yield source, self.level, Diff(frozenset(triples), frozenset())


@dataclass(frozen=True)
class _Hidden:
    """What only a source, or what was read in it, tells a level: to be seen there no more."""

    store: GraphStore
    base: str
    source: str
    seen: Level

    def statements(self) -> dict[str, set[Triple]]:
        """Return what goes of each source that keeps what people decided."""
        decisions = {
            kept(self.seen): set(self._of_records(self._triples(kept(self.seen))))
            for kept in (resolution_id, decisions_id)
        }
        gone = {subject_of(triple) for triples in decisions.values() for triple in triples}
        names = self._triples(named_id(self.seen))
        return {**decisions, named_id(self.seen): {triple for triple in names if self._tells(triple, gone)}}

    def _of_records(self, triples: set[Triple]) -> Iterator[Triple]:
        """Yield the records that name something hidden, or such a record: a decision on a match, say."""
        naming: dict[Object, set[NamedNode]] = defaultdict(set)
        for triple in triples:
            naming[object_of(triple)].add(subject_of(triple))
        pending: list[Object] = [
            node for node in naming if isinstance(node, NamedNode) and self._is_hidden(node)
        ]
        gone: set[NamedNode] = set()
        while pending:
            fresh = naming.get(pending.pop(), set()) - gone
            gone |= fresh
            pending += fresh
        return (triple for triple in triples if subject_of(triple) in gone)

    def _tells(self, triple: Triple, gone: set[NamedNode]) -> bool:
        """Tell whether a statement on an organisation that texts named says what is hidden."""
        subject, value = subject_of(triple), triple.object
        if subject in gone or self._is_hidden(subject):
            return True
        if triple.predicate == _CALLED and isinstance(value, Literal):
            value = NamedNode(named_iri(self.base, key_of(value.value)))
        return isinstance(value, NamedNode) and self._is_hidden(value)

    def _is_hidden(self, node: NamedNode) -> bool:
        told = node in self._names or self._is_described(node, self._hiding)
        return told and not self._is_described(node, self._others)

    def _is_described(self, node: NamedNode, graphs: Iterable[str]) -> bool:
        return any(self.store.statements(graph, subject=node) for graph in graphs)

    def _triples(self, source: str) -> set[Triple]:
        graph = source_iri(self.base, source)
        return self.store.triples(graph) if self.store.level_of(graph) is not None else set()

    @cached_property
    def _names(self) -> frozenset[Object]:
        """The names that people decided on, and that only texts of this source bear."""
        decided = {object_of(t) for t in self._triples(decisions_id(self.seen)) if t.predicate == DECISION_ON}
        met = decided & set(self._met(self._hiding))
        return frozenset(met - set(self._met(self._others)) if met else met)

    def _met(self, graphs: Iterable[str]) -> Iterator[NamedNode]:
        """Yield what some graphs say that texts name, and the names by which organisations are met."""
        for graph in graphs:
            if graph.endswith(_READ):
                for mention in read_mentions(self.store.triples(graph)).values():
                    yield NamedNode(mention.target)
                    yield NamedNode(named_iri(self.base, key_of(mention.quote)))

    @cached_property
    def _hiding(self) -> tuple[str, ...]:
        """The graphs that are hidden: the source's, and of what was read in its texts."""
        sources = (self.source, *(understood_id(self.source, seen) for seen in Level if seen <= self.seen))
        return tuple(source_iri(self.base, source) for source in sources)

    @cached_property
    def _others(self) -> tuple[str, ...]:
        """The graphs by which a level goes on seeing what they describe."""
        following = (*_KEPT, stories_id)
        besides = {source_iri(self.base, kept(seen)) for kept in following for seen in Level}
        besides.update(self._hiding)
        return tuple(
            graph for graph, seen in self.store.graphs().items() if seen <= self.seen and graph not in besides
        )
