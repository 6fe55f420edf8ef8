"""The ledger: every change of the graph in order, written down before it is made.

A change is recorded with all its triples, then applied, then marked done. Applying is idempotent,
so a process killed in between leaves a change that the next writer finishes.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Triple

from ecograph.errors import StorageFailed
from ecograph.graph.plan import Diff
from ecograph.model import Level

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sources (
    id TEXT PRIMARY KEY, digest TEXT NOT NULL, level INTEGER NOT NULL, loaded_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS changes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, source TEXT NOT NULL, graph TEXT NOT NULL, level INTEGER NOT NULL,
    digest TEXT NOT NULL, added BLOB NOT NULL, removed BLOB NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    author TEXT NOT NULL DEFAULT '', mark TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS understood (
    source TEXT NOT NULL, text TEXT NOT NULL, digest TEXT NOT NULL, words TEXT NOT NULL DEFAULT '',
    bodies TEXT NOT NULL DEFAULT '', content TEXT NOT NULL DEFAULT '', PRIMARY KEY (source, text)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS names (digest TEXT PRIMARY KEY, said BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spotted (
    digest TEXT PRIMARY KEY, version TEXT NOT NULL, spots TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS changes_pending ON changes (sequence) WHERE done = 0;
CREATE INDEX IF NOT EXISTS changes_of ON changes (source, sequence);
CREATE INDEX IF NOT EXISTS changes_seen ON changes (graph, level, sequence);
INSERT OR IGNORE INTO facts VALUES ('salt', lower(hex(randomblob(16))));
"""
# For homes made before the log told who wrote.
_ADD_AUTHOR = "ALTER TABLE changes ADD COLUMN author TEXT NOT NULL DEFAULT ''"
# For homes made before changes had marks: those made before have none.
_ADD_MARK = "ALTER TABLE changes ADD COLUMN mark TEXT NOT NULL DEFAULT ''"
# For homes made before the words of texts were kept: the next run fills them in.
_ADD_WORDS = [
    f"ALTER TABLE understood ADD COLUMN {name} TEXT NOT NULL DEFAULT ''"
    for name in ("words", "bodies", "content")
]
_UNDERSTOOD = "SELECT text, digest, words, bodies, content FROM understood WHERE source = ?"
_SELECT = "SELECT sequence, source, graph, level, digest, added, removed, author FROM changes"
_BEGIN = (
    "INSERT INTO changes (at, source, graph, level, digest, added, removed, author, mark)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, lower(hex(randomblob(4))))"
)
_LAST_BEFORE = "SELECT max(sequence) FROM changes WHERE done = 1 AND at < ?"
_TRIM = "UPDATE changes SET added = ?, removed = ? WHERE done = 1 AND at < ?"
_REMEMBER = "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one source's graph; `digest` identifies the source's state after it.

    `author` is the id of the key by which it was written; empty for what was loaded.
    """

    sequence: int
    source: str
    graph: str
    level: Level
    digest: str
    diff: Diff
    author: str = ""


@dataclass(frozen=True, slots=True)
class Packed:
    """A diff as it is written down: compressed N-Triples to add, and to take out."""

    added: bytes
    removed: bytes

    @classmethod
    def of(cls, diff: Diff) -> Packed:
        """Pack a diff."""
        return cls(_compressed(diff.added_text), _compressed(diff.removed_text))

    @classmethod
    def of_lines(cls, added: Iterable[str], removed: Iterable[str]) -> Packed:
        """Pack lines of N-Triples."""
        return cls(_compressed(_text_of(added)), _compressed(_text_of(removed)))

    @property
    def diff(self) -> Diff:
        """The diff."""
        return Diff(zlib.decompress(self.added), zlib.decompress(self.removed))


def united(portions: Iterable[Packed]) -> Diff:
    """Return the diff that comes in portions."""
    diffs = [portion.diff for portion in portions]
    none: frozenset[Triple] = frozenset()
    return Diff(none.union(*(d.added for d in diffs)), none.union(*(d.removed for d in diffs)))


@dataclass(frozen=True, slots=True)
class TextState:
    """The state in which a text was read: all that counts, in `digest`.

    `words` and `bodies` are what names are looked for in, `content` tells what it said from other texts.
    """

    digest: str
    words: str = ""
    bodies: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the ledger knows of a source: the state that was loaded, and who may see it."""

    digest: str
    level: Level


