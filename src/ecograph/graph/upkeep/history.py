"""The ledger as others than its writer read it: what it says of a published state, and a copy of it."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ecograph.errors import StorageFailed
from ecograph.graph.database import is_damage, reading
from ecograph.graph.shipped import ontology_digest
from ecograph.model import Level

# The level of a graph is the one of its last change.
_LEVELS = "SELECT graph, level, max(sequence) FROM changes WHERE done = 1 AND sequence <= ? GROUP BY graph"
# The last change of what a level sees: of a graph that it sees, or the one that hid a graph from it.
_LAST_SEEN = """
WITH seen AS (
  SELECT graph, max(sequence) AS last FROM changes WHERE level <= ?1 AND sequence <= ?2 GROUP BY graph
), hidden AS (
  SELECT min(changes.sequence) AS last FROM changes JOIN seen ON changes.graph = seen.graph
  WHERE changes.sequence > seen.last AND changes.sequence <= ?2 GROUP BY changes.graph
)
SELECT sequence, at, {mark} FROM changes WHERE sequence =
  (SELECT max(last) FROM (SELECT last FROM seen UNION ALL SELECT last FROM hidden))
"""
_TAKE_BACK = (
    "UPDATE sources SET digest = '' WHERE id IN (SELECT source FROM changes WHERE sequence > ?)",
    "DELETE FROM sources WHERE id NOT IN (SELECT source FROM changes WHERE sequence <= ?)",
    "DELETE FROM changes WHERE sequence > ?",
)

# What is kept packed, table by table; one that an earlier version left may lack the last.
_PACKED = {
    "changes": ("change", "SELECT sequence, added, removed FROM changes"),
    "names": ("names", "SELECT digest, said FROM names"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the ledger says: its last finished change, those not finished, and who sees each graph."""

    base: str
    last: int
    pending: int
    levels: Mapping[str, Level]


def read_history(ledger: Path, sequence: int) -> History:
    """Return what the ledger says of the state after a change."""
    with _reading(ledger) as db:
        db.execute("BEGIN")
        base = db.execute("SELECT value FROM facts WHERE name = 'base'").fetchone()
        last = db.execute("SELECT max(sequence) FROM changes WHERE done = 1").fetchone()
        pending = db.execute("SELECT count(*) FROM changes WHERE done = 0").fetchone()
        levels = db.execute(_LEVELS, (sequence,)).fetchall()
    return History(
        base=base[0] if base else "",
        last=last[0] or 0,
        pending=pending[0],
        levels={graph: Level(level) for graph, level, _ in levels},
    )


def read_states(ledger: Path, sequence: int) -> Mapping[Level, str]:
    """Return what tells the graph that each level sees, after a change, from any other that it ever sees.

    It changes with what the level sees, and tells nothing of what it does not.
    """
    with _reading(ledger) as db:
        db.execute("BEGIN")
        salt = db.execute("SELECT value FROM facts WHERE name = 'salt'").fetchone()
        # Nobody may have written yet to a home whose changes had no marks.
        columns = {column[1] for column in db.execute("PRAGMA table_info(changes)")}
        query = _LAST_SEEN.format(mark="mark" if "mark" in columns else "''")
        last = {level: db.execute(query, (int(level), sequence)).fetchone() for level in Level}
    return {
        level: hashlib.sha256(f"{salt} {level} {change} {ontology_digest()}".encode()).hexdigest()[:16]
        for level, change in last.items()
    }


def fault_of(ledger: Path) -> str:
    """Return what is damaged in the ledger; empty when all of it can be read.

    Raises `StorageFailed` where that cannot be told, as without the right to read it.
    """
    try:
        with _reading(ledger) as db:
            (told,) = db.execute("PRAGMA integrity_check(1)").fetchone()
            return _unpacked_fault(db) if told == "ok" else " ".join(told.split())
    except StorageFailed as error:
        if ledger.exists() and not is_damage(error):
            raise
        return str(error.reason)


def _unpacked_fault(db: sqlite3.Connection) -> str:
    """Unpack all that is kept packed, which has checksums of its own."""
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
    for table, (what, query) in _PACKED.items():
        for name, *blobs in db.execute(query) if table in tables else ():
            try:
                for blob in blobs:
                    zlib.decompress(blob)
            except (zlib.error, TypeError) as error:
                return f"{what} {name}: {error}"
    return ""


def copy_history(ledger: Path, target: Path, sequence: int) -> None:
    """Copy the ledger as it was after a change: what came later is taken out of the copy.

    One that is damaged is not copied; raises `StorageFailed`.

    The copy is one moment of the ledger whoever writes meanwhile. A source that changed later is
    read again by its next load.
    """
    if fault := fault_of(ledger):
        raise StorageFailed(f"read the ledger {ledger}", f"it is damaged: {fault}")
    with _reading(ledger) as db, _told(target), closing(sqlite3.connect(target)) as copy:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        with copy:
            for statement in _TAKE_BACK:
                copy.execute(statement, (sequence,))
        copy.execute("VACUUM")


def read_levels(ledger: Path) -> dict[str, Level]:
    """Return every loaded source, and who may see it."""
    with _reading(ledger) as db:
        rows = db.execute("SELECT id, level FROM sources ORDER BY id").fetchall()
    return {source: Level(level) for source, level in rows}


def _reading(ledger: Path) -> AbstractContextManager[sqlite3.Connection]:
    return reading(ledger, f"read the ledger {ledger}")


@contextmanager
def _told(ledger: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageFailed(f"read the ledger {ledger}", error) from error
