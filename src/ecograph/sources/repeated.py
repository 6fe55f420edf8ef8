"""Rows of one file that speak of one record: those that add to it, and those that contradict it.

Several rows may say different things of one record, as a commune has several postcodes. But what is
written otherwise is another identifier, and where the shapes let a property have one value, it has one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from tempfile import TemporaryFile
from typing import NamedTuple

from ecograph.errors import StorageFailed
from ecograph.model import Rejection
from ecograph.sources.content import Written
from ecograph.sources.mapping import Cells, Mapper
from ecograph.sources.shapes import single_valued
from ecograph.sources.values import tidy
from ecograph.vocab import XSD

_BETWEEN = "\0"  # which N-Triples escape
_BUFFER = 1 << 20  # bytes
_DECIMAL = f"^^<{XSD}decimal>"
_SAID = re.compile(r"<[^>]*> <([^>]*)> (.*?(@[A-Za-z0-9-]+)?) \.")

LINES = {"fr": "la ligne {}, plus haut,", "en": "the row above at line {}"}
ITEMS = {"fr": "l'enregistrement {}, plus haut,", "en": "the record above at {}"}
"""How a row above is called, in a table and in a document."""

Values = dict[tuple[str, str], str]
"""The values of properties that have one, in each language: by the property and the language."""


class _Row(NamedTuple):
    """What rows said of a record until now: where the first was, and what its identifier was."""

    at: str
    said: str
    named: str


class Repeated:
    """What the rows of one file said of their records until now; to be closed.

    Nearly all records come once: what they say is put on disk, and read only when another row speaks of them.
    """

    def __init__(self, called: Mapping[str, str]) -> None:
        self._called = called
        self._rows = TemporaryFile(buffering=_BUFFER)  # noqa: SIM115 - closed by `close`
        self._end = 0
        self._places: dict[str, tuple[int, int]] = {}  # where a record's row begins, and its bytes

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()

    def contradictions(
        self, mapper: Mapper, cells: Cells, written: Written, at: str, place: str
    ) -> list[Rejection]:
        """Return what a row says otherwise than a row above; `at` tells it from the others of its file.

        Raises `StorageFailed` where there is no room for what is compared.
        """
        text, record, named = written.text, written.subject, mapper.named(cells)
        if record not in self._places:
            self._keep(record, at, text, named)
            return []
        above = self._read(record)
        if above.at == at:  # another record of the same row
            return []
        row = {language: name.format(above.at) for language, name in self._called.items()}
        if tidy(above.named) != tidy(named):
            return [_rejection(place, mapper.id_shown, named, _taken(tidy(above.named), row))]
        before, now = _single(above.said), _single(text)
        found = [
            _rejection(place, mapper.column_of(predicate), new, _otherwise(old, row))
            for predicate, old, new in _differing(before, now)
        ]
        if not found and now.keys() - before.keys():  # not each time: thousands may speak of one record
            self._keep(record, above.at, above.said + text, above.named)
        return found

    def _keep(self, record: str, at: str, said: str, named: str) -> None:
        row = f"{at}{_BETWEEN}{said}{_BETWEEN}{named}".encode()
        try:
            self._rows.write(row)
        except OSError as error:
            raise StorageFailed("compare the rows of a table", error) from error
        self._places[record] = self._end, len(row)
        self._end += len(row)

    def _read(self, record: str) -> _Row:
        at, size = self._places[record]
        try:
            self._rows.flush()
            row = os.pread(self._rows.fileno(), size, at).decode()
        except OSError as error:
            raise StorageFailed("compare the rows of a table", error) from error
        return _Row(*row.split(_BETWEEN, 2))


def uncontradicted(known: str, said: str) -> str:
    """Return what was known of a record, in N-Triples, without what rows now say otherwise."""
    new = _single(said)
    kept = [line for line in known.split("\n")[:-1] if not _single(line + "\n").keys() & new.keys()]
    return "".join([line + "\n" for line in kept])


def _differing(before: Values, now: Values) -> Iterator[tuple[str, str, str]]:
    """Yield properties of one value that have another one, with both."""
    for key, value in now.items():
        if _compared(before.get(key, value)) != _compared(value):
            yield key[0], _plain(before[key]), _plain(value)


def _single(text: str) -> Values:
    """Return the values of the properties that have one, in each language."""
    found = (_SAID.fullmatch(line) for line in text.split("\n")[:-1])
    return {(m[1], m[3] or ""): m[2] for m in found if m is not None and m[1] in single_valued()}


def _compared(term: str) -> str | Decimal:
    """Return what equal values have in common, however they are written: 5 and 5.0."""
    return Decimal(_plain(term)) if term.endswith(_DECIMAL) else term


def _plain(term: str) -> str:
    """Return the text of a literal, or an IRI, as a report shows it."""
    return term[1 : term.rindex('"')] if term.startswith('"') else term.strip("<>")


def _taken(known: str, row: Mapping[str, str]) -> dict[str, str]:
    return {
        "fr": f"{row['fr']} a déjà cet identifiant, « {known} » ; changez l'un des deux",
        "en": f"{row['en']} has this identifier already, as “{known}”; change one of them",
    }


def _otherwise(old: str, row: Mapping[str, str]) -> dict[str, str]:
    return {
        "fr": f"{row['fr']} dit « {old} » du même identifiant ; une valeur est possible",
        "en": f"{row['en']} says “{old}” of the same identifier; one value is possible",
    }


def _rejection(place: str, column: str, value: str, reason: dict[str, str]) -> Rejection:
    # Of no record: its identifier may be that of another, mistyped.
    return Rejection(record="", place=place, path=column, value=value[:200], reason=reason)
