"""Staging: what the files of a load and the graph say, by resource, on disk until both are compared.

A load may be of any size; memory holds a batch of it. The database is a file without a name, in the
folder for temporary files, that is gone with the process, however that ends.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from ecograph.errors import StorageFailed
from ecograph.graph.ledger import Packed
from ecograph.graph.records import GENID, Record, group, owners
from ecograph.graph.terms import canonical, is_canonical, subject_of

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16000;
CREATE TABLE found (
    id INTEGER PRIMARY KEY, subject TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, place TEXT NOT NULL,
    said TEXT NOT NULL
);
CREATE INDEX found_parts ON found (owner) WHERE owner != subject;
CREATE TABLE known (subject TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, said TEXT NOT NULL);
CREATE TABLE portions (id INTEGER PRIMARY KEY, added BLOB NOT NULL, removed BLOB NOT NULL);
BEGIN;
"""
_FIND = (
    "INSERT INTO found (subject, owner, place, said) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (subject) DO UPDATE SET said = said || excluded.said"
    " WHERE NOT instr(said, excluded.said)"  # which every row of a table may say again
)
_KNOW = (
    "INSERT INTO known (subject, owner, said) VALUES (?, ?, ?)"
    " ON CONFLICT (subject) DO UPDATE SET said = said || excluded.said"
)
_RECORDS = "SELECT id, subject, place, said FROM found WHERE id > ? AND owner = subject ORDER BY id LIMIT ?"
_PARTS = "SELECT subject, owner, said FROM found WHERE owner != subject AND owner IN ({})"
_BOTH = """
SELECT f.subject, f.owner, f.said, k.owner, k.said, NULL
FROM found f LEFT JOIN known k ON k.subject = f.subject
UNION ALL
SELECT k.subject, NULL, NULL, k.owner, k.said, o.owner
FROM known k LEFT JOIN found f ON f.subject = k.subject LEFT JOIN found o ON o.subject = k.owner
WHERE f.subject IS NULL
"""

_TOGETHER = 500

Stored = tuple[str, str, str, str]
"""A resource, the record that it is or is a part of, where that was found, and N-Triples about it."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is found and known of one resource, as N-Triples, and the records it belongs to.

    `replaced` is the record that was found in the place of the known one.
    """

    subject: str
    owner: str | None
    found: str | None
    known_owner: str | None
    known: str | None
    replaced: str | None


class Staging:
    """What one load compares."""

    def __init__(self) -> None:
        with _guarded():
            self._db = sqlite3.connect("", isolation_level=None)
            self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def find(self, stored: Iterable[Stored]) -> None:
        """Add what files say; a resource that is described twice is where it is first."""
        self._insert(_FIND, stored)

    def know(self, triples: Iterable[Triple]) -> None:
        """Add what the graph says, best with the triples of a resource one after the other."""
        parents: dict[NamedNode, NamedNode] = {}
        self._insert(_KNOW, _by_subject(triples, parents))
        owned = ((o.value, part.value) for part, o in owners(parents).items())
        self._insert("UPDATE known SET owner = ? WHERE subject = ?", owned)

    def count(self) -> int:
        """Return the number of records that were found."""
        return int(self._db.execute("SELECT count(*) FROM found WHERE owner = subject").fetchone()[0])

    def records(self, size: int) -> Iterator[list[Record]]:
        """Yield the records that were found, so many at a time, in the order of their places."""
        last = 0
        while rows := self._db.execute(_RECORDS, (last, size)).fetchall():
            last = rows[-1][0]
            parts = self._parts([subject for _, subject, *_ in rows])
            owner = {subject: of for subject, of, _ in parts}
            said: dict[str, set[Triple]] = defaultdict(set)
            for triple in read_lines("".join([*(row[3] for row in rows), *(part[2] for part in parts)])):
                subject = subject_of(triple).value
                said[owner.get(subject, subject)].add(triple)
            yield [
                Record(subject=NamedNode(subject), triples=frozenset(said[subject]), place=place)
                for _, subject, place, _ in rows
            ]

    def has(self, subject: str) -> bool:
        """Tell whether files say anything of a resource."""
        row = self._db.execute("SELECT 1 FROM found WHERE subject = ?", (subject,)).fetchone()
        return row is not None

    def found(self, subject: str) -> set[Triple]:
        """Return what files say of one resource."""
        row = self._db.execute("SELECT said FROM found WHERE subject = ?", (subject,)).fetchone()
        return set(read_lines(row[0])) if row else set()

    def rewrite(self, triples: Iterable[Triple]) -> None:
        """Replace what was found of some resources."""
        said = ((lines, subject) for subject, _, lines in _by_subject(triples, {}))
        self._insert("UPDATE found SET said = ? WHERE subject = ?", said)

    def known(self, subject: str) -> set[Triple]:
        """Return what the graph says of one resource."""
        row = self._db.execute("SELECT said FROM known WHERE subject = ?", (subject,)).fetchone()
        return set(read_lines(row[0])) if row else set()

    def parts_known(self, records: Iterable[str]) -> set[str]:
        """Return what belongs to some records of the graph, without those themselves."""
        wanted = set(records)
        rows = self._db.execute("SELECT subject, owner FROM known WHERE owner != subject") if wanted else ()
        return {subject for subject, owner in rows if owner in wanted}

    def known_with(self, text: str) -> list[str]:
        """Return the resources of the graph of which some text is said."""
        rows = self._db.execute("SELECT subject FROM known WHERE instr(said, ?)", (text,))
        return [subject for (subject,) in rows]

    def both(self) -> Iterator[Beside]:
        """Yield all resources, first those that were found."""
        return (Beside(*row) for row in self._db.execute(_BOTH))

    def keep(self, portion: Packed) -> None:
        """Keep a portion of what is to be written."""
        with _guarded():
            self._db.execute(
                "INSERT INTO portions (added, removed) VALUES (?, ?)", (portion.added, portion.removed)
            )

    def portions(self) -> Iterator[Packed]:
        """Yield the portions that were kept, in order."""
        return (Packed(*row) for row in self._db.execute("SELECT added, removed FROM portions ORDER BY id"))

    def _insert(self, statement: str, rows: Iterable[tuple[str, ...]]) -> None:
        """Write rows some at a time: what fails while they are read is no failure of this database."""
        given = iter(rows)
        while some := list(islice(given, _TOGETHER)):
            with _guarded():
                self._db.executemany(statement, some)

    def _parts(self, records: list[str]) -> list[tuple[str, str, str]]:
        return self._db.execute(_PARTS.format(",".join("?" * len(records))), records).fetchall()


