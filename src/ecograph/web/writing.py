"""What holders of keys write: `/sparql/update` (SPARQL 1.1 Protocol) and `/graphs` (Graph Store Protocol)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from ecograph.editing import Expectation
from ecograph.errors import BadParameter, Busy, Forbidden, TooLarge, UnknownGraph
from ecograph.exchange.formats import GRAPHS
from ecograph.graph.keys import Key
from ecograph.graph.updates import Dataset
from ecograph.web.access import Graph, LevelOf, WriterKey, the_graph
from ecograph.web.crossing import preflight
from ecograph.web.preconditions import preconditions
from ecograph.web.sparql import answered
from ecograph.web.sparql_request import FORM, UPDATE, Asked, read_update_post

router = APIRouter(tags=["writing"])

T = TypeVar("T")

# One writes at a time; a few may wait for it, the others are told so at once.
_WAITING = 8
_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_SUFFIXES = {
    name: f".{form.suffix}"
    for form in GRAPHS
    for name in (form.media_type, *form.aliases)
    if name != "application/json" and not name.endswith("/xml")
}
_MERGED = (
    "The default graph is the merge of all sources, and changes with them: write to the graph of a source."
)
_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Location, Retry-After"}
_UPDATE_METHODS, _GRAPH_METHODS = "OPTIONS, POST", "DELETE, GET, HEAD, OPTIONS, POST, PUT"
_STRING: dict[str, Any] = {"type": "string"}
_IRIS: dict[str, Any] = {"type": "array", "items": {"type": "string", "format": "uri"}}
_UPDATE_FORM = {
    "type": "object",
    "required": ["update"],
    "properties": {"update": _STRING, "using-graph-uri": _IRIS, "using-named-graph-uri": _IRIS},
}
_UPDATE_BODY = {FORM: {"schema": _UPDATE_FORM}, UPDATE: {"schema": _STRING}}
_GRAPH_PARAMETERS = [
    {"name": "graph", "in": "query", "schema": {"type": "string", "format": "uri"}},
    {"name": "default", "in": "query", "schema": _STRING, "description": "The merge of all; only to read."},
]
_GRAPH_BODY = {name: {"schema": _STRING} for name in _SUFFIXES}
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "It cannot be read, or a record of it breaks a shape; nothing was written."},
    401: {"description": "Writing needs a key."},
    403: {"description": "This key may not write, or not there."},
    413: {"description": "It is too large to be written over HTTP."},
    415: {"description": "It comes in a format that is not read here."},
    503: {"description": "Somebody else writes, or the update reached a limit of time or memory."},
}
_WRITTEN: dict[int | str, dict[str, Any]] = {
    201: {"description": "It is written, and the graph is new."},
    204: {"description": "It is written."},
    **REFUSALS,
    412: {},
}
_TAKEN_OUT = {status: said for status, said in REFUSALS.items() if status not in {413, 415}}
_TAKEN_OUT |= {404: {}, 412: {}}
_GRAPH_DOCS: dict[str, Any] = {"parameters": _GRAPH_PARAMETERS}
_WRITE_DOCS: dict[str, Any] = {**_GRAPH_DOCS, "requestBody": {"content": _GRAPH_BODY}}


@router.post(
    "/sparql/update",
    status_code=HTTPStatus.NO_CONTENT,
    responses=REFUSALS,
    response_class=Response,
    openapi_extra={"requestBody": {"content": _UPDATE_BODY}},
)
async def post_update(request: Request, graph: Graph, key: WriterKey) -> Response:
    """Carry a SPARQL update out; queries see it once this has answered."""
    body = await read_body(request, 3 * graph.endpoint.query_bytes + 50_000)
    asked = read_update_post(request.scope["query_string"], request.headers.get("content-type", ""), body)
    dataset = Dataset(default=asked.using, named=asked.using_named)
    await in_thread(request, partial(graph.writing.update, key, asked.update, dataset))
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=_CORS)


@router.get("/sparql/update", include_in_schema=False)
async def get_update() -> Response:
    """Say that an update is no question."""
    raise HTTPException(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "An update is sent by POST, with a key that may write.",
        headers={"Allow": _UPDATE_METHODS},
    )


@router.get(
    "/graphs",
    response_class=Response,
    openapi_extra=_GRAPH_DOCS,
    responses={
        200: {"content": {form.media_type: {} for form in GRAPHS}},
        304: {},
        404: {},
        406: {},
        429: {},
    },
)
async def read_graph(request: Request, graph: Graph, level: LevelOf) -> Response:
    """Answer all that a graph says, or with `default` the merge of all that this level may see."""
    wanted = _wanted(request)
    if wanted is None:
        return await answered(request, Asked(query=_EVERYTHING))
    known = await anyio.to_thread.run_sync(graph.graphs, level)
    if wanted not in known:
        raise UnknownGraph(wanted)
    return await answered(request, _all_of(wanted))


@router.put(
    "/graphs",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_WRITTEN,
    response_class=Response,
    openapi_extra=_WRITE_DOCS,
)
async def put_graph(request: Request, key: WriterKey) -> Response:
    """Make a document all that a graph says: 201 when the graph is new, else 204."""
    return await _written(request, the_graph(request).writing.put_graph, key)


@router.post(
    "/graphs",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_WRITTEN,
    response_class=Response,
    openapi_extra=_WRITE_DOCS,
)
async def post_graph(request: Request, key: WriterKey) -> Response:
    """Add a document to what a graph says: 201 when the graph is new, else 204."""
    return await _written(request, the_graph(request).writing.post_graph, key)


@router.delete(
    "/graphs",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_TAKEN_OUT,
    response_class=Response,
    openapi_extra=_GRAPH_DOCS,
)
async def delete_graph(request: Request, graph: Graph, key: WriterKey) -> Response:
    """Take a graph out."""
    iri = _named(request)
    await in_thread(request, partial(graph.writing.delete_graph, key, iri, _expected(request, iri, key)))
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=_CORS)


@router.options("/sparql/update", include_in_schema=False)
async def update_options() -> Response:
    """Say what may be done here, to scripts of other sites as well."""
    return preflight(_UPDATE_METHODS, _CORS)


@router.options("/graphs", include_in_schema=False)
async def graph_options() -> Response:
    """Say what may be done here, to scripts of other sites as well."""
    return preflight(_GRAPH_METHODS, _CORS)


async def _written(request: Request, write: Callable[..., bool], key: Key) -> Response:
    iri, suffix = _named(request), _suffix(request)
    body = await read_body(request, the_graph(request).settings.write_bytes)
    is_new = await in_thread(request, partial(write, key, iri, body, suffix, _expected(request, iri, key)))
    status = HTTPStatus.CREATED if is_new else HTTPStatus.NO_CONTENT
    return Response(status_code=status, headers=_CORS)


def _all_of(iri: str) -> Asked:
    """Return the query whose answer is all that a graph says."""
    return Asked(query=_EVERYTHING, default_graphs=(iri,))


def _expected(request: Request, iri: str, key: Key) -> Expectation | None:
    expected = preconditions(request, iri, _all_of(iri).digest, key.level)
    return None if expected is None else expected.check


def _wanted(request: Request) -> str | None:
    """Return the IRI of the graph that a request is about, None for the default graph."""
    graphs = request.query_params.getlist("graph")
    default = "default" in request.query_params
    if len(graphs) + default != 1:
        said = [*graphs, *(["default"] if default else [])]
        raise BadParameter("graph", " and ".join(said), "one `graph=IRI`, or `default` and no other")
    return None if default else graphs[0]


def _named(request: Request) -> str:
    wanted = _wanted(request)
    if wanted is None:
        raise Forbidden(_MERGED)
    return wanted


def _suffix(request: Request) -> str:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _SUFFIXES:
        names = ", ".join(_SUFFIXES)
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A graph is read as {names}.")
    return _SUFFIXES[media_type]


async def read_body(request: Request, limit: int) -> bytes:
    """Return what a request sends; raises `TooLarge` as soon as it is."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge("the request", limit, "bytes")
    return bytes(body)


async def in_thread(request: Request, call: Callable[[], T]) -> T:
    """Write in a thread; whoever leaves in the meantime does not stop it half-way."""
    state = request.app.state
    if not hasattr(state, "writing_threads"):
        state.writing_threads = CapacityLimiter(_WAITING)
    limiter: CapacityLimiter = state.writing_threads
    if limiter.available_tokens < 1:
        raise Busy(f"others, and {_WAITING} requests wait already")
    return await anyio.to_thread.run_sync(call, limiter=limiter)
