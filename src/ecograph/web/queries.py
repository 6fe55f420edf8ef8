"""Saved queries over HTTP: listed, and asked by name with typed parameters."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from ecograph.exchange.negotiation import choose
from ecograph.exchange.serialise import read_solutions
from ecograph.graph.admission import admit
from ecograph.graph.queries import QueryRequest
from ecograph.graph.saved import SavedQuery
from ecograph.model import Level
from ecograph.web.access import Graph, LevelOf
from ecograph.web.asking import Published, asking_of
from ecograph.web.pages import queries_page, query_result_page
from ecograph.web.sparql_question import known_tag
from ecograph.web.sparql_request import read_parameters

router = APIRouter(tags=["queries"])

_JSON = "application/sparql-results+json"
_MEDIA_TYPES = {
    "application/json": _JSON,
    _JSON: _JSON,
    "text/csv": "text/csv",
    "text/tab-separated-values": "text/tab-separated-values",
    "application/sparql-results+xml": "application/sparql-results+xml",
}
_SUFFIXES = {"csv": "text/csv", "json": "application/json", "tsv": "text/tab-separated-values"}
_HTML = "text/html"


@router.get("/queries")
def list_queries(request: Request, graph: Graph) -> Response:
    """List the saved queries with their titles, descriptions and parameters."""
    accept = request.headers.get("accept")
    if choose(accept, ["application/json", _HTML], default="application/json") == _HTML:
        return queries_page(request)
    return JSONResponse({"queries": [described(saved) for saved in graph.queries.values()]})


@router.get("/queries/{name}", responses={304: {}, 406: {}, 429: {}, 503: {}})
async def ask_query(request: Request, graph: Graph, level: LevelOf, name: str) -> Response:
    """Ask a saved query; JSON or CSV by `Accept` or suffix, parameters in the query string."""
    stem, _, suffix = name.rpartition(".")
    chosen = _SUFFIXES.get(suffix) if stem else None
    name = stem if chosen else name
    saved = graph.saved(name)
    given = read_parameters(request.scope["query_string"])
    values = {key: value for key, value in given.items() if key != "lang"}
    text = saved.bound(values)
    chosen = chosen or _negotiated(request.headers.get("accept"))
    published = await asking_of(request).published()
    if chosen == _HTML:
        rows = read_solutions(await _answer(request, level, text, _JSON, published))
        return await run_in_threadpool(query_result_page, request, saved, rows)
    headers = {"Content-Type": f"{chosen}; charset=utf-8", "Vary": "Accept, Authorization"}
    if admit(text, limit=graph.endpoint.query_bytes).steady:
        tag = f'"{published.states[level]}-{level.slug}-{_digest(f"{chosen} {text}")}"'
        headers |= {"ETag": tag, "Cache-Control": "no-cache"}
        if known := known_tag(request.headers.get("if-none-match"), tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={**headers, "ETag": known})
    return Response(await _answer(request, level, text, _MEDIA_TYPES[chosen], published), headers=headers)


async def _answer(request: Request, level: Level, text: str, media_type: str, published: Published) -> bytes:
    """Return the answer in a format; it is made as any other, by a process that may be stopped."""
    query = QueryRequest(text=text, results_format=media_type)
    outcome = await asking_of(request).answer_noted(
        request.scope, request.receive, level, query, digest=_digest(text), on=published
    )
    return outcome.body


def documented(saved: SavedQuery) -> dict[str, Any]:
    """Return a saved query as an operation of OpenAPI, with its parameters and what they take."""
    parameters = [
        {
            "name": parameter.name,
            "in": "query",
            "required": parameter.required,
            "description": parameter.expected,
            "schema": {"type": "integer" if parameter.type == "integer" else "string"},
        }
        for parameter in saved.parameters
    ]
    content: dict[str, Any] = {media_type: {} for media_type in _MEDIA_TYPES}
    return {
        "get": {
            "tags": ["queries"],
            "summary": saved.title["en"],
            "description": f"{saved.description['en']}\n\n{saved.title['fr']}. {saved.description['fr']}",
            "operationId": f"query-{saved.name}",
            "parameters": parameters,
            "responses": {
                "200": {"description": "The solutions.", "content": content},
                "304": {},
                "400": {"description": "A parameter does not hold; the problem names it."},
                "406": {},
                "429": {},
                "503": {},
            },
        }
    }


def described(saved: SavedQuery) -> dict[str, Any]:
    """Return what a client must know to ask a query."""
    return {
        "name": saved.name,
        "title": saved.title,
        "description": saved.description,
        "parameters": [
            {
                "name": p.name,
                "type": p.type,
                "scheme": p.scheme,
                "required": p.required,
                "expected": p.expected,
            }
            for p in saved.parameters
        ],
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _negotiated(accept: str | None) -> str:
    offered = [*_MEDIA_TYPES, _HTML]
    chosen = choose(accept, offered, default="application/json")
    if chosen is None:
        raise HTTPException(406, f"offered: {', '.join(offered)}")
    return chosen
