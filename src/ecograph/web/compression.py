"""Long answers are compressed for those who take it, and their tags then say so.

A strong `ETag` promises the same bytes (RFC 9110, 8.8.3), and compressed ones are others.
"""

from __future__ import annotations

from functools import partial

from fastapi.middleware.gzip import GZipMiddleware
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FROM = 1_000  # bytes: below, the header costs what the compression saves
_LEVEL = 5


class Compressed:
    """Compresses what an application answers, and weakens the tags of what it compressed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = GZipMiddleware(app, minimum_size=FROM, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, partial(_send_weakened, send))


async def _send_weakened(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        tag = headers.get("etag", "W/")
        if "content-encoding" in headers and not tag.startswith("W/"):
            headers["etag"] = f"W/{tag}"
    await send(message)
