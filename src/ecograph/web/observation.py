"""What is seen of every request: an id that goes with it, a line in the log, figures for metrics."""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecograph.model import Level
from ecograph.web.logs import facts
from ecograph.web.metrics import Metrics

_log = logging.getLogger(__name__)

_VALID_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"})
_HEADER = "X-Request-Id"
# The client left before it was answered; nothing was sent.
_GONE = 499


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
        status = _GONE

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_HEADER] = number
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


def note_query(state: Any, *, text_hash: str, seconds: float, outcome: str) -> None:
    """Leave with a request what became of its query; the text itself is told to nobody."""
    state.query = {"hash": text_hash, "seconds": round(seconds, 4), "outcome": outcome}


def route_of(scope: Scope) -> str:
    """Return the template of the route that took a request; never the path, which has no bound."""
    path = getattr(scope.get("route"), "path", None)
    if path is not None:
        return str(path)
    return "/static" if scope.get("path", "").startswith("/static/") else "none"


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(_HEADER, "")
    return given if _VALID_ID.fullmatch(given) else secrets.token_hex(8)
