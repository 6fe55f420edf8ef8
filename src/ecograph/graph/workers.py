"""The pool that answers SPARQL queries of strangers: bounded, killable, fair."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from ecograph.errors import BadInput
from ecograph.graph.admission import admit
from ecograph.graph.crew import Crew
from ecograph.graph.framing import Message, joined
from ecograph.graph.lanes import Lanes, Seat
from ecograph.graph.outcomes import Outcomes
from ecograph.graph.process import Bounds, WorkerDied, WorkerProcess
from ecograph.graph.queries import Account, Free, QueryOutcome, QueryRequest, Running
from ecograph.graph.turns import Turn
from ecograph.model import Level

# A query that waits for the disk, or for a busy machine, gets more time than its processor time.
_WALL_FACTOR = 3
# What an idle process's pipe takes at once, wherever pipes may not be made larger.
_AT_ONCE = 1 << 16
WAITING = 500
_FREE = Free()


class _Displaced(Exception):
    """A query that must make place and begin again later."""


class WorkerPool:
    """Runs queries in worker processes on read-only stores.

    `workers` queries, and two at least, run at a time for the public and as many for the others,
    one of them short; one process more is there, and `spare` more wait to replace those that die.
    """

    def __init__(  # noqa: PLR0913 - one bound each
        self,
        *,
        workers: int = 2,
        spare: int = 1,
        seconds: float = 10.0,
        memory_bytes: int = 1_500_000_000,
        result_bytes: int = 50_000_000,
        query_bytes: int = 100_000,
        turn_seconds: float = 0.3,
        waiting_seconds: float = 10.0,
    ) -> None:
        self._query_bytes = query_bytes
        self._waiting_seconds = waiting_seconds
        bounds = Bounds(seconds=seconds, memory_bytes=memory_bytes, result_bytes=result_bytes)
        self._wall_seconds = bounds.seconds * _WALL_FACTOR
        self._outcomes = Outcomes(bounds)
        self._lanes = Lanes(
            workers, turn_seconds=turn_seconds, waiting=WAITING, patience_seconds=waiting_seconds
        )
        self._crew = Crew(self._lanes.seats + spare, bounds)

    @property
    def isolation(self) -> str:
        """How workers are cut off the network: `namespace`, or `none` and why.

        Without a namespace, SERVICE is refused by the tokenizer alone.
        """
        return self._crew.wait_ready()

    def wait_ready(self, seconds: float) -> None:
        """Wait until a process is ready, but no longer than that; raises `QueryLimit`."""
        self._crew.wait_ready(seconds)

    @property
    def failure(self) -> str | None:
        """Why no worker starts; None while they do."""
        return self._crew.failure

    @property
    def figures(self) -> Mapping[str, int]:
        """What metrics count: answers, refusals, stops by cause, workers started, running, waiting."""
        now = {"started": self._crew.started, "running": self._lanes.running, "waiting": self._lanes.waiting}
        return {**self._outcomes.counts(), **now}

    def run(
        self,
        request: QueryRequest,
        *,
        store: Path,
        lane: Level = Level.PUBLIC,
        cancelled: threading.Event | None = None,
        account: Account = _FREE,
    ) -> QueryOutcome:
        """Return a whole answer; blocks until then. Setting `cancelled` stops the query.

        Raises `TooLarge`, `BadQuery`, `BadParameter`, `QueryLimit`, `StorageFailed`, and what the
        account raises when it can pay no more before the query has begun.
        """
        task = self._admitted(request, store, lane, account)
        first = self._turn(task, cancelled, long=False)
        return self._finished(task, first, cancelled)

    def begin(
        self, request: QueryRequest, *, store: Path, lane: Level = Level.PUBLIC, account: Account = _FREE
    ) -> Running | None:
        """Begin a query if a seat and a process are free, else return None; raises as `run`."""
        task = self._admitted(request, store, lane, account)
        if len(task.message) > _AT_ONCE or (seat := self._lanes.enter_free(lane, account)) is None:
            return None
        turn = self._seated(task, seat, self._crew.take_idle)
        if turn is None:
            return None
        return _Begun(turn, self._outcomes, partial(self._finished, task, turn))

    def close(self) -> None:
        """Stop every query and end every worker."""
        self._crew.close()

    def _admitted(self, request: QueryRequest, store: Path, lane: Level, account: Account) -> _Task:
        try:
            admit(request.text, limit=self._query_bytes)
        except BadInput as error:
            self._outcomes.refused(error)
            raise
        return _Task(message=_message(request, store), store=store, lane=lane, account=account)

    def _turn(self, task: _Task, cancelled: threading.Event | None, *, long: bool) -> Turn:
        """Wait for a seat and a process, and begin."""
        waiting = self._patience(cancelled, self._waiting_seconds, "busy", "no worker was free in time")
        seat = self._lanes.enter(task.lane, long=long, patience=waiting, account=task.account)
        turn = self._seated(task, seat, partial(self._crew.take, patience=waiting))
        assert turn  # noqa: S101 - a process was waited for
        return turn

    def _seated(self, task: _Task, seat: Seat, take: Callable[[Path], WorkerProcess | None]) -> Turn | None:
        process = None
        try:
            # Not before: what waited besides may have spent it all.
            task.account.check()
            process = take(task.store)
        finally:
            if process is None:
                self._lanes.leave(seat)
        if process is None:
            return None
        turn = Turn(self._lanes, self._crew, seat=seat, process=process, account=task.account)
        try:
            turn.begin(task.message)
        except WorkerDied as death:
            raise self._outcomes.died(death) from death
        return turn

    def _finished(self, task: _Task, first: Turn, cancelled: threading.Event | None) -> QueryOutcome:
        """Return the outcome of a query whose first turn has begun; blocks."""
        try:
            try:
                answer = self._waited(first, cancelled)
            except _Displaced:
                self._outcomes.count("displaced")
                answer = self._waited(self._turn(task, cancelled, long=True), cancelled)
        except WorkerDied as death:
            raise self._outcomes.died(death) from death
        return self._outcomes.answered(answer)

    def _waited(self, turn: Turn, cancelled: threading.Event | None) -> Message:
        running = self._patience(cancelled, self._wall_seconds, "wall", "it took too long")

        def check() -> None:
            running()
            if turn.must_end:
                raise _Displaced

        return turn.wait(check)

    def _patience(
        self, cancelled: threading.Event | None, seconds: float, cause: str, reason: str
    ) -> Callable[[], None]:
        """Return a function that raises `QueryLimit` after so many seconds, or when cancelled."""
        limit = time.monotonic() + seconds

        def check() -> None:
            if cancelled is not None and cancelled.is_set():
                raise self._outcomes.stopped("cancelled", "the client left")
            if time.monotonic() > limit:
                raise self._outcomes.stopped(cause, reason)

        return check


@lru_cache(maxsize=32)
def _header(
    store: Path, base: str | None, default: Sequence[str], named: Sequence[str], formats: tuple[str, str]
) -> bytes:
    """Return all that a worker is told beside the text; most queries share it."""
    results_format, graph_format = formats
    asked = {
        "store": str(store),
        "base": base,
        "default_graphs": default,
        "named_graphs": named,
        "results_format": results_format,
        "graph_format": graph_format,
    }
    return json.dumps(asked).encode()


def _message(request: QueryRequest, store: Path) -> bytes:
    formats = request.results_format, request.graph_format
    header = _header(store, request.base, request.default_graphs, request.named_graphs, formats)
    return joined(header, request.text.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """What a worker is told, on which store, whose turn it is, and who pays."""

    message: bytes
    store: Path
    lane: Level
    account: Account


class _Begun:
    """A query in its first turn: taken from there if it is short, else waited for."""

    def __init__(
        self, turn: Turn, outcomes: Outcomes, finish: Callable[[threading.Event | None], QueryOutcome]
    ) -> None:
        self._turn, self._outcomes = turn, outcomes
        self.fileno, self.stop, self.wait = turn.fileno, turn.stop, finish

    def take(self) -> QueryOutcome | None:
        try:
            answer = self._turn.take()
        except WorkerDied as death:
            raise self._outcomes.died(death) from death
        return None if answer is None else self._outcomes.answered(answer)
