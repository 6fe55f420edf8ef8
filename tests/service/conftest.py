"""The whole service on a loopback port, over a home of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.web.service import server_config


@dataclass
class Served:
    """A running service, with a client for it."""

    graph: EcoGraph
    http: httpx.Client

    def ask(self, query: str, **headers: str) -> httpx.Response:
        return self.http.get("/sparql", params={"query": query}, headers=headers)

    def key(self, level: Level) -> dict[str, str]:
        """Make a key and return the header that it goes into."""
        _, text = self.graph.keys.create(level=level, may_write=False)
        return {"Authorization": f"Bearer {text}"}


@contextmanager
def serving(graph: EcoGraph) -> Iterator[Served]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(graph))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with httpx.Client(base_url=address, timeout=60) as client:
            yield Served(graph, client)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


Serve = Callable[..., Served]


@pytest.fixture
def serve(opened: Callable[..., EcoGraph], fresh_copy: Path) -> Iterator[Serve]:
    """Start a service on a home of one's own, with settings of one's own."""
    with ExitStack() as stack:

        def start(**settings: object) -> Served:
            return stack.enter_context(serving(opened(fresh_copy, **{"query_workers": 1, **settings})))

        yield start


@pytest.fixture
def service(serve: Serve) -> Served:
    return serve()
