"""The worker processes: started ahead, lent one query at a time, replaced when they die."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ecograph.errors import QueryLimit
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
        self._changed = threading.Condition()
        self._idle: list[WorkerProcess] = []
        self._alive: set[WorkerProcess] = set()
        self._dead: list[WorkerProcess] = []
        self._closing = False
        self._keeper = threading.Thread(target=self._keep, name="query-workers", daemon=True)
        self._keeper.start()

    def take(self, store: Path, patience: Callable[[], None]) -> WorkerProcess:
        """Return a process for one query; `patience` raises when it is time to give up."""
        self._warm = store
        while True:
            with self._changed:
                if not self._idle and not self._closing:
                    self._changed.wait(POLL_SECONDS)
                if self._closing:
                    raise QueryLimit("the service is closing")
                process = self._idle.pop() if self._idle else None
            if process is None:
                patience()
            elif process.alive:
                return process
            else:
                self.bury(process)

    def give_back(self, process: WorkerProcess) -> None:
        """Take back a process that has answered."""
        with self._changed:
            self._idle.append(process)
            self._changed.notify_all()

    def bury(self, process: WorkerProcess) -> None:
        """Have a process killed and replaced."""
        with self._changed:
            self._alive.discard(process)
            self._dead.append(process)
            self._changed.notify_all()

    def wait_ready(self, seconds: float = _START_SECONDS) -> str:
        """Wait for the first process and return how it is isolated; raises `QueryLimit`."""
        with self._changed:
            if self._changed.wait_for(lambda: self.isolation is not None, timeout=seconds):
                return str(self.isolation)
        raise QueryLimit("no query worker starts")

    def close(self) -> None:
        """End every process."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._keeper.join()

    def _keep(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work)
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
        with self._changed:
            if self.isolation is None:
                _log.info("query workers are isolated by: %s", isolation)
            self.started += 1
            self.failure = None
            self.isolation = isolation
            self._alive.add(process)
            self._idle.append(process)
            self._changed.notify_all()

    def _check_start(self, limit: float) -> None:
        if self._closing or time.monotonic() > limit:
            raise QueryLimit("no query worker starts")

    def _end(self) -> None:
        with self._changed:
            alive, self._alive, self._idle = self._alive, set(), []
        for process in alive:
            process.kill()
