"""The names of graphs that the stores give themselves, and nobody else may.

On a server that holds several levels, the merge of a level is a graph beside those of the sources: whoever
could write it, or have it taken for a source's, could read everything.
"""

from __future__ import annotations

from ecograph.model import Level

TWIN = "#exact"
"""What is added to a graph's IRI for the graph of its exact literals."""

_OWN = "urn:ecograph:"


def merged(base: str, level: Level) -> str:
    """Return the IRI of the graph that holds the merge of a level."""
    return f"{_levels(base)}{level.slug}"


def owner(base: str) -> str:
    """Return the IRI of the graph that tells which home writes the graphs of a base."""
    return f"{_levels(base)}owner"


def is_reserved(graph: str, base: str) -> bool:
    """Say whether no source's graph may have a name."""
    return graph.startswith((_levels(base), _OWN)) or graph.endswith(TWIN)


def _levels(base: str) -> str:
    return f"{base}/level/"
