"""Errors meet HTTP in one table; every error answer is a problem document (RFC 9457)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from ecograph.errors import (
    BadInput,
    BadQuery,
    BudgetSpent,
    EcographError,
    Forbidden,
    NotExpressible,
    NotFound,
    PreconditionFailed,
    QueryLimit,
    Refused,
    TooLarge,
    TooManyQueries,
    Unavailable,
)
from ecograph.exchange.negotiation import choose
from ecograph.model import Rejection

ErrorPage = Callable[[Request, Mapping[str, object]], Response]

STATUS: Mapping[type[EcographError], HTTPStatus] = {
    EcographError: HTTPStatus.INTERNAL_SERVER_ERROR,
    BadInput: HTTPStatus.BAD_REQUEST,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotExpressible: HTTPStatus.NOT_ACCEPTABLE,
    NotFound: HTTPStatus.NOT_FOUND,
    Forbidden: HTTPStatus.FORBIDDEN,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    QueryLimit: HTTPStatus.SERVICE_UNAVAILABLE,
    BudgetSpent: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyQueries: HTTPStatus.TOO_MANY_REQUESTS,
}
MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger(__name__)
_TYPES = "https://w3id.org/ecograph/problem/"
_RETRY_SECONDS = 5
_PROGRAMS = ("/api/", "/sparql", "/graphs", "/health/", "/metrics")
_METHODS = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT")
# The client left before it was answered; nothing was sent.
GONE = 499
# What these say is about the request; the others may tell of the machine, and are only logged.
_TELLING = (BadInput, Forbidden, NotFound, PreconditionFailed, QueryLimit, BudgetSpent, TooManyQueries)


def status_of(error: EcographError) -> HTTPStatus:
    """Return the status of an error: that of its nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def install(app: FastAPI, *, page: ErrorPage | None = None) -> None:
    """Have an application answer every error with a problem document.

    `page` makes one for people out of it, for browsers and outside the programming interfaces.
    """
    app.state.error_page = page
    app.add_exception_handler(EcographError, _on_error)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(ClientDisconnect, _on_left)
    app.add_exception_handler(Exception, on_bug)


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, EcographError)  # noqa: S101 - what it is registered for
    return problem_of(request, error)


def problem_of(request: Request, error: EcographError) -> Response:
    """Return the answer that an error means to who asked."""
    status = status_of(error)
    title = (type(error).__doc__ or "").partition("\n")[0].rstrip(".")
    facts: dict[str, object] = {"detail": str(error)}
    if not isinstance(error, _TELLING):
        _log.error("%s %s: %s", request.method, request.url.path, error)
        facts = {"detail": f"{title}."}
    if isinstance(error, BadQuery) and error.line is not None:
        facts |= {"line": error.line, "column": error.column}
    if isinstance(error, Refused):
        rejections = cast("tuple[Rejection, ...]", error.rejections)
        facts |= {"rejections": [asdict(rejection) for rejection in rejections]}
    return _problem(request, status, title, facts, kind=type(error).__name__, headers=_retry(error))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    return refusal_of(request, error)


def refusal_of(request: Request, error: HTTPException) -> Response:
    """Return the answer that a refusal in terms of HTTP means."""
    headers = dict(error.headers or {})
    # What the router alone says names one route; a handler that refuses knows better.
    if error.detail == HTTPStatus.METHOD_NOT_ALLOWED.phrase:
        headers["Allow"] = ", ".join(allowed(request))
    title = HTTPStatus(error.status_code).phrase
    return _problem(request, error.status_code, title, {"detail": str(error.detail)}, headers=headers)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    errors = [
        {"in": ".".join(str(step) for step in found["loc"]), "reason": found["msg"]}
        for found in error.errors()
    ]
    detail = "; ".join(f"{found['in']}: {found['reason']}" for found in errors)
    return _problem(request, HTTPStatus.BAD_REQUEST, "Bad Request", {"detail": detail, "errors": errors})


async def on_bug(request: Request, _error: Exception) -> Response:
    """Return the answer to a request that fails for no fault of its own; the server logs why."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    facts = {"detail": "Something went wrong here, not in the request."}
    return _problem(request, status, status.phrase, facts)


async def _on_left(_request: Request, _error: Exception) -> Response:
    """Return what nobody reads: who asked left before the body had come."""
    return Response(status_code=GONE)


def allowed(request: Request) -> list[str]:
    """Return what may be done at a place; a router alone knows of one of its routes only."""
    scope = request.scope

    def allows(method: str) -> bool:
        routes = request.app.routes
        return any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)

    found = {method for method in _METHODS if allows(method)}
    return sorted(found | {"HEAD"} if "GET" in found else found)


def _problem(
    request: Request,
    status: int,
    title: str,
    facts: Mapping[str, object],
    *,
    kind: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    name = _TYPES + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind).lower() if kind else "about:blank"
    problem = {"type": name, "title": title, "status": int(status), **facts}
    # Scripts of other sites that may read our answers may also read why there is none.
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", **(headers or {})}
    if request_id := getattr(request.state, "request_id", None):
        problem |= {"instance": request.url.path, "request_id": request_id}
    if _is_for_people(request):
        answer = request.app.state.error_page(request, problem)
        answer.headers.update(headers)
        return cast("Response", answer)
    return JSONResponse(problem, status_code=int(status), media_type=MEDIA_TYPE, headers=headers)


def _is_for_people(request: Request) -> bool:
    if request.app.state.error_page is None or request.url.path.startswith(_PROGRAMS):
        return False
    return choose(request.headers.get("accept"), [MEDIA_TYPE, "text/html"], default=MEDIA_TYPE) == "text/html"


def _retry(error: EcographError) -> dict[str, str]:
    if isinstance(error, (QueryLimit, BudgetSpent, TooManyQueries)):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, Unavailable):
        return {"Retry-After": str(_RETRY_SECONDS)}
    return {}
