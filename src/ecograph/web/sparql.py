"""`/sparql`: the SPARQL 1.1 Protocol for queries, and the service's description of itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol, TypeVar, cast

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from ecograph.errors import QueryLimit, TooLarge
from ecograph.exchange.formats import GRAPHS, RESULTS, Choice, Format, choose_format
from ecograph.exchange.service_description import describe_service
from ecograph.graph.admission import Admitted, admit
from ecograph.graph.queries import Account, QueryOutcome, QueryRequest
from ecograph.model import Level
from ecograph.web.access import authenticate
from ecograph.web.observation import account_of, query_noted
from ecograph.web.shortcut import Question, etag
from ecograph.web.sparql_request import FORM, QUERY, Asked, read_post, read_url

T = TypeVar("T")
Caching = dict[str, str]

# More than may wait for a worker: the pool, not a queue of threads, chooses who is refused.
_THREADS = 100
# A query that takes longer than this is watched: its client may leave.
_SOON = 0.05
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


class Endpoint(Protocol):
    """What evaluates queries."""

    @property
    def query_bytes(self) -> int:
        """Longest query accepted."""

    def answer(
        self,
        level: Level,
        request: QueryRequest,
        *,
        cancelled: threading.Event | None = None,
        account: Account = ...,
    ) -> QueryOutcome:
        """Answer a query at a level; blocks."""


class Graph(Protocol):
    """What is asked of the deployment."""

    @property
    def base(self) -> str:
        """Base of the resources' IRIs, without a final slash."""

    @property
    def endpoint(self) -> Endpoint:
        """What evaluates queries."""

    def snapshot_id(self) -> str:
        """Return the id of what is published now."""

    def counts(self, level: Level) -> Mapping[str, int]:
        """Return the named graphs that a level may see, each with its number of triples."""


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
    429: {"description": "This client used its share of processor time; see `Retry-After`."},
    503: {"description": "The query reached a limit of time, memory or size."},
}


class _Direct(APIRoute):
    """A route whose handler takes the request and nothing else, as do the dependencies before it.

    FastAPI would read the request, and make room for what has to be closed, at the price of several queries.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = cast("Callable[[Request], Awaitable[Response]]", self.endpoint)
        checks = [cast("Callable[[Request], Awaitable[None]]", own.dependency) for own in self.dependencies]

        async def handle(request: Request) -> Response:
            for check in checks:
                await check(request)
            return await handler(request)

        return handle


# Said here again: a route of this class does not know what the application asks for before it.
router = APIRouter(tags=["sparql"], route_class=_Direct, dependencies=[Depends(authenticate)])


@router.head("/sparql", include_in_schema=False)
@router.get("/sparql", responses=_ANSWERS, response_class=Response, openapi_extra={"parameters": _PARAMETERS})
async def sparql_get(request: Request) -> Response:
    """Answer a SPARQL query; without one, describe the service."""
    asked = read_url(request.scope["query_string"])
    return await answered(request, asked) if asked else await _description(request)


@router.post(
    "/sparql",
    responses=_ANSWERS,
    response_class=Response,
    openapi_extra={"requestBody": {"content": {FORM: {"schema": _FORM_SCHEMA}, QUERY: {"schema": _STRING}}}},
)
async def sparql_post(request: Request) -> Response:
    """Answer a SPARQL query sent as a form, or as it is."""
    body = await _body(request, _graph(request).endpoint.query_bytes)
    content_type = request.headers.get("content-type", "")
    return await answered(request, read_post(request.scope["query_string"], content_type, body))


@router.options("/sparql", include_in_schema=False)
async def sparql_options(_request: Request) -> Response:
    """Say what may be done here, to scripts of other sites as well."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=_CORS | _PREFLIGHT)


async def answered(request: Request, asked: Asked) -> Response:
    """Answer a query in the format that a request accepts."""
    graph, level, account = _graph(request), _level(request), account_of(request)
    digest = asked.digest
    with query_noted(request, digest, account) as note:
        admitted = admit(asked.query, limit=graph.endpoint.query_bytes)
        choice = _choice(request, _offered(admitted))
        tag = _tag(level, choice, digest) if admitted.steady else None
        query = _request(asked, choice, base=graph.base + "/")
        if tag is not None:
            request.state.question = Question(request=query, digest=digest, tag=tag)
        ask = partial(graph.endpoint.answer, level, query, account=account)
        # One thread for all that may block: going to another costs more than many a query.
        headers, outcome = await _unless_gone(request, partial(_run, request, level, tag, ask))
        if outcome is None:
            note.outcome = "not_modified"
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        note.outcome = "cached" if outcome.cached else "answered"
        return _response(outcome.body, choice, headers)


