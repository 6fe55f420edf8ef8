"""Does an ordinary question get its answer while a hundred hostile queries of a kind are in flight?

`python -m benchmarks.hostile [--json FILE] [--seconds S] [--kinds NAME …] [--addresses N]`

A service with its usual settings, on the sample territory. Three clients ask a small `ASK` that nobody
asked before, one after the other: one from another address, one with a partner's key, one from the very
address of the attack. Of each the table has the median, the 95th of a hundred and the longest time in
milliseconds, and the share of all its questions that were answered within a second; then the most memory
that the service and any of its workers held, in MB, and how the attack was answered.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from urllib.parse import quote

from benchmarks.hostile_flood import Flood
from benchmarks.hostile_queries import HEAVY, REFUSED, STOPPED
from benchmarks.processes import descendants, peak_bytes
from benchmarks.sparql_servers import Unavailable, free_port
from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.settings import Settings

KINDS = (*REFUSED, *STOPPED, *HEAVY)
IN_FLIGHT = 100
_ROOT = Path(__file__).parent.parent
_PAUSE = 0.05
_QUIET = 2.0
_TIMEOUT = 60.0
_SOON_MS = 1000.0
_numbers = count()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks ordinary questions, from which address and with which key."""

    name: str
    address: str
    key: str | None = None


@dataclass(slots=True)
class Asked:
    """How long each question of one asker took, in milliseconds, and how it was answered."""

    ms: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)

    def add(self, status: str, ms: float) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status == "200":
            self.ms.append(ms)

    def figures(self) -> dict[str, object]:
        """The latencies of what was answered, all statuses, and the share answered within a second."""
        soon = sum(ms < _SOON_MS for ms in self.ms) / max(1, sum(self.statuses.values()))
        if not self.ms:
            return {"statuses": self.statuses, "share_soon": soon}
        ranked = sorted(self.ms)
        return {
            "p50_ms": statistics.median(ranked),
            "p95_ms": ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))],
            "max_ms": ranked[-1],
            "share_soon": soon,
            "statuses": self.statuses,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one kind of attack did."""

    attack: Mapping[str, int]
    asked: Mapping[str, Mapping[str, object]]
    service_mb: float
    worker_mb: float
    processes: int
    called: bool


@contextmanager
def served(home: Path, log: Path) -> Iterator[tuple[int, int]]:
    """Serve a home with its usual settings; give the process and the port."""
    port = free_port()
    environment = {**os.environ, "ECOGRAPH_EMBEDDING": "none"}  # noqa: TID251 - of a child process
    command = [sys.executable, "-m", "ecograph", "--home", str(home), "serve", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=output, env=environment)
        assert process.stdout
        try:
            if not process.stdout.readline():
                raise Unavailable(f"the service does not start: {log.read_text()[-500:]}")
            yield process.pid, port
        finally:
            process.terminate()
            process.wait(30)


def measured(pid: int, port: int, askers: Sequence[Asker], flood: Flood) -> Measured:
    """Attack, ask meanwhile, and tell what was seen."""
    done = threading.Event()
    asked = {asker.name: Asked() for asker in askers}
    threads = [threading.Thread(target=_ask, args=(asker, port, done, asked[asker.name])) for asker in askers]
    seen = _Seen(pid)
    threads.append(threading.Thread(target=seen.watch, args=(done,)))
    with _listener() as listener:
        job = json.dumps(asdict(flood) | {"listener": listener.getsockname()[1]})
        attack = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.hostile_flood", job], stdout=subprocess.PIPE, cwd=_ROOT
        )
        time.sleep(1.0)  # until the attack is under way
        for thread in threads:
            thread.start()
        output, _ = attack.communicate()
        done.set()
        for thread in threads:
            thread.join()
        called = _was_called(listener)
    return Measured(
        attack=json.loads(output),
        asked={name: one.figures() for name, one in asked.items()},
        service_mb=seen.service / 1e6,
        worker_mb=seen.worker / 1e6,
        processes=seen.processes,
        called=called,
    )


class _Seen:
    """The most memory that a service and any of its workers held, and how many workers there were."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.service = self.worker = self.processes = 0

    def watch(self, done: threading.Event) -> None:
        while not done.wait(_PAUSE):
            workers = descendants(self._pid) - {self._pid}
            self.service = max(self.service, peak_bytes(self._pid))
            self.worker = max([self.worker, *map(peak_bytes, workers)])
            self.processes = max(self.processes, len(workers))


