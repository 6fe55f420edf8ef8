"""Long answers are compressed for those who take it, and their tags then say so.

A strong `ETag` promises the same bytes (RFC 9110, 8.8.3), and compressed ones are others. Large answers are
compressed one at a time, and those asked for lately are kept so: many who fetch one must not take the
processors from everyone else.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial

from fastapi.middleware.gzip import GZipMiddleware
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FROM = 1_000  # bytes: below, the header costs what the compression saves
_LARGE = 100_000  # what takes longer than the way to a thread and back
_KEPT, _KEPT_BYTES = 8, 10_000_000  # answers kept compressed, and the largest of them
_LEVEL = 5
_PACKED = tuple(media_type.removesuffix("*") for media_type in DEFAULT_EXCLUDED_CONTENT_TYPES)
_CODING = re.compile(r"\s*([\w!#$%&'*+.^`|~-]+)\s*(?:;\s*q\s*=\s*([\d.]+)\s*)?", re.ASCII)
_compressor = ThreadPoolExecutor(1, thread_name_prefix="gzip")


class Compressed:
    """Compresses what an application answers, and weakens the tags of what it compressed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = GZipMiddleware(_LargeCompressed(app), minimum_size=FROM, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # The library compresses wherever it reads "gzip": it is told what the header means.
            headers = MutableHeaders(scope=scope)
            headers["Accept-Encoding"] = "gzip" if takes_gzip(headers.get("Accept-Encoding")) else "identity"
        await self._app(scope, receive, partial(_send_weakened, send))


def takes_gzip(accepted: str | None) -> bool:
    """Tell whether gzip is at least as welcome as the bytes as they are (RFC 9110, 12.5.3)."""
    wishes: dict[str, float] = {}
    for part in (accepted or "").lower().split(","):
        if found := _CODING.fullmatch(part):
            wishes[found[1]] = _quality(found[2])
    wish = wishes.get("gzip", wishes.get("x-gzip", wishes.get("*", 0.0)))
    return wish > 0 and wish >= wishes.get("identity", 0.0)


def _quality(written: str | None) -> float:
    try:
        return float(written) if written else 1.0
    except ValueError:
        return 0.0


class _LargeCompressed:
    """Compresses the large answers of an application, where they come whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or Headers(scope=scope).get("Accept-Encoding") != "gzip":
            await self._app(scope, receive, send)
            return
        begun: list[Message] = []

        async def send_compressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)
                return
            if begun:
                start = begun.pop()
                if _is_large(start, message):
                    message = await _compressed(start, message)
                await send(start)
            await send(message)

        await self._app(scope, receive, send_compressed)


def _is_large(start: Message, message: Message) -> bool:
    body, headers = message.get("body", b""), Headers(raw=start["headers"])
    return (
        len(body) >= _LARGE
        and not message.get("more_body", False)
        and start["status"] == 200
        and "content-encoding" not in headers
        and not headers.get("content-type", "").startswith(_PACKED)
    )


async def _compressed(start: Message, message: Message) -> Message:
    body = bytes(message["body"])
    pack = _packed if len(body) <= _KEPT_BYTES else _packed.__wrapped__
    packed = await asyncio.get_running_loop().run_in_executor(_compressor, pack, body)
    headers = MutableHeaders(scope=start)
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(packed))
    return {**message, "body": packed}


@lru_cache(maxsize=_KEPT)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, _LEVEL, mtime=0)


async def _send_weakened(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        # Small answers and those that are known already vary by it too; the library says so of others alone.
        varying = (name.strip() for name in headers.get("vary", "").split(","))
        headers["Vary"] = ", ".join(dict.fromkeys([*filter(None, varying), "Accept-Encoding"]))
        tag = headers.get("etag", "W/")
        if "content-encoding" in headers and not tag.startswith("W/"):
            headers["etag"] = f"W/{tag}"
    await send(message)
