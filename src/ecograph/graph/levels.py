"""The stores of the levels in their folder, and how one may stand for all while they hold the same.

As long as everything that is loaded may be seen by all, there is no need to write it three times:
the public store takes it alone, and the others begin anew as copies, which share its files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from pyoxigraph import NamedNode, Store

from ecograph.graph.home import replace_file
from ecograph.model import Level

T = TypeVar("T")

_UPPER = tuple(level for level in Level if level is not Level.PUBLIC)


class Levels(Mapping[Level, Store]):
    """A store for each level, in a folder.

    A file tells that the public one stands for all; whoever opens the folder after a kill makes the
    others again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._together = folder, folder / "together"
        for level in Level:
            self._place(level).mkdir(parents=True, exist_ok=True)
        if self._together.exists():
            self._stores = dict.fromkeys(Level, self._opened(Level.PUBLIC))
            self.part()
        else:
            self._stores = at_each_level(self._opened)

    def __getitem__(self, level: Level) -> Store:
        return self._stores[level]

    def __iter__(self) -> Iterator[Level]:
        return iter(self._stores)

    def __len__(self) -> int:
        return len(self._stores)

    @property
    def are_together(self) -> bool:
        """Whether the public store stands for all."""
        return self._together.exists()

    def hold_the_same(self) -> bool:
        """Tell whether no level sees a graph that another does not."""
        public = set(named(self[Level.PUBLIC]))
        return all(set(named(self[level])) == public for level in _UPPER)

    def join(self) -> None:
        """Let the public store stand for all, which hold the same."""
        replace_file(self._together, b"")
        _keep_names(self._folder)
        self._stores = dict.fromkeys(Level, self._stores[Level.PUBLIC])

    def part(self) -> None:
        """Give each level a store of its own again."""
        public = self._stores[Level.PUBLIC]
        for level in _UPPER:
            shutil.rmtree(self._place(level))
            copy_store(public, self._place(level))
            self._stores[level] = self._opened(level)
        self._together.unlink()

    def close(self) -> None:
        """Let go of the stores."""
        self._stores.clear()

    def _place(self, level: Level) -> Path:
        return self._folder / level.slug

    def _opened(self, level: Level) -> Store:
        return Store(str(self._place(level)))


def at_each_level(do: Callable[[Level], T]) -> dict[Level, T]:
    """Return what a function gives for each level; all three wait for the disk at the same time."""
    with ThreadPoolExecutor(len(Level)) as pool:
        return dict(zip(Level, pool.map(do, Level), strict=True))


def copy_store(store: Store, folder: Path) -> None:
    """Copy a store as it is now."""
    # RocksDB makes a checkpoint of hard links: quick, and independent of later writes.
    store.flush()
    store.backup(str(folder))


def named(store: Store) -> list[NamedNode]:
    """Return the source graphs of a store."""
    return [graph for graph in store.named_graphs() if isinstance(graph, NamedNode)]


def _keep_names(folder: Path) -> None:
    """Have the disk keep the names of the files in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
