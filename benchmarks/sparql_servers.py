"""The servers that are compared: how each is loaded, started and stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyoxigraph
from pyoxigraph import RdfFormat, Store, Triple, serialize

from benchmarks.processes import processor_seconds, spent
from benchmarks.sparql_data import BASE, Source
from ecograph.app import EcoGraph
from ecograph.graph.backends import open_backend
from ecograph.graph.comparison import PORTION
from ecograph.graph.ledger import Packed
from ecograph.graph.plan import Diff
from ecograph.loading import Writer, open_writer
from ecograph.model import Level
from ecograph.settings import Settings

_START_SECONDS = 60.0
_QUIET_SECONDS = 0.5
_MERGED = "urn:ecograph:merged"
_ROOT = Path(__file__).parent.parent
_VIRTUOSO = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{port}
ServerThreads = 20
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
CheckpointInterval = 0
DirsAllowed = {folder}, {data}
[HTTPServer]
ServerPort = 127.0.0.1:{web}
ServerThreads = 20
KeepAliveTimeout = 60
MaxKeepAlives = 20
[SPARQL]
ResultSetMaxRows = 1000000
"""


class Unavailable(Exception):
    """A server cannot be measured here; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server that runs."""

    pid: int
    port: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What loading took; `quads` are those physically written, `held` those in all stores.

    They differ where stores share files.
    """

    quads: int
    held: int
    cpu: float
    wall: float

    def as_json(self) -> dict[str, float]:
        """The figures by name."""
        each = 1e6 / self.quads
        return {
            "quads": self.quads,
            "quads_held": self.held,
            "cpu_us_per_quad": self.cpu * each,
            "wall_us_per_quad": self.wall * each,
            "wall_seconds": self.wall,
        }


# EcoGraph


def opened(home: Path) -> EcoGraph:
    """Return a deployment that holds the vocabulary."""
    graph = EcoGraph(Settings(_env_file=None, home=home, base_iri=BASE, embedding="none"))
    graph.writing.prepare()
    return graph


def load_ecograph(graph: EcoGraph, sources: Mapping[Source, Path]) -> Load:
    """Write sources through the ledger into the stores of the three levels, and publish.

    Reading, ledger, stores and snapshot count; validation by shapes, which loading adds, does not.
    """
    home = graph.home
    backend = open_backend(home, graph.settings)
    held, written = _quads(home.stores)
    cpu, wall = _clocks()
    with open_writer(home, backend, base=BASE, asked=BASE, purpose="a benchmark") as writer:
        for source, file in sorted(sources.items(), key=lambda item: item[0].level):  # as a load does
            _write(writer, source, file)
        snapshot = writer.publish()
    assert snapshot
    home.point(snapshot=snapshot, base=BASE)
    cpu, wall = (now - then for now, then in zip(_clocks(), (cpu, wall), strict=True))
    after_held, after_written = _quads(home.stores)
    return Load(quads=after_written - written, held=after_held - held, cpu=cpu, wall=wall)


def public_dump(graph: EcoGraph, file: Path) -> int:
    """Write all that the public level holds, merge included, as N-Quads; return how many quads."""
    store = Store.read_only(str(graph.home.snapshots / graph.snapshot_id() / Level.PUBLIC.slug))
    with file.open("wb") as output:
        store.dump(output, RdfFormat.N_QUADS)
    return len(store)


def _write(writer: Writer, source: Source, file: Path) -> None:
    triples = (quad.triple for quad in pyoxigraph.parse(path=str(file), format=RdfFormat.N_QUADS))
    writer.write_all(source.id, source.level, source.id, _portions(triples))


def _portions(triples: Iterator[Triple]) -> Iterator[Packed]:
    """Yield what a file says in portions, as a load writes it down."""
    while text := serialize(islice(triples, PORTION), format=RdfFormat.N_TRIPLES):
        yield Packed.of(Diff(text, b""))


@contextmanager
def ecograph(home: Path) -> Iterator[Server]:
    """Run the service on a home."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.sparql_service", str(home), str(port)]
    with running(command, port, cwd=_ROOT) as pid:
        yield Server(pid=pid, port=port, path="/sparql")


# Oxigraph


def load_oxigraph(file: Path, folder: Path, quads: int) -> Load:
    """Load a file with `oxigraph load`; raises `Unavailable` where it is not installed."""
    began = time.perf_counter()
    used = os.times()
    subprocess.run(
        [_program("oxigraph"), "load", "--location", folder, "--file", file], check=True, capture_output=True
    )
    after = os.times()
    cpu = after.children_user + after.children_system - used.children_user - used.children_system
    return Load(quads=quads, held=quads, cpu=cpu, wall=time.perf_counter() - began)


@contextmanager
def oxigraph(folder: Path) -> Iterator[Server]:
    """Run `oxigraph serve` on a folder."""
    port = free_port()
    command = [_program("oxigraph"), "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    with running(command, port) as pid:
        yield Server(pid=pid, port=port, path="/query")


# Virtuoso


@contextmanager
def virtuoso(file: Path, folder: Path, quads: int) -> Iterator[tuple[Server, Load]]:
    """Run Virtuoso on a file that it loads first; raises `Unavailable` where it is not installed."""
    program, isql = _program("virtuoso-t"), _program("isql-vt")
    folder.mkdir()
    port, web = free_port(), free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(_VIRTUOSO.format(folder=folder, data=file.parent, port=port, web=web))
    with running([program, "+foreground", "+configfile", str(settings)], web, cwd=folder) as pid:
        began, used = time.perf_counter(), processor_seconds(pid)
        for command in (
            f"ld_dir ('{file.parent}', '{file.name}', '{_MERGED}')",
            "rdf_loader_run ()",
            "checkpoint",
        ):
            subprocess.run(
                [isql, str(port), "dba", "dba", f"exec={command};"],
                check=True,
                capture_output=True,
                cwd=folder,
            )
        load = Load(
            quads=quads, held=quads, cpu=spent(used, processor_seconds(pid)), wall=time.perf_counter() - began
        )
        yield Server(pid=pid, port=web, path=f"/sparql?default-graph-uri={_MERGED}"), load


# What they share


def settle(pid: int) -> None:
    """Wait until a server does nothing: what it tidies up after a load belongs to no query."""
    limit = time.monotonic() + _START_SECONDS
    while time.monotonic() < limit:
        before = processor_seconds(pid)
        time.sleep(_QUIET_SECONDS)
        if spent(before, processor_seconds(pid)) < _QUIET_SECONDS / 50:
            return


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, cwd: Path | None = None) -> Iterator[int]:
    """Run a command until it listens on a port, give its process id, and end it."""
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, lambda: _answers(port))
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    limit = time.monotonic() + _START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > limit:
            raise Unavailable(f"it does not start (exit status {process.poll()})")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _program(name: str) -> str:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise Unavailable(f"`{name}` is not installed")
    return found


def _quads(stores: Path) -> tuple[int, int]:
    """Return how many quads the stores hold, and how many of them are in files of their own."""
    held, own, below = 0, 0, (0, set[int]())
    for level in Level:
        folder = stores / level.slug
        size, files = len(Store.read_only(str(folder))), {f.stat().st_ino for f in folder.glob("*.sst")}
        held += size
        # A store that began as a copy of the one below has its files, and its own besides.
        own += size - below[0] if files & below[1] else size
        below = (size, files)
    return held, own


def _clocks() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()