def _ask(asker: Asker, port: int, done: threading.Event, asked: Asked) -> None:
    connection: HTTPConnection | None = None
    headers = {"Authorization": f"Bearer {asker.key}"} if asker.key else {}
    while not done.is_set():
        query = f"ASK {{ ?s ?p ?o FILTER(?o != {next(_numbers)}) }}"
        started = time.perf_counter()
        try:
            if connection is None:
                connection = HTTPConnection(
                    "127.0.0.1", port, timeout=_TIMEOUT, source_address=(asker.address, 0)
                )
            connection.request("GET", f"/sparql?query={quote(query)}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            status = str(answer.status)
            if answer.status == 200 and json.loads(body)["boolean"] is not True:
                status = "wrong"
        except (OSError, HTTPException) as error:
            status, connection = type(error).__name__, None
        asked.add(status, 1000 * (time.perf_counter() - started))
        done.wait(_PAUSE)


@contextmanager
def _listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        yield listener


def _was_called(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def sample_home(folder: Path) -> tuple[Path, str]:
    """Load the sample territory into a new home; return it with a partner's key."""
    graph = EcoGraph(Settings(_env_file=None, home=folder / "home", embedding="none"))
    graph.writing.load_declared()
    _, key = graph.keys.create(level=Level.PARTNERS, may_write=False)
    graph.close()
    return folder / "home", key


def line(kind: str, found: Measured) -> str:
    """Return one row of the table."""
    cells = [f"{kind:28}"]
    for one in found.asked.values():
        if "p50_ms" in one:
            cells.append(f"{one['p50_ms']:6.0f}{one['p95_ms']:6.0f}{one['max_ms']:6.0f}")
        else:
            cells.append(f"{'-':>18}")
        cells.append(f"{one['share_soon']:7.1%}")
    cells.append(f"{found.service_mb:6.0f}{found.worker_mb:6.0f}{found.processes:3d}")
    cells.append(" ".join(f"{status}:{n}" for status, n in sorted(found.attack.items())))
    return " ".join(cells) + (" CALLED" if found.called else "")


def summary(report: Mapping[str, Measured]) -> Iterator[str]:
    """Yield what holds of all kinds together."""
    for name in next(iter(report.values())).asked:
        of_one = {kind: found.asked[name] for kind, found in report.items()}
        worst = max(of_one, key=lambda kind: _longest(of_one[kind]))
        least = min(of_one, key=lambda kind: _share(of_one[kind]))
        yield (
            f"{name}: at the least {_share(of_one[least]):.1%} within a second ({least}); "
            f"the longest took {_longest(of_one[worst]):.0f} ms ({worst})"
        )
    heaviest = max(report, key=lambda kind: report[kind].worker_mb)
    yield f"the largest worker held {report[heaviest].worker_mb:.0f} MB ({heaviest})"
    called = [kind for kind, found in report.items() if found.called]
    yield f"called out of the service: {', '.join(called) or 'none'}"


def _longest(one: Mapping[str, object]) -> float:
    return float(str(one.get("max_ms", math.inf)))


def _share(one: Mapping[str, object]) -> float:
    return float(str(one["share_soon"]))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--addresses", type=int, default=1, help="from how many addresses the attack comes")
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=KINDS)
    given = parser.parse_args(arguments)
    attackers = [f"127.1.0.{n}" for n in range(1, given.addresses + 1)]
    report: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as name:
        home, key = sample_home(Path(name))
        askers = [
            Asker("other address", "127.0.0.1"),
            Asker("partner", "127.0.0.2", key),
            Asker("same address", attackers[0]),
        ]
        print(f"{'':28} " + " ".join(f"{asker.name:>18} {'< 1 s':>7}" for asker in askers), flush=True)
        for kind in given.kinds:
            # A service of its own for each kind: what one leaves behind is not told of another.
            with served(home, Path(name) / "log") as (pid, port):
                flood = Flood(
                    kind=kind,
                    port=port,
                    listener=0,
                    connections=IN_FLIGHT,
                    addresses=attackers,
                    seconds=given.seconds,
                )
                found = measured(pid, port, askers, flood)
            print(line(kind, found), flush=True)
            report[kind] = found
    for told in summary(report):
        print(told)
    if given.json:
        whole = {kind: asdict(found) for kind, found in report.items()}
        given.json.write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    main()
