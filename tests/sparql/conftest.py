"""A published snapshot, a real pool of workers on it, and a real server in front."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from ecograph.graph.backends import PoolQueries
from ecograph.graph.queries import Account, QueryOutcome, QueryRequest, Running
from ecograph.graph.workers import WorkerPool
from ecograph.model import Level
from ecograph.web import problems, sparql
from ecograph.web.asking import Asking
from ecograph.web.budget import Budget

LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
NEAR = NamedNode("http://example.org/near")
OPEN_GRAPH = "http://example.org/graph/open"
SECRET_GRAPH = "http://example.org/graph/secret"
RESOURCES = 1_000
SECONDS = 1.0
MEMORY = 400_000_000


def quads(graph: str, count: int, word: str) -> Iterator[Quad]:
    for number in range(count):
        subject = NamedNode(f"http://example.org/{word}/{number}")
        for context in (NamedNode(graph), DefaultGraph()):
            yield Quad(subject, LABEL, Literal(f"{word} {number} " + "a" * 40, language="fr"), context)
            yield Quad(subject, NEAR, NamedNode(f"http://example.org/{word}/{number * 7 % count}"), context)


def publish(folder: Path, levels: dict[Level, list[Quad]]) -> Path:
    for level in Level:
        (folder / "work").mkdir(exist_ok=True)
        store = Store(str(folder / "work" / level.slug))
        store.extend(levels.get(level, []))
        store.flush()
        (folder / "s1").mkdir(exist_ok=True)
        store.backup(str(folder / "s1" / level.slug))
    return folder / "s1"


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    public = list(quads(OPEN_GRAPH, RESOURCES, "open"))
    private = [*public, *quads(SECRET_GRAPH, 10, "secret")]
    return publish(tmp_path_factory.mktemp("home"), {Level.PUBLIC: public, Level.PRIVATE: private})


@contextmanager
def running_pool(**bounds: float) -> Iterator[WorkerPool]:
    pool = WorkerPool(**{"seconds": SECONDS, "memory_bytes": MEMORY, "result_bytes": 2_000_000, **bounds})
    try:
        pool.isolation  # noqa: B018 - waits for the first worker
        yield pool
    finally:
        pool.close()


@pytest.fixture(scope="session")
def pool() -> Iterator[WorkerPool]:
    with running_pool() as pool:
        yield pool


Ask = Callable[..., QueryOutcome]


@pytest.fixture
def ask(pool: WorkerPool, snapshot: Path) -> Ask:
    def run(text: str, level: Level = Level.PUBLIC, **asked: object) -> QueryOutcome:
        request = QueryRequest(text=text, **asked)
        return pool.run(request, store=snapshot / level.slug, lane=level)

    return run


@dataclass
class ServedSnapshot:
    """One snapshot folder, as readers know it."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name


@dataclass
class ServedGraph:
    """The endpoint on one snapshot, and what is published there."""

    folder: Path
    pool: WorkerPool
    base: str = "http://example.org"
    query_bytes: int = 100_000

    @property
    def snapshot(self) -> ServedSnapshot:
        return ServedSnapshot(self.folder)

    @property
    def states(self) -> Mapping[Level, str]:
        return dict.fromkeys(Level, self.folder.name)

    def published(self) -> Self:
        return self

    def at_hand(self) -> Self:
        return self

    def counts(self, level: Level) -> Mapping[str, int]:
        store = Store.read_only(str(self.folder / level.slug))
        return {
            graph.value: sum(1 for _ in store.quads_for_pattern(None, None, None, graph))
            for graph in store.named_graphs()
        }

    def size(self, level: Level) -> int:
        return len(Store.read_only(str(self.folder / level.slug)))

    def answer(
        self,
        level: Level,
        request: QueryRequest,
        *,
        on: Self,
        account: Account,
        cancelled: threading.Event,
    ) -> QueryOutcome:
        return PoolQueries(self.pool).run(
            on.snapshot, request, lane=level, cancelled=cancelled, account=account
        )

    def begin(self, level: Level, request: QueryRequest, *, on: Self, account: Account) -> Running | None:
        return PoolQueries(self.pool).begin(on.snapshot, request, lane=level, account=account)


@contextmanager
def serving(graph: ServedGraph) -> Iterator[str]:
    app = FastAPI()
    app.state.asking = Asking(graph)
    app.state.budget = Budget(per_minute=1e6)
    app.include_router(sparql.router)
    problems.install(app)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def address(pool: WorkerPool, snapshot: Path) -> Iterator[str]:
    with serving(ServedGraph(snapshot, pool)) as address:
        yield address


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def make_pool() -> Callable[..., object]:
    return running_pool


@pytest.fixture(scope="session")
def serve() -> Callable[..., object]:
    """Give a context manager that serves a snapshot folder from a pool."""
    return lambda folder, pool: serving(ServedGraph(folder, pool))
