"""A SQLite file opened to be read: while others write to it, and where nobody here may write."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ecograph.errors import StorageFailed

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
# SQLite wants files of its own beside the one that it reads, and may not make them here.
_NO_FILES = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})

State = tuple[int, int, int, int]


@contextmanager
def reading(path: Path, doing: str) -> Iterator[sqlite3.Connection]:
    """Open a file for reading what another process may be writing; raises `StorageFailed`."""
    try:
        db, alone = _connected(path, doing)
        with closing(db):
            yield db
    except sqlite3.Error as error:
        raise StorageFailed(doing, error) from error
    if alone is not None and _state(path) != alone:
        raise StorageFailed(doing, "it was written meanwhile: try again")


def is_damage(error: StorageFailed) -> bool:
    """Tell whether what a file holds is wrong, and not only the way to it."""
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _connected(path: Path, doing: str) -> tuple[sqlite3.Connection, State | None]:
    """Return a connection; with the state of the file where it is read without regard to writers."""
    db = _opened(path, "mode=ro")
    try:
        db.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        db.close()
        if error.sqlite_errorcode & 0xFF not in _NO_FILES or not os.access(path, os.R_OK):
            raise
    else:
        return db, None
    # As long as nothing lies in the log, writers do not touch the file itself.
    state = _state(path)
    if state[-1]:
        reason = f"{_log(path).name} holds what is not in it yet: copy the home to where it can be written"
        raise StorageFailed(doing, reason)
    return _opened(path, "mode=ro&immutable=1"), state


def _opened(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)


def _state(path: Path) -> State:
    """Return what tells whether a file was written to; last, how much its log holds."""
    file, log = path.stat(), _log(path)
    return file.st_ino, file.st_size, file.st_mtime_ns, log.stat().st_size if log.exists() else 0


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
