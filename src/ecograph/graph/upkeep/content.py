"""What a published state holds of one graph, in its canonical form."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from ecograph.graph.ports import Reader
from ecograph.graph.terms import in_graph
from ecograph.model import Level


def canonical(triples: Iterable[Triple], graph: str) -> list[bytes]:
    """Return the lines of a graph's canonical N-Quads.

    Nodes have names here, so that the canonical form (RDFC-1.0) is the sorted lines.
    """
    node = NamedNode(graph)
    content = serialize((in_graph(triple, node) for triple in triples), format=RdfFormat.N_QUADS) or b""
    return sorted(content.splitlines(keepends=True))


def digest_of(lines: Iterable[bytes]) -> str:
    """Return the SHA-256 of canonical lines."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
    return digest.hexdigest()


def lowest_levels(reader: Reader) -> dict[str, Level]:
    """Return the graphs of a published state, each with the lowest level that sees it."""
    found: dict[str, Level] = {}
    for level in Level:
        for graph in reader.graphs(level):
            found.setdefault(graph, level)
    return found
