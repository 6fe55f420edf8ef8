"""What is seen of every request: an id that goes with it, a line in the log, figures for metrics."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecograph.errors import BadInput, BudgetSpent, QueryLimit, TooManyQueries
from ecograph.graph.keys import Key
from ecograph.model import Level
from ecograph.web.budget import Budget, Meter, network_of
from ecograph.web.logs import facts
from ecograph.web.metrics import Metrics
from ecograph.web.problems import GONE

_log = logging.getLogger(__name__)

_VALID_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"})
_HEADER = b"x-request-id"
_OUTCOMES: Mapping[type[BaseException], str] = {
    BadInput: "refused",
    HTTPException: "refused",
    BudgetSpent: "over_budget",
    TooManyQueries: "over_budget",
    QueryLimit: "stopped",
}
# How many times the usual processor time those may use who were given a key.
_TRUSTED_SHARE = 4


class Observed:
    """Gives each request an id, and tells the log and the metrics what became of it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        state = scope.setdefault("state", {})
        state["request_id"] = number = _request_id(scope)
        status = GONE

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (_HEADER, number.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception:
            status = 500
            raise
        finally:
            self._tell(scope, status, time.perf_counter() - started)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        state = scope["state"]
        method = scope["method"] if scope["method"] in _METHODS else "other"
        level: Level = state.get("level", Level.PUBLIC)
        route, query = route_of(scope), state.get("query")
        self._metrics.count_request(route, method, status, level, seconds)
        if query is not None:
            self._metrics.count_query(query["outcome"], level)
        if _log.isEnabledFor(logging.INFO):
            told = {
                "request_id": state["request_id"],
                "method": method,
                "route": route,
                "status": status,
                "ms": round(1000 * seconds, 2),
                "level": level.slug,
                "client": scope["client"][0] if scope.get("client") else None,
            }
            _log.info("request", extra=facts(told if query is None else {**told, "query": query}))


@dataclass(slots=True)
class Note:
    """What became of a query: one of a few words."""

    outcome: str = "answered"


@contextmanager
def query_noted(scope: Scope, digest: str, meter: Meter) -> Iterator[Note]:
    """Leave with a request what became of its query; the text itself is told to nobody."""
    note = Note()
    try:
        yield note
    except BaseException as error:
        note.outcome = next((word for kind, word in _OUTCOMES.items() if isinstance(error, kind)), "failed")
        raise
    finally:
        seconds = round(meter.seconds, 4)
        scope["state"]["query"] = {"digest": digest, "cpu_seconds": seconds, "outcome": note.outcome}


def account_of(scope: Scope) -> Meter:
    """Return who pays for a query: the key that it came with, else the address that it came from."""
    budget: Budget | None = getattr(scope["app"].state, "budget", None)
    if budget is None:
        return Meter()
    key: Key | None = scope["state"].get("key")
    if key is not None:
        return budget.account(f"key:{key.id}", share=_TRUSTED_SHARE if key.level > Level.PUBLIC else 1)
    client = scope.get("client")
    return budget.account(network_of(client[0] if client else ""))


def route_of(scope: Scope) -> str:
    """Return the template of the route that took a request; never the path, which has no bound."""
    path = getattr(scope.get("route"), "path", None)
    if path is not None:
        return str(path)
    return "/static" if scope.get("path", "").startswith("/static/") else "none"


def _request_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == _HEADER), b"").decode("latin-1")
    return given if _VALID_ID.fullmatch(given) else secrets.token_hex(8)
