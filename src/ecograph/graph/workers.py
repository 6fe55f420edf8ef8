"""The pool that answers SPARQL queries of strangers: bounded, killable, fair."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path

from ecograph.errors import BadInput, BadParameter, BadQuery, EcographError, QueryLimit, StorageFailed
from ecograph.graph.admission import admit
from ecograph.graph.crew import Crew
from ecograph.graph.framing import Header
from ecograph.graph.lanes import Lanes, Seat
from ecograph.graph.process import Bounds, WorkerDied, WorkerProcess
from ecograph.graph.queries import Account, Free, QueryOutcome, QueryRequest
from ecograph.model import Level

_log = logging.getLogger(__name__)

# A query that waits for the disk, or for a busy machine, gets more time than its processor time.
_WALL_FACTOR = 3
WAITING = 64
_FREE = Free()


class _Displaced(Exception):
    """A query that must make place and begin again later."""


class WorkerPool:
    """Runs queries in worker processes on read-only stores.

    `workers` long queries run at a time for the public and as many for the others; one process
    more is there for short ones, and `spare` more wait to replace those that die.
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
        self._bounds = Bounds(seconds=seconds, memory_bytes=memory_bytes, result_bytes=result_bytes)
        self._tally = _Tally()
        self._lanes = Lanes(workers, turn_seconds=turn_seconds, waiting=WAITING)
        self._crew = Crew(workers + 1 + spare, self._bounds)

    @property
    def isolation(self) -> str:
        """How workers are cut off the network: `namespace`, or `none` and why.

        Without a namespace, SERVICE is refused by the tokenizer alone.
        """
        return self._crew.wait_ready()

    @property
    def failure(self) -> str | None:
        """Why no worker starts; None while they do."""
        return self._crew.failure

    @property
    def figures(self) -> Mapping[str, int]:
        """What metrics count: answers, refusals, stops by cause, workers started, running, waiting."""
        now = {"started": self._crew.started, "running": self._lanes.running, "waiting": self._lanes.waiting}
        return {**self._tally.counts(), **now}

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
        # Not `asdict`, which copies all values deeply.
        message = {field.name: getattr(request, field.name) for field in fields(request)} | {
            "store": str(store)
        }
        turn = partial(self._turn, message, store, lane, _Patience(self._tally, cancelled), account)
        try:
            admit(request.text, limit=self._query_bytes)
            try:
                outcome = turn(long=False)
            except _Displaced:
                self._tally.add("displaced")
                outcome = turn(long=True)
        except BadInput:
            self._tally.add("refused")
            raise
        self._tally.add("answered")
        return outcome

    def close(self) -> None:
        """Stop every query and end every worker."""
        self._crew.close()

    def _turn(
        self,
        message: Header,
        store: Path,
        lane: Level,
        patience: _Patience,
        account: Account,
        *,
        long: bool,
    ) -> QueryOutcome:
        waiting = patience.until(self._waiting_seconds, "busy", "no worker was free in time")
        with self._lanes.seat(lane, long=long, patience=waiting) as seat:
            # Not before: what waited besides may have spent it all.
            account.check()
            process = self._crew.take(store, waiting)
            running = patience.until(self._bounds.seconds * _WALL_FACTOR, "wall", "it took too long")
            check = partial(self._check, seat, running)
            header, body = self._ask(process, message, check, account)
        return self._outcome(header, body)

    def _ask(
        self, process: WorkerProcess, message: Header, check: Callable[[], None], account: Account
    ) -> tuple[Header, bytes]:
        try:
            header, body = process.ask(message, check)
        except BaseException as reason:
            account.charge(process.spent)
            self._crew.bury(process)
            if isinstance(reason, WorkerDied):
                raise self._explained(reason) from reason
            raise
        account.charge(header["seconds"])
        if header.get("tired") or header.get("error") == "memory":
            self._crew.bury(process)
        else:
            self._crew.give_back(process)
        return header, body

    def _check(self, seat: Seat, patience: Callable[[], None]) -> None:
        patience()
        if self._lanes.must_go(seat):
            raise _Displaced

    def _outcome(self, header: Header, body: bytes) -> QueryOutcome:
        match header.get("error"):
            case None:
                return QueryOutcome(media_type=header["media_type"], body=body, seconds=header["seconds"])
            case "query":
                raise BadQuery(header["message"], line=header.get("line"), column=header.get("column"))
            case "graph":
                raise BadParameter(
                    "default-graph-uri or named-graph-uri", header["message"], "an absolute IRI"
                )
            case "size" | "memory" as cause:
                raise self._limit(cause)
        raise StorageFailed("read the snapshot", header["message"])

    def _explained(self, death: WorkerDied) -> EcographError:
        if death.cause == "stack":
            return BadQuery("the query is too long or too nested to be evaluated")
        if death.cause == "crash":
            _log.error("%s", death)
        return self._limit(death.cause)

    def _limit(self, cause: str) -> QueryLimit:
        bounds = self._bounds
        reasons = {
            "time": f"it needs more than {bounds.seconds:g} seconds of processor time",
            "memory": f"it needs more than {bounds.memory_bytes:,} bytes of memory",
            "size": f"its answer is larger than {bounds.result_bytes:,} bytes",
        }
        return self._tally.stop(cause, reasons.get(cause, "its worker failed"))


class _Tally:
    """Counts what became of queries."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1

    def stop(self, cause: str, reason: str) -> QueryLimit:
        """Count a stop and return the error that says why."""
        self.add(f"stopped_{cause}")
        return QueryLimit(reason)

    def counts(self) -> Mapping[str, int]:
        with self._lock:
            return dict(self._counts)


class _Patience:
    """When to give a query up."""

    def __init__(self, tally: _Tally, cancelled: threading.Event | None) -> None:
        self._tally = tally
        self._cancelled = cancelled

    def until(self, seconds: float, cause: str, reason: str) -> Callable[[], None]:
        """Return a function that raises `QueryLimit` after so many seconds, or when cancelled."""
        limit = time.monotonic() + seconds

        def check() -> None:
            if self._cancelled is not None and self._cancelled.is_set():
                raise self._tally.stop("cancelled", "the client left")
            if time.monotonic() > limit:
                raise self._tally.stop(cause, reason)

        return check
