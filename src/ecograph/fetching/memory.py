"""What the client keeps from one run to the next, in a file of the home: SQLite, made again if lost."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ecograph.errors import StorageFailed

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (url TEXT PRIMARY KEY, etag TEXT NOT NULL, modified TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS waits (origin TEXT PRIMARY KEY, until TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rules (
    url TEXT PRIMARY KEY, at TEXT NOT NULL, status INTEGER NOT NULL, text BLOB NOT NULL
);
"""
_BUSY_SECONDS = 10.0


class Memory:
    """Validators of pages, origins to be left alone, and what origins ask of programs."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def validators(self, url: str) -> Mapping[str, str]:
        """Return the headers that ask for a page only if it changed."""
        row = self._row("SELECT etag, modified FROM pages WHERE url = ?", url)
        named = zip(("If-None-Match", "If-Modified-Since"), row or (), strict=False)
        return {name: value for name, value in named if value}

    def keep_validators(self, url: str, etag: str, modified: str) -> None:
        if etag or modified:
            self._write("INSERT OR REPLACE INTO pages VALUES (?, ?, ?)", url, etag, modified)
        else:
            self._write("DELETE FROM pages WHERE url = ?", url)

    def until(self, origin: str) -> datetime | None:
        """Return when an origin may be asked again, where it said so."""
        row = self._row("SELECT until FROM waits WHERE origin = ?", origin)
        return datetime.fromisoformat(row[0]) if row else None

    def wait(self, origin: str, until: datetime) -> None:
        self._write("INSERT OR REPLACE INTO waits VALUES (?, ?)", origin, until.astimezone(UTC).isoformat())

    def rules(self, url: str) -> tuple[datetime, int, bytes] | None:
        """Return when a file of rules was read, with what status, and what it said."""
        row = self._row("SELECT at, status, text FROM rules WHERE url = ?", url)
        return (datetime.fromisoformat(row[0]), row[1], row[2]) if row else None

    def keep_rules(self, url: str, at: datetime, status: int, text: bytes) -> None:
        self._write("INSERT OR REPLACE INTO rules VALUES (?, ?, ?, ?)", url, at.isoformat(), status, text)

    def close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _row(self, query: str, *values: Any) -> Any:
        with self._lock, closing(self._opened().execute(query, values)) as cursor:
            return cursor.fetchone()

    def _write(self, statement: str, *values: Any) -> None:
        try:
            with self._lock:
                self._opened().execute(statement, values)
        except sqlite3.Error as error:
            raise StorageFailed("keep what was fetched", error) from error

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:  # most commands fetch nothing, and leave no file
            try:
                if self._path:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                place = str(self._path or ":memory:")
                self._db = sqlite3.connect(
                    place, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
                )
                self._db.executescript(_SCHEMA)
            except (sqlite3.Error, OSError) as error:
                raise StorageFailed("open what was fetched", error) from error
        return self._db
