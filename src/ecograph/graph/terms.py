"""RDF terms as the graph holds them: once blank nodes are skolemised, IRIs and literals only."""

from __future__ import annotations

from typing import cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from ecograph.errors import ResourceNotFound

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


def in_graph(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    """Return a triple as a quad of a graph."""
    return Quad(triple.subject, triple.predicate, triple.object, graph)
