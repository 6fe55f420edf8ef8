"""The worker processes: started ahead, lent one query at a time, replaced when they die."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ecograph.errors import QueryLimit
from ecograph.graph.isolation import keep_ends_from_children
from ecograph.graph.lanes import POLL_SECONDS
from ecograph.graph.process import Bounds, WorkerDied, WorkerProcess

_log = logging.getLogger(__name__)
_START_SECONDS = 30.0
_PAUSE_SECONDS = 1.0


class Crew:
    """So many processes, kept alive by one thread of their own."""

    def __init__(self, size: int, bounds: Bounds) -> None:
        self.started = 0
        self.isolation: str | None = None
        self.failure: str | None = None
        self._size = size
        self._bounds = bounds
        self._warm: Path | None = None
        self._lock = threading.Lock()
        # Two, so that who waits for a process does not wake who replaces dead ones, nor the reverse.
        self._freed, self._needed = threading.Condition(self._lock), threading.Condition(self._lock)
        self._idle: list[WorkerProcess] = []
        self._alive: set[WorkerProcess] = set()
        self._dead: list[WorkerProcess] = []
        self._closing = False
        self._keeper = threading.Thread(target=self._keep, name="query-workers", daemon=True)
        self._keeper.start()

    def take(self, store: Path, patience: Callable[[], None]) -> WorkerProcess:
        """Return a process for one query; `patience` raises when it is time to give up."""
        while (process := self.take_idle(store)) is None:
            with self._lock:
                if not self._idle and not self._closing:
                    self._freed.wait(POLL_SECONDS)
            patience()
        return process

    def take_idle(self, store: Path) -> WorkerProcess | None:
        """Return a process for one query, or None when all are busy; never waits."""
        self._warm = store
        while True:
            with self._lock:
                if self._closing:
                    raise QueryLimit("the service is closing")
                if not self._idle:
                    return None
                process = self._idle.pop()
            if process.alive:
                return process
            self.bury(process)

    def give_back(self, process: WorkerProcess) -> None:
        """Take back a process that has answered."""
        with self._lock:
            self._idle.append(process)
            self._freed.notify()

    def bury(self, process: WorkerProcess) -> None:
        """Have a process killed and replaced."""
        with self._lock:
            self._alive.discard(process)
            self._dead.append(process)
            self._needed.notify()

    def wait_ready(self, seconds: float = _START_SECONDS) -> str:
        """Wait for the first process and return how it is isolated; raises `QueryLimit`."""
        with self._lock:
            if self._freed.wait_for(lambda: self.isolation is not None, timeout=seconds):
                return str(self.isolation)
        raise QueryLimit("no query worker starts")

    def close(self) -> None:
        """End every process."""
        with self._lock:
            self._closing = True
            self._freed.notify_all()
            self._needed.notify()
        self._keeper.join()

    def _keep(self) -> None:
        keep_ends_from_children()
        while True:
            with self._lock:
                self._needed.wait_for(self._has_work)
                dead, self._dead = self._dead, []
                missing = self._size - len(self._alive)
                closing = self._closing
            for process in dead:
                process.kill()
            if closing:
                self._end()
                return
            if missing > 0:
                self._start()

    def _has_work(self) -> bool:
        return self._closing or bool(self._dead) or len(self._alive) < self._size

    def _start(self) -> None:
        process = WorkerProcess(self._bounds, warm=self._warm)
        limit = time.monotonic() + _START_SECONDS
        try:
            isolation = process.greeting(lambda: self._check_start(limit))
        except (WorkerDied, QueryLimit) as error:
            process.kill()
            if not self._closing:
                self.failure = str(error)
                _log.error("no query worker starts: %s", error)
                time.sleep(_PAUSE_SECONDS)
            return
        with self._lock:
            if self.isolation is None:
                _log.info("query workers are isolated by: %s", isolation)
            self.started += 1
            self.failure = None
            self.isolation = isolation
            self._alive.add(process)
            self._idle.append(process)
            self._freed.notify_all()

    def _check_start(self, limit: float) -> None:
        if self._closing or time.monotonic() > limit:
            raise QueryLimit("no query worker starts")

    def _end(self) -> None:
        with self._lock:
            alive, self._alive, self._idle = self._alive, set(), []
        for process in alive:
            process.kill()
