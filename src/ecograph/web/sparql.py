"""`/sparql`: the SPARQL 1.1 Protocol for queries, and the service's description of itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from http import HTTPStatus
from typing import Any, cast

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from ecograph.errors import TooLarge
from ecograph.exchange.formats import GRAPHS, RESULTS
from ecograph.exchange.service_description import describe_service
from ecograph.graph.admission import admit
from ecograph.model import Level
from ecograph.web.access import authenticate
from ecograph.web.asking import asking_of
from ecograph.web.crossing import preflight
from ecograph.web.observation import account_of, query_noted
from ecograph.web.sparql_question import CORS, chosen, headers_of, known_tag, read_question, tag
from ecograph.web.sparql_request import FORM, QUERY, Asked, read_post, read_url

# A text up to this length is looked through in a millisecond; the longest take ten.
_SHORT = 4_000
_DESCRIPTIONS = tuple(form for form in GRAPHS if form.suffix in {"ttl", "jsonld", "rdf"})
_ALLOWED = "GET, HEAD, OPTIONS, POST"


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
    304: {},
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
    body = await _body(request, asking_of(request).endpoint.query_bytes)
    content_type = request.headers.get("content-type", "")
    return await answered(request, read_post(request.scope["query_string"], content_type, body))


@router.options("/sparql", include_in_schema=False)
async def sparql_options(_request: Request) -> Response:
    """Say what may be done here, to scripts of other sites as well."""
    return preflight(_ALLOWED, CORS)


async def answered(request: Request, asked: Asked) -> Response:
    """Answer a query in the format that a request accepts."""
    asking, level, account = asking_of(request), _level(request), account_of(request.scope)
    with query_noted(request.scope, asked.digest, account) as note:
        limit = asking.endpoint.query_bytes
        # Before anything that may have to wait.
        await _admit(request, asked.query, limit)
        published = await asking.published()
        accept = request.headers.get("accept")
        question = read_question(asked, accept, level=level, base=published.base, limit=limit)
        headers = headers_of(level, published.states[level], question.choice, question.tag)
        if (known := _known(request, headers)) is not None:
            note.outcome = "not_modified"
            return _not_modified(headers, known)
        outcome = await asking.answer(
            level, question.query, on=published, account=account, receive=request.receive
        )
        note.outcome = "cached" if outcome.cached else "answered"
        return Response(outcome.body, headers=headers)


async def _admit(request: Request, text: str, limit: int) -> None:
    """Raise what `admit` does; a long text is read in a thread, one at a time, while others are answered."""
    if len(text) <= _SHORT:
        admit(text, limit=limit)
        return
    state = request.app.state
    if not hasattr(state, "long_texts"):
        state.long_texts = CapacityLimiter(1)
    await anyio.to_thread.run_sync(partial(admit, text, limit=limit), limiter=state.long_texts)


async def _description(request: Request) -> Response:
    asking, level = asking_of(request), _level(request)
    wanted = request.headers.get("accept", "")
    # A browser is shown Turtle; a client that accepts no RDF at all is told so.
    choice = chosen(f"{wanted}, text/turtle;q=0.1" if "text/html" in wanted else wanted, _DESCRIPTIONS)
    published = await asking.published()
    headers = headers_of(level, published.states[level], choice, tag(level, choice, "description"))
    if (known := _known(request, headers)) is not None:
        return _not_modified(headers, known)
    counts = await asking.in_thread(partial(published.counts, level))
    merged = await asking.in_thread(partial(published.size, level)) - sum(counts.values())
    endpoint = str(request.url.replace(query="", fragment=""))
    return Response(describe_service(endpoint, counts, merged, choice.format.media_type), headers=headers)


def _known(request: Request, headers: dict[str, str]) -> str | None:
    if request.method not in {"GET", "HEAD"} or "ETag" not in headers:
        return None
    return known_tag(request.headers.get("if-none-match"), headers["ETag"])


def _not_modified(headers: dict[str, str], tag: str) -> Response:
    kept = {name: value for name, value in headers.items() if name != "Content-Type"}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={**kept, "ETag": tag})


async def _body(request: Request, query_bytes: int) -> bytes:
    # A form takes up to three bytes for one of the query, and names graphs besides.
    limit = 3 * query_bytes + 50_000
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge("the request", limit, "bytes")
    return bytes(body)


def _level(request: Request) -> Level:
    level: Level = getattr(request.state, "level", Level.PUBLIC)
    return level