def _run(
    request: Request,
    level: Level,
    tag: str | None,
    ask: Callable[..., QueryOutcome],
    *,
    cancelled: threading.Event,
) -> tuple[Caching, QueryOutcome | None]:
    """Return an answer, or none where the client has it; and how long it holds."""
    headers = _caching(request, level, tag)
    return headers, None if _is_current(request, headers) else ask(cancelled=cancelled)


async def _description(request: Request) -> Response:
    graph, level = _graph(request), _level(request)
    wanted = request.headers.get("accept", "")
    # A browser is shown Turtle; a client that accepts no RDF at all is told so.
    choice = _choice(
        request, _DESCRIPTIONS, accept=f"{wanted}, text/turtle;q=0.1" if "text/html" in wanted else wanted
    )
    caching = partial(_caching, request, level, _tag(level, choice, "description"))
    headers = await _in_thread(request, caching)
    if _is_current(request, headers):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    counts = await _in_thread(request, partial(graph.counts, level))
    endpoint = str(request.url.replace(query="", fragment=""))
    return _response(describe_service(endpoint, counts, choice.format.media_type), choice, headers)


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


def _offered(admitted: Admitted) -> tuple[Format, ...]:
    return GRAPHS if admitted.form in {"CONSTRUCT", "DESCRIBE"} else RESULTS


def _choice(request: Request, offered: tuple[Format, ...], *, accept: str | None = None) -> Choice:
    choice = choose_format(request.headers.get("accept") if accept is None else accept, offered)
    if choice is None:
        names = ", ".join(form.media_type for form in offered)
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, f"This answer comes as {names}.")
    return choice


def _tag(level: Level, choice: Choice, about: str) -> str:
    return f"{level.slug}-{choice.format.suffix}-{about}"


def _caching(request: Request, level: Level, tag: str | None) -> Caching:
    """Return the headers that tell how long an answer holds: as long as its snapshot is published.

    The tag stands for the question; there is none when the answer may differ each time.
    """
    headers = {**_CORS, "Vary": "Accept, Authorization, Cookie"}
    if tag is None:
        return {**headers, "Cache-Control": "no-store"}
    snapshot = _graph(request).snapshot_id()
    scope = "public" if level is Level.PUBLIC else "private"
    return {**headers, "Cache-Control": f"{scope}, no-cache", "ETag": etag(snapshot, tag)}


def _is_current(request: Request, headers: dict[str, str]) -> bool:
    if request.method not in {"GET", "HEAD"} or "ETag" not in headers:
        return False
    known = request.headers.get("if-none-match", "")
    return headers["ETag"] in {tag.strip().removeprefix("W/") for tag in known.split(",")}


def _response(body: bytes, choice: Choice, headers: dict[str, str]) -> Response:
    content_type = f"{choice.media_type}; charset=utf-8"
    return Response(body, headers={**headers, "Content-Type": content_type})


async def _unless_gone(request: Request, call: Callable[..., T]) -> T:
    """Run a query in a thread; once it takes a while, stop it when its client leaves."""
    gone = threading.Event()
    loop = asyncio.get_running_loop()
    watches: list[asyncio.Task[None]] = []
    soon = loop.call_later(_SOON, lambda: watches.append(loop.create_task(_watch(request, gone))))
    try:
        return await _in_thread(request, partial(call, cancelled=gone))
    finally:
        gone.set()
        soon.cancel()
        for watch in watches:
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
        state.sparql_threads = _Threads(_THREADS)
    threads: _Threads = state.sparql_threads
    return await threads.run(call)


class _Threads:
    """So many threads for queries; one more is refused rather than kept waiting."""

    def __init__(self, size: int) -> None:
        self._free = threading.Semaphore(size)
        self._executor = ThreadPoolExecutor(size, thread_name_prefix="sparql")

    async def run(self, call: Callable[[], T]) -> T:
        if not self._free.acquire(blocking=False):
            raise QueryLimit("too many queries wait")
        future = self._executor.submit(call)
        # When the thread is done, and not when its client has gone.
        future.add_done_callback(lambda _: self._free.release())
        return await asyncio.wrap_future(future)


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
