"""The folder that holds a deployment's graph: who may write in it, and what it was made for.

home/
  ledger.sqlite      what was written, by which source, in which order
  write.lock         held while a process writes; names its holder
  store/<level>/     the writer's stores
  snapshots/<id>/    what readers open: stores as they were published, never changed again
  index/<id>/        search indexes, one for each snapshot
  current.json       the snapshot and the index that readers should open now
  current.lock       held while current.json changes
  index.lock         held while an index is built
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from ecograph.errors import Busy, StorageFailed


@dataclass(frozen=True, slots=True)
class Current:
    """What readers should open now: the ids of a snapshot and of an index, and the base IRI."""

    snapshot: str
    base: str
    index: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """The places of one deployment."""

    root: Path

    @property
    def ledger(self) -> Path:
        return self.root / "ledger.sqlite"

    @property
    def stores(self) -> Path:
        return self.root / "store"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def indexes(self) -> Path:
        return self.root / "index"

    def current(self) -> Current | None:
        """Return what is published, or None while nothing is."""
        try:
            return Current(**json.loads((self.root / "current.json").read_text("utf-8")))
        except FileNotFoundError:
            return None

    def point(self, **changed: str) -> None:
        """Make readers open another snapshot or another index from now on."""
        with self._locked("current.lock") as lock:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
            current = self.current()
            pointed = replace(current, **changed) if current else Current(**changed)
            replace_file(self.root / "current.json", json.dumps(asdict(pointed)).encode())

    @contextmanager
    def writing(self, purpose: str) -> Iterator[None]:
        """Hold the right to write; raises `Busy` naming the holder when another process has it."""
        with self._locked("write.lock") as lock:
            _claim(lock, purpose)
            yield

    @contextmanager
    def indexing(self) -> Iterator[None]:
        """Hold the right to index, once whoever has it is done."""
        with self._locked("index.lock") as lock:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
            yield

    def _locked(self, name: str) -> TextIO:
        """Open a lock file; the lock itself ends when it is closed, even by a kill."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            return (self.root / name).open("a+", encoding="utf-8")
        except OSError as error:
            raise StorageFailed(f"open the home {self.root}", error) from error

    def sweep(self, keep: int) -> None:
        """Delete snapshots and indexes that nobody should use any more, and half-made ones."""
        current = self.current()
        for folder, used in (
            (self.snapshots, current and current.snapshot),
            (self.indexes, current and current.index),
        ):
            if not folder.is_dir():
                continue
            made = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
            half = [entry for entry in folder.iterdir() if entry.name.startswith(".")]
            for entry in [*half, *made[:-keep]]:
                if entry.name != used:
                    shutil.rmtree(entry, ignore_errors=True)


@contextmanager
def making(folder: Path) -> Iterator[Path]:
    """Give a folder to fill that takes its name only once it is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    try:
        yield scratch
        shutil.rmtree(folder, ignore_errors=True)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that it is either the old one or the new one, whatever happens."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with scratch.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise StorageFailed(f"write {path.name}", error) from error


def _claim(lock: TextIO, purpose: str) -> None:
    try:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Busy(_holder(lock)) from error
    started = datetime.now(UTC).isoformat(timespec="seconds")
    lock.seek(0)
    lock.truncate()
    lock.write(f"`{purpose}` (process {os.getpid()} on {os.uname().nodename}, since {started})")
    lock.flush()


def _holder(lock: TextIO) -> str:
    lock.seek(0)
    return lock.read().strip() or "another process"
