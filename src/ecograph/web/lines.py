"""Who may have a SPARQL query under way: so many in all, so many of each client; the others wait outside.

Whoever waits here holds a connection and its query, but no thread and no seat that somebody else wants.
The next one in is of the client with the fewest inside; of these the newest, whose answer is still
wanted under a flood, and the oldest in turn.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ecograph.errors import TooManyQueries
from ecograph.model import Level

TOTAL = 250
EACH = 100
_WAITING = 400
_SECONDS = 10.0


@dataclass(eq=False, slots=True)
class _Turn:
    """One query that waits."""

    client: str
    called: asyncio.Future[None]


class Lines:
    """Lets `total` queries in, `each` of one client; for use in one event loop.

    `waiting` may wait, for so many `seconds`; of one more, the client that has most is
    refused its oldest.
    """

    def __init__(
        self,
        *,
        total: int = TOTAL,
        each: int = EACH,
        waiting: int = _WAITING,
        seconds: float = _SECONDS,
    ) -> None:
        self._total, self._each, self._room, self._seconds = total, min(each, total), waiting, seconds
        self._inside: Counter[str] = Counter()
        self._waiting: list[_Turn] = []
        self._is_newest_next = False

    @property
    def inside(self) -> int:
        """How many queries are under way."""
        return self._inside.total()

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return len(self._waiting)

    @asynccontextmanager
    async def place(self, client: str) -> AsyncIterator[None]:
        """Wait until a client may have one more query under way; raises `TooManyQueries`."""
        if self._has_room(client):
            self._inside[client] += 1
        else:
            await self._wait(client)
        try:
            yield
        finally:
            self._leave(client)

    def _has_room(self, client: str) -> bool:
        return self.inside < self._total and self._inside[client] < self._each

    async def _wait(self, client: str) -> None:
        loop = asyncio.get_running_loop()
        turn = _Turn(client, loop.create_future())
        self._waiting.append(turn)
        if len(self._waiting) > self._room:
            self._refuse(self._dispensable())
        late = loop.call_later(self._seconds, self._refuse, turn)
        try:
            await turn.called
        except BaseException:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif _is_given(turn.called):  # in the very moment in which its client was given up
                self._leave(client)
            raise
        finally:
            late.cancel()

    def _refuse(self, turn: _Turn) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)
        if not turn.called.done():
            turn.called.set_exception(TooManyQueries())

    def _dispensable(self) -> _Turn:
        waiting = Counter(turn.client for turn in self._waiting)
        return max(self._waiting, key=lambda turn: waiting[turn.client])

    def _leave(self, client: str) -> None:
        self._inside[client] -= 1
        if not self._inside[client]:
            del self._inside[client]
        ready = [turn for turn in self._waiting if not turn.called.done() and self._has_room(turn.client)]
        if ready:
            self._is_newest_next = not self._is_newest_next
            if self._is_newest_next:
                ready.reverse()
            turn = min(ready, key=lambda turn: self._inside[turn.client])
            self._waiting.remove(turn)
            self._inside[turn.client] += 1
            turn.called.set_result(None)


class Entrance:
    """The lines of a service: the public and those with a key of a higher level do not meet."""

    def __init__(self, *, each: int = EACH) -> None:
        self._public, self._trusted = Lines(each=each), Lines(each=each)

    def of(self, level: Level) -> Lines:
        """Return the line that a level stands in."""
        return self._trusted if level > Level.PUBLIC else self._public


def _is_given(called: asyncio.Future[None]) -> bool:
    return called.done() and not called.cancelled() and called.exception() is None
