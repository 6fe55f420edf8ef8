"""What handlers need from a request: the façade, who asks, and at which level.

A key comes as `Authorization: Bearer eco_…`. Without one, whoever asks is the public; one that is
not in use is refused rather than taken for the public, which would answer with less than was asked.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

import anyio.to_thread
from fastapi import Depends, FastAPI, HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecograph.app import EcoGraph
from ecograph.graph.keys import Key
from ecograph.model import Level

_OPEN = ("/api/", "/queries")
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="EcoGraph"'}
_WRONG = {"WWW-Authenticate": 'Bearer realm="EcoGraph", error="invalid_token"'}
_LACKING = {"WWW-Authenticate": 'Bearer realm="EcoGraph", error="insufficient_scope"'}


def the_graph(request: Request) -> EcoGraph:
    """Return the façade that the service was made with."""
    graph: EcoGraph = request.app.state.graph
    return graph


def the_level(request: Request) -> Level:
    """Return the level of who asks; without a key it is public."""
    level: Level = getattr(request.state, "level", Level.PUBLIC)
    return level


def may_write(request: Request) -> bool:
    """Tell whether who asks has a key that may write."""
    return bool(getattr(request.state, "may_write", False))


def the_writer(request: Request) -> Key:
    """Return the key of who may write; answers 401 without a key, and 403 for one that only reads."""
    key: Key | None = getattr(request.state, "key", None)
    if key is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "Writing needs a key.", headers=_CHALLENGE)
    return writing_with(key)


def writing_with(key: Key) -> Key:
    """Return a key that may write; answers 403 for one that only reads."""
    if not key.may_write:
        raise HTTPException(HTTPStatus.FORBIDDEN, "This key reads, and may not write.", headers=_LACKING)
    return key


async def the_holder(request: Request, typed: str) -> Key | None:
    """Return the key of who sent a form: the one typed into it, else that of the request.

    A browser sends no key of its own accord: forms have a field for it.
    """
    if typed := typed.strip():
        return await anyio.to_thread.run_sync(the_graph(request).keys.check, typed)
    held: Key | None = getattr(request.state, "key", None)
    return held


def refuse_other_sites(request: Request) -> None:
    """Answer 403 to a form of another site, which a browser would send with what it knows."""
    origin = request.headers.get("origin")
    is_own = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not is_own or request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(HTTPStatus.FORBIDDEN, "A decision is taken on this site's own page.")


async def authenticate(request: Request) -> None:
    """Find out who asks; answers 401 for a key that is not in use. Comes before every handler."""
    request.state.key, request.state.level, request.state.may_write = None, Level.PUBLIC, False
    given = request.headers.get("authorization")
    if given is None:
        return
    scheme, _, text = given.partition(" ")
    key = None
    if scheme.lower() == "bearer":
        key = await anyio.to_thread.run_sync(the_graph(request).keys.check, text.strip())
    if key is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "This is no key in use.", headers=_WRONG)
    request.state.key, request.state.level, request.state.may_write = key, key.level, key.may_write


def install(app: FastAPI) -> None:
    """Tell caches that answers depend on who asks. `authenticate` is a dependency of the application."""
    app.add_middleware(AccessHeaders)


class AccessHeaders:
    """Adds to every answer that it varies with the key; one given to a key stays with its holder.

    Those of the programming interface may be read by scripts of other sites.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            keyed = any(name == b"authorization" for name, _ in scope["headers"])
            send = partial(_send_marked, send, keyed, scope["path"].startswith(_OPEN))
        await self._app(scope, receive, send)


async def _send_marked(send: Send, keyed: bool, is_open: bool, message: Message) -> None:  # noqa: FBT001 - bound by position
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        if "authorization" not in headers.get("vary", "").lower():
            headers.add_vary_header("Authorization")
        if keyed and "private" not in (held := headers.get("cache-control", "")) and "no-store" not in held:
            headers["cache-control"] = "private, no-cache"
        if is_open:
            headers.setdefault("access-control-allow-origin", "*")
    await send(message)


Graph = Annotated[EcoGraph, Depends(the_graph)]
LevelOf = Annotated[Level, Depends(the_level)]
MayWrite = Annotated[bool, Depends(may_write)]
WriterKey = Annotated[Key, Depends(the_writer)]
