"""What the ontology's files say of each resource, and which properties its shapes give one value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat

from ecograph.assets import ONTOLOGY
from ecograph.vocab import SH

Said = Mapping[str, Sequence[NamedNode | Literal]]
"""What is said of one resource, by property."""


@cache
def read_about(name: str, folder: str = "") -> Mapping[str, Said]:
    """Return what a file of the ontology says of each resource that has an IRI."""
    said: dict[str, dict[str, list[NamedNode | Literal]]] = defaultdict(lambda: defaultdict(list))
    for quad in pyoxigraph.parse((ONTOLOGY / folder / name).read_bytes(), format=RdfFormat.TURTLE):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            said[quad.subject.value][quad.predicate.value].append(quad.object)
    return {subject: dict(about) for subject, about in said.items()}


@cache
def single_valued() -> frozenset[str]:
    """Return the properties that have one value at most, in each language, whatever they are said of."""
    several: dict[str, bool] = {}
    for field in read_about("shapes.ttl").values():
        if any(severity.value == SH + "Violation" for severity in field.get(SH + "severity", ())):
            for path in field.get(SH + "path", ()):
                limited = SH + "maxCount" in field or SH + "uniqueLang" in field
                several[path.value] = several.get(path.value, False) or not limited
    return frozenset(path for path, is_several in several.items() if not is_several)
