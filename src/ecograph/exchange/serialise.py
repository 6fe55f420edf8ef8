"""Triples in the RDF syntaxes of the web."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pyoxigraph
from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Triple

from ecograph.assets import ONTOLOGY
from ecograph.errors import BadParameter
from ecograph.graph.ports import Answer, Row, solutions_of
from ecograph.graph.xml import is_xml, well_formed
from ecograph.vocab import PREFIXES

SYNTAXES: Mapping[str, RdfFormat] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}
SUFFIXES = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}


def serialise(triples: Iterable[Triple], media_type: str) -> bytes:
    """Return triples in a syntax; the same triples give the same bytes.

    Raises `KeyError`, `NotExpressible`.
    """
    ordered = sorted(triples, key=str)
    if media_type == "application/ld+json":
        return json_ld(ordered)
    syntax = SYNTAXES[media_type]
    prefixes = None if syntax == RdfFormat.N_TRIPLES else dict(PREFIXES)
    content = pyoxigraph.serialize(ordered, format=syntax, prefixes=prefixes) or b""
    return well_formed(content) if is_xml(media_type) else content


_PREFIX = re.compile(r'"(\w+):')

_RESULTS: Mapping[str, QueryResultsFormat] = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
_GRAPHS: Mapping[str, RdfFormat] = {
    "turtle": RdfFormat.TURTLE,
    "ttl": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "nt": RdfFormat.N_TRIPLES,
    "rdfxml": RdfFormat.RDF_XML,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}


def write_answer(answer: Answer, syntax: str) -> bytes:
    """Return the answer of a query in a syntax by its short name.

    Raises `BadParameter`, `NotExpressible`.
    """
    known: Mapping[str, Any] = _GRAPHS if isinstance(answer, QueryTriples) else _RESULTS
    if syntax not in known:
        raise BadParameter("format", syntax, f"one of {', '.join(known)} for this query")
    content = answer.serialize(format=known[syntax]) or b""
    return well_formed(content) if is_xml(known[syntax].media_type) else content


def read_solutions(body: bytes) -> list[Row]:
    """Return the solutions that a SPARQL results document in JSON holds."""
    return solutions_of(pyoxigraph.parse_query_results(body, format=QueryResultsFormat.JSON))


def json_ld(triples: Iterable[Triple]) -> bytes:
    """Return triples as compact JSON-LD with the terms of our context that they use.

    The engine writes JSON-LD too, but expanded and without a context.
    """
    import rdflib

    text = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    graph = rdflib.Graph().parse(data=text, format="nt")
    document = _without_nulls(
        json.loads(graph.serialize(format="json-ld", context=_context(), auto_compact=False))
    )
    document["@context"] = _used_context({k: v for k, v in document.items() if k != "@context"})
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True).encode()


def _without_nulls(value: Any) -> Any:
    """Leave out the null that rdflib puts before several texts in one language."""
    if isinstance(value, dict):
        return {name: _without_nulls(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


def _used_context(document: object) -> dict[str, Any]:
    """The terms of the context that a document uses, and the prefixes that these use in turn."""
    written = json.dumps(document)
    terms = {t: m for t, m in _context().items() if f'"{t}"' in written or t.startswith("@")}
    prefixes = set(_PREFIX.findall(written + json.dumps(terms)))
    return terms | {prefix: _context()[prefix] for prefix in prefixes & _context().keys()}


@cache
def _context() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ONTOLOGY / "context.jsonld").read_text("utf-8"))
    context: dict[str, Any] = content["@context"]
    return context
