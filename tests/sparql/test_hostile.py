"""Queries made to stop the service, a hundred of a kind at once: each is refused whole or answered whole.

An ordinary question is answered meanwhile and afterwards. How soon, `benchmarks.hostile` measures.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from benchmarks.hostile_queries import HEAVY, REFUSED, STOPPED, attack
from ecograph.graph.workers import WorkerPool

MEMORY = 400_000_000
AT_ONCE = 100
WORKERS, SPARE = 2, 1
_TRIES = 10
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def hostile_pool(make_pool) -> Iterator[WorkerPool]:
    with make_pool(workers=WORKERS, spare=SPARE, seconds=0.5, waiting_seconds=2, memory_bytes=MEMORY) as pool:
        yield pool


@dataclass
class Watched:
    """The most memory that a worker held, and the most workers that there were."""

    pool: WorkerPool
    bytes: int = 0
    workers: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self.done.wait(0.02):
            alive = list(self.pool._crew._alive)
            self.workers = max(self.workers, len(alive))
            for worker in alive:
                try:
                    pages = int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1])
                except (OSError, IndexError):
                    continue
                self.bytes = max(self.bytes, pages * page)


@pytest.fixture(scope="module", autouse=True)
def watched(hostile_pool: WorkerPool) -> Iterator[Watched]:
    watched = Watched(hostile_pool)
    thread = threading.Thread(target=watched.watch)
    thread.start()
    yield watched
    watched.done.set()
    thread.join()


@pytest.fixture(scope="module")
def hostile(serve, hostile_pool: WorkerPool, snapshot: Path) -> Iterator[str]:
    with serve(snapshot, hostile_pool) as address:
        yield f"{address}/sparql"


class Listener:
    """A server that should never be called."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.2)
        self.port = self.socket.getsockname()[1]

    def heard(self) -> bool:
        try:
            self.socket.accept()[0].close()
        except TimeoutError:
            return False
        return True


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listener = Listener()
    with listener.socket:
        yield listener


@pytest.fixture(scope="module")
def attacker() -> Iterator[httpx.Client]:
    limits = httpx.Limits(max_connections=2 * AT_ONCE, max_keepalive_connections=0)
    with httpx.Client(timeout=120, limits=limits) as attacker:
        yield attacker


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """Somebody else, at another address."""
    with httpx.Client(timeout=120, transport=httpx.HTTPTransport(local_address="127.0.0.9")) as client:
        yield client


@dataclass
class Attack:
    """An attacker, a victim and somebody else."""

    address: str
    attacker: httpx.Client
    client: httpx.Client
    port: int

    def run(self, name: str) -> set[int]:
        """Send a hundred queries of a kind at once, ask meanwhile and afterwards; return the statuses."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            texts = [attack(name, number, self.port) for number in range(AT_ONCE)]
            attacks = [threads.submit(post, self.attacker, self.address, text) for text in texts]
            for _ in range(2):
                ask(self.client, self.address)
            answers = [one.result() for one in attacks]
        ask(self.client, self.address)
        assert all(is_whole(answer) for answer in answers)
        return {answer.status_code for answer in answers}


@pytest.fixture(scope="module")
def attacks(hostile: str, attacker: httpx.Client, client: httpx.Client, listener: Listener) -> Attack:
    return Attack(hostile, attacker, client, listener.port)


def post(client: httpx.Client, address: str, query: str) -> httpx.Response:
    return client.post(address, content=query, headers={"content-type": "application/sparql-query"})


def ask(client: httpx.Client, address: str) -> None:
    """Ask an ordinary question, again where told to: it is answered, whatever else is asked."""
    for _ in range(_TRIES):
        answer = post(client, address, "ASK { ?s ?p ?o }")
        if "retry-after" not in answer.headers:
            break
    assert answer.status_code == 200, answer.text
    assert answer.json()["boolean"] is True


def is_whole(answer: httpx.Response) -> bool:
    """Tell whether an answer is refused as a problem, or whole."""
    if answer.status_code == 200:
        return bool(answer.json())
    return answer.status_code in {400, 413, 429, 503} and answer.json()["status"] == answer.status_code


@pytest.mark.parametrize("name", REFUSED)
def test_refused_before_it_runs(attacks: Attack, name: str) -> None:
    # A function that nobody knows is found by the engine, which may not be reached in time.
    late = {503} if name == "unknown function" else set()
    assert attacks.run(name) <= {400, 413} | late


@pytest.mark.parametrize("name", STOPPED)
def test_stopped_by_a_limit(attacks: Attack, name: str) -> None:
    assert attacks.run(name) <= {400, 429, 503}


@pytest.mark.parametrize("name", HEAVY)
def test_answered_whole_or_stopped(attacks: Attack, name: str) -> None:
    attacks.run(name)


def test_nothing_is_lost(
    hostile: str, client: httpx.Client, hostile_pool: WorkerPool, snapshot: Path
) -> None:
    from pyoxigraph import Store

    held = len(list(Store.read_only(str(snapshot / "public")).quads_for_pattern(None, None, None, None)))
    answer = post(client, hostile, COUNT).json()
    assert int(answer["results"]["bindings"][0]["n"]["value"]) == held // 2  # once merged, once by graph
    assert hostile_pool.figures["running"] == hostile_pool.figures["waiting"] == 0


def test_nothing_was_called(listener: Listener) -> None:
    assert not listener.heard()


def test_no_process_grew_beyond_its_limit_and_no_more_were_started(watched: Watched) -> None:
    assert 0 < watched.bytes <= MEMORY
    assert watched.workers <= WORKERS + 1 + SPARE


def test_network_is_out_of_reach_even_past_the_tokenizer(
    hostile_pool: WorkerPool, listener: Listener, snapshot: Path
) -> None:
    """Speak to a worker without admission: the kernel alone must hold."""
    if hostile_pool.isolation != "namespace":
        pytest.skip(f"this system gives workers no network namespace: {hostile_pool.isolation}")
    from ecograph.graph.framing import joined
    from ecograph.graph.process import Bounds, WorkerProcess

    process = WorkerProcess(Bounds(seconds=5, memory_bytes=MEMORY, result_bytes=10_000), warm=None)
    try:
        process.greeting(lambda: None)
        text = f"SELECT * {{ SERVICE <http://127.0.0.1:{listener.port}/> {{ ?s ?p ?o }} }}"
        asked = {"base": None, "default_graphs": [], "named_graphs": []}
        formats = {"results_format": "text/csv", "graph_format": "text/turtle"}
        header = json.dumps({**asked, **formats, "store": str(snapshot / "public")}).encode()
        process.begin(joined(header, text.encode()))
        while (answer := process.take()) is None:
            process.has_said(1)
    finally:
        process.kill()
    assert "error" in answer[0]
    assert not listener.heard()
