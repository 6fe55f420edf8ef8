"""The web service: routes put together, and the process that serves them."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from ecograph import __version__
from ecograph.app import EcoGraph
from ecograph.errors import EcographError, StorageFailed
from ecograph.web import api, pages, problems, queries, resources, sparql
from ecograph.web.access import Graph

_DESCRIPTION = """Links a company's concrete project to the resources of its territory.

Search and matching as JSON, resources as linked data at their own IRIs, SPARQL, and saved queries.
"""


def create_app(graph: EcoGraph) -> FastAPI:
    """Return the service over a façade."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        graph.close()

    app = FastAPI(
        title="EcoGraph",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        # These pages would take their scripts from a CDN; /openapi.json needs none.
        docs_url=None,
        redoc_url=None,
    )
    app.state.graph = graph
    problems.install(app, page=pages.error_page)
    pages.install(app)
    app.add_api_route("/health/live", live, tags=["health"])
    app.add_api_route("/health/ready", ready, tags=["health"])
    # The resources come last: their route takes any path of two segments.
    for router in (api.router, sparql.router, queries.router, pages.router, resources.router):
        app.include_router(router)
    return app


def live() -> dict[str, str]:
    """Answer while the process runs."""
    return {"status": "ok", "version": __version__}


def ready(graph: Graph) -> Response:
    """Answer 200 when questions can be answered, else 503 with what is wrong."""
    try:
        snapshot = graph.snapshot_id()
    except EcographError as error:
        return JSONResponse({"status": "unavailable", "reason": str(error)}, status_code=503)
    return JSONResponse({"status": "ok", "snapshot": snapshot})


def serve(graph: EcoGraph, *, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `announce` is given the address when it answers.

    Raises `StorageFailed` when the address cannot be listened on.
    """
    host, port = graph.settings.host, graph.settings.port
    try:
        listener = socket.create_server((host, port), reuse_port=False)
    except OSError as error:
        raise StorageFailed(f"listen on {host}:{port}", error.strerror or error) from error
    # asyncio does this only for sockets that it makes itself; without it each answer waits 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    graph.warm()
    config = uvicorn.Config(create_app(graph), log_level=logging.WARNING, access_log=False)
    server = _Announcing(config, lambda: announce(f"http://{host}:{port}"))
    server.run(sockets=[listener])


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()
