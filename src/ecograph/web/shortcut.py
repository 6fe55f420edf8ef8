"""The shortest way of a public query to its answer: before the framework looks at the request.

To find the route and its handler, and to make objects of the request and the answer, costs more than most
queries cost the engine. A GET of /sparql without a key needs none of it: it is read, answered and sent here,
and what its bytes mean is remembered. Whatever is not so plain goes the long way, by the routes of `sparql`.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache, partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ecograph.errors import EcographError
from ecograph.exchange.formats import Choice
from ecograph.model import Level
from ecograph.web import compression, sparql
from ecograph.web.asking import Asking, Published
from ecograph.web.compression import Compressed
from ecograph.web.problems import problem_of
from ecograph.web.sparql_question import Question, etag, headers_of, read_question
from ecograph.web.sparql_request import read_url

_PATH = "/sparql"
_ROUTE = next(route for route in sparql.router.routes if getattr(route, "path", None) == _PATH)
_REMEMBERED = 4_000
_LONGEST = 8_000
# A client that sends one of these may be owed another answer.
_TELLING = frozenset({b"authorization", b"cookie", b"if-none-match", b"range", b"expect"})


class Shortcut:
    """Answers plain public queries, and leaves everything else to the application."""

    def __init__(self, app: ASGIApp, asking: Asking) -> None:
        self._app, self._asking = app, asking
        self._known: OrderedDict[tuple[bytes, bytes, str], Question] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accept = _accepted(scope) if scope["type"] == "http" else None
        published = None if accept is None else self._asking.endpoint.at_hand()
        question = None
        if accept is not None and published is not None:
            question = self._question(scope["query_string"], accept, published.base)
        if question is None or published is None:
            await self._app(scope, receive, send)
        else:
            await self._answer(scope, receive, send, question, published)

    def _question(self, text: bytes, accept: bytes, base: str) -> Question | None:
        """Return what is asked; None for what the long way has to say something about."""
        asked = (text, accept, base)
        if (known := self._known.get(asked)) is not None:
            return known
        try:
            fields = read_url(text)
            if fields is None:
                return None
            limit = self._asking.endpoint.query_bytes
            question = read_question(
                fields, accept.decode("latin-1") or None, level=Level.PUBLIC, base=base, limit=limit
            )
        except (EcographError, HTTPException):
            return None
        self._known[asked] = question
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return question

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, question: Question, published: Published
    ) -> None:
        scope["route"] = _ROUTE
        try:
            outcome = await self._asking.answer_noted(
                scope, receive, Level.PUBLIC, question.query, digest=question.digest, on=published
            )
        except EcographError as error:
            response = problem_of(Request(scope), error)
            response.headers.add_vary_header("Authorization, Accept-Encoding")
            await response(scope, receive, send)
            return
        headers = [
            *_headers(question.choice, steady=question.tag is not None),
            (b"content-length", str(len(outcome.body)).encode()),
        ]
        if question.tag is not None:
            headers.append((b"etag", etag(published.states[Level.PUBLIC], question.tag).encode()))
        answer = partial(_sent, headers, outcome.body)
        await (answer if len(outcome.body) < compression.FROM else Compressed(answer))(scope, receive, send)


async def _sent(
    headers: list[tuple[bytes, bytes]], body: bytes, _scope: Scope, _receive: Receive, send: Send
) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@lru_cache(maxsize=64)
def _headers(choice: Choice, *, steady: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return what the headers of all answers in a format have in common."""
    headers = headers_of(Level.PUBLIC, "", choice, "" if steady else None)
    return tuple((name.lower().encode(), text.encode()) for name, text in headers.items() if name != "ETag")


def _accepted(scope: Scope) -> bytes | None:
    """Return the Accept header of a plain public query; None for every other request."""
    text: bytes = scope["query_string"]
    if scope["path"] != _PATH or scope["method"] != "GET" or not text or len(text) > _LONGEST:
        return None
    accept = b""
    for name, value in scope["headers"]:
        if name in _TELLING or (accept and name == b"accept"):
            return None
        if name == b"accept":
            accept = value
    return accept
