"""What every request must be before anything answers it; and HEAD, which is answered wherever GET is."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecograph.web.problems import refusal_of

_PLAIN = frozenset({b"", b"identity"})
# What is told as JSON or in a form. Routes at these places take more, and count for themselves.
BODY_BYTES = 1_000_000
_COUNTING = ("/sparql", "/graphs", "/templates/")


class Received:
    """Refuses what no route could answer rightly, and gives a HEAD what GET has but its content."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (fault := _fault(scope)) is not None:
            await refusal_of(Request(scope), fault)(scope, receive, send)
            return
        if not scope["path"].startswith(_COUNTING):
            receive = _Bounded(receive)
        if scope["method"] == "HEAD":
            await self._head(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as to a GET, without the content (RFC 9110, 9.3.2)."""
        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, partial(_send_head, send))
        finally:
            scope["route"] = asked.get("route")  # for the log and the figures


class _Bounded:
    """Receives a body up to its largest; beyond, the request has a fault."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._left = receive, BODY_BYTES

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _too_large()
        return message


def _too_large() -> HTTPException:
    return HTTPException(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The request is larger than {BODY_BYTES:,} bytes."
    )


async def _send_head(send: Send, message: Message) -> None:
    await send({**message, "body": b""} if message["type"] == "http.response.body" else message)


def _fault(scope: Scope) -> HTTPException | None:
    """Return what is wrong with a request as such: its host (RFC 9112, 3.2), or a coded body."""
    hosts = 0
    for name, value in scope["headers"]:
        if name == b"host":
            hosts += 1
        elif name == b"content-encoding" and value.strip().lower() not in _PLAIN:
            return HTTPException(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "The body is compressed, and is read only as it is: send it without Content-Encoding.",
                headers={"Accept-Encoding": "identity"},
            )
    if hosts > 1 or (not hosts and scope["http_version"] == "1.1"):
        return HTTPException(HTTPStatus.BAD_REQUEST, f"A request names its host once, not {hosts} times.")
    return None
