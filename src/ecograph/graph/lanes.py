"""Who may run now: few long queries at a time, short ones between them, nobody starved.

Each query begins with a short turn. When the turn is over it goes on if a long seat is free, or
if nobody waits; else it makes place and begins again when a long seat is free. Of those that wait
for a first turn the newest comes first: under a flood its answer is still wanted, and the oldest
are refused in the end. Neither the public nor the partners can fill every seat.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ecograph.errors import QueryLimit
from ecograph.model import Level

POLL_SECONDS = 0.05


@dataclass(eq=False, slots=True)
class Seat:
    """A place to run, taken or waited for."""

    trusted: bool
    long: bool
    since: float = field(default_factory=time.monotonic)
    # Only who waits is called.
    called: threading.Event | None = None
    refused: bool = False


class Lanes:
    """`workers` seats for the public, as many for the others, and one more than that in all."""

    def __init__(self, workers: int, *, turn_seconds: float, waiting: int) -> None:
        self._workers = workers
        self._turn_seconds = turn_seconds
        self._room = waiting
        self._lock = threading.Lock()
        self._running: list[Seat] = []
        self._waiting: list[Seat] = []

    @property
    def running(self) -> int:
        """How many queries run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return len(self._waiting)

    def enter(self, lane: Level, *, long: bool, patience: Callable[[], None]) -> Seat:
        """Wait for a seat, to be left later; `patience` raises when it is time to give up.

        Raises `QueryLimit` when too many others wait.
        """
        called = threading.Event()
        seat = Seat(trusted=lane > Level.PUBLIC, long=long, called=called)
        try:
            self._enter(seat)
            while not called.wait(POLL_SECONDS):
                patience()
            if seat.refused:
                raise QueryLimit("too many queries wait")
        except BaseException:
            self.leave(seat)
            raise
        return seat

    def enter_free(self, lane: Level) -> Seat | None:
        """Return a seat for a first turn, or None when there is none; never waits."""
        seat = Seat(trusted=lane > Level.PUBLIC, long=False)
        with self._lock:
            # Those who wait were called already, if any of them could be.
            if not self._free(seat):
                return None
            self._running.append(seat)
        return seat

    def leave(self, seat: Seat) -> None:
        """Make the seat free for others."""
        with self._lock:
            for seats in (self._running, self._waiting):
                if seat in seats:
                    seats.remove(seat)
            if self._waiting:
                self._call()

    def must_go(self, seat: Seat) -> bool:
        """Tell whether a running query must make place for a shorter one."""
        if seat.long or time.monotonic() - seat.since < self._turn_seconds:
            return False
        with self._lock:
            if self._long(seat) < self._workers - 1:
                seat.long = True
                return False
            return any(other.trusted == seat.trusted and not other.long for other in self._waiting)

    def _enter(self, seat: Seat) -> None:
        with self._lock:
            self._waiting.append(seat)
            self._call()
            if len(self._waiting) > self._room:
                last = max(self._waiting, key=_turn)
                self._waiting.remove(last)
                last.refused = True
                _tell(last)

    def _call(self) -> None:
        for seat in sorted(self._waiting, key=_turn):
            if self._free(seat):
                self._waiting.remove(seat)
                self._running.append(seat)
                seat.since = time.monotonic()
                _tell(seat)

    def _free(self, seat: Seat) -> bool:
        alike = sum(other.trusted == seat.trusted for other in self._running)
        if len(self._running) > self._workers or alike >= self._workers:
            return False
        return not seat.long or self._long(seat) < max(self._workers - 1, 1)

    def _long(self, seat: Seat) -> int:
        return sum(other.trusted == seat.trusted and other.long for other in self._running)


def _turn(seat: Seat) -> tuple[bool, bool, float]:
    # Partners before the public, first turns before second ones; first turns newest first.
    return (not seat.trusted, seat.long, seat.since if seat.long else -seat.since)


def _tell(seat: Seat) -> None:
    if seat.called is not None:
        seat.called.set()