def stored(triples: Iterable[Triple], place: str) -> Iterator[Stored]:
    """Yield what skolemised triples say, by resource."""
    for record in group(triples, place):
        ordered = sorted(record.triples, key=lambda t: (subject_of(t) != record.subject, str(t)))
        for subject, own in groupby(ordered, key=subject_of):
            yield subject.value, record.subject.value, place, lines(own)


def changed(records: Iterable[Record]) -> list[Triple]:
    """Return what the store holds of records of which it may hold something else than is said."""
    found: set[Triple] = set()
    for record in records:
        if not all(map(is_canonical, record.triples)):
            found |= canonical(record.triples)
    return sorted(found, key=lambda triple: subject_of(triple).value)


def stored_text(text: str, place: str) -> Iterator[Stored]:
    """Yield what N-Triples without blank nodes say, by resource; faster where no resource has parts."""
    if GENID in text:
        yield from stored(read_lines(text), place)
        return
    said: dict[str, str] = {}
    for line in split_lines(text):
        subject = line[1 : line.index(">")]
        said[subject] = said.get(subject, "") + line + "\n"
    for subject in sorted(said):
        yield subject, subject, place, said[subject]


def lines(triples: Iterable[Triple]) -> str:
    """Return triples as N-Triples."""
    return "".join([f"{triple} .\n" for triple in triples])


def split_lines(text: str) -> list[str]:
    """Return the lines of N-Triples; what else ends a line in Unicode may stand in a literal."""
    return text.split("\n")[:-1]


def read_lines(text: str) -> Iterator[Triple]:
    """Yield the triples of N-Triples that were read or made by this program."""
    return (quad.triple for quad in pyoxigraph.parse(text, format=RdfFormat.N_TRIPLES, lenient=True))


def _by_subject(
    triples: Iterable[Triple], parents: dict[NamedNode, NamedNode]
) -> Iterator[tuple[str, str, str]]:
    """Yield triples by resource, as their own records, and tell what refers to parts."""
    for subject, own in groupby(triples, key=subject_of):
        said = ""
        for triple in own:
            said += f"{triple} .\n"
            value = triple.object
            if isinstance(value, NamedNode) and GENID in value.value:
                known = parents.get(value)
                if known is None or subject.value < known.value:
                    parents[value] = subject
        yield subject.value, subject.value, said


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageFailed("write the statements of a load to a temporary file", error) from error
