"""What is published: the snapshot and the index that readers use now, and how they follow the graph.

A write is visible to queries as soon as its snapshot is published. The index follows by itself,
outside the writer's lock: until it has, search answers from the state before, and nothing waits.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from ecograph.errors import NothingLoaded
from ecograph.graph.concepts import NONE_KNOWN, Concepts, read_concepts
from ecograph.graph.home import Current, Home, hold, mark_of, sequence_of
from ecograph.graph.ledger import Ledger
from ecograph.graph.ports import Backend, Reader
from ecograph.graph.upkeep import read_states
from ecograph.index.follow import (
    Indexes,
    Means,
    build_indexes,
    fits,
    follow_indexes,
    is_large,
    load_indexes,
)
from ecograph.index.kept import IndexUnusable
from ecograph.index.large import compact, remote
from ecograph.index.large.folder import NAMES
from ecograph.index.large.follow import subjects_of
from ecograph.model import Iri, Level
from ecograph.questions.reading import TextReader, text_reader
from ecograph.questions.view import View
from ecograph.settings import INDEXES, Settings
from ecograph.vocab import SKOS, VOC

_IN_SCHEME = SKOS + "inScheme"

_log = logging.getLogger(__name__)

Report = Callable[[str], None]

# Subjects: so few are indexed by the service itself, sooner than a process has started.
AT_ONCE = 200


class Published:
    """One published state, read once and shared by all questions about it.

    Nothing kept here refers back to it: the files of a state that nobody uses any more are let go at
    once, and not when the garbage collector comes by.
    """

    def __init__(
        self,
        snapshot: Reader,
        indexes: Indexes,
        base: str,
        states: Mapping[Level, str],
        known: Mapping[Level, Concepts] = NONE_KNOWN,
    ) -> None:
        """`states` tells what each level sees from what it saw before.

        `known` are concepts that were read of another state, and are the same in this one.
        """
        self.snapshot, self.indexes, self.base, self.states = snapshot, indexes, base, states
        self.known = dict(known)
        self.concepts = cache(partial(_concepts, snapshot, self.known))
        # Views keep what they have read: one for each level.
        self.view = cache(partial(_view, snapshot, indexes, self.concepts))
        # Counting goes through all triples: once for each state and level.
        self.counts = cache(snapshot.counts)
        self.size = cache(snapshot.size)
        self.text_reader = cache(partial(_text_reader, snapshot, indexes))

    def indexed(self, indexes: Indexes) -> Published:
        """Return the same state, and what was found out about it, with other indexes."""
        other = Published(self.snapshot, indexes, self.base, self.states, self.known)
        other.counts, other.size = self.counts, self.size
        return other


class Publication:
    """What one home publishes."""

    def __init__(self, home: Home, backend: Backend, *, means: Means, kept: int) -> None:
        self._home, self._backend = home, backend
        self._means, self._kept = means, kept
        self._lock, self._loading = threading.Lock(), threading.Lock()
        self._read: tuple[Current, Published] | None = None
        self._wake: Callable[[], None] | None = None
        self._unusable: str | None = None

    @classmethod
    def of(cls, settings: Settings, home: Home, backend: Backend) -> Publication:
        """Return what a home publishes, indexed as the settings say."""
        means = Means(
            embedding=settings.embedding,
            dictionaries=settings.dictionaries,
            engine=settings.index,
            server=_server(settings, home),
            feedback=settings.feedback == "on",
        )
        return cls(home, backend, means=means, kept=settings.kept_snapshots)

    def load_in_background(self, wake: Callable[[], None]) -> None:
        """From now on nobody waits for a new index: search goes on with the one before until it is read.

        When somebody sees a new one, `wake` is called, and has `refresh` called by a thread of its own.
        """
        self._wake = wake

    def now(self) -> Published:
        """Return what is published now; raises `NothingLoaded`, `HalfRestored`."""
        current = self._home.current()
        if current is None or current.index is None:
            self._home.check_whole()
            raise NothingLoaded(self._home.root)
        with self._lock:
            if self._read is None or not self._serves(self._read[0], current):
                self._read = self._opened(current, self._read)
            read, published = self._read
        if self._wake is not None and current.index not in {read.index, self._unusable}:
            self._wake()
        return published

    def read(self) -> Published | None:
        """Return what is published now if it is read already; opens nothing."""
        read, current = self._read, self._home.current()
        if read is None or current is None or not self._serves(read[0], current):
            return None
        return read[1]

    def refresh(self) -> None:
        """Read a newer index, if there is one, while search goes on with the one before."""
        with self._loading:
            while (wanted := self._newer_index()) is not None:
                try:
                    indexes = load_indexes(self._home.indexes / wanted, self._means.server)
                except IndexUnusable as error:
                    # It may have been swept meanwhile; another one is made when the graph changes.
                    _log.warning("%s", error)
                    self._unusable = wanted
                else:
                    self._swap(wanted, indexes)

    def is_behind(self) -> bool:
        """Tell whether the index is older than the snapshot."""
        current = self._home.current()
        return current is not None and current.index != current.snapshot

    def _newer_index(self) -> str | None:
        read, current = self._read, self._home.current()
        if read is None or current is None or current.index in {read[0].index, self._unusable}:
            return None
        return current.index

    def _swap(self, index: str, indexes: Indexes) -> None:
        with self._lock:
            if self._read is not None:
                current, published = self._read
                self._read = replace(current, index=index), published.indexed(indexes)

    def _serves(self, read: Current, current: Current) -> bool:
        """Tell whether what is read answers for what is published."""
        return read == current or (
            read.snapshot == current.snapshot and self._may_lag(read, current) and read.base == current.base
        )

    def _may_lag(self, read: Current, current: Current) -> bool:
        """Tell whether the index that is read may be used until the published one is."""
        return self._wake is not None and sequence_of(str(read.index)) >= current.hidden

    def follow(self, report: Report) -> None:
        """Bring the index up to what is published; another process doing so is waited for.

        Whoever publishes meanwhile follows that: where others write all the time, this ends nevertheless.
        """
        with self._home.indexing():
            current = self._home.current()
            if current is not None and not self._is_followed(current):
                self._build(current.snapshot, current.base, current, report)
                self._home.point(index=current.snapshot)
            self._sweep()

    def follow_at_once(self, report: Report) -> bool:
        """Bring a large index up to a small change, here and now; tell whether that was all to do."""
        with self._home.indexing():
            current = self._home.current()
            if current is None or not self._touch_up(current, report, most=AT_ONCE):
                return False
            self._home.point(index=current.snapshot)
            self._sweep()
            return True

    def _sweep(self) -> None:
        self._home.sweep(self._kept)
        if self._means.server is not None:
            self._means.server.sweep(self._home.indexes)

    def compact(self, report: Report) -> None:
        """Make the bases of a large index anew where much has changed; takes as long as indexing.

        Others read and write meanwhile: what they change lies above the new base.
        """
        current = self._home.current()
        if current is None or current.index is None:
            return
        folder = self._home.indexes / current.index
        held = hold(folder)
        try:
            for level in (level for level in Level if (folder / level.slug / NAMES).exists()):
                if compact.is_due(folder / level.slug):
                    report(f"making the index of level {level.slug} anew")
                    self._compact(folder / level.slug, level)
        finally:
            os.close(held)

    def _compact(self, seen: Path, level: Level) -> None:
        fresh = compact.compacted(seen, compact.start(seen))
        with self._home.indexing():
            current = self._home.current()
            now = self._home.indexes / str(current.index if current else None) / level.slug
            if compact.same_base(now, seen):
                compact.swap(now, fresh, seen)

    def index(self, snapshot: str, base: str, report: Report) -> None:
        """Index a snapshot before it is published."""
        with self._home.indexing():
            self._build(snapshot, base, self._home.current(), report)

    def _build(self, snapshot: str, base: str, before: Current | None, report: Report) -> None:
        report("indexing")
        wanted = Current(snapshot, base, before.index if before else None)
        if self._touch_up(wanted, report):
            return
        build_indexes(
            self._backend.reader(snapshot, base),
            self._home.indexes / snapshot,
            previous=self._indexes(before) if before and self._stands(before.index) else None,
            means=self._means,
            report=report,
        )

    def _touch_up(self, wanted: Current, report: Report, *, most: int | None = None) -> bool:
        """Index a snapshot by what changed since another was, if that can be told and is not too much."""
        if wanted.index is None or wanted.index == wanted.snapshot:
            return False
        if not is_large(self._home.indexes / wanted.index) or not self._fits(wanted):
            return False
        subjects = self._changed_since(wanted.index, wanted.snapshot)
        if subjects is None or (most is not None and len(subjects) > most):
            return False
        reader = self._backend.reader(wanted.snapshot, wanted.base)
        read = self._read
        return follow_indexes(
            reader,
            self._home.indexes / wanted.snapshot,
            before=self._home.indexes / wanted.index,
            subjects=subjects,
            means=self._means,
            report=report,
            known=self._still_known(read, wanted, reader) if read is not None else NONE_KNOWN,
        )

    def _is_followed(self, current: Current) -> bool:
        return current.index == current.snapshot and self._fits(current)

    def _fits(self, current: Current) -> bool:
        read = self._read
        known = read[1].indexes if read is not None and read[0].index == current.index else None
        indexes = known or self._indexes(current)
        return indexes is not None and self._stands(current.index) and fits(indexes, self._means)

    def _stands(self, index: str | None) -> bool:
        """Tell whether a cluster still holds what it was given, where one holds an index."""
        server = self._means.server
        return server is None or remote.stands(self._home.indexes / str(index), server)

    def _changed_since(self, before: str, snapshot: str) -> frozenset[Iri] | None:
        """Return whom the changes between two snapshots speak of; None when that is not known, or all."""
        first, last = sequence_of(before), sequence_of(snapshot)
        with closing(Ledger(self._home.ledger)) as ledger:
            # The one before may be of another home, which lay here.
            if ledger.trimmed() > first or last < first or ledger.mark(first) != mark_of(before):
                return None
            return subjects_of(change for change in ledger.since(first) if change.sequence <= last)

    def _indexes(self, current: Current) -> Indexes | None:
        try:
            return (
                load_indexes(self._home.indexes / current.index, self._means.server)
                if current.index
                else None
            )
        except IndexUnusable:
            return None

    def _opened(
        self, current: Current, before: tuple[Current, Published] | None
    ) -> tuple[Current, Published]:
        """Open what changed; a snapshot or an index that stayed is used as it is."""
        snapshot = indexes = states = None
        if before is not None:
            if before[0].snapshot == current.snapshot:
                snapshot, states = before[1].snapshot, before[1].states
            if before[0].index == current.index or self._may_lag(before[0], current):
                current, indexes = replace(current, index=before[0].index), before[1].indexes
        reader = snapshot or self._backend.reader(current.snapshot, current.base)
        published = Published(
            reader,
            indexes or load_indexes(self._home.indexes / str(current.index), self._means.server),
            current.base,
            states or read_states(self._home.ledger, sequence_of(current.snapshot)),
            self._still_known(before, current, reader) if before is not None else NONE_KNOWN,
        )
        return current, published

    def _still_known(
        self, before: tuple[Current, Published], current: Current, reader: Reader
    ) -> Mapping[Level, Concepts]:
        """Return the concepts read of the state before, if no change since is about one."""
        read, published = before
        if read.snapshot == current.snapshot or not published.known:
            return published.known
        subjects = self._changed_since(read.snapshot, current.snapshot)
        if subjects is None or len(subjects) > AT_ONCE:
            return NONE_KNOWN
        told = any(
            subject.startswith(VOC)
            or any(subject in concepts for concepts in published.known.values())
            or any(quad.predicate.value == _IN_SCHEME for quad in reader.stated(Level.PRIVATE, subject))
            for subject in subjects
        )
        return NONE_KNOWN if told else published.known


def _server(settings: Settings, home: Home) -> remote.Server | None:
    """The cluster that the settings name, if they do."""
    if settings.index in INDEXES:
        return None
    key = settings.index_key.get_secret_value() if settings.index_key else None
    return remote.Server.of(settings.index, key, home.root)


def _concepts(snapshot: Reader, known: dict[Level, Concepts], level: Level) -> Concepts:
    if level not in known:
        known[level] = read_concepts(snapshot, level)
    return known[level]


def _text_reader(snapshot: Reader, indexes: Indexes, level: Level) -> TextReader:
    return text_reader(snapshot, level, indexes.of(level).table)


def _view(
    snapshot: Reader,
    indexes: Indexes,
    concepts: Callable[[Level], Concepts],
    level: Level,
    *,
    feedback: bool = True,
) -> View:
    return View(level, snapshot, indexes.of(level), concepts(level), feedback)
