"""SPARQL 1.1 Service Description and VoID: what the endpoint speaks, and what its graphs hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Triple

from ecograph.exchange.formats import GRAPHS, RESULTS, graph_syntax
from ecograph.vocab import RDF, RDFS, XSD

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_TYPE = NamedNode(RDF + "type")
_PREFIXES = {"sd": _SD, "void": _VOID, "xsd": XSD, "rdfs": RDFS, "format": "http://www.w3.org/ns/formats/"}
_COMMENT = "Everything that the named graphs state, each statement once, and what follows from it."


def describe_service(endpoint: str, counts: Mapping[str, int], merged: int, media_type: str) -> bytes:
    """Return the description of an endpoint in an RDF syntax; raises `KeyError`.

    `counts` tells the triples of each source graph that may be seen, `merged` those of the default graph.
    """
    triples = [*_service(endpoint), *_dataset(endpoint, counts, merged)]
    syntax = graph_syntax(media_type)
    prefixes = _PREFIXES if media_type in {"text/turtle", "application/rdf+xml"} else None
    return pyoxigraph.serialize(triples, format=syntax, prefixes=prefixes) or b""


def _service(endpoint: str) -> Iterator[Triple]:
    service = NamedNode(endpoint)
    yield Triple(service, _TYPE, _sd("Service"))
    yield Triple(service, _sd("endpoint"), service)
    yield Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    for form in dict.fromkeys((*RESULTS, *GRAPHS)):
        yield Triple(service, _sd("resultFormat"), NamedNode(form.iri))
    yield Triple(service, _sd("defaultDataset"), NamedNode(endpoint + "#dataset"))


def _dataset(endpoint: str, counts: Mapping[str, int], merged: int) -> Iterator[Triple]:
    dataset, default = NamedNode(endpoint + "#dataset"), NamedNode(endpoint + "#default-graph")
    yield Triple(dataset, _TYPE, _sd("Dataset"))
    yield Triple(dataset, _sd("defaultGraph"), default)
    yield Triple(default, _TYPE, _sd("Graph"))
    yield Triple(default, NamedNode(RDFS + "comment"), Literal(_COMMENT, language="en"))
    yield Triple(dataset, _TYPE, NamedNode(_VOID + "Dataset"))
    yield Triple(dataset, NamedNode(_VOID + "sparqlEndpoint"), NamedNode(endpoint))
    yield Triple(dataset, NamedNode(_VOID + "triples"), _count(merged))
    for number, (graph, count) in enumerate(sorted(counts.items()), start=1):
        named = NamedNode(f"{endpoint}#graph-{number}")
        yield Triple(dataset, _sd("namedGraph"), named)
        yield Triple(named, _TYPE, _sd("NamedGraph"))
        yield Triple(named, _sd("name"), NamedNode(graph))
        held = NamedNode(f"{endpoint}#graph-{number}-content")
        yield Triple(named, _sd("graph"), held)
        yield Triple(held, _TYPE, _sd("Graph"))
        yield Triple(held, _TYPE, NamedNode(_VOID + "Dataset"))
        yield Triple(held, NamedNode(_VOID + "triples"), _count(count))
        yield Triple(dataset, NamedNode(_VOID + "subset"), held)


def _count(number: int) -> Literal:
    return Literal(str(number), datatype=NamedNode(XSD + "integer"))


def _sd(name: str) -> NamedNode:
    return NamedNode(_SD + name)
