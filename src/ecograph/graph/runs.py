"""Refreshing as the ledger's file records it: every run, and when each source is to be asked again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from ecograph.errors import StorageFailed
from ecograph.graph.home import Home
from ecograph.model import Rejection, Run

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, at TEXT NOT NULL, report TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS runs_source ON runs (source, id);
CREATE TABLE IF NOT EXISTS dues (
    source TEXT PRIMARY KEY, due TEXT, failures INTEGER NOT NULL, state TEXT NOT NULL, moved TEXT NOT NULL
);
"""
_LAST = "SELECT report FROM runs WHERE source = ? ORDER BY id DESC LIMIT 1"
_KEPT_REJECTIONS = 100
_BUSY_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is known of a source for its next run.

    `due` is None where it is not to be asked unless it is named: it is gone. `state` tells what was
    read last, and how; `moved` is where its address moved to for good.
    """

    due: datetime | None
    failures: int = 0
    state: str = ""
    moved: str = ""


class Runs:
    """The runs of one home. Each call opens the file anew: it is also used by other processes."""

    def __init__(self, home: Home) -> None:
        self._home, self._ledger = home, home.ledger

    def due(self, source: str) -> Due | None:
        """Return what is known of a source; None before its first run."""
        with self._opened("read the runs") as db:
            query = "SELECT due, failures, state, moved FROM dues WHERE source = ?"
            row = db.execute(query, (source,)).fetchone()
        if row is None:
            return None
        due = datetime.fromisoformat(row[0]) if row[0] else None
        return Due(due=due, failures=row[1], state=row[2], moved=row[3])

    def last(self, source: str) -> Run | None:
        """Return the last run of a source."""
        with self._opened("read the runs") as db:
            row = db.execute(_LAST, (source,)).fetchone()
        return _read(row[0]) if row else None

    def loaded(self, source: str) -> str:
        """Return the digest of what the graph holds of a source; empty where it is to be read again."""
        with self._opened("read the ledger") as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'sources'").fetchone():
                return ""
            row = db.execute("SELECT digest FROM sources WHERE id = ?", (source,)).fetchone()
        return row[0] if row else ""

    def begin(self, sources: Sequence[str], now: datetime) -> None:
        """Make sources due that were to be asked later: what ends before it is recorded is done again.

        Raises `ReadOnlyHome`.
        """
        self._home.check_writable()
        with self._opened("write down what is due") as db, db:
            moment = now.astimezone(UTC).isoformat()
            rows = [(moment, source, moment) for source in sources]
            db.executemany("UPDATE dues SET due = ? WHERE source = ? AND due > ?", rows)

    def record(self, run: Run, due: Due) -> None:
        """Write a run down, and when the source is due again."""
        kept = replace(run, rejections=run.rejections[:_KEPT_REJECTIONS])
        report = json.dumps(asdict(kept), ensure_ascii=False)
        when = due.due.astimezone(UTC).isoformat() if due.due else None
        with self._opened("write a run down") as db, db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO runs (source, at, report) VALUES (?, ?, ?)", (run.source, run.at, report))
            row = (run.source, when, due.failures, due.state, due.moved)
            db.execute("INSERT OR REPLACE INTO dues VALUES (?, ?, ?, ?, ?)", row)

    @contextmanager
    def _opened(self, doing: str) -> Iterator[sqlite3.Connection]:
        self._home.check_whole()
        try:
            self._ledger.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._ledger, isolation_level=None, timeout=_BUSY_SECONDS)) as db:
                if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'dues'").fetchone():
                    db.execute("PRAGMA journal_mode = WAL")
                    db.executescript(_SCHEMA)
                yield db
        except (OSError, sqlite3.Error) as error:
            raise StorageFailed(doing, error) from error


def _read(report: str) -> Run:
    said = json.loads(report)
    rejections = tuple(Rejection(**rejection) for rejection in said.pop("rejections"))
    return Run(**said, rejections=rejections)
