"""Rows of one table that speak of one record: those that add to it, and those that contradict it.

Several rows may say different things of one record, as a commune has several postcodes. But what is
written otherwise is another identifier, and where the shapes let a property have one value, it has one.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from decimal import Decimal

from ecograph.model import Rejection
from ecograph.sources.content import Written
from ecograph.sources.forms import single_valued
from ecograph.sources.mapping import Cells, Mapper
from ecograph.sources.values import tidy
from ecograph.vocab import XSD

# On disk, as all that a load compares: a table may be of any size.
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -4000;
CREATE TABLE read (record TEXT PRIMARY KEY, id TEXT, line INTEGER, said TEXT) WITHOUT ROWID;
BEGIN;
"""
_DECIMAL = f"^^<{XSD}decimal>"
_ADD = "INSERT OR IGNORE INTO read (record, id, line, said) VALUES (?, ?, ?, ?)"
_SAID = re.compile(r"<[^>]*> <([^>]*)> (.*?(@[A-Za-z0-9-]+)?) \.")


class Repeated:
    """What the rows of one table said of their records until now; to be closed."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def contradictions(
        self, mapper: Mapper, cells: Cells, written: Written, *, line: int, place: str
    ) -> list[Rejection]:
        """Return what a row says otherwise than a row above; nothing is known of it then."""
        text = written.text
        record, named = text[1 : text.index(">")], tidy(mapper.named(cells))
        if self._db.execute(_ADD, (record, named, line, text)).rowcount:
            return []
        row = self._db.execute("SELECT id, line, said FROM read WHERE record = ?", (record,)).fetchone()
        known, above, said = row
        if above == line:  # another record of the same row
            return []
        if known != named:
            return [_rejection(place, mapper.id_shown, named, _taken(known, above))]
        found = [
            _rejection(place, mapper.column_of(predicate), new, _otherwise(old, above))
            for predicate, old, new in _differing(said, text)
        ]
        if not found:
            self._db.execute("UPDATE read SET said = said || ? WHERE record = ?", (text, record))
        return found


def _differing(known: str, text: str) -> Iterator[tuple[str, str, str]]:
    """Yield properties of one value that have another one, with both."""
    before = _single(known)
    for key, value in _single(text).items():
        if _compared(before.get(key, value)) != _compared(value):
            yield key[0], _plain(before[key]), _plain(value)


def _single(text: str) -> dict[tuple[str, str], str]:
    """Return the values of the properties that have one, in each language."""
    found = (_SAID.fullmatch(line) for line in text.split("\n")[:-1])
    return {(m[1], m[3] or ""): m[2] for m in found if m is not None and m[1] in single_valued()}


def _compared(term: str) -> str | Decimal:
    """Return what equal values have in common, however they are written: 5 and 5.0."""
    return Decimal(_plain(term)) if term.endswith(_DECIMAL) else term


def _plain(term: str) -> str:
    """Return the text of a literal, or an IRI, as a report shows it."""
    return term[1 : term.rindex('"')] if term.startswith('"') else term.strip("<>")


def _taken(known: str, above: int) -> dict[str, str]:
    return {
        "fr": f"la ligne {above}, plus haut, a déjà cet identifiant, « {known} » ; changez l'un des deux",
        "en": f"the row above at line {above} has this identifier already, as “{known}”; change one of them",
    }


def _otherwise(old: str, above: int) -> dict[str, str]:
    return {
        "fr": f"la ligne {above}, plus haut, dit « {old} » du même identifiant ; une valeur est possible",
        "en": f"the row above at line {above} says “{old}” of the same identifier; one value is possible",
    }


def _rejection(place: str, column: str, value: str, reason: dict[str, str]) -> Rejection:
    # Of no record: that of the row above is kept.
    return Rejection(record="", place=place, path=column, value=value[:200], reason=reason)
