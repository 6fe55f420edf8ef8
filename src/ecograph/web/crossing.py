"""What scripts of other sites may do here: with a key in a header, as no cookie counts as one."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Request, Response

from ecograph.web.problems import allowed

router = APIRouter()

_HEADERS = "Accept, Authorization, Content-Type, If-Match, If-None-Match"


def preflight(methods: str, headers: Mapping[str, str]) -> Response:
    """Return the answer to OPTIONS where so much may be done, with the headers of the answers there."""
    said = {
        "Access-Control-Allow-Origin": "*",
        "Allow": methods,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": _HEADERS,
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={**headers, **said})


@router.options("/api/{path:path}", include_in_schema=False)
async def api_options(request: Request) -> Response:
    """Say what may be done at a place of the API."""
    methods = allowed(request)
    if methods == ["OPTIONS"]:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return preflight(", ".join(methods), {})
