"""Which records are one resource, as people decided, and the IRI that stands for it in the merge.

Decisions to merge are `eco:Decision`s in graphs of their own, `<base>/source/resolution-…`: one is on a
record, names the one it is merged into, and is only ever added to. Of a pair of records the last
decision holds. So what is merged follows from the decisions that a level sees, and from nothing else:
records are one that a chain of such pairs joins.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pyoxigraph import NamedNode, Quad, Triple

from ecograph.graph.terms import graph_of, in_graph, instant, object_of, subject_of
from ecograph.vocab import concept, eco

MERGED_INTO = NamedNode(eco("mergedInto"))
DECISION_ON = NamedNode(eco("decisionOn"))
KIND = NamedNode(eco("decisionKind"))
DECIDED_ON = NamedNode(eco("decidedOn"))
_BY, _REASON = NamedNode(eco("decidedBy")), NamedNode(eco("reason"))

MERGED, APART, UNDONE = (concept("decision-kinds", name) for name in ("fusionne", "rejete", "retire"))

_DECISIONS = re.compile(r"/source/resolution-[a-z0-9-]+$")
_OFFICIAL = re.compile(r"/(?:siren|siret|rna|ror|wikidata)-[^/]+$")

Pair = frozenset[NamedNode]


@lru_cache(maxsize=4_096)
def holds_decisions(graph: str) -> bool:
    """Say whether a graph is one of those that keep which records are one."""
    return _DECISIONS.search(graph) is not None


def is_official(iri: str) -> bool:
    """Say whether an IRI is made of an official number, the best name that a resource can have."""
    return _OFFICIAL.search(iri) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What was decided of two records: `MERGED`, `APART` or `UNDONE`."""

    decision: NamedNode
    record: NamedNode
    into: NamedNode
    kind: str
    on: str
    by: str = ""
    reason: str = ""

    @property
    def pair(self) -> Pair:
        return frozenset((self.record, self.into))


def rulings(triples: Iterable[Triple]) -> list[Ruling]:
    """Read the decisions on pairs of records, the oldest first; what is not one of these is passed over."""
    said: dict[NamedNode, dict[NamedNode, object]] = defaultdict(dict)
    for triple in triples:
        said[subject_of(triple)][triple.predicate] = object_of(triple)
    found = (_ruling(decision, about) for decision, about in said.items())
    return sorted((r for r in found if r), key=lambda r: (instant(r.on), r.decision.value))


def _ruling(decision: NamedNode, about: Mapping[NamedNode, object]) -> Ruling | None:
    record, into, kind = (about.get(name) for name in (DECISION_ON, MERGED_INTO, KIND))
    if not (isinstance(record, NamedNode) and isinstance(into, NamedNode) and isinstance(kind, NamedNode)):
        return None
    on, by, reason = (getattr(about.get(name), "value", "") for name in (DECIDED_ON, _BY, _REASON))
    return Ruling(decision=decision, record=record, into=into, kind=kind.value, on=on, by=by, reason=reason)


