"""`/sparql`: the SPARQL 1.1 Protocol for queries, and the service's description of itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from ecograph.errors import QueryLimit, TooLarge
from ecograph.exchange.formats import GRAPHS, RESULTS, Choice, Format, choose_format
from ecograph.exchange.service_description import describe_service
from ecograph.graph.admission import Admitted, admit
from ecograph.graph.queries import QueryOutcome, QueryRequest
from ecograph.model import Level
from ecograph.web.sparql_request import FORM, QUERY, Asked, read_post, read_url

T = TypeVar("T")

# More than may wait for a worker: the pool, not a queue of threads, chooses who is refused.
_THREADS = 100
_DESCRIPTIONS = tuple(form for form in GRAPHS if form.suffix in {"ttl", "jsonld", "rdf"})
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
_ALLOWED = "GET, HEAD, OPTIONS, POST"
_PREFLIGHT = {
    "Allow": _ALLOWED,
    "Access-Control-Allow-Methods": _ALLOWED,
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class Graph(Protocol):
    """What this endpoint asks of the service."""

    @property
    def base(self) -> str:
        """Base of the resources' IRIs, without a final slash."""

    @property
    def query_bytes(self) -> int:
        """Longest query accepted."""

    def snapshot_id(self) -> str:
        """Return the id of what is published now."""

    def graphs(self, level: Level) -> Sequence[str]:
        """Return the IRIs of the named graphs that a level may see."""

    def sparql(
        self, level: Level, request: QueryRequest, *, cancelled: threading.Event | None = None
    ) -> QueryOutcome:
        """Answer a query at a level; blocks."""


_FIELDS = ("query", "default-graph-uri", "named-graph-uri")
_STRING: dict[str, Any] = {"type": "string"}
_IRIS: dict[str, Any] = {"type": "array", "items": {"type": "string", "format": "uri"}}
_PARAMETERS = [
    {"name": name, "in": "query", "schema": _STRING if name == "query" else _IRIS} for name in _FIELDS
]
_FORM_SCHEMA = {
    "type": "object",
    "required": ["query"],
    "properties": {name: _STRING if name == "query" else _IRIS for name in _FIELDS},
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The whole answer, or the service's description when nothing was asked.",
        "content": {form.media_type: {} for form in (*RESULTS, *GRAPHS)},
    },
    400: {"description": "The query cannot be read, or may not run here."},
    406: {"description": "None of the formats accepted can hold this answer."},
    413: {"description": "The query is too long."},
    503: {"description": "The query reached a limit of time, memory or size."},
}

router = APIRouter(tags=["sparql"])


@router.head("/sparql", include_in_schema=False)
@router.get("/sparql", responses=_ANSWERS, response_class=Response, openapi_extra={"parameters": _PARAMETERS})
async def sparql_get(request: Request) -> Response:
    """Answer a SPARQL query; without one, describe the service."""
    asked = read_url(request.scope["query_string"])
    return await _answer(request, asked) if asked else await _description(request)


@router.post(
    "/sparql",
    responses=_ANSWERS,
    response_class=Response,
    openapi_extra={"requestBody": {"content": {FORM: {"schema": _FORM_SCHEMA}, QUERY: {"schema": _STRING}}}},
)
async def sparql_post(request: Request) -> Response:
    """Answer a SPARQL query sent as a form, or as it is."""
    body = await _body(request, _graph(request).query_bytes)
    content_type = request.headers.get("content-type", "")
    return await _answer(request, read_post(request.scope["query_string"], content_type, body))


