"""What is published: the snapshot and the index that readers use now, and how they follow the graph.

A write is visible to queries as soon as its snapshot is published. The index follows by itself,
outside the writer's lock: until it has, search answers from the state before, and nothing waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache, partial

from ecograph.errors import NothingLoaded
from ecograph.graph.concepts import Concepts, read_concepts
from ecograph.graph.home import Current, Home
from ecograph.graph.ports import Backend, Reader
from ecograph.index.follow import Indexes, Means, build_indexes, fits, load_indexes
from ecograph.index.kept import IndexUnusable
from ecograph.model import Level
from ecograph.questions.reading import TextReader, text_reader
from ecograph.questions.view import View

Report = Callable[[str], None]


class Published:
    """One published state, read once and shared by all questions about it."""

    def __init__(self, snapshot: Reader, indexes: Indexes, base: str) -> None:
        self.snapshot, self.indexes, self.base = snapshot, indexes, base
        self._concepts = cache(partial(_concepts, snapshot))
        # Counting goes through all triples: once for each state and level.
        self.counts = cache(snapshot.counts)
        self.text_reader = cache(self._text_reader)

    def view(self, level: Level) -> View:
        """Return what a level sees."""
        return View(level, self.snapshot, self.indexes.of(level), self._concepts(level))

    def _text_reader(self, level: Level) -> TextReader:
        dense = self.indexes.of(level).dense
        return text_reader(self.snapshot, level, dense.table if dense else None)


class Publication:
    """What one home publishes."""

    def __init__(self, home: Home, backend: Backend, *, means: Means, kept: int) -> None:
        self._home, self._backend = home, backend
        self._means, self._kept = means, kept
        self._lock = threading.Lock()
        self._read: tuple[Current, Published] | None = None

    def now(self) -> Published:
        """Return what is published now; raises `NothingLoaded`."""
        current = self._home.current()
        if current is None or current.index is None:
            raise NothingLoaded(self._home.root)
        with self._lock:
            if self._read is None or self._read[0] != current:
                self._read = (current, self._open(current, self._read))
            return self._read[1]

    def read(self) -> Published | None:
        """Return what is published now if it is read already; opens nothing."""
        read = self._read
        return read[1] if read is not None and read[0] == self._home.current() else None

    def follow(self, report: Report) -> None:
        """Bring the index up to the published snapshot; another process doing so is waited for."""
        with self._home.indexing():
            built = None
            # An index that was just built is not built again, even where it cannot be used.
            while (current := self._home.current()) and current.snapshot != built:
                if self._is_followed(current):
                    break
                self._build(current.snapshot, current.base, current, report)
                self._home.point(index=(built := current.snapshot))
            self._home.sweep(self._kept)

    def index(self, snapshot: str, base: str, report: Report) -> None:
        """Index a snapshot before it is published."""
        with self._home.indexing():
            self._build(snapshot, base, self._home.current(), report)

    def _build(self, snapshot: str, base: str, before: Current | None, report: Report) -> None:
        report("indexing")
        build_indexes(
            self._backend.reader(snapshot, base),
            self._home.indexes / snapshot,
            previous=self._indexes(before) if before else None,
            means=self._means,
            report=report,
        )

    def _is_followed(self, current: Current) -> bool:
        indexes = self._indexes(current) if current.index == current.snapshot else None
        return indexes is not None and fits(indexes, self._means)

    def _indexes(self, current: Current) -> Indexes | None:
        try:
            return load_indexes(self._home.indexes / current.index) if current.index else None
        except IndexUnusable:
            return None

    def _open(self, current: Current, before: tuple[Current, Published] | None) -> Published:
        """Open what changed; a snapshot or an index that stayed is used as it is."""
        snapshot = indexes = None
        if before is not None:
            snapshot = before[1].snapshot if before[0].snapshot == current.snapshot else None
            indexes = before[1].indexes if before[0].index == current.index else None
        return Published(
            snapshot or self._backend.reader(current.snapshot, current.base),
            indexes or load_indexes(self._home.indexes / str(current.index)),
            current.base,
        )


def _concepts(snapshot: Reader, level: Level) -> Concepts:
    return read_concepts(snapshot, level)
