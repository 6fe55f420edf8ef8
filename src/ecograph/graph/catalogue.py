"""Which graphs of a server are ours, and who may see them: a file in the home.

A server knows graphs, not levels. The file is written before a graph is hidden and after one is
shown, so that no reader ever finds more than it may see.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from ecograph.errors import StorageFailed
from ecograph.graph.home import replace_file
from ecograph.model import Level


class Catalogue:
    """The graphs of one deployment on a server."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, ...], Mapping[str, Level]] | None = None

    def levels(self) -> Mapping[str, Level]:
        """Return the source graphs, each with the lowest level that sees it, as they are now."""
        try:
            found = self._path.stat()
            stamp = found.st_ino, found.st_mtime_ns, found.st_size
            if self._read is None or self._read[0] != stamp:
                kept = json.loads(self._path.read_text("utf-8"))
                self._read = stamp, {graph: Level.of(slug) for graph, slug in kept.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError) as error:
            raise StorageFailed(f"read {self._path.name}", error) from error
        return self._read[1]

    def visible(self, level: Level) -> frozenset[str]:
        """Return the source graphs that a level sees."""
        return frozenset(graph for graph, lowest in self.levels().items() if lowest <= level)

    def place(self, graph: str, level: Level | None) -> None:
        """Say from which level on a graph is seen; None: there is no such graph any more."""
        levels = {name: lowest for name, lowest in self.levels().items() if name != graph}
        if level is not None:
            levels[graph] = level
        self._path.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps({name: levels[name].slug for name in sorted(levels)}, indent=1)
        replace_file(self._path, content.encode())
        self._read = None
