"""A service over the sample territory, loaded once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.settings import Settings
from ecograph.web.service import create_app


@pytest.fixture(scope="session")
def graph(tmp_path_factory: pytest.TempPathFactory) -> EcoGraph:
    home: Path = tmp_path_factory.mktemp("home")
    graph = EcoGraph(Settings(home=home, embedding="none", _env_file=None))
    _, failures = graph.writing.load_declared()
    assert not failures
    return graph


@pytest.fixture(scope="session")
def app(graph: EcoGraph) -> FastAPI:
    return create_app(graph)


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """A client that keeps no cookie of another test, and asks for pages."""
    return TestClient(app, headers={"Accept": "text/html", "Accept-Language": "fr"})


@pytest.fixture(scope="session")
def address(app: FastAPI) -> Iterator[str]:
    """The address of the service, served for real."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.05)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    thread.join()
