"""Of several values for what has one, the one to use: as the trust in its source and its date say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple
from pyoxigraph import parse as parse_rdf

from ecograph.assets import ONTOLOGY
from ecograph.graph.ports import Reader
from ecograph.graph.terms import Object, graph_of, object_of
from ecograph.model import Iri, Level
from ecograph.vocab import DCT, SH, eco

# When a record was last looked at, by its source.
_DATES = frozenset({DCT + "modified", DCT + "date", eco("verifiedOn")})
_TRUST = 0.5

Rank = tuple[float, str]
"""The trust in a source, from 0 to 1, and the date of what it says, in ISO 8601; the higher, the better."""


@cache
def single_valued() -> frozenset[Iri]:
    """Return the properties that every shape gives one value, or one in each language."""
    said: dict[NamedNode, dict[str, str]] = defaultdict(dict)
    for quad in parse_rdf((ONTOLOGY / "shapes.ttl").read_bytes(), format=RdfFormat.TURTLE):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal | NamedNode):
            said[quad.subject][quad.predicate.value.removeprefix(SH)] = quad.object.value
    one: dict[Iri, bool] = {}
    for shape in said.values():
        if "path" in shape:
            single = shape.get("maxCount") == "1" or shape.get("uniqueLang") == "true"
            one[shape["path"]] = one.get(shape["path"], True) and single
    return frozenset(path for path, single in one.items() if single)


def contested(triples: Iterable[Triple]) -> frozenset[Iri]:
    """Return the properties that have several values, of one language, where there should be one."""
    values: dict[tuple[Iri, str | None], set[Object]] = defaultdict(set)
    for triple in triples:
        if triple.predicate.value in single_valued():
            term = object_of(triple)
            language = term.language if isinstance(term, Literal) else None
            values[triple.predicate.value, language].add(term)
    return frozenset(predicate for (predicate, _), terms in values.items() if len(terms) > 1)


def ranks(
    snapshot: Reader, level: Level, iri: Iri, predicates: frozenset[Iri]
) -> Mapping[tuple[Iri, Object], Rank]:
    """Return how far each value of some properties of a resource is to be believed."""
    stated = snapshot.stated(level, iri)
    dates: dict[Iri, str] = defaultdict(str)
    for quad in stated:
        if quad.predicate.value in _DATES and isinstance(quad.object, Literal):
            dates[graph_of(quad)] = max(dates[graph_of(quad)], quad.object.value)
    trust = {graph: _trust(snapshot, level, graph) for graph in {graph_of(quad) for quad in stated}}
    found: dict[tuple[Iri, Object], Rank] = {}
    for quad in stated:
        if quad.predicate.value in predicates:
            key, graph = (quad.predicate.value, object_of(quad)), graph_of(quad)
            found[key] = max(found.get(key, (-1.0, "")), (trust[graph], dates[graph]))
    return found


def _trust(snapshot: Reader, level: Level, graph: Iri) -> float:
    for triple in snapshot.merged(level, graph):
        if triple.predicate.value == eco("trust"):
            try:
                return float(object_of(triple).value)
            except ValueError:
                break
    return _TRUST
