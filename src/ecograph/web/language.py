"""The language of a page: asked for, remembered, preferred by the browser, else French."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from ecograph.web.typography import LANGUAGES

_COOKIE = "lang"
_YEAR = 365 * 24 * 3600


def language_of(request: Request) -> str:
    """Return the language of the page to answer with."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(_COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return next(_preferred(request.headers.get("accept-language", "")), LANGUAGES[0])


def remember(request: Request, response: HTMLResponse) -> None:
    """Keep the language that was asked for."""
    wanted = request.query_params.get("lang")
    if wanted in LANGUAGES:
        response.set_cookie(_COOKIE, wanted, max_age=_YEAR, samesite="lax", httponly=True)


def address_in(request: Request, language: str) -> str:
    """Return the address of this page in a language."""
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{request.url.path}?{urlencode([*pairs, ('lang', language)])}"


def _preferred(header: str) -> Iterator[str]:
    """Yield the languages of an `Accept-Language` header that we have, the most wanted first."""
    ranked = sorted(_weighted(header), key=lambda pair: -pair[1])
    yield from (language for language, weight in ranked if language in LANGUAGES and weight > 0)


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(","):
        tag, _, weight = part.partition(";q=")
        try:
            yield tag.strip().lower().split("-")[0], float(weight or 1)
        except ValueError:
            continue
