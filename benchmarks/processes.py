"""Processor time and memory of a server: of its process and of all that it started."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from pathlib import Path


def processor_seconds(pid: int) -> dict[int, float]:
    """Return the processor time of a process and of its descendants, each by its number."""
    clocks: dict[int, float] = {}
    for one in descendants(pid):
        with contextlib.suppress(OSError):
            # The kernel's name for the processor clock of another process.
            clocks[one] = time.clock_gettime((~one << 3) | 2)
    return clocks


def descendants(pid: int) -> set[int]:
    """Return a process and all that it started, by their numbers."""
    children = _children()
    found: set[int] = set()
    pending = [pid]
    while pending:
        one = pending.pop()
        found.add(one)
        pending += children[one]
    return found


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process held until now; 0 once it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return 0


def spent(before: dict[int, float], after: dict[int, float]) -> float:
    """Return what was used between two readings; what ended in between is not counted."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # The name of a program may hold spaces and brackets; what follows it does not.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                children[int(fields[1])].append(int(entry.name))
    return children
