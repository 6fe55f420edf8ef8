"""The shortest way to an answer that is kept: no thread, no routing, no reading of the query again.

A public GET of /sparql that was answered once is recognised by its bytes. What is remembered of it is
the question and the headers of its answer; the answer itself stays in the result cache, under the
snapshot that is published now, so nothing here can be out of date.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecograph.graph.queries import QueryOutcome, QueryRequest
from ecograph.model import Level

_PATH = "/sparql"
_REMEMBERED = 4_000
_LONGEST = 8_000
# A client that sends one of these may be owed another answer.
_TELLING = frozenset({b"authorization", b"cookie", b"if-none-match", b"range", b"expect"})
# Of these the answer depends.
_VARYING = frozenset({b"accept", b"accept-encoding"})
# These are of one answer, and not of all to the same question.
_OWN = frozenset({b"etag", b"content-length", b"x-request-id", b"retry-after"})

Headers = Iterable[tuple[bytes, bytes]]
Asked = tuple[bytes, ...]


class Answers(Protocol):
    """What is asked of the service: the answers that it keeps."""

    def kept_answer(self, level: Level, request: QueryRequest) -> tuple[str, QueryOutcome] | None:
        """Return the id of what is published and an answer that is kept for it; never waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a handler leaves with a request that may be answered shortly the next time."""

    request: QueryRequest
    digest: str
    tag: str


def etag(snapshot: str, tag: str) -> str:
    """Return the `ETag` of the answer to a question on a snapshot."""
    return f'"{snapshot}-{tag}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    question: Question
    headers: tuple[tuple[bytes, bytes], ...]
    route: object


class Shortcut:
    """Answers from the cache before anything else looks at a request."""

    def __init__(self, app: ASGIApp, answers: Answers) -> None:
        self._app, self._answers = app, answers
        self._known: OrderedDict[Asked, _Known] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked(scope) if scope["type"] == "http" else None
        if asked is None:
            await self._app(scope, receive, send)
        elif (known := self._known.get(asked)) is None or not await self._answered(scope, send, known):
            await self._learnt(asked, scope, receive, send)

    async def _answered(self, scope: Scope, send: Send, known: _Known) -> bool:
        question = known.question
        kept = self._answers.kept_answer(Level.PUBLIC, question.request)
        if kept is None:
            return False
        snapshot, outcome = kept
        scope["route"] = known.route
        scope.setdefault("state", {})["query"] = {
            "digest": question.digest,
            "cpu_seconds": 0.0,
            "outcome": "cached",
        }
        own = [
            (b"etag", etag(snapshot, question.tag).encode()),
            (b"content-length", str(len(outcome.body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": [*known.headers, *own]})
        await send({"type": "http.response.body", "body": outcome.body})
        return True

    async def _learnt(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered, and remember its question if it can be answered shortly."""
        started: Message = {}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            await send(message)

        await self._app(scope, receive, watched)
        question = scope.get("state", {}).get("question")
        if question is not None and started.get("status") == 200:
            self._remember(asked, question, started["headers"], scope.get("route"))

    def _remember(self, asked: Asked, question: Question, headers: Headers, route: object) -> None:
        named = {name.lower(): value for name, value in headers}
        if b"content-encoding" in named or b"set-cookie" in named:
            return
        kept = tuple((name, value) for name, value in named.items() if name not in _OWN)
        self._known[asked] = _Known(question=question, headers=kept, route=route)
        self._known.move_to_end(asked)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def _asked(scope: Scope) -> Asked | None:
    """Return what tells one question from another; None for what is no public GET of a query."""
    text: bytes = scope["query_string"]
    if scope["path"] != _PATH or scope["method"] != "GET" or not text or len(text) > _LONGEST:
        return None
    varying = [text]
    for name, value in scope["headers"]:
        if name in _TELLING:
            return None
        if name in _VARYING:
            varying += (name, value)
    return tuple(varying)
