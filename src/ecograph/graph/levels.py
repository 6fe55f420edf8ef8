"""The stores of the levels in their folder, and how one may stand for those above while they hold the same.

As long as everything that is loaded may be seen by all, there is no need to write it three times:
the public store takes it alone, and the others begin anew as copies, which share its files. What
partners may see is then written once as well, until something comes that is for few.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from pyoxigraph import NamedNode, Store

from ecograph.graph.home import replace_file
from ecograph.model import Level

T = TypeVar("T")

_TOGETHER = "together"


class Levels(Mapping[Level, Store]):
    """A store for each level, in a folder.

    A file names the level whose store stands for those above it; whoever opens the folder after a kill
    makes these again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._together = folder, folder / _TOGETHER
        for level in Level:
            self._place(level).mkdir(parents=True, exist_ok=True)
        self.top = _marked(folder)
        opened = at_each_level(self._opened, self.own)
        self._stores = opened | dict.fromkeys(self._above(self.top), opened[self.top])
        self.part()

    def __getitem__(self, level: Level) -> Store:
        return self._stores[level]

    def __iter__(self) -> Iterator[Level]:
        return iter(self._stores)

    def __len__(self) -> int:
        return len(self._stores)

    @property
    def are_together(self) -> bool:
        """Whether a store stands for others."""
        return self.top is not Level.PRIVATE

    @property
    def own(self) -> Sequence[Level]:
        """The levels that have a store of their own; the last one stands for those above."""
        return _upto(self.top)

    def hold_the_same(self, level: Level) -> bool:
        """Tell whether from a level on no level sees a graph that another does not."""
        seen = set(named(self[level]))
        return all(set(named(self[above])) == seen for above in self._above(level))

    def join(self, level: Level) -> None:
        """Let a store stand for those above it, which hold the same."""
        self._mark(level)
        self._stores |= dict.fromkeys(self._above(level), self._stores[level])

    def part(self, upto: Level = Level.PRIVATE) -> None:
        """Give each level up to one a store of its own again; that one stands for those above."""
        whole = self._stores[self.top]
        for level in self._above(self.top):
            if level <= upto:
                shutil.rmtree(self._place(level))
                copy_store(whole, self._place(level))
                self._stores[level] = self._opened(level)
        if upto > self.top:
            self._mark(upto)
            self._stores |= dict.fromkeys(self._above(upto), self._stores[upto])

    def close(self) -> None:
        """Let go of the stores."""
        self._stores.clear()

    def _above(self, level: Level) -> Sequence[Level]:
        return tuple(above for above in Level if above > level)

    def _mark(self, top: Level) -> None:
        if top is Level.PRIVATE:
            self._together.unlink(missing_ok=True)
        else:
            replace_file(self._together, top.slug.encode())
        _keep_names(self._folder)
        self.top = top

    def _place(self, level: Level) -> Path:
        return self._folder / level.slug

    def _opened(self, level: Level) -> Store:
        return Store(str(self._place(level)))


def own_levels(folder: Path) -> Sequence[Level]:
    """Return the levels that have a store of their own in a folder, as it was left."""
    return _upto(_marked(folder))


def at_each_level(do: Callable[[Level], T], levels: Sequence[Level] = tuple(Level)) -> dict[Level, T]:
    """Return what a function gives for each level; all wait for the disk at the same time."""
    with ThreadPoolExecutor(len(levels)) as pool:
        return dict(zip(levels, pool.map(do, levels), strict=True))


def copy_store(store: Store, folder: Path) -> None:
    """Copy a store as it is now."""
    # RocksDB makes a checkpoint of hard links: quick, and independent of later writes.
    store.flush()
    store.backup(str(folder))


def named(store: Store) -> list[NamedNode]:
    """Return the source graphs of a store."""
    return [graph for graph in store.named_graphs() if isinstance(graph, NamedNode)]


def _marked(folder: Path) -> Level:
    """Return the level whose store stands for those above, as it was left."""
    together = folder / _TOGETHER
    if not together.exists():
        return Level.PRIVATE
    # An earlier version left it empty: the public store stood for all.
    return Level.of(together.read_text() or Level.PUBLIC.slug)


def _upto(top: Level) -> Sequence[Level]:
    return tuple(level for level in Level if level <= top)


def _keep_names(folder: Path) -> None:
    """Have the disk keep the names of the files in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
