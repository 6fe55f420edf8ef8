"""Literals as pySHACL compares them: of two that cannot be compared, none is less than the other.

rdflib raises for some such pairs (a day that is none, a day and a number), and orders others somehow;
by SHACL (4.5.4 `sh:lessThanOrEquals`) they are violations.
"""

from __future__ import annotations

from typing import Any

from rdflib import Graph, Literal


class Comparable(Literal):
    """A literal that is compared by its value, if it has one."""

    def __le__(self, other: Any) -> bool:
        try:
            return bool(self.value <= other.value)
        except (AttributeError, TypeError):
            return False

    __hash__ = Literal.__hash__


def made_comparable(graph: Graph) -> Graph:
    """Have all literals of a graph that have a datatype compared by their values; return it."""
    for subject, predicate, value in list(graph):
        if isinstance(value, Literal) and value.datatype is not None:
            graph.remove((subject, predicate, value))
            graph.add((subject, predicate, Comparable(str(value), datatype=value.datatype, normalize=False)))
    return graph
