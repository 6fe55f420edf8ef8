"""Pages from templates, with what every page needs, and the headers that keep them safe."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecograph.web import sheet
from ecograph.web.language import address_in, language_of, remember
from ecograph.web.links import href, is_external
from ecograph.web.terms import name_of
from ecograph.web.texts import texts
from ecograph.web.typography import day, number, percent, sentence, signed, typeset

_STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def install(app: FastAPI) -> None:
    """Serve the style sheets, and send every page with its security headers.

    Comes before any route that takes all paths of two segments.
    """
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_middleware(PageHeaders)


class PageHeaders:
    """Adds the security headers to HTML answers; one that a handler set itself is kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            send = partial(_send_guarded, send)
        await self._app(scope, receive, send)


async def _send_guarded(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        if headers.get("content-type", "").startswith("text/html"):
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
    await send(message)


def page(
    request: Request, template: str, status: int = 200, *, base: str = "", **content: object
) -> HTMLResponse:
    """Return a page in the reader's language."""
    language = language_of(request)
    shown = (
        _environment(language)
        .get_template(template)
        .render(
            t=texts(language),
            other=(other := "en" if language == "fr" else "fr"),
            other_address=address_in(request, other),
            path=request.url.path,
            href=partial(href, base=base),
            **content,
        )
    )
    response = HTMLResponse(shown, status_code=status, headers=_negotiated(language))
    remember(request, response)
    return response


def _negotiated(language: str) -> Mapping[str, str]:
    return {"Content-Language": language, "Vary": "Accept, Accept-Language, Authorization, Cookie"}


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("ecograph.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_names(language))
    environment.filters.update(
        typeset=lambda text: typeset(text, language),
        sentence=sentence,
        number=lambda value: number(value, language),
        percent=lambda value: percent(value, language),
        day=lambda value: day(value, language),
        signed=lambda value: signed(value, language),
    )
    return environment


def _names(language: str) -> dict[str, Any]:
    return {
        "language": language,
        "static": static_address,
        "is_external": is_external,
        "name_of": partial(name_of, language=language),
        "is_nameless": sheet.is_nameless,
        "value_text": partial(sheet.value_text, language=language),
    }


@cache
def static_address(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"
