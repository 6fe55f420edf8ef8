"""The folder that holds a deployment's graph: who may write in it, and what it was made for.

home/
  ledger.sqlite      what was written, by which source, in which order
  loaders/           declarations of the deployment's own
  fetching.sqlite    what is known of the hosts that were asked
  write.lock         held while a process writes; names its holder
  store/<level>/     the writer's stores
  store/together     there while a level's store, which it names, stands for those above it
  snapshots/<id>/    what readers open: stores as they were published, never changed again
  index/<id>/        search indexes, one for each snapshot
  current.json       the snapshot and the index that readers should open now
  current.lock       held while current.json changes
  index.lock         held while an index is built
  restore.unfinished there while a restore into the home is not finished
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from ecograph.errors import Busy, HalfRestored, ReadOnlyHome, StorageFailed

# More than two ids and an address take.
_CURRENT_BYTES = 10_000
_NUMBERED = 3
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Current:
    """What readers should open now: the ids of a snapshot and of an index, and the base IRI.

    An index made before the change `hidden` tells what some may not see any more.
    """

    snapshot: str
    base: str
    index: str | None = None
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Home:
    """The places of one deployment."""

    root: Path

    @property
    def ledger(self) -> Path:
        return self.root / "ledger.sqlite"

    @property
    def fetching(self) -> Path:
        return self.root / "fetching.sqlite"

    @property
    def stores(self) -> Path:
        return self.root / "store"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def indexes(self) -> Path:
        return self.root / "index"

    @property
    def unfinished(self) -> Path:
        return self.root / "restore.unfinished"

    def check_whole(self) -> None:
        """Raise `HalfRestored` while a restore into the home is not finished."""
        if self.unfinished.exists():
            raise HalfRestored(self.root)

    def check_writable(self) -> None:
        """Raise `ReadOnlyHome` where this process may not write to the home."""
        for path in (self.root, self.ledger):
            if path.exists() and not os.access(path, os.W_OK):
                raise ReadOnlyHome(path)

    def current(self) -> Current | None:
        """Return what is published, or None while nothing is."""
        try:
            # With each request: a file object would take as long again.
            descriptor = os.open(f"{self.root}/current.json", os.O_RDONLY | os.O_CLOEXEC)
            try:
                return _read_current(os.read(descriptor, _CURRENT_BYTES))
            finally:
                os.close(descriptor)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise StorageFailed("read what is published", error) from error

    def point(self, **changed: str | int) -> None:
        """Make readers open another snapshot or another index from now on."""
        with self._locked("current.lock") as lock:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
            current = self.current()
            pointed = replace(current, **changed) if current else Current(**changed)  # type: ignore[arg-type]  # by their names
            replace_file(self.root / "current.json", json.dumps(asdict(pointed)).encode())

    @contextmanager
    def writing(
        self, purpose: str, *, wait: float = 0.0, report: Callable[[str], None] = lambda _: None
    ) -> Iterator[None]:
        """Hold the right to write; raises `Busy` naming the holder when another has it for so many seconds.

        That it has to be waited for, and who has it, is reported once.
        """
        with self._locked("write.lock") as lock:
            _await(lock, wait, report)
            _sign(lock, purpose)
            yield

    @contextmanager
    def indexing(self) -> Iterator[None]:
        """Hold the right to index, once whoever has it is done."""
        with self._locked("index.lock") as lock:
            fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
            yield

    def _locked(self, name: str) -> TextIO:
        """Open a lock file; the lock itself ends when it is closed, even by a kill."""
        self.check_writable()
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            return (self.root / name).open("a+", encoding="utf-8")
        except OSError as error:
            raise StorageFailed(f"open the home {self.root}", error) from error

    def size(self) -> int:
        """Return the bytes that the home takes on its disk; a file with several names counts once."""
        sizes: dict[tuple[int, int], int] = {}
        for path in self.root.rglob("*"):
            with suppress(FileNotFoundError):  # others may be deleting
                file = path.lstat()
                sizes[file.st_dev, file.st_ino] = file.st_blocks * 512
        return sum(sizes.values())

    def sweep(self, keep: int) -> None:
        """Delete snapshots and indexes that nobody should use any more, nor has open."""
        current = self.current()
        for folder, used in (
            (self.snapshots, current and current.snapshot),
            (self.indexes, current and current.index),
        ):
            if not folder.is_dir():
                continue
            made = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
            for entry in made[:-keep]:
                if entry.name != used and not is_held(entry):
                    shutil.rmtree(entry, ignore_errors=True)


@lru_cache(maxsize=4)
@lru_cache(maxsize=4)
def _read_current(content: bytes) -> Current:
    return Current(**json.loads(content))


@contextmanager
def making(folder: Path) -> Iterator[Path]:
    """Give a folder to fill that takes its name only once it is whole.

    Whoever makes one holds the lock of its parent: what a killed process left half-made is removed.
    """
    scratch = folder.with_name(f".{folder.name}")
    try:
        for left in folder.parent.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
        scratch.mkdir(parents=True)
        yield scratch
        shutil.rmtree(folder, ignore_errors=True)
        scratch.rename(folder)
    except OSError as error:
        raise StorageFailed(f"make {folder}", error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def hold(folder: Path) -> int:
    """Return a descriptor that keeps a folder from being swept until it is closed, even by a kill."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def is_held(folder: Path) -> bool:
    """Tell whether a reader, in any process, has a folder open."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def sequence_of(snapshot: str) -> int:
    """Return the number of the last change that a snapshot holds, by its id."""
    return int(snapshot.partition("-")[0])


def mark_of(snapshot: str) -> str:
    """Return the mark of the last change that a snapshot holds, by its id; empty for changes without."""
    parts = snapshot.split("-")
    # What was published again is numbered, in three digits.
    return parts[2] if len(parts) > 2 and len(parts[2]) > _NUMBERED else ""


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


def _await(lock: TextIO, seconds: float, report: Callable[[str], None]) -> None:
    limit, is_told = time.monotonic() + seconds, False
    while not _taken(lock):
        holder = _holder(lock)
        if time.monotonic() >= limit:
            raise Busy(holder, waited=seconds)
        if not is_told:
            report(f"waiting, {seconds:g} seconds at most: the graph is being written by {holder}")
            is_told = True
        time.sleep(_POLL_SECONDS)


def _taken(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(lock: TextIO, purpose: str) -> None:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    holder = f"`{purpose}` (process {os.getpid()} on {os.uname().nodename}, since {started})"
    try:
        os.ftruncate(lock.fileno(), 0)
        os.pwrite(lock.fileno(), holder.encode(), 0)
    except OSError as error:
        raise StorageFailed("write the lock of the home", error) from error


def _holder(lock: TextIO) -> str:
    lock.seek(0)
    return lock.read().strip() or "another process"
