"""Resources at their own IRIs, as a page or as data (Cool URIs for the Semantic Web)."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from ecograph.exchange.negotiation import choose
from ecograph.exchange.serialise import SUFFIXES, SYNTAXES
from ecograph.vocab import NS, VOC
from ecograph.web.access import Graph, LevelOf
from ecograph.web.links import href
from ecograph.web.pages import resource_page

router = APIRouter(tags=["resources"])

_HTML = "text/html"
_VARY = {"Vary": "Accept, Accept-Language, Authorization"}


@router.get("/voc/{scheme}/{name}", include_in_schema=False)
def read_concept(request: Request, graph: Graph, level: LevelOf, scheme: str, name: str) -> Response:
    """Answer a concept of the vocabulary."""
    return _answer(request, graph, level, f"{VOC}{scheme}/", name)


@router.get("/voc/{scheme}", include_in_schema=False)
def read_scheme(request: Request, graph: Graph, level: LevelOf, scheme: str) -> Response:
    """Answer a concept scheme."""
    return _answer(request, graph, level, VOC, scheme)


@router.get("/ns/{name}", include_in_schema=False)
def read_term(request: Request, graph: Graph, level: LevelOf, name: str) -> Response:
    """Answer a class or property of the ontology."""
    return _answer(request, graph, level, NS, name)


@router.get("/.well-known/genid/{name}", include_in_schema=False)
def read_part(request: Request, graph: Graph, level: LevelOf, name: str) -> Response:
    """Answer a part of a resource that its source gave no name."""
    return _answer(request, graph, level, f"{graph.base}/.well-known/genid/", name)


@router.get("/{kind}/{name}", responses={303: {"description": "It was merged into another."}, 406: {}})
def read_resource(request: Request, graph: Graph, level: LevelOf, kind: str, name: str) -> Response:
    """Answer a resource as HTML, Turtle, JSON-LD, N-Triples or RDF/XML, by `Accept` or by suffix."""
    return _answer(request, graph, level, f"{graph.base}/{kind}/", name)


def _answer(request: Request, graph: Graph, level: LevelOf, prefix: str, name: str) -> Response:
    stem, _, suffix = name.rpartition(".")
    named, end = (stem, f".{suffix}") if stem and suffix in SUFFIXES else (name, "")
    if (kept := graph.kept(level, prefix + named)) != prefix + named:
        return _moved(kept, graph.base, end)
    if stem and suffix in SUFFIXES:
        return _data(graph, level, prefix + stem, SUFFIXES[suffix])
    accept = request.headers.get("accept")
    chosen = choose(accept, [_HTML, *SYNTAXES], default=_HTML)
    if chosen is None:
        raise HTTPException(406, f"offered: {', '.join((_HTML, *SYNTAXES))}")
    if chosen == _HTML:
        return resource_page(request, prefix + name)
    return _data(graph, level, prefix + name, chosen)


def _data(graph: Graph, level: LevelOf, iri: str, media_type: str) -> Response:
    content = graph.resource(level, iri, media_type)
    charset = "" if media_type == "application/ld+json" else "; charset=utf-8"
    headers = {**_VARY, "Content-Type": media_type + charset, "Access-Control-Allow-Origin": "*"}
    return Response(content, headers=headers)


def _moved(iri: str, base: str, end: str) -> Response:
    """Lead from a record to the resource that it was merged into; the decision may be undone."""
    address = f"{href(iri, base) or iri}{end}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers=_VARY)
