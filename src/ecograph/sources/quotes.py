"""Tables of text cut into cells, strictly: a quote that is not closed must not swallow the rows below."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from ecograph.errors import MalformedFile
from ecograph.sources.values import Reason
from ecograph.sources.workbooks import Lines

_LONGEST_CELL = 1_000_000
_NOT_CLOSED = "a quote opens a cell here and is not closed at its end; within a cell, quotes are doubled"
_CLOSED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
TEXT_AFTER = {
    "fr": "du texte suit le guillemet qui ferme cette cellule ; dans une cellule, doublez les guillemets",
    "en": "text follows the quote that closes this cell; within a cell, quotes are doubled",
}
_NO_FAULTS: Mapping[int, Reason] = MappingProxyType({})


def cut_lines(text: Iterable[str], separator: str, name: str, *, header: int) -> Lines:
    """Yield the rows of a text; `header` is the line of the column names, which tell how wide rows are.

    Raises `MalformedFile` with the place of a quote that is not closed, or that swallowed rows.
    """
    csv.field_size_limit(_LONGEST_CELL)
    kept: list[str] = []  # the lines of one row
    reader = csv.reader(_kept(text, kept), delimiter=separator, strict=True)
    start, cuts = 1, 0
    while True:
        faults = _NO_FAULTS
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = _cut_alone(kept, separator, cuts)
            if not cells:
                raise _refused("".join(kept), separator, name, start, error) from error
            faults = {number: TEXT_AFTER for number, cell in enumerate(cells) if _goes_on(cell)}
        if not cuts and start >= header:
            cuts = len(cells) - 1
        if len(kept) > 1 and _are_rows(kept, separator, cuts):
            raise MalformedFile(name, _NOT_CLOSED, line=start, column=_unclosed(kept[0], separator) + 1)
        yield start, cells, faults
        kept.clear()
        start = reader.line_num + 1


def _cut_alone(lines: Sequence[str], separator: str, cuts: int) -> list[str]:
    """Cut a row with text after a quote that closes a cell, if it is one line by itself; else return nothing.

    It is if it is cut into as many cells as there are columns, and each quote that opens one closes there: a
    cell that goes on below would take what follows along.
    """
    cells = lines[0].rstrip("\r\n").split(separator)
    is_alone = len(lines) == 1 and 0 < cuts == len(cells) - 1
    is_closed = all(_CLOSED.match(cell) for cell in cells if cell.startswith('"'))
    return cells if is_alone and is_closed and any(map(_goes_on, cells)) else []


def _goes_on(cell: str) -> bool:
    """Whether a cell has text after the quote that closes it."""
    return _CLOSED.match(cell) is not None and _CLOSED.fullmatch(cell) is None


def _kept(text: Iterable[str], kept: list[str]) -> Iterator[str]:
    for line in text:
        kept.append(line)
        yield line


def _are_rows(lines: Sequence[str], separator: str, cuts: int) -> bool:
    """Whether the lines of one row, by the quote in it, are rows: the first, and one that follows.

    In a text that has lines, a blank stands after a comma or semicolon; between cells, none does.
    """

    def is_row(line: str) -> bool:
        return line.count(separator) == cuts and f"{separator} " not in line

    return cuts > 0 and is_row(lines[0]) and any(map(is_row, lines[1:]))


def _refused(row: str, separator: str, name: str, start: int, error: csv.Error) -> MalformedFile:
    """Return why a row cannot be cut, with the place of the quote that is to blame, if one is."""
    at = _unclosed(row, separator)
    if at == len(row):
        return MalformedFile(name, str(error), line=start, column=1)
    above = re.split(r"\r\n?|\n", row[:at])
    line, column = start + len(above) - 1, len(above[-1]) + 1
    return MalformedFile(name, f"{_NOT_CLOSED} ({error})", line=line, column=column)


def _unclosed(row: str, separator: str) -> int:
    """Return where the cell begins whose quote is not closed at its end; the row's length if all are."""
    cut = re.escape(separator)
    cell = rf'"[^"]*+(?:""[^"]*+)*+"|[^"{cut}\r\n][^{cut}\r\n]*+'
    closed = re.match(rf"(?:(?:{cell})?(?:{cut}|\r\n?|\n))*+", row)
    at = closed.end() if closed else 0
    return at if row[at : at + 1] == '"' else len(row)
