"""Answers kept for who asks the same again: exact, because a snapshot never changes.

Bounded in bytes; the answer that was not asked for longest goes first. While an answer is being
made, those who ask the same wait for it, a few of them: more than that would fill the service's
threads with waiters, so the others have it made for themselves.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from ecograph.errors import QueryLimit
from ecograph.graph.queries import QueryOutcome, QueryRequest, Running
from ecograph.model import Level

POLL_SECONDS = 0.05
# One answer may not push out all others.
_SHARE = 8
_WAITERS = 16
# What the two maps and the objects of one answer weigh, beside its bytes.
_OVERHEAD = 1_000

Land = Callable[[QueryOutcome | BaseException | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheKey:
    """What makes two answers the same: all of it."""

    state: str
    level: Level
    request: QueryRequest


@dataclass(eq=False, slots=True)
class _Flight:
    """An answer in the making."""

    key: CacheKey
    done: threading.Event = field(default_factory=threading.Event)
    outcome: QueryOutcome | None = None
    limit: QueryLimit | None = None

    def end(self, how: QueryOutcome | BaseException | None) -> None:
        """Note what those who wait are told: the answer, or the limit that was reached."""
        if isinstance(how, QueryOutcome):
            self.outcome = how
        elif isinstance(how, QueryLimit):
            self.limit = how


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

    def begin(self, key: CacheKey, start: Callable[[], Running | None]) -> QueryOutcome | Running | None:
        """Return the answer kept, else what `start` begins, whose answer is kept when it comes; never waits.

        None is for what has to be waited for: the same answer in the making, or what `start` cannot begin.
        """
        with self._lock:
            if (kept := self._hit(key)) is not None:
                return kept
            if key in self._flights:
                return None
            self._flights[key] = flight = _Flight(key)
        running = None
        try:
            running = start()
        finally:
            if running is None:
                self.land(flight, None)
        if running is None:
            return None
        with self._lock:
            self._counts[key.level]["misses"] += 1
        return _Awaited(running, partial(self.land, flight))

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
                return found
            flight, first = found
            if flight is None:
                return make()
            if first:
                return _made(make, partial(self.land, flight), cancelled)
            outcome = self._wait(flight, key.level, cancelled)
            if outcome is not None:
                return _again(outcome)

    def _find(self, key: CacheKey) -> QueryOutcome | tuple[_Flight | None, bool]:
        """Return the answer; or the flight to wait for, or to begin, or none of both."""
        with self._lock:
            if (kept := self._hit(key)) is not None:
                return kept
            counts = self._counts[key.level]
            flight = self._flights.get(key)
            if flight is not None and self._waiting < self._room:
                self._waiting += 1
                return flight, False
            counts["misses"] += 1
            if flight is not None:
                return None, False
            self._flights[key] = begun = _Flight(key)
            return begun, True

    def _hit(self, key: CacheKey) -> QueryOutcome | None:
        kept = self._kept.get(key)
        if kept is not None:
            self._counts[key.level]["hits"] += 1
            self._kept.move_to_end(key)
        return kept

    def land(self, flight: _Flight, how: QueryOutcome | BaseException | None) -> None:
        """Keep what was made, if anything was, and tell those who wait for it."""
        flight.end(how)
        with self._lock:
            del self._flights[flight.key]
            if flight.outcome is not None:
                self._keep(flight.key, flight.outcome)
        flight.done.set()

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
        self._kept[key] = _again(outcome)
        self._bytes[key.level] += weight
        while self._bytes.total() > self._capacity:
            oldest, dropped = self._kept.popitem(last=False)
            self._bytes[oldest.level] -= _weight(oldest, dropped)
            self._counts[oldest.level]["evictions"] += 1


class _Awaited:
    """A query that has begun, whose answer is kept when it comes."""

    def __init__(self, running: Running, land: Land) -> None:
        self._running, self._land = running, land

    def fileno(self) -> int:
        return self._running.fileno()

    def take(self) -> QueryOutcome | None:
        try:
            outcome = self._running.take()
        except BaseException as error:
            self._land(error)
            raise
        if outcome is not None:
            self._land(outcome)
        return outcome

    def wait(self, cancelled: threading.Event) -> QueryOutcome:
        return _made(partial(self._running.wait, cancelled), self._land, cancelled)

    def stop(self) -> None:
        self._running.stop()
        self._land(None)


def _made(make: Callable[[], QueryOutcome], land: Land, cancelled: threading.Event | None) -> QueryOutcome:
    """Have an answer made and land it; that a client has left is of no use to the others."""
    try:
        outcome = make()
    except BaseException as error:
        land(None if cancelled is not None and cancelled.is_set() else error)
        raise
    land(outcome)
    return outcome


def _again(outcome: QueryOutcome) -> QueryOutcome:
    # Not by `replace`, which takes as long as all else that is done to keep an answer.
    return QueryOutcome(media_type=outcome.media_type, body=outcome.body, seconds=0.0, cached=True)


def _weight(key: CacheKey, outcome: QueryOutcome) -> int:
    request = key.request
    graphs = sum(map(len, (*request.default_graphs, *request.named_graphs)))
    return len(outcome.body) + len(request.text) + graphs + _OVERHEAD