@router.options("/sparql", include_in_schema=False)
async def sparql_options() -> Response:
    """Say what may be done here, to scripts of other sites as well."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=_CORS | _PREFLIGHT)


async def _answer(request: Request, asked: Asked) -> Response:
    graph, level = _graph(request), _level(request)
    admitted = admit(asked.query, limit=graph.query_bytes)
    choice = _choice(request, _offered(admitted))
    headers = await _caching(request, choice, level, steady=admitted.steady)
    if _is_current(request, headers):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    call = partial(graph.sparql, level, _request(asked, choice, base=graph.base + "/"))
    outcome = await _unless_gone(request, call)
    return _response(outcome.body, choice, headers)


async def _description(request: Request) -> Response:
    graph, level = _graph(request), _level(request)
    wanted = request.headers.get("accept", "")
    # A browser is shown Turtle; a client that accepts no RDF at all is told so.
    choice = _choice(
        request, _DESCRIPTIONS, accept=f"{wanted}, text/turtle;q=0.1" if "text/html" in wanted else wanted
    )
    headers = await _caching(request, choice, level, steady=True)
    if _is_current(request, headers):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    graphs = await _in_thread(request, partial(graph.graphs, level))
    endpoint = str(request.url.replace(query="", fragment=""))
    return _response(describe_service(endpoint, graphs, choice.format.media_type), choice, headers)


def _request(asked: Asked, choice: Choice, *, base: str) -> QueryRequest:
    chosen = choice.format.media_type
    tabular = choice.format in RESULTS
    return QueryRequest(
        text=asked.query,
        base=base,
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        results_format=chosen if tabular else RESULTS[0].media_type,
        graph_format=GRAPHS[0].media_type if tabular else chosen,
    )


def _offered(admitted: Admitted) -> Sequence[Format]:
    return GRAPHS if admitted.form in {"CONSTRUCT", "DESCRIBE"} else RESULTS


def _choice(request: Request, offered: Sequence[Format], *, accept: str | None = None) -> Choice:
    choice = choose_format(request.headers.get("accept") if accept is None else accept, offered)
    if choice is None:
        names = ", ".join(form.media_type for form in offered)
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, f"This answer comes as {names}.")
    return choice


async def _caching(request: Request, choice: Choice, level: Level, *, steady: bool) -> dict[str, str]:
    """Return the headers that tell how long an answer holds: as long as its snapshot is published."""
    headers = {**_CORS, "Vary": "Accept, Authorization, Cookie"}
    if not steady:
        return {**headers, "Cache-Control": "no-store"}
    snapshot = await _in_thread(request, _graph(request).snapshot_id)
    scope = "public" if level is Level.PUBLIC else "private"
    tag = f'"{snapshot}-{level.slug}-{choice.format.suffix}"'
    return {**headers, "Cache-Control": f"{scope}, no-cache", "ETag": tag}


def _is_current(request: Request, headers: dict[str, str]) -> bool:
    if request.method not in {"GET", "HEAD"} or "ETag" not in headers:
        return False
    known = request.headers.get("if-none-match", "")
    return headers["ETag"] in {tag.strip().removeprefix("W/") for tag in known.split(",")}


def _response(body: bytes, choice: Choice, headers: dict[str, str]) -> Response:
    content_type = f"{choice.media_type}; charset=utf-8"
    return Response(body, headers={**headers, "Content-Type": content_type})


async def _unless_gone(request: Request, call: Callable[..., QueryOutcome]) -> QueryOutcome:
    """Run a query in a thread; stop it when its client leaves."""
    gone = threading.Event()
    watch = asyncio.create_task(_watch(request, gone))
    try:
        return await _in_thread(request, partial(call, cancelled=gone))
    finally:
        gone.set()
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


async def _watch(request: Request, gone: threading.Event) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    gone.set()


async def _in_thread(request: Request, call: Callable[[], T]) -> T:
    state = request.app.state
    if not hasattr(state, "sparql_threads"):
        state.sparql_threads = CapacityLimiter(_THREADS)
    limiter: CapacityLimiter = state.sparql_threads
    if limiter.available_tokens < 1:
        raise QueryLimit("too many queries wait")
    return await anyio.to_thread.run_sync(call, abandon_on_cancel=True, limiter=limiter)


async def _body(request: Request, query_bytes: int) -> bytes:
    # A form takes up to three bytes for one of the query, and names graphs besides.
    limit = 3 * query_bytes + 50_000
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge("the request", limit, "bytes")
    return bytes(body)


def _graph(request: Request) -> Graph:
    graph: Graph = request.app.state.graph
    return graph


def _level(request: Request) -> Level:
    level: Level = getattr(request.state, "level", Level.PUBLIC)
    return level
