"""The figures of the search benchmark as a table (Markdown), a column for each number of documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Run = Mapping[str, Any]

ROWS: Mapping[str, Callable[[Run], str]] = {
    "search with two filters, ms: p50 / p95 / p95 when first asked / processor": lambda run: _search(
        run["filtered"]
    ),
    "the same with all facets": lambda run: _search(run["facets"]),
    "without filters, all facets": lambda run: _search(run["everything"]),
    "from a write to a search that finds it, ms: median (worst) of the clock / processor": lambda run: (
        _writes(run["writes"])
    ),
    "opening, ms": lambda run: f"{run['open_ms']:.0f}",
    "anonymous memory / mapped files, MB": lambda run: (
        f"{run['memory']['anonymous_mb']:.0f} / {run['memory']['files_mb']:.0f}"
    ),
    "disk, MB": lambda run: f"{run['disk_mb']:.0f}",
    "build, s: clock / processor": lambda run: f"{run['build_seconds']:.0f} / {run['build_cpu_seconds']:.0f}",
    "memory to build, MB": lambda run: f"{run['build_memory_mb']:.0f}",
    "torch or spaCy imported to answer": lambda run: ", ".join(run["heavy_imports"]) or "no",
    "load of the machine, before and after": lambda run: f"{run['load_before']:.1f} / {run['load']:.1f}",
}


def told(runs: Sequence[Run]) -> str:
    """A row for each measure."""
    ordered = sorted(runs, key=lambda run: int(run["documents"]))
    sizes = [f"{run['documents']:,}".replace(",", " ") for run in ordered]
    lines = [_line("documents", sizes), _line("---", ["---"] * len(sizes))]
    lines += [_line(name, [of(run) for run in ordered]) for name, of in ROWS.items()]
    return "\n".join(lines) + "\n"


def _line(name: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join([name, *cells])} |"


def _search(times: Mapping[str, float]) -> str:
    clock = " / ".join(f"{times[name]:.1f}" for name in ("p50", "p95", "first_p95"))
    return f"{clock} / {times['cpu']:.1f}"


def _writes(writes: Sequence[Mapping[str, float]]) -> str:
    clocks, cpu = sorted(write["clock"] for write in writes), sorted(write["cpu"] for write in writes)
    middle = len(writes) // 2
    return f"{clocks[middle]:.0f} ({clocks[-1]:.0f}) / {cpu[middle]:.0f}"
