"""A refresh of several sources over real HTTP is killed anywhere; the next one leaves no trace of it."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.graph.runs import Runs
from ecograph.model import Level
from tests.refresh.desk import Desk, feed, item, refreshed
from tests.remote import Page, Remote, Request

SEED, KILLS = 20261122, 6
NAMES = ("a", "b", "broken", "c")
ITEMS = 6
# Refreshes all sources again and again, an hour later each time, so that a kill falls anywhere.
VICTIM = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.refresh.desk import Desk

desk = Desk(Path(sys.argv[1]))
desk.later(days=int(sys.argv[2]))
graph = desk.open()
print("ready", flush=True)
while True:
    graph.refresh.run(sys.argv[3:])
    print("done", flush=True)
    desk.later(hours=1)
"""


def news(name: str, turn: int) -> str:
    """Items that are edited from turn to turn; some name an actor of the sample, some a place."""
    titles = ["La Chambre d’Agriculture de la Lozère, {}", "Un séchoir à Mende, {}", "Une journée, {}"]
    return feed(*(item(f"{name}{n}", titles[n % 3].format(turn % (n + 2))) for n in range(ITEMS)))


@dataclass
class Press:
    """Feeds that change with each request, until they are to stay; one of them is none."""

    remote: Remote
    turns: Counter[str] = field(default_factory=Counter)
    last: int = 0

    def open(self) -> None:
        self.remote.pages.update({f"/{name}": self._page for name in NAMES})
        self.remote.put("/broken", "<html>Maintenance</html>")

    def _page(self, request: Request) -> Page:
        self.turns[request.path] += 1
        turn = self.last or self.turns[request.path]
        headers = {"ETag": f'"{turn}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Page(status=304, headers=headers)
        return Page(news(request.path.strip("/"), turn).encode(), headers=headers)


@pytest.fixture
def press(remote: Remote) -> Press:
    press = Press(remote)
    press.open()
    return press


def declare(desk: Desk, remote: Remote) -> None:
    for name in NAMES:
        desk.declare(name, f"{remote.url}/{name}", visibility="partners" if name == "c" else "public")
        path = desk.home / "loaders" / f"{name}.toml"
        path.write_text(path.read_text("utf-8").replace("understand = false", "understand = true"), "utf-8")


def kill_after(home: Path, number: int, seconds: float | None) -> float:
    """Let a process refresh for so many seconds, or once, and kill it; return how long it went on."""
    command = [sys.executable, "-c", VICTIM, str(home), str(number), *NAMES]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as victim:
        assert victim.stdout is not None
        assert victim.stderr is not None
        assert victim.stdout.readline() == b"ready\n", victim.stderr.read()
        began = time.monotonic()
        if seconds is None:
            assert victim.stdout.readline() == b"done\n", victim.stderr.read()
        else:
            time.sleep(seconds)
        assert victim.poll() is None, victim.stderr.read()
        victim.kill()
        return time.monotonic() - began


def dump(graph: EcoGraph) -> dict[Level, list[str]]:
    """What each level sees, but for what is said of runs, which were others; sorted, nothing twice."""
    stores = graph.snapshot()._stores
    return {level: sorted(q for q in map(str, stores[level]) if "/run/" not in q) for level in Level}


def check(left: EcoGraph) -> None:
    """What is published is whole, and what is kept of the runs agrees with itself."""
    found = left.upkeep.verify()
    assert not found.problems
    runs = Runs(left.home)
    with runs._opened("count") as db:
        recorded = Counter(row[0] for row in db.execute("SELECT source FROM runs"))
    for name in NAMES:
        due, last = runs.due(name), runs.last(name)
        if due is not None and last is not None:
            assert (last.outcome == "failed") == (name == "broken"), last.message
            assert due.failures == (recorded[name] if name == "broken" else 0)
            assert due.due is not None


@pytest.fixture
def desks(sample_home: Path, tmp_path: Path) -> Iterator[list[Desk]]:
    """Two deployments that hold the same."""
    with ExitStack() as stack:
        homes = (Path(shutil.copytree(sample_home, tmp_path / name)) for name in ("killed", "calm"))
        yield [stack.enter_context(closing(Desk(home))) for home in homes]


def test_kills_leave_no_trace(desks: list[Desk], remote: Remote, press: Press) -> None:
    chance = random.Random(SEED)
    desk, calm = desks
    declare(desk, remote)
    measured = kill_after(desk.home, 0, None)
    for number in range(1, KILLS + 1):
        seconds = chance.random() * 1.2 * measured
        kill_after(desk.home, number, seconds)
        try:
            check(desk.open())
        except Exception as error:
            raise AssertionError(f"seed {SEED}: kill {number}, after {seconds:.3f} s") from error
        desk.close()  # which lets go of the snapshot, too
    press.last = 1_000
    desk.later(days=KILLS + 1)
    graph = desk.open()
    failures = {state.source: state.failures for state in graph.refresh.states(Level.PRIVATE)}["broken"]
    assert failures > 1  # what was learnt is kept
    assert refreshed(graph, *NAMES) == {**dict.fromkeys("abc", "written"), "broken": "failed"}
    assert refreshed(graph, *NAMES) == {**dict.fromkeys("abc", "unchanged"), "broken": "failed"}
    check(graph)
    declare(calm, remote)
    clean = calm.open()
    refreshed(clean, *NAMES)
    assert dump(graph) == dump(clean)
    assert not graph.upkeep.verify().waiting
    # The broken one waits as long as its failures say, across restarts.
    desk.later(hours=2)
    assert "broken" not in refreshed(desk.open())
    for folder in (graph.home.snapshots, graph.home.indexes):
        assert len(list(folder.iterdir())) <= graph.settings.kept_snapshots + 1