@dataclass(frozen=True)
class Aliases:
    """The IRIs that stand for others in one merge, and all that was ever decided of them."""

    rulings: tuple[Ruling, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.mapping)

    @cached_property
    def mapping(self) -> Mapping[NamedNode, NamedNode]:
        """Each record that another stands for, and that one."""
        return {node: kept for kept, members in self._members.items() for node in members if node != kept}

    @cached_property
    def _members(self) -> Mapping[NamedNode, tuple[NamedNode, ...]]:
        return {kept: (kept, *sorted(others, key=_value)) for kept, others in _grouped(self._merges).items()}

    @cached_property
    def holding(self) -> Mapping[Pair, Ruling]:
        """The last decision on each pair."""
        return {ruling.pair: ruling for ruling in self.rulings}

    @cached_property
    def known(self) -> frozenset[NamedNode]:
        """Every record that was ever decided on."""
        return frozenset(node for ruling in self.rulings for node in ruling.pair)

    def kept(self, node: NamedNode) -> NamedNode:
        """Return the record that stands for one: itself, where it was not merged."""
        return self.mapping.get(node, node)

    def members(self, node: NamedNode) -> tuple[NamedNode, ...]:
        """Return the records that one stands for, itself first; none for one that another stands for."""
        if node in self.mapping:
            return ()
        return self._members.get(node, (node,))

    def own(self, node: NamedNode) -> tuple[NamedNode, ...]:
        """Return all records of the resource that a record is of."""
        return self.members(self.kept(node))

    def apart(self, one: NamedNode, other: NamedNode) -> bool:
        """Say whether a person keeps any records of two resources apart."""
        return any(ruling.kind == APART for ruling in self.between(one, other))

    def between(self, one: NamedNode, other: NamedNode) -> Iterator[Ruling]:
        """Yield the last decisions on records of two resources, those taken back included."""
        theirs = set(self.own(other))
        for node in self.own(one):
            yield from (self.holding[pair] for pair in self._pairs_of.get(node, ()) if pair & theirs - {node})

    def apply(self, triple: Triple) -> Triple:
        """Return a triple as the merge says it."""
        subject, value = self.kept(subject_of(triple)), object_of(triple)
        if isinstance(value, NamedNode):
            value = self.kept(value)
        if subject == triple.subject and value == triple.object:
            return triple
        return Triple(subject, triple.predicate, value)

    def apply_to(self, quad: Quad) -> Quad:
        """Return a quad with its triple as the merge says it; decisions name records as they are."""
        if not self or holds_decisions(graph_of(quad)):
            return quad
        return in_graph(self.apply(quad.triple), quad.graph_name)  # type: ignore[arg-type]

    def links(self, node: NamedNode) -> set[Triple]:
        """Return what the merge says of a record that another stands for: which one does."""
        kept = self.mapping.get(node)
        return set() if kept is None else {Triple(node, MERGED_INTO, kept)}

    def all_links(self) -> Iterator[Triple]:
        """Yield the links of all records that others stand for."""
        for node in self.mapping:
            yield from self.links(node)

    def around(self, nodes: Iterable[NamedNode]) -> set[NamedNode]:
        """Return every record that may ever have been one with some, those included that were decided on."""
        found = set(nodes)
        pending = list(found & self.known)
        while pending:
            for pair in self._pairs_of.get(pending.pop(), ()):
                fresh = pair - found
                found |= fresh
                pending += fresh
        return found

    @property
    def _merges(self) -> Iterator[Ruling]:
        """Yield what merges two records now, in the order in which it was decided."""
        for ruling in self.rulings:
            if ruling.kind == MERGED and ruling.record != ruling.into and self.holding[ruling.pair] is ruling:
                yield ruling

    @cached_property
    def _pairs_of(self) -> Mapping[NamedNode, list[Pair]]:
        found: dict[NamedNode, list[Pair]] = defaultdict(list)
        for pair in self.holding:
            for node in pair:
                found[node].append(pair)
        return found


NO_ALIASES = Aliases()


def decided_in(triples: Iterable[Triple]) -> set[NamedNode]:
    """Return the records that some decisions name."""
    return {
        object_of(triple)  # type: ignore[misc]
        for triple in triples
        if triple.predicate in (DECISION_ON, MERGED_INTO) and isinstance(triple.object, NamedNode)
    }


def _grouped(merges: Iterable[Ruling]) -> dict[NamedNode, set[NamedNode]]:
    """Return the records that each one stands for, as decisions merge them one after the other.

    The one that stands for the record merged into stands for both.
    """
    kept_of: dict[NamedNode, NamedNode] = {}
    others: dict[NamedNode, set[NamedNode]] = {}
    for ruling in merges:
        given_up, kept = (kept_of.get(node, node) for node in (ruling.record, ruling.into))
        if given_up != kept:
            moved = {given_up} | others.pop(given_up, set())
            others.setdefault(kept, set()).update(moved)
            kept_of.update(dict.fromkeys(moved, kept))
    return others


def _value(node: NamedNode) -> str:
    return node.value