class Ledger:
    """The ledger of one home; used by the writer alone."""

    def __init__(self, path: Path) -> None:
        with _guarded("open the ledger"):
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
            known = {column[1] for column in self._db.execute("PRAGMA table_info(changes)")}
            for name, adding in (("author", _ADD_AUTHOR), ("mark", _ADD_MARK)):
                if name not in known:
                    self._db.execute(adding)
            if "words" not in {column[1] for column in self._db.execute("PRAGMA table_info(understood)")}:
                for adding in _ADD_WORDS:
                    self._db.execute(adding)

    def close(self) -> None:
        self._db.close()

    def fact(self, name: str) -> str | None:
        """Return what was kept under a name."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def keep_fact(self, name: str, value: str) -> None:
        with _guarded("write the ledger"):
            self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def facts(self, prefix: str) -> dict[str, str]:
        """Return what was kept under the names that begin with a prefix."""
        rows = self._db.execute(
            "SELECT name, value FROM facts WHERE substr(name, 1, ?) = ? ORDER BY name", (len(prefix), prefix)
        )
        return dict(rows)

    def forget_fact(self, name: str) -> None:
        with _guarded("write the ledger"):
            self._db.execute("DELETE FROM facts WHERE name = ?", (name,))

    def loaded(self, source: str) -> Loaded | None:
        """Return the state of a source that was loaded last, or None."""
        row = self._db.execute("SELECT digest, level FROM sources WHERE id = ?", (source,)).fetchone()
        return Loaded(row[0], Level(row[1])) if row else None

    def sources(self) -> dict[str, Level]:
        """Return every loaded source, and who may see it."""
        rows = self._db.execute("SELECT id, level FROM sources ORDER BY id")
        return {source: Level(level) for source, level in rows}

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write several changes down so that all of them are, or none."""
        with _guarded("write the ledger"), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield

    def begin(
        self, *, source: str, graph: str, level: Level, digest: str, diff: Diff, author: str = ""
    ) -> Change:
        """Write a change down before it is made."""
        packed = Packed.of(diff)
        row = (_now(), source, graph, int(level), digest, packed.added, packed.removed, author)
        with _guarded("write the ledger"):
            cursor = self._db.execute(_BEGIN, row)
        return Change(
            sequence=int(cursor.lastrowid or 0),
            source=source,
            graph=graph,
            level=level,
            digest=digest,
            diff=diff,
            author=author,
        )

    def begin_all(
        self,
        portions: Iterable[Packed],
        *,
        source: str,
        graph: str,
        level: Level,
        digest: str,
        author: str = "",
    ) -> int:
        """Write one change after the other down, or none of them; return how many are `pending` then."""
        count = 0
        with self.together():
            for one in portions:
                count += 1
                row = (_now(), source, graph, int(level), digest, one.added, one.removed, author)
                self._db.execute(_BEGIN, row)
        return count

    def finish(self, *changes: Change) -> None:
        """Mark changes as made, all of them or none."""
        now = _now()
        states = [(change.source, change.digest, int(change.level), now) for change in changes]
        made = [(change.sequence,) for change in changes]
        with _guarded("write the ledger"), self._db:  # which commits, or rolls back when it fails
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("UPDATE changes SET done = 1 WHERE sequence = ?", made)
            self._db.executemany(_REMEMBER, states)

    def remember(self, source: str, level: Level, digest: str) -> None:
        """Keep the digest of a source whose files changed, but not what they say."""
        with _guarded("write the ledger"):
            self._db.execute(_REMEMBER, (source, digest, int(level), _now()))

    def understood(self, source: str) -> dict[str, TextState]:
        """Return the texts that a derived source was read out of, each with the state it was read in."""
        return {row[0]: TextState(*row[1:]) for row in self._db.execute(_UNDERSTOOD, (source,))}

    def remember_understood(
        self, source: str, texts: Mapping[str, TextState], *, complete: bool = True
    ) -> None:
        """Keep the texts that a derived source was read out of; those that stay are not written again.

        Texts that are left out are forgotten, unless these are not all.
        """
        known = self.understood(source) if complete else {}
        new = [
            (source, text, state.digest, state.words, state.bodies, state.content)
            for text, state in texts.items()
            if known.get(text) != state
        ]
        gone = [(source, text) for text in known.keys() - texts.keys()]
        if not (new or gone):
            return
        with _guarded("write the ledger"), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO understood VALUES (?, ?, ?, ?, ?, ?)", new)
            self._db.executemany("DELETE FROM understood WHERE source = ? AND text = ?", gone)

    def names(self, digest: str) -> bytes | None:
        """Return names with which texts were read."""
        row = self._db.execute("SELECT said FROM names WHERE digest = ?", (digest,)).fetchone()
        return zlib.decompress(row[0]) if row else None

    def keep_names(self, digest: str, said: bytes) -> None:
        """Keep names with which texts are read."""
        with _guarded("write the ledger"):
            self._db.execute("INSERT OR IGNORE INTO names VALUES (?, ?)", (digest, zlib.compress(said, 1)))

    def forget_unread(self, names: Collection[str]) -> None:
        """Forget what a model found in texts that are gone, and all names but some."""
        with _guarded("write the ledger"), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM spotted WHERE digest NOT IN (SELECT content FROM understood)")
            kept = [row[0] for row in self._db.execute("SELECT digest FROM names")]
            gone = [(digest,) for digest in kept if digest not in names]
            self._db.executemany("DELETE FROM names WHERE digest = ?", gone)

    def spotted(self) -> dict[str, tuple[str, str]]:
        """Return what a model found in texts, by their digests: its version, and what it found."""
        rows = self._db.execute("SELECT digest, version, spots FROM spotted")
        return {digest: (version, spots) for digest, version, spots in rows}

    def remember_spotted(self, version: str, found: Mapping[str, str]) -> None:
        """Keep what a version of a model found in texts, by their digests."""
        with _guarded("write the ledger"), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            rows = [(digest, version, spots) for digest, spots in found.items()]
            self._db.executemany("INSERT OR REPLACE INTO spotted VALUES (?, ?, ?)", rows)

    def pending(self) -> Iterator[Change]:
        """Yield the changes that were written down and not finished, in order; each may be finished then."""
        rows = self._db.execute("SELECT sequence FROM changes WHERE done = 0 ORDER BY sequence").fetchall()
        for row in rows:
            yield from self._changes("sequence = ?", row)

    def since(self, sequence: int) -> Iterator[Change]:
        """Yield the finished changes that came after one, in order."""
        return self._changes("done = 1 AND sequence > ?", (sequence,))

    def compact(self, *, before: datetime | None) -> None:
        """Give back the room of what was deleted.

        With a time, finished changes made earlier keep their number, source and date, but lose their
        triples, which `trimmed` tells.
        """
        with _guarded("compact the ledger"):
            if before is not None:
                with self._db:
                    self._db.execute("BEGIN IMMEDIATE")
                    self._trim(before.astimezone(UTC).isoformat(timespec="seconds"))
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def trimmed(self) -> int:
        """Return the number of the last change whose triples are not kept any more, or 0."""
        return int(self.fact("trimmed") or 0)

    def _trim(self, before: str) -> None:
        row = self._db.execute(_LAST_BEFORE, (before,)).fetchone()
        if row[0] is not None:
            nothing = _compressed(b"")
            self._db.execute(_TRIM, (nothing, nothing, before))
            last = max(row[0], self.trimmed())
            self._db.execute("INSERT OR REPLACE INTO facts VALUES ('trimmed', ?)", (str(last),))

    def last(self) -> int:
        """Return the number of the last finished change, 0 before the first."""
        row = self._db.execute("SELECT max(sequence) FROM changes WHERE done = 1").fetchone()
        return int(row[0] or 0)

    def mark(self, sequence: int) -> str:
        """Return what tells a change from others of its number; empty for none, and for old ones.

        There are others where a backup was restored, or a copied home was written to, and both went on.
        """
        row = self._db.execute("SELECT mark FROM changes WHERE sequence = ?", (sequence,)).fetchone()
        return row[0] if row else ""

    def last_of(self, sources: Iterable[str]) -> int:
        """Return the number of the last change of some sources, 0 where there is none."""
        query = "SELECT max(sequence) FROM changes WHERE source = ?"
        return max((self._db.execute(query, (one,)).fetchone()[0] or 0 for one in sources), default=0)

    def _changes(self, condition: str, values: tuple[int, ...]) -> Iterator[Change]:
        rows = self._db.execute(f"{_SELECT} WHERE {condition} ORDER BY sequence", values)
        for sequence, source, graph, level, digest, added, removed, author in rows:
            yield Change(
                sequence=sequence,
                source=source,
                graph=graph,
                level=Level(level),
                digest=digest,
                diff=Packed(added, removed).diff,
                author=author,
            )


@contextmanager
def _guarded(doing: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageFailed(doing, error) from error


def _text_of(lines: Iterable[str]) -> bytes:
    return "".join([f"{line}\n" for line in lines]).encode()


def _compressed(text: bytes) -> bytes:
    return zlib.compress(text, 1)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
