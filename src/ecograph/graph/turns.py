"""One turn of a query: a seat and a process that are its own until it ends, however it ends."""

from __future__ import annotations

from collections.abc import Callable

from ecograph.graph.crew import Crew
from ecograph.graph.framing import Message
from ecograph.graph.lanes import POLL_SECONDS, Lanes, Seat
from ecograph.graph.process import WorkerProcess
from ecograph.graph.queries import Account


class Turn:
    """A process that works on a query, and who pays for it.

    It ends when the answer is taken, or with `stop`; then the process and the seat are given back.
    """

    def __init__(
        self, lanes: Lanes, crew: Crew, *, seat: Seat, process: WorkerProcess, account: Account
    ) -> None:
        self._lanes, self._crew = lanes, crew
        self._seat, self._process, self._account = seat, process, account
        self._over = False

    @property
    def must_end(self) -> bool:
        """Whether a shorter query waits for the place of this one."""
        return self._lanes.must_go(self._seat)

    def fileno(self) -> int:
        """Return the descriptor that can be read from when something of the answer has come."""
        return self._process.fileno()

    def begin(self, message: bytes) -> None:
        """Have the query worked on; raises `WorkerDied`."""
        try:
            self._process.begin(message)
        except BaseException:
            self.stop()
            raise

    def take(self) -> Message | None:
        """Return the answer once it is whole; never waits. Raises `WorkerDied`."""
        try:
            answer = self._process.take()
        except BaseException:
            self.stop()
            raise
        if answer is not None:
            self._end(answer)
        return answer

    def wait(self, check: Callable[[], None]) -> Message:
        """Return the answer; raises `WorkerDied`, and what `check` raises, which ends the turn.

        It is called some twenty times a second.
        """
        try:
            while (answer := self.take()) is None:
                if not self._process.has_said(POLL_SECONDS):
                    check()
        except BaseException:
            self.stop()
            raise
        return answer

    def stop(self) -> None:
        """Give the query up; a process that is busy with it is good only to be killed."""
        if not self._over:
            self._over = True
            self._account.charge(self._process.spent)
            self._crew.bury(self._process)
            self._lanes.leave(self._seat)

    def _end(self, answer: Message) -> None:
        header, _ = answer
        self._over = True
        self._account.charge(header["seconds"])
        if header["tired"] or header.get("error") == "memory":
            self._crew.bury(self._process)
        else:
            self._crew.give_back(self._process)
        # Not before: who is called to the seat takes the process.
        self._lanes.leave(self._seat)
