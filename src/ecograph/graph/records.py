"""Triples as records: one resource each, with the parts that only it has."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ecograph.errors import MalformedFile
from ecograph.graph.terms import subject_of

GENID = "/.well-known/genid/"

Node = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one source says of one resource, and where it says it."""

    subject: NamedNode
    triples: frozenset[Triple]
    place: str


def skolemise(triples: Iterable[Triple], base: str, source: str, *, place: str) -> list[Triple]:
    """Replace blank nodes by IRIs that depend on their content and on the resource that has them.

    The same file thus gives the same triples at every load, and a change in one blank node leaves
    the others as they are (RDF 1.1 Concepts, section 3.5). Two resources never share a part because
    it happens to say the same. Raises `MalformedFile` for blank nodes
    that refer to each other in a ring: nothing stable could name them.
    """
    triples = list(triples)
    if not any(isinstance(term, BlankNode) for t in triples for term in (t.subject, t.object)):
        return triples
    names = _Names(triples, f"{base}{GENID}{source}-")
    try:
        return [Triple(names.subject(t), t.predicate, names.of(t.object)) for t in triples]
    except (_Ring, RecursionError) as error:
        reason = "blank nodes refer to each other in a ring, or too deep: give them IRIs"
        raise MalformedFile(place, reason) from error


def group(triples: Iterable[Triple], place: str) -> list[Record]:
    """Gather triples by resource; a skolemised part goes with the resource that refers to it."""
    by_subject: dict[NamedNode, set[Triple]] = defaultdict(set)
    parents: dict[NamedNode, NamedNode] = {}
    for triple in triples:
        subject = subject_of(triple)
        by_subject[subject].add(triple)
        if isinstance(triple.object, NamedNode) and GENID in triple.object.value:
            known = parents.get(triple.object)
            if known is None or subject.value < known.value:
                parents[triple.object] = subject
    whose = owners(parents)
    gathered: dict[NamedNode, set[Triple]] = defaultdict(set)
    for subject, own in by_subject.items():
        gathered[whose.get(subject, subject)] |= own
    return [
        Record(subject=subject, triples=frozenset(gathered[subject]), place=place)
        for subject in sorted(gathered, key=lambda node: node.value)
    ]


def owners(parents: Mapping[NamedNode, NamedNode]) -> dict[NamedNode, NamedNode]:
    """Return the record that each part belongs to in the end; `parents` are what refers to each directly."""
    return {part: _owner(part, parents) for part in parents}


class _Ring(Exception):
    """Blank nodes that refer to each other in a ring have no content to name them by."""


class _Names:
    """IRIs for blank nodes, each made of a digest of what is said about it, and of whose it is."""

    def __init__(self, triples: Iterable[Triple], prefix: str) -> None:
        self._prefix = prefix
        self._said: dict[BlankNode, list[Triple]] = defaultdict(list)
        self._holders: dict[BlankNode, set[Node]] = defaultdict(set)
        self._known: dict[BlankNode, str] = {}
        self._open: set[BlankNode] = set()
        for triple in triples:
            if isinstance(triple.subject, BlankNode):
                self._said[triple.subject].append(triple)
            if isinstance(triple.object, BlankNode):
                self._holders[triple.object].add(triple.subject)
        self._owners = cache(self._find_owners)

    def subject(self, triple: Triple) -> NamedNode:
        return cast("NamedNode", self.of(triple.subject))

    def of(self, node: Node) -> Node:
        if not isinstance(node, BlankNode):
            return node
        whole = " ".join([self._digest(node), *sorted(self._owners(node))])
        return NamedNode(self._prefix + _digest(whole))

    def _digest(self, node: BlankNode) -> str:
        if node in self._known:
            return self._known[node]
        if node in self._open:
            raise _Ring
        self._open.add(node)
        said = sorted(f"{t.predicate} {self._text(t.object)}" for t in self._said.get(node, ()))
        self._open.discard(node)
        self._known[node] = _digest("\n".join(said))
        return self._known[node]

    def _find_owners(self, node: BlankNode) -> frozenset[str]:
        """The resources with an IRI that a blank node belongs to, directly or through others."""
        holders = self._holders[node]
        within = (self._owners(holder) for holder in holders if isinstance(holder, BlankNode))
        direct = (str(holder) for holder in holders if not isinstance(holder, BlankNode))
        return frozenset(direct).union(*within)

    def _text(self, node: Node) -> str:
        return self._digest(node) if isinstance(node, BlankNode) else str(node)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _owner(subject: NamedNode, parents: Mapping[NamedNode, NamedNode]) -> NamedNode:
    seen = {subject}
    while (parent := parents.get(subject)) is not None and parent not in seen:
        subject = parent
        seen.add(subject)
    return subject
