"""Literals that a server does not give back as they were written, kept beside the graph.

Some servers make one of `1` and `1.0`, and lose the seventh digit of a second. For each subject and
property with such a value, a twin graph keeps every typed literal under a datatype of its own,
which no server touches; the graph itself holds values that the server can compute with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple, cast

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.graph.terms import Object, object_of, subject_of
from ecograph.vocab import RDF, XSD

_EXACT = "urn:ecograph:exact:"
_TEXTS = frozenset({XSD + "string", RDF + "langString"})

Group = tuple[NamedNode, NamedNode]
"""A subject and a property."""


class Written(NamedTuple):
    """Triples as a server holds them: the graph's own, and those of its twin."""

    own: set[Triple]
    twin: set[Triple]


def is_typed(term: object) -> bool:
    """Tell whether a term is a literal that is no text."""
    return isinstance(term, Literal) and term.datatype.value not in _TEXTS


def sealed(literal: Literal) -> Literal:
    """Return a literal under a datatype that no server knows."""
    return Literal(literal.value, datatype=NamedNode(_EXACT + literal.datatype.value))


def unsealed(term: Object) -> Object:
    """Return the literal that was sealed; any other term as it is."""
    if isinstance(term, Literal) and term.datatype.value.startswith(_EXACT):
        return Literal(term.value, datatype=NamedNode(term.datatype.value.removeprefix(_EXACT)))
    return term


def group_of(triple: Triple) -> Group:
    """Return the group that a triple belongs to."""
    return subject_of(triple), triple.predicate


def write(triples: Iterable[Triple], held: Callable[[Literal], Literal]) -> Written:
    """Return how a server holds some triples; `held` gives the literal that it can keep in place of one.

    All triples of a group must be given together.
    """
    groups: dict[Group, list[Triple]] = defaultdict(list)
    for triple in triples:
        groups[group_of(triple)].append(triple)
    written = Written(set(), set())
    for found in groups.values():
        kept = {triple: _held(triple, held) for triple in found}
        written.own.update(kept.values())
        typed = [triple for triple in found if is_typed(triple.object)]
        # Values of two types may be one to a server: 1, 1.0 and true.
        mixed = len({_datatype(triple) for triple in typed}) > 1
        if mixed or any(triple != other for triple, other in kept.items()):
            written.twin.update(_sealed(triple) for triple in typed)
    return written


def read(written: Written) -> set[Triple]:
    """Return the triples that a server holds in this way."""
    exact = {group_of(triple) for triple in written.twin}
    own = {t for t in written.own if not (is_typed(t.object) and group_of(t) in exact)}
    return own | {Triple(t.subject, t.predicate, unsealed(object_of(t))) for t in written.twin}


def _held(triple: Triple, held: Callable[[Literal], Literal]) -> Triple:
    if isinstance(triple.object, Literal) and is_typed(triple.object):
        return Triple(triple.subject, triple.predicate, held(triple.object))
    return triple


def _sealed(triple: Triple) -> Triple:
    return Triple(triple.subject, triple.predicate, sealed(cast("Literal", triple.object)))


def _datatype(triple: Triple) -> str:
    return cast("Literal", triple.object).datatype.value
