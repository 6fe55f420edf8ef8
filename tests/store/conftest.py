"""One deployment on each kind of store: embedded, an Oxigraph server, a Virtuoso started here."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import pyoxigraph
import pytest
from pyoxigraph import RdfFormat, Triple

from ecograph.graph.backends import EmbeddedBackend
from ecograph.graph.entailment import Schema
from ecograph.graph.home import Home
from ecograph.graph.ledger import Change
from ecograph.graph.plan import Diff
from ecograph.graph.ports import Backend, GraphStore, Queries, Reader
from ecograph.graph.remote_backend import RemoteBackend
from ecograph.graph.remote_http import Server
from ecograph.graph.workers import WorkerPool
from ecograph.model import Level

KINDS = ("embedded", "oxigraph", "oxigraph-levels", "virtuoso")
_PREFIXES = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_VIRTUOSO_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{port}
DisableUnixSocket = 1
ServerThreads = 20
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 10000
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(command: list[str], address: str, folder: Path) -> Iterator[str]:
    """Run a server until the block ends, once it answers."""
    # It ends with the tests, even when these are killed.
    if shutil.which("setpriv"):
        command = ["setpriv", "--pdeathsig", "TERM", *command]
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(process, address, folder)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, folder: Path) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise RuntimeError((folder / "output.log").read_text("utf-8", "replace")[-2_000:])
        try:
            httpx.get(address, timeout=2)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{address} does not answer")


@contextmanager
def oxigraph_server(folder: Path) -> Iterator[Server]:
    """A new Oxigraph server of the `oxigraph` package."""
    binary = shutil.which("oxigraph") or shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if binary is None:
        pytest.skip("the package `oxigraph` is not installed (it is in the `test` extra)")
    port = free_port()
    command = [binary, "serve", "--location", str(folder / "data"), "--bind", f"127.0.0.1:{port}"]
    with running(command, f"http://127.0.0.1:{port}", folder) as address:
        yield Server(query=f"{address}/query", update=f"{address}/update")


@pytest.fixture(scope="session")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph_server(tmp_path_factory.mktemp("oxigraph")) as server:
        yield server


@pytest.fixture(scope="session")
def oxigraph_levels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Level, Server]]:
    make = tmp_path_factory.mktemp
    with (
        oxigraph_server(make("public")) as public,
        oxigraph_server(make("partners")) as partners,
        oxigraph_server(make("private")) as private,
    ):
        yield {Level.PUBLIC: public, Level.PARTNERS: partners, Level.PRIVATE: private}


@pytest.fixture(scope="session")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Virtuoso of its own, as Debian's package `virtuoso-opensource` brings it."""
    binary = shutil.which("virtuoso-t")
    if binary is None:
        pytest.skip("no `virtuoso-t` here: apt-get install virtuoso-opensource")
    folder = tmp_path_factory.mktemp("virtuoso")
    http = free_port()
    ini = _VIRTUOSO_INI.format(folder=folder, port=free_port(), http=http)
    (folder / "virtuoso.ini").write_text(ini, "utf-8")
    command = [binary, "+configfile", str(folder / "virtuoso.ini"), "+foreground"]
    with running(command, f"http://127.0.0.1:{http}/sparql?query=ASK%7B%7D", folder):
        address = f"http://127.0.0.1:{http}"
        yield Server(
            query=f"{address}/sparql",
            update=f"{address}/sparql-auth",
            user="dba",
            password="dba",
            digest=True,
        )


Servers = Callable[[str], Mapping[Level, Server]]


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """Give the servers of a kind of store, each started when first asked for; none for embedded."""

    def of(kind: str) -> Mapping[Level, Server]:
        if kind == "embedded":
            return {}
        given = request.getfixturevalue(kind.replace("-", "_"))
        return given if isinstance(given, dict) else dict.fromkeys(Level, given)

    return of


@dataclass
class Deployment:
    """A store of one kind, under a base of its own, and short ways to use it."""

    kind: str
    home: Home
    base: str
    backend: Backend
    schema: Schema
    store: GraphStore = field(init=False)
    snapshots: Iterator[int] = field(default_factory=lambda: count(1))
    latest: int = 0

    def __post_init__(self) -> None:
        self.store = self.backend.store(self.schema, self.base)

    def graph(self, name: str) -> str:
        return f"{self.base}/source/{name}"

    def read(self, text: str) -> set[Triple]:
        whole = f"@prefix : <{self.base}/> .\n{_PREFIXES}{text}"
        return {quad.triple for quad in pyoxigraph.parse(whole, format=RdfFormat.TURTLE)}

    def change(self, name: str, added: str = "", removed: str = "", level: Level = Level.PUBLIC) -> Change:
        diff = Diff(frozenset(self.read(added)), frozenset(self.read(removed)))
        return Change(sequence=0, source=name, graph=self.graph(name), level=level, digest="", diff=diff)

    def load(self, name: str, added: str = "", removed: str = "", level: Level = Level.PUBLIC) -> None:
        self.store.apply(self.change(name, added, removed, level))

    def put(self, name: str, triples: set[Triple], level: Level = Level.PUBLIC) -> None:
        diff = Diff(frozenset(triples), frozenset())
        self.store.apply(
            Change(sequence=0, source=name, graph=self.graph(name), level=level, digest="", diff=diff)
        )

    def reader(self) -> Reader:
        """What a reader sees now."""
        self.latest = next(self.snapshots)
        self.store.publish(self.home.snapshots / f"{self.latest:08d}")
        return self.backend.reader(f"{self.latest:08d}", self.base)

    def merged(self, level: Level) -> set[Triple]:
        return set(self.reader().merged(level))


Deploy = Callable[..., Deployment]


@pytest.fixture(scope="session")
def schema() -> Schema:
    triples = pyoxigraph.parse(
        _PREFIXES
        + """
        eco:Company rdfs:subClassOf eco:Organization . eco:Organization rdfs:subClassOf eco:Actor .
        eco:owns rdfs:subPropertyOf eco:holds .
        """,
        format=RdfFormat.TURTLE,
    )
    return Schema(quad.triple for quad in triples)


@pytest.fixture
def deploy(servers: Servers, schema: Schema, tmp_path: Path) -> Iterator[Deploy]:
    """Make a deployment of a kind, with nothing in it."""
    made: list[Deployment] = []

    def of(kind: str, base: str | None = None) -> Deployment:
        home = Home(tmp_path / f"home{len(made)}")
        known = servers(kind)
        backend: Backend = RemoteBackend(home, known, name=kind) if known else EmbeddedBackend(home)
        made.append(
            Deployment(kind, home, base or f"https://example.org/{uuid.uuid4().hex}", backend, schema)
        )
        return made[-1]

    yield of
    for deployment in made:
        deployment.store.close()
        deployment.backend.close()


@pytest.fixture(params=KINDS)
def deployment(request: pytest.FixtureRequest, deploy: Deploy) -> Deployment:
    """A deployment of each kind in turn."""
    return deploy(request.param)


@pytest.fixture(scope="session")
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool(workers=2, seconds=3.0, memory_bytes=1_000_000_000, result_bytes=5_000_000)
    yield pool
    pool.close()


@pytest.fixture
def outside(deployment: Deployment, pool: WorkerPool) -> Queries:
    """What answers strangers on a deployment."""
    return deployment.backend.queries(pool, seconds=3.0, result_bytes=5_000_000)
