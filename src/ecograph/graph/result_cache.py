"""Answers kept for who asks the same again: exact, because a snapshot never changes.

Bounded in bytes; the answer that was not asked for longest goes first. While an answer is being
made, those who ask the same wait for it, a few of them: more than that would fill the service's
threads with waiters, so the others have it made for themselves.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ecograph.errors import QueryLimit
from ecograph.graph.queries import QueryOutcome, QueryRequest
from ecograph.model import Level

POLL_SECONDS = 0.05
# One answer may not push out all others.
_SHARE = 8
_WAITERS = 16
# What the two maps and the objects of one answer weigh, beside its bytes.
_OVERHEAD = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheKey:
    """What makes two answers the same: all of it."""

    snapshot: str
    level: Level
    request: QueryRequest


@dataclass(eq=False, slots=True)
class _Flight:
    """An answer in the making."""

    done: threading.Event = field(default_factory=threading.Event)
    outcome: QueryOutcome | None = None
    limit: QueryLimit | None = None


class ResultCache:
    """The last answers, up to so many bytes; shared by all threads."""

    def __init__(self, capacity: int, *, waiters: int = _WAITERS) -> None:
        self._capacity = capacity
        self._room = waiters
        self._lock = threading.Lock()
        self._kept: OrderedDict[CacheKey, QueryOutcome] = OrderedDict()
        self._flights: dict[CacheKey, _Flight] = {}
        self._waiting = 0
        self._bytes: Counter[Level] = Counter()
        self._counts: dict[Level, Counter[str]] = {level: Counter() for level in Level}

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._bytes.total()

    def figures(self, level: Level) -> Mapping[str, int]:
        """What metrics count for one level: hits, misses, evictions, bytes."""
        with self._lock:
            counts = {name: self._counts[level][name] for name in ("hits", "misses", "evictions")}
            return {**counts, "bytes": self._bytes[level]}

    def kept(self, key: CacheKey) -> QueryOutcome | None:
        """Return the answer if it is kept; a miss is counted by who then has it made."""
        with self._lock:
            outcome = self._kept.get(key)
            if outcome is not None:
                self._counts[key.level]["hits"] += 1
                self._kept.move_to_end(key)
            return outcome

    def answer(
        self, key: CacheKey, make: Callable[[], QueryOutcome], *, cancelled: threading.Event | None = None
    ) -> QueryOutcome:
        """Return the answer kept, else make it and keep it; raises what `make` raises.

        Failures are not kept. A limit that was reached is told to those who waited, unless it
        was that the client who had the answer made has left: then one of them has it made.
        """
        while True:
            found = self._find(key)
            if isinstance(found, QueryOutcome):
                return replace(found, seconds=0.0, cached=True)
            flight, first = found
            if flight is None:
                return make()
            if first:
                return self._fly(key, flight, make, cancelled)
            outcome = self._wait(flight, key.level, cancelled)
            if outcome is not None:
                return replace(outcome, seconds=0.0, cached=True)

    def _find(self, key: CacheKey) -> QueryOutcome | tuple[_Flight | None, bool]:
        """Return the answer; or the flight to wait for, or to begin, or none of both."""
        with self._lock:
            counts = self._counts[key.level]
            if key in self._kept:
                counts["hits"] += 1
                self._kept.move_to_end(key)
                return self._kept[key]
            flight = self._flights.get(key)
            if flight is not None and self._waiting < self._room:
                self._waiting += 1
                return flight, False
            counts["misses"] += 1
            if flight is not None:
                return None, False
            self._flights[key] = begun = _Flight()
            return begun, True

    def _fly(
        self,
        key: CacheKey,
        flight: _Flight,
        make: Callable[[], QueryOutcome],
        cancelled: threading.Event | None,
    ) -> QueryOutcome:
        try:
            flight.outcome = outcome = make()
        except QueryLimit as error:
            if cancelled is None or not cancelled.is_set():
                flight.limit = error
            raise
        finally:
            with self._lock:
                del self._flights[key]
                if flight.outcome is not None:
                    self._keep(key, flight.outcome)
            flight.done.set()
        return outcome

    def _wait(self, flight: _Flight, level: Level, cancelled: threading.Event | None) -> QueryOutcome | None:
        try:
            while not flight.done.wait(POLL_SECONDS):
                if cancelled is not None and cancelled.is_set():
                    raise QueryLimit("the client left")
        finally:
            with self._lock:
                self._waiting -= 1
                self._counts[level]["hits"] += flight.outcome is not None
        if flight.limit is not None:
            raise QueryLimit(flight.limit.limit, retry_after=flight.limit.retry_after)
        return flight.outcome

    def _keep(self, key: CacheKey, outcome: QueryOutcome) -> None:
        weight = _weight(key, outcome)
        if weight > self._capacity // _SHARE:
            return
        self._kept[key] = outcome
        self._bytes[key.level] += weight
        while self._bytes.total() > self._capacity:
            oldest, dropped = self._kept.popitem(last=False)
            self._bytes[oldest.level] -= _weight(oldest, dropped)
            self._counts[oldest.level]["evictions"] += 1


def _weight(key: CacheKey, outcome: QueryOutcome) -> int:
    request = key.request
    graphs = sum(map(len, (*request.default_graphs, *request.named_graphs)))
    return len(outcome.body) + len(request.text) + graphs + _OVERHEAD
