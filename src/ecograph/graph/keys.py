"""API keys: who may see more than the public, and who may write; kept in the ledger's file.

A key reads `eco_<id>_<secret>`. The id is no secret: it names the key in lists and in the change
log. The secret is 32 random bytes, so that a plain SHA-256 of it is enough: slow hashes with salt
protect passwords that people choose and reuse, and nobody can try 2^256 secrets, fast or not. In
return every request can afford the check, and a revoked key stops at the next one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from ecograph.errors import BadParameter, StorageFailed, UnknownKey
from ecograph.graph.database import reading
from ecograph.graph.home import Home
from ecograph.model import Level

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, level INTEGER NOT NULL,
    may_write INTEGER NOT NULL, created_at TEXT NOT NULL, revoked_at TEXT
)
"""
_SELECT = "SELECT id, name, level, may_write, created_at, revoked_at, hash FROM keys"
# No `_` in an id, which is hexadecimal; `secrets.token_urlsafe` may put one in the secret.
_KEY = re.compile(r"eco_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_LONGEST_NAME = 100
_NO_HASH = "0" * 64

Row = tuple[str, str, int, int, str, str | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is kept of a key, which is not enough to use it."""

    id: str
    name: str
    level: Level
    may_write: bool
    created_at: str
    revoked_at: str | None = None


class Keys:
    """The keys of one home. Each call opens the file anew: it is also used by other processes."""

    def __init__(self, home: Home) -> None:
        self._home, self._ledger = home, home.ledger

    def create(self, *, level: Level, may_write: bool, name: str = "") -> tuple[Key, str]:
        """Make a key and return it with its text, which is kept nowhere.

        Raises `BadParameter`, and `HalfRestored` where a restore would write over it.
        """
        self._home.check_whole()
        identifier, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        name = name or identifier
        if len(name) > _LONGEST_NAME or not name.isprintable():
            raise BadParameter("name", name, f"at most {_LONGEST_NAME} printable characters")
        key = Key(id=identifier, name=name, level=level, may_write=may_write, created_at=_now())
        with self._writing("write a key down", make=True) as db, db:
            db.execute("BEGIN IMMEDIATE")
            if any(other.name == name and not other.revoked_at for other in _read(db)):
                raise BadParameter("name", name, "a name that no other key in use has")
            row = (key.id, name, _hashed(secret), int(level), may_write, key.created_at)
            db.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, NULL)", row)
        return key, f"eco_{identifier}_{secret}"

    def list(self) -> list[Key]:
        """Return every key, revoked ones too, oldest first; raises `HalfRestored`."""
        self._home.check_whole()
        if not self._ledger.exists():  # a new home
            return []
        with reading(self._ledger, "read the keys") as db:
            return _read(db) if _has_keys(db) else []

    def revoke(self, name: str) -> Key:
        """End a key by its name or id; raises `UnknownKey` when none in use is called so, `HalfRestored`."""
        self._home.check_whole()
        if not self._ledger.exists():
            raise UnknownKey(name)
        with self._writing("revoke a key") as db, db:
            db.execute("BEGIN IMMEDIATE")
            for key in _read(db):
                if name in {key.id, key.name} and not key.revoked_at:
                    db.execute("UPDATE keys SET revoked_at = ? WHERE id = ?", (_now(), key.id))
                    return key
        raise UnknownKey(name)

    def check(self, text: str) -> Key | None:
        """Return the key that a text is, or None for a text that is none, or none any more.

        Raises `StorageFailed` where the ledger is gone: whose key it is cannot be told then.
        """
        parts = _KEY.fullmatch(text)
        if parts is None:
            return None
        with reading(self._ledger, "read the keys") as db:
            found = db.execute(f"{_SELECT} WHERE id = ?", (parts[1],)) if _has_keys(db) else None
            row: Row | None = found.fetchone() if found else None
        # Compared in constant time, and compared at all when there is no such key.
        fits = hmac.compare_digest(_hashed(parts[2]), row[6] if row else _NO_HASH)
        key = _key(row) if row and fits else None
        return key if key and not key.revoked_at else None

    @contextmanager
    def _writing(self, doing: str, *, make: bool = False) -> Iterator[sqlite3.Connection]:
        """Open the ledger; a home that was moved away below a service is not made again by who asks it."""
        self._home.check_writable()
        try:
            if make:
                self._ledger.parent.mkdir(parents=True, exist_ok=True)
            place = f"{self._ledger.absolute().as_uri()}?mode={'rwc' if make else 'rw'}"
            db = sqlite3.connect(place, uri=True, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StorageFailed(doing, error) from error
        try:
            if not _has_keys(db):
                db.execute("PRAGMA journal_mode = WAL")
                db.execute(_SCHEMA)
            yield db
        except sqlite3.Error as error:
            raise StorageFailed(doing, error) from error
        finally:
            db.close()


def _has_keys(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'keys'").fetchone() is not None


def _read(db: sqlite3.Connection) -> list[Key]:
    return [_key(row) for row in db.execute(f"{_SELECT} ORDER BY created_at, rowid")]


def _key(row: Row) -> Key:
    identifier, name, level, may_write, created_at, revoked_at, _ = row
    return Key(
        id=identifier,
        name=name,
        level=Level(level),
        may_write=bool(may_write),
        created_at=created_at,
        revoked_at=revoked_at,
    )


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
