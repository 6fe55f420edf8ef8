"""Carries out operations in child processes that are killed on the way; started by `test_crash.py`.

Each line of standard input says what to do and where to die, as JSON; each line of standard output
says what became of it. This process imports everything once and opens nothing, so that a child costs
a fork. A child dies by SIGKILL, inside a window that the steps it reports open and close:

step n   when it reports the nth step of the window
call n   at the nth call that touches a file or the ledger: before a rename, a removal, a commit...
after s  s seconds after the window opened, by the hand of the parent

A child that comes to the end of the window dies there. With `die` null it lives, and tells how many
steps and calls there were, and how long it took.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy  # noqa: F401 - see above
import pyshacl  # noqa: F401
import rdflib  # noqa: F401
import scipy.sparse  # noqa: F401

from ecograph.app import EcoGraph
from ecograph.index.large import compact
from ecograph.settings import Settings
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

TOUCHING = ("open", "os.", "shutil.", "sqlite3.", "fcntl.")
# What opens and what closes the window of each operation: parts of the steps that are reported.
WINDOWS = {
    "load": ("", ": writing"),
    "write": (": writing", "publishing"),
    "publish": ("publishing", "indexing"),
    "index": ("indexing", None),
    "backup": ("", None),
    "restore": ("", None),
    "compact": ("", None),
    "optimise": ("", None),
}


class Fate:
    """Counts what happens in the window, and kills this process when its time has come."""

    def __init__(self, operation: str, kind: str | None, number: float, opened: Callable[[], None]) -> None:
        self.begin, self.end = WINDOWS[operation]
        self.kind, self.number, self.opened = kind, number, opened
        self.inside, self.counts, self.started, self.seconds = False, {"step": 0, "call": 0}, 0.0, 0.0
        if not self.begin:
            self._enter()
        sys.addaudithook(self._call)

    def __call__(self, step: str, _done: int, _total: int) -> None:
        if self.inside and self.end and step.endswith(self.end):
            self.leave()
        elif not self.inside and not self.seconds and self.begin and step.endswith(self.begin):
            self._enter()
        self._count("step")

    def leave(self) -> None:
        """Come to the end of the window."""
        if self.inside:
            self.inside, self.seconds = False, time.monotonic() - self.started
            if self.kind:
                _die()

    def _enter(self) -> None:
        self.inside, self.started = True, time.monotonic()
        self.opened()

    def _call(self, event: str, _arguments: tuple[object, ...]) -> None:
        if event.startswith(TOUCHING):
            self._count("call")

    def _count(self, kind: str) -> None:
        if self.inside:
            self.counts[kind] += 1
            if kind == self.kind and self.counts[kind] >= self.number:
                self.inside = False  # to kill is a call too
                _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def carry_out(task: dict[str, Any], fate: Fate) -> None:
    settings = Settings(home=Path(task["home"]), embedding="none", index=task["index"], _env_file=None)
    graph = EcoGraph(settings)
    operation = task["operation"]
    if operation in {"backup", "restore"}:
        getattr(graph.upkeep, operation)(Path(task["file"]), fate)
    elif operation == "compact":
        graph.upkeep.compact(keep_days=0, progress=fate)
    elif operation == "optimise":
        compact.MOST_ABOVE = -1  # whatever has changed is enough
        graph._publication.compact(lambda step: fate(step, 0, 0))
    else:
        content = Path(task["file"]).read_bytes()
        with graph.writing.open("a test", fate) as writer:
            outcome = writer.load(occasional("crash", task["level"]), [File("crash.ttl", content)])
        assert not outcome.rejections, outcome.rejections[0]
    fate.leave()


def child(task: dict[str, Any], pipe: int) -> None:
    kind, number = task["die"] or (None, 0)
    fate = Fate(task["operation"], kind, number, lambda: void(os.write(pipe, b"opened\n")))
    carry_out(task, fate)
    os.write(pipe, json.dumps({**fate.counts, "after": fate.seconds}).encode())


def void(_value: object) -> None:
    """Take a value of no interest."""


def parent(task: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            child(task, writing)
            status = 0
        finally:  # whatever happened, the child must not go on as its parent
            if status:
                sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
            os._exit(status)
    os.close(writing)
    if task["die"] and task["die"][0] == "after":
        select.select([reading], [], [])
        time.sleep(task["die"][1])
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().removeprefix(b"opened\n")
    return {"killed": os.WIFSIGNALED(status), "status": status, "told": json.loads(told or b"null")}


for line in sys.stdin:
    sys.stdout.write(json.dumps(parent(json.loads(line))) + "\n")
    sys.stdout.flush()
