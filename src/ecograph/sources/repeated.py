"""Rows of one table that speak of one record: those that add to it, and those that contradict it.

Several rows may say different things of one record, as a commune has several postcodes. But what is
written otherwise is another identifier, and where the shapes let a property have one value, it has one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from decimal import Decimal
from tempfile import TemporaryFile

from ecograph.errors import StorageFailed
from ecograph.model import Rejection
from ecograph.sources.content import Written
from ecograph.sources.forms import single_valued
from ecograph.sources.mapping import Cells, Mapper
from ecograph.sources.values import tidy
from ecograph.vocab import XSD

_BETWEEN = "\0"  # which no table holds
_BUFFER = 1 << 20  # bytes
_DECIMAL = f"^^<{XSD}decimal>"
_SAID = re.compile(r"<[^>]*> <([^>]*)> (.*?(@[A-Za-z0-9-]+)?) \.")


class Repeated:
    """What the rows of one table said of their records until now; to be closed.

    Nearly all records come once: what they say is put on disk, and read only when another row speaks of them.
    """

    def __init__(self) -> None:
        self._rows = TemporaryFile(buffering=_BUFFER)  # noqa: SIM115 - closed by `close`
        self._end = 0
        self._places: dict[str, tuple[int, int]] = {}  # where a record's row begins, and its bytes

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()

    def contradictions(
        self, mapper: Mapper, cells: Cells, written: Written, *, line: int, place: str
    ) -> list[Rejection]:
        """Return what a row says otherwise than a row above; nothing is known of it then.

        Raises `StorageFailed` where there is no room for what is compared.
        """
        text, named = written.text, mapper.named(cells)
        record = text[1 : text.index(">")]
        if record not in self._places:
            self._keep(record, line, named, text)
            return []
        above, known, said = self._read(record)
        if above == line:  # another record of the same row
            return []
        if tidy(known) != tidy(named):
            return [_rejection(place, mapper.id_shown, named, _taken(tidy(known), above))]
        found = [
            _rejection(place, mapper.column_of(predicate), new, _otherwise(old, above))
            for predicate, old, new in _differing(said, text)
        ]
        if not found:
            self._keep(record, above, known, said + text)
        return found

    def _keep(self, record: str, line: int, named: str, text: str) -> None:
        row = f"{line}{_BETWEEN}{named}{_BETWEEN}{text}".encode()
        try:
            self._rows.write(row)
        except OSError as error:
            raise StorageFailed("compare the rows of a table", error) from error
        self._places[record] = self._end, len(row)
        self._end += len(row)

    def _read(self, record: str) -> tuple[int, str, str]:
        at, size = self._places[record]
        try:
            self._rows.flush()
            row = os.pread(self._rows.fileno(), size, at).decode()
        except OSError as error:
            raise StorageFailed("compare the rows of a table", error) from error
        line, named, text = row.split(_BETWEEN, 2)
        return int(line), named, text


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
