"""RDF terms as the graph holds them: once blank nodes are skolemised, IRIs and literals only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from ecograph.errors import ResourceNotFound
from ecograph.vocab import RDF, XSD

_KEPT_AS_WRITTEN = frozenset({XSD + "string", RDF + "langString"})

Object = NamedNode | Literal


def resource(iri: str) -> NamedNode:
    """Return the term of an IRI; raises `ResourceNotFound`, as nothing is known of what is no IRI."""
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise ResourceNotFound(iri) from error


def subject_of(statement: Triple | Quad) -> NamedNode:
    """Return the subject of a skolemised statement."""
    return cast("NamedNode", statement.subject)


def object_of(statement: Triple | Quad) -> Object:
    """Return the object of a skolemised statement."""
    return cast("Object", statement.object)


def graph_of(quad: Quad) -> str:
    """Return the IRI of the source graph that holds a quad."""
    return cast("NamedNode", quad.graph_name).value


def canonical(triples: Iterable[Triple]) -> set[Triple]:
    """Return triples as the embedded engine holds them: it keeps numbers, days and durations by value."""
    kept: set[Triple] = set()
    store = Store()
    for triple in triples:
        value = triple.object
        if isinstance(value, Literal) and value.datatype.value not in _KEPT_AS_WRITTEN:
            store.add(in_graph(triple, DefaultGraph()))
        else:
            kept.add(triple)
    return kept.union(quad.triple for quad in store)


def in_graph(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    """Return a triple as a quad of a graph."""
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def instant(text: str) -> datetime:
    """Return the instant that a text tells, in UTC where it names no zone; the first for what is none."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
