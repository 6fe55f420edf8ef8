"""How a worker cuts itself off: no network, bounded memory and time, no life without its parent."""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
import time

NAMESPACE = "namespace"

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
LOGGED_BYTES = 1 << 20
_NICENESS = 5


def isolate(*, memory_bytes: int, parent: int, file_bytes: int = LOGGED_BYTES) -> str:
    """Cut this process off and return how: `namespace`, or why there is none.

    Must run while the process has one thread. The signal at the parent's death is set last:
    new credentials would clear it.
    """
    network = _leave_network()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    # The service that answers everyone else comes first.
    os.nice(_NICENESS)
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    end_with(parent)
    return network


def end_with(parent: int) -> None:
    """Have the kernel kill this process when the thread of the parent that started it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit("the parent has gone")


def keep_ends_from_children() -> None:
    """Have processes that this thread starts from now on outlive what asks the service to end.

    A terminal and systemd send it to all processes of a service: one that ends at once looks as if it
    had failed, and is started again. The service ends them itself, and the kernel does after it.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})


class Allowance:
    """The processor time that this process may use for one piece of work; then the kernel ends it.

    The timer is exact; the limit counts whole seconds, and holds whatever becomes of the timer.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._limit, self._hard = resource.getrlimit(resource.RLIMIT_CPU)

    def renew(self) -> None:
        """Let this process use that much more from now on."""
        signal.setitimer(signal.ITIMER_PROF, self._seconds)
        limit = math.ceil(time.process_time() + self._seconds) + 1
        # It moves once a second, and short queries are many in a second.
        if limit != self._limit:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, self._hard))
            self._limit = limit


def _leave_network() -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_USER | _NEW_NET) == 0:
        return NAMESPACE
    return f"none: {os.strerror(ctypes.get_errno())}"
