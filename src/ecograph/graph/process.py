"""One worker process, seen from the service: asked one query at a time, killed when it must be."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ecograph.graph.framing import Inbox, Message, write
from ecograph.graph.lanes import POLL_SECONDS

_PIPE_BYTES = 1 << 20
_CAUSES = {
    signal.SIGPROF: "time",
    signal.SIGXCPU: "time",
    signal.SIGKILL: "memory",
    signal.SIGSEGV: "stack",
    signal.SIGBUS: "stack",
}
_OUT_OF_MEMORY = (
    "memory allocation of",
    "bad_alloc",
    "MemoryError",
    "Cannot allocate memory",
    "Resource temporarily unavailable",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one query may use."""

    seconds: float
    memory_bytes: int
    result_bytes: int


class WorkerDied(Exception):
    """The process ended by itself; `cause` is time, memory, stack or crash."""

    def __init__(self, cause: str, said: str) -> None:
        super().__init__(f"a query worker ended ({cause}): {said}")
        self.cause, self.said = cause, said


class WorkerProcess:
    """A child process that evaluates queries.

    Start it from a thread that lives as long as the service: the kernel ends the child with the
    thread that started it.
    """

    def __init__(self, bounds: Bounds, *, warm: Path | None) -> None:
        self._bounds = bounds
        self._said = os.memfd_create("said")
        self._began = self._seconds = 0.0
        options = {
            "memory_bytes": bounds.memory_bytes,
            "result_bytes": bounds.result_bytes,
            "seconds": bounds.seconds,
            "parent": os.getpid(),
            "store": str(warm) if warm else None,
        }
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-S", "-m", "ecograph.graph.worker", json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=environment(),
            bufsize=0,
            pipesize=_PIPE_BYTES,
        )
        assert self._process.stdin  # noqa: S101 - asked for above
        assert self._process.stdout  # noqa: S101 - asked for above
        self._requests = self._process.stdin
        self._answers = self._process.stdout
        os.set_blocking(self._answers.fileno(), False)
        self._inbox = Inbox(self._answers.fileno(), limit=bounds.result_bytes)
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    @property
    def spent(self) -> float:
        """Processor time since it was last asked, in seconds; the last known once it has ended."""
        return self._clock() - self._began

    def fileno(self) -> int:
        """Return the descriptor that can be read from when something has come."""
        return self._answers.fileno()

    def greeting(self, check: Callable[[], None]) -> str:
        """Wait until the process is ready and return how it is isolated.

        Calls `check` some twenty times a second. Raises `WorkerDied` and what `check` raises.
        """
        while (message := self.take()) is None:
            if not self.has_said(POLL_SECONDS):
                check()
        return str(message[0]["isolation"])

    def begin(self, request: bytes) -> None:
        """Have a request worked on; raises `WorkerDied`."""
        self._began = self._clock()
        try:
            write(self._requests.fileno(), request)
        except BrokenPipeError as error:
            raise self._died() from error

    def take(self) -> Message | None:
        """Return the answer once it is whole; never waits. Raises `WorkerDied`."""
        try:
            return self._inbox.take()
        except EOFError as error:
            raise self._died() from error

    def has_said(self, seconds: float) -> bool:
        """Wait until something has come, but no longer than that, and tell whether it has."""
        return bool(self._poll.poll(seconds * 1000))

    def kill(self) -> None:
        """End the process and forget it."""
        self._process.kill()
        self._process.wait()
        self._requests.close()
        self._answers.close()
        if self._said >= 0:
            os.close(self._said)
            self._said = -1

    def _clock(self) -> float:
        if self._process.returncode is None:
            # The kernel's name for the processor clock of another process.
            self._seconds = time.clock_gettime((~self.pid << 3) | 2)
        return self._seconds

    def _died(self) -> WorkerDied:
        self._clock()  # while it can still be read: to kill it is to forget it, if it has ended
        self._process.kill()
        number = -self._process.wait()
        size = os.fstat(self._said).st_size
        said = os.pread(self._said, 2000, max(0, size - 2000)).decode("utf-8", "replace").strip()
        if any(words in said for words in _OUT_OF_MEMORY):
            return WorkerDied("memory", said)
        cause = _CAUSES.get(signal.Signals(number), "crash") if number > 0 else "crash"
        return WorkerDied(cause, said)


def environment() -> dict[str, str]:
    """Return what a child process that evaluates SPARQL needs to know."""
    # Nothing of the service's environment, which may hold secrets.
    return {
        "PYTHONPATH": os.pathsep.join(folder for folder in sys.path if folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        # One arena: the memory limit counts reserved addresses.
        "MALLOC_ARENA_MAX": "1",
        # What the engine gives back it wants again for the next query: a tenth of a short one was spent on
        # putting small blocks together and cutting them again.
        "GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000",
    }
