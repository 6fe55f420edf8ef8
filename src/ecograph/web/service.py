"""The web service: routes put together, and the process that serves them."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ecograph import __version__
from ecograph.app import EcoGraph
from ecograph.errors import StorageFailed
from ecograph.web import (
    access,
    api,
    crossing,
    feedback,
    health,
    judging,
    matching,
    openapi,
    pages,
    problems,
    queries,
    refreshing,
    resolution,
    resources,
    review,
    sparql,
    templates,
    writing,
)
from ecograph.web.access import authenticate
from ecograph.web.asking import Asking
from ecograph.web.budget import Budget
from ecograph.web.compression import Compressed
from ecograph.web.lines import Entrance
from ecograph.web.metrics import Metrics, read_metrics
from ecograph.web.observation import Observed
from ecograph.web.receiving import Received
from ecograph.web.shortcut import Shortcut
from ecograph.web.wire import Protocol

_DESCRIPTION = """Links a company's concrete project to the resources of its territory.

Search and matching as JSON, resources as linked data at their own IRIs, SPARQL, and saved queries.
"""


class Service(FastAPI):
    """The application, behind what sees each request first.

    Its own layers take longer than a short query, even where they have nothing to do.
    """

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or begin and end with the server."""
        if scope["type"] == "http":
            scope["app"] = self
            await self.front(scope, receive, send)
        else:
            await self.framework(scope, receive, send)

    async def framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by its route."""
        await super().__call__(scope, receive, send)


def create_app(graph: EcoGraph) -> Service:
    """Return the service over a façade."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        graph.close()

    app = Service(
        title="EcoGraph",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        dependencies=[Depends(authenticate)],
        # These pages would take their scripts from a CDN; /openapi.json needs none.
        docs_url=None,
        redoc_url=None,
    )
    app.state.graph = graph
    app.state.asking = asking = Asking(graph.endpoint, Entrance(each=graph.settings.client_queries))
    app.state.metrics = metrics = Metrics(graph)
    app.state.budget = Budget(graph.settings.client_seconds_per_minute)
    problems.install(app, page=pages.error_page)
    access.install(app)
    _add_routes(app)
    app.add_middleware(Compressed)
    shortcut = Shortcut(app.framework, asking)
    app.front = Observed(ServerErrorMiddleware(Received(shortcut), handler=problems.on_bug), metrics)
    _document_queries(app, graph)
    return app


def _add_routes(app: FastAPI) -> None:
    """Add every route; they are tried in turn: what is asked most comes first."""
    app.include_router(sparql.router)
    pages.install(app)
    app.add_api_route("/health/live", health.live, tags=["health"])
    app.add_api_route(
        "/health/ready",
        health.ready,
        tags=["health"],
        response_class=JSONResponse,
        responses={503: {"description": "What is wrong.", "content": {"application/json": {}}}},
    )
    app.add_api_route("/metrics", read_metrics, tags=["health"], response_class=PlainTextResponse)
    # The resources come last: their route takes any path of two segments.
    for router in (
        api.router,
        crossing.router,
        feedback.router,
        review.router,
        refreshing.router,
        resolution.router,
        writing.router,
        templates.router,
        queries.router,
        pages.router,
        matching.router,
        judging.router,
        resources.router,
    ):
        app.include_router(router)


def _document_queries(app: FastAPI, graph: EcoGraph) -> None:
    """Give each saved query a place of its own in /openapi.json."""
    generic = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is not None:  # which FastAPI keeps
            return app.openapi_schema
        schema = generic()
        for saved in graph.queries.values():
            schema["paths"].setdefault(f"/queries/{saved.name}", queries.documented(saved))
        openapi.complete(schema)
        return schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend the schema


def serve(graph: EcoGraph, *, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `announce` is given the address when it answers.

    Raises `StorageFailed` when the address cannot be listened on.
    """
    host, port = graph.settings.host, graph.settings.port
    try:
        listener = socket.create_server((host, port), reuse_port=False)
    except OSError as error:
        raise StorageFailed(f"listen on {host}:{port}", error.strerror or error) from error
    taken = listener.getsockname()[1]
    # asyncio does this only for sockets that it makes itself; without it each answer waits 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    graph.warm()
    server = _Announcing(server_config(graph), lambda: announce(f"http://{host}:{taken}"))
    server.run(sockets=[listener])


def server_config(graph: EcoGraph) -> uvicorn.Config:
    """Return how the service is served: its log is the process's own, and proxies are believed by name."""
    proxies = list(graph.settings.trusted_proxies)
    return uvicorn.Config(
        create_app(graph),
        http=Protocol,
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
    )


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()
