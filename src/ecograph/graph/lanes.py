"""Who may run now: few long queries at a time, short ones between them, nobody starved.

Each query begins with a short turn. When the turn is over it goes on if a long seat is free, or
if nobody waits; else it makes place and begins again when a long seat is free. Of those that wait
the one comes first whose client used least lately and has the fewest others, so that a flood is
behind everyone else. Among such for a first turn it is the newest: its answer is still wanted, and
the oldest are refused in the end. Neither the public nor the partners can fill every seat, nor can
long queries those of a lane.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ecograph.errors import QueryLimit
from ecograph.graph.queries import Account, Free
from ecograph.model import Level

POLL_SECONDS = 0.05
# Clients that used about as much are equals.
_GRAIN_SECONDS = 0.25
_FEWEST = 2
# So many long queries may wait however long each takes.
_LONG_WAITING = 4
# How much the last long query counts in what the next is expected to take.
_NEWS = 0.3
# A seat is given by a signal; this is how soon who waits for one sees that its client left.
_WAIT_SECONDS = 0.2
_FREE = Free()


@dataclass(eq=False, slots=True)
class Seat:
    """A place to run, taken or waited for."""

    trusted: bool
    long: bool
    account: Account = _FREE
    since: float = field(default_factory=time.monotonic)
    # Only who waits is called.
    called: threading.Event | None = None
    refused: bool = False


class Lanes:
    """`workers` seats for the public, as many for the others, and one more than that in all.

    There are two for each at least: one that a long query may keep, and one for short ones.
    `waiting` may wait; of long ones, as many as would be done in `patience_seconds`.
    """

    def __init__(
        self, workers: int, *, turn_seconds: float, waiting: int, patience_seconds: float = 10.0
    ) -> None:
        self._workers = max(workers, _FEWEST)
        self._turn_seconds = turn_seconds
        self._room = waiting
        self._patience_seconds = patience_seconds
        self._usual_seconds = turn_seconds  # that a long query takes
        self._lock = threading.Lock()
        self._running: list[Seat] = []
        self._waiting: list[Seat] = []

    @property
    def seats(self) -> int:
        """How many queries may run in all."""
        return self._workers + 1

    @property
    def running(self) -> int:
        """How many queries run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return len(self._waiting)

    def enter(
        self, lane: Level, *, long: bool, patience: Callable[[], None], account: Account = _FREE
    ) -> Seat:
        """Wait for a seat, to be left later; `patience` raises when it is time to give up.

        `account` is whose it is. Raises `QueryLimit` when too many others wait.
        """
        called = threading.Event()
        seat = Seat(trusted=lane > Level.PUBLIC, long=long, account=account, called=called)
        try:
            self._enter(seat)
            while not called.wait(_WAIT_SECONDS):
                patience()
            if seat.refused:
                raise QueryLimit("too many queries wait")
        except BaseException:
            self.leave(seat)
            raise
        return seat

    def enter_free(self, lane: Level, account: Account = _FREE) -> Seat | None:
        """Return a seat for a first turn, or None when there is none; never waits."""
        seat = Seat(trusted=lane > Level.PUBLIC, long=False, account=account)
        with self._lock:
            # Those who wait were called already, if any of them could be.
            if not self._free(seat):
                return None
            self._running.append(seat)
        return seat

    def leave(self, seat: Seat) -> None:
        """Make the seat free for others."""
        with self._lock:
            if seat.long and seat in self._running:
                self._usual_seconds += _NEWS * (time.monotonic() - seat.since - self._usual_seconds)
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
                self._refuse(self._waiting)
            while len(long := self._waiting_long(seat)) > self._long_room(seat):
                self._refuse(long)

    def _refuse(self, seats: Iterable[Seat]) -> None:
        last = max(seats, key=self._order())
        self._waiting.remove(last)
        last.refused = True
        _tell(last)

    def _waiting_long(self, seat: Seat) -> list[Seat]:
        return [other for other in self._waiting if other.long and other.trusted == seat.trusted]

    def _long_room(self, seat: Seat) -> int:
        """How many long queries of a lane may wait: those that come to run before they waited too long."""
        seats = [other for other in self._running if other.long and other.trusted == seat.trusted]
        running = max((time.monotonic() - other.since for other in seats), default=0.0)
        each = max(self._usual_seconds, running)
        return max(_LONG_WAITING, int((self._workers - 1) * self._patience_seconds / each) if each else 0)

    def _call(self) -> None:
        for seat in sorted(self._waiting, key=self._order()):
            if self._free(seat):
                self._waiting.remove(seat)
                self._running.append(seat)
                seat.since = time.monotonic()
                _tell(seat)

    def _free(self, seat: Seat) -> bool:
        alike = sum(other.trusted == seat.trusted for other in self._running)
        if len(self._running) >= self.seats or alike >= self._workers:
            return False
        return not seat.long or self._long(seat) < self._workers - 1

    def _order(self) -> Callable[[Seat], tuple[bool, bool, int, float]]:
        """Return what sorts seats: partners, first turns, those of modest clients; the newest first turns."""
        held = Counter(seat.account.client for seat in (*self._running, *self._waiting))

        def order(seat: Seat) -> tuple[bool, bool, int, float]:
            # Twice as many others count as much as a grain of processor time.
            weight = held[seat.account.client].bit_length() + int(seat.account.used / _GRAIN_SECONDS)
            return (not seat.trusted, seat.long, weight, seat.since if seat.long else -seat.since)

        return order

    def _long(self, seat: Seat) -> int:
        return sum(other.trusted == seat.trusted and other.long for other in self._running)


def _tell(seat: Seat) -> None:
    if seat.called is not None:
        seat.called.set()
