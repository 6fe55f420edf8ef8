"""Whether the files of stores still hold what was written to them, read through from end to end.

The database compares a block with its checksum whenever it reads one. It keeps the quads in nine
orders, each in files of its own, and a question reads one or two of them: here are all asked for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pyoxigraph import QuerySolutions, RdfFormat, Store

from ecograph.errors import Busy, StorageFailed
from ecograph.graph.home import Home
from ecograph.graph.levels import at_each_level, own_levels
from ecograph.graph.store import guarded
from ecograph.model import Level

_ANY = "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }"
_NAMED = "GRAPH ?g { ?s ?p ?o }"
# What is looked up first, among which quads, and a term of the quads found that is never a literal.
_ORDERS = (
    ("?s", _ANY, "?p"),
    ("?p", _ANY, "?s"),
    ("?o", _ANY, "?s"),
    ("?g ?p", _NAMED, "?s"),
    ("?g ?o", _NAMED, "?s"),
)
_CERTAIN = "block checksum mismatch"

_TAKE_BACKUP = "restore the last backup into an empty home, or load all sources into one"
_PUBLISH = "the stores are sound: `ecograph compact` publishes them again"
_BACK_UP = (
    "what is published is sound: back it up with `ecograph backup`, and restore that into an empty home"
)


@dataclass(frozen=True, slots=True)
class Damage:
    """What cannot be read, and why: of the published stores, and of those that are written to."""

    published: Mapping[Level, str]
    written: Mapping[Level, str]

    def problems(self) -> tuple[str, ...]:
        """Say what is damaged, and what to do."""
        both = self.published and self.written
        return (
            *_told("snapshot", self.published, _TAKE_BACKUP if both else _PUBLISH),
            *_told("store", self.written, _TAKE_BACKUP if both else _BACK_UP),
        )


NO_DAMAGE = Damage({}, {})


def check_files(home: Home, snapshot: str) -> Damage:
    """Read all that a published state holds, and the stores it was made of."""
    folder = home.snapshots / snapshot
    return Damage(faults(folder), _written_faults(home, folder))


def faults(folder: Path, levels: Sequence[Level] = tuple(Level)) -> dict[Level, str]:
    """Return why the store of a level in a folder cannot be read whole, of those that cannot."""
    found = at_each_level(lambda level: _fault(folder / level.slug), levels) if levels else {}
    return {level: fault for level, fault in found.items() if fault}


def _written_faults(home: Home, published: Path) -> dict[Level, str]:
    """Return what is wrong with the stores that are written to.

    Whoever writes takes files away that are being read: what is missing is a fault only while nobody
    does. A block, once written, never changes.
    """
    found = _unread_faults(home.stores, published)
    if all(_CERTAIN in fault for fault in found.values()):
        return found
    try:
        with home.writing("ecograph verify"):
            return _unread_faults(home.stores, published)
    except Busy:
        return {level: fault for level, fault in found.items() if _CERTAIN in fault}
    except StorageFailed:  # nobody may write here, so that nobody did
        return found


def _unread_faults(stores: Path, published: Path) -> dict[Level, str]:
    levels = [level for level in own_levels(stores) if not _is_same(stores, published, level)]
    return faults(stores, levels)


def _is_same(stores: Path, published: Path, level: Level) -> bool:
    """Tell whether all files of a store are those of the published one, under other names."""
    return _files(stores / level.slug) == _files(published / level.slug)


def _files(folder: Path) -> set[tuple[int, int]]:
    found = (path.stat() for path in folder.glob("*.sst"))
    return {(file.st_dev, file.st_ino) for file in found}


def _fault(folder: Path) -> str:
    try:
        _read_whole(folder)
    except StorageFailed as error:
        return str(error.reason)
    return ""


def _read_whole(folder: Path) -> None:
    with guarded(f"read {folder}"), Path(os.devnull).open("wb") as nowhere:
        store = Store.read_only(str(folder))
        store.dump(nowhere, format=RdfFormat.N_QUADS)
        for first, quads, never in _ORDERS:
            # Nothing is found, so that the engine reads on. It must not count nor ASK: where it gathers
            # answers, it goes on after a fault, without end.
            looked_up = f"{{ SELECT DISTINCT {first} {{ {quads} }} }} LATERAL {{ {quads} }}"
            answer = store.query(f"SELECT * {{ {looked_up} FILTER(isLiteral({never})) }}")
            next(iter(cast("QuerySolutions", answer)), None)


def _told(kind: str, found: Mapping[Level, str], advice: str) -> list[str]:
    return [f"{kind} of level {level.slug}: {fault}; {advice}" for level, fault in found.items()]
