"""RDF terms as the graph holds them: once blank nodes are skolemised, IRIs and literals only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from ecograph.errors import ResourceNotFound
from ecograph.vocab import RDF, XSD

_KEPT_AS_WRITTEN = frozenset({XSD + "string", RDF + "langString"})
_AS_VALUED = {
    XSD + "integer": re.compile(r"0|-?[1-9][0-9]{0,17}"),
    XSD + "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}

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
    valued: list[Triple] = []
    for triple in triples:
        kept.add(triple) if is_canonical(triple) else valued.append(triple)
    if valued:
        store = Store()
        store.extend([in_graph(triple, DefaultGraph()) for triple in valued])
        kept.update(quad.triple for quad in store)
    return kept


def is_canonical(triple: Triple) -> bool:
    """Whether the engine surely holds a triple as it is written."""
    value = triple.object
    if not isinstance(value, Literal) or value.language:
        return True
    datatype = value.datatype.value
    if datatype in _KEPT_AS_WRITTEN:
        return True
    return datatype in _AS_VALUED and _AS_VALUED[datatype].fullmatch(value.value) is not None


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
