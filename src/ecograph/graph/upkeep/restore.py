"""A restore: an empty home becomes the one that was backed up.

A mark lies in the home until all is there. While it does, nothing else may write, and a restore
that was interrupted is begun again from nothing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ecograph.errors import HomeNotEmpty, StorageFailed, StoreTaken
from ecograph.graph.home import Home, replace_file
from ecograph.graph.ledger import Ledger
from ecograph.graph.ports import GraphStore, Reader
from ecograph.graph.upkeep.archive import Backup
from ecograph.graph.upkeep.backup import count_of
from ecograph.graph.upkeep.manifest import Manifest
from ecograph.model import Level

Report = Callable[[str], None]

_LOCKS = {"write.lock", "current.lock", "index.lock"}
# What the mark says.
_CHECKING = b"A restore is looking whether the store is empty.\n"
_RESTORING = b"A restore was begun and not finished.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """What a restore needs of the deployment: its home, its store, and how it names and indexes a state."""

    home: Home
    open_store: Callable[[], GraphStore]
    open_reader: Callable[[str], Reader]
    ontology: str
    place: str
    name: Callable[[Ledger], str]
    index: Callable[[], None]
    report: Report

    def run(self, backup: Backup) -> None:
        """Restore into an empty home; raises `HomeNotEmpty`, `StorageFailed`."""
        with self.home.writing("ecograph restore"), self._marked() as resumed:
            snapshot = self._restore_ledger(backup)
            self._restore_graph(backup, snapshot, resumed=resumed)
            _compare(self.open_reader(snapshot), backup.manifest)
            self.home.point(snapshot=snapshot, base=backup.manifest.base)
            self.report("indexing")
            self.index()

    @contextmanager
    def _marked(self) -> Iterator[bool]:
        mark = self.home.unfinished
        _make_room(self.home)
        # Only a mark that says so allows a restore to take away what a server holds.
        resumed = mark.exists() and mark.read_bytes() == _RESTORING
        if not resumed:
            replace_file(mark, _CHECKING)
            self._refuse_other_graphs()
            replace_file(mark, _RESTORING)
        yield resumed
        mark.unlink()

    def _refuse_other_graphs(self) -> None:
        """The store may be elsewhere than in the home."""
        try:
            with closing(self.open_store()) as store:
                held = sorted(store.graphs())
        except StoreTaken:
            self.home.unfinished.unlink()
            raise
        if held:
            self.home.unfinished.unlink()
            raise HomeNotEmpty(self.home.root, f"its store holds {held[0]}")

    def _restore_ledger(self, backup: Backup) -> str:
        """Bring the ledger back, and return the id of the snapshot that it tells of."""
        self.report("restoring the ledger")
        with backup.content(backup.manifest.ledger) as content, self.home.ledger.open("wb") as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        with closing(Ledger(self.home.ledger)) as ledger:
            # What follows from the statements is worked out here, with the ontology of this version.
            ledger.keep_fact("ontology", self.ontology)
            ledger.keep_fact("store", self.place)
            return self.name(ledger)

    def _restore_graph(self, backup: Backup, snapshot: str, *, resumed: bool) -> None:
        with closing(self.open_store()) as store:
            for graph in store.graphs():  # which a restore that was interrupted left on a server
                store.drop(graph)
            self.report("restoring the graphs")
            store.restore(backup.quads(), backup.levels)
            if resumed:
                store.merge_all()
            self.report("publishing")
            store.publish(self.home.snapshots / snapshot)


def _make_room(home: Home) -> None:
    """Leave the locks alone in a home, or refuse: only what a restore left is ever taken away."""
    try:
        left = sorted(path for path in home.root.iterdir() if path.name not in _LOCKS)
        if left and not home.unfinished.exists():
            raise HomeNotEmpty(home.root, f"it holds {left[0].name}")
        for path in left:
            if path == home.stores:  # which may also hold what is known of a server
                for level in Level:
                    shutil.rmtree(path / level.slug, ignore_errors=True)
            elif path != home.unfinished:
                _remove(path)
    except OSError as error:
        raise StorageFailed(f"clear what a restore left in {home.root}", error) from error


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _compare(reader: Reader, manifest: Manifest) -> None:
    held, wanted = reader.counts(Level.PRIVATE), {graph.graph: graph.triples for graph in manifest.graphs}
    if held != wanted:
        wrong = sorted(graph for graph in {*held, *wanted} if held.get(graph) != wanted.get(graph))
        raise StorageFailed("restore the graphs", f"the counts differ for {', '.join(wrong)}")
    for level in Level:
        count, told = count_of(reader, level), manifest.levels[level.slug]
        if (count.graphs, count.stated) != (told.graphs, told.stated):
            raise StorageFailed("restore the graphs", f"level {level.slug} holds {count}, not {told}")
