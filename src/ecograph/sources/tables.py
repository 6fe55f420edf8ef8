"""Tables: CSV, TSV and XLSX files as rows of named cells, with the line of each.

Encoding and separator are detected where the declaration does not say them, and told to the reader
of the report: a table read with the wrong ones is worse than a table refused.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from ecograph.errors import MalformedFile
from ecograph.model import Rejection
from ecograph.sources.content import File
from ecograph.sources.encoding import decoded, encoding_of, is_mostly_utf8
from ecograph.sources.quotes import cut_lines
from ecograph.sources.values import Reason
from ecograph.sources.workbooks import Lines, is_workbook, read_sheet

SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx"})
SEPARATORS = ";,\t|"
_SAMPLE_LINES = 50
_SAMPLE = 1_000_000  # characters
NOT_UTF8 = {
    "fr": "ce n'est pas de l'UTF-8, comme le reste du fichier : enregistrez-le entier dans un même encodage",
    "en": "it is not UTF-8, as the rest of the file is: save the whole file in one encoding",
}
_ERROR = {
    "fr": "c'est l'erreur d'un tableur, non une valeur : corrigez la formule",
    "en": "it is an error of a spreadsheet, not a value: mend the formula",
}
# What spreadsheets show in French and English where a formula fails.
_ERRORS = frozenset(
    {
        *("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#VALEUR!", "#NAME?", "#NOM?", "#NUM!", "#NOMBRE!"),
        *("#NULL!", "#NUL!", "#SPILL!", "#PROPAGATION!", "#CALC!"),
    }
)


class TableOptions(BaseModel):
    """How a table is written, where it should not be guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: str | None = None
    separator: str | None = Field(None, min_length=1, max_length=1)
    sheet: str | None = None
    header: int = Field(1, ge=1)


_NO_FAULTS: Mapping[str, Reason] = MappingProxyType({})


@dataclass(slots=True)  # not frozen: there are many, and that doubles what each costs
class Row:
    """One row: its line in the file, from 1, and its cells by the names of their columns."""

    line: int
    cells: dict[str, str]
    faults: Mapping[str, Reason] = field(default_factory=lambda: _NO_FAULTS)
    """What is wrong with cells, by their columns; under no name, with the whole row."""

    @property
    def is_refused(self) -> bool:
        """Whether the whole row is wrong."""
        return "" in self.faults

    def rejections(self, place: str) -> list[Rejection]:
        """Return what is wrong with it, of no known record."""
        return [
            Rejection(
                record="", place=place, path=column, value=self.cells.get(column, "")[:200], reason=reason
            )
            for column, reason in self.faults.items()
        ]


@dataclass(frozen=True, slots=True)
class Table:
    """A table being read: how it is written, its columns, and its rows, once."""

    written: str
    columns: tuple[str, ...]
    rows: Iterator[Row]


def read_table(content: bytes, *, name: str, options: TableOptions, suffix: str | None = None) -> Table:
    """Open a table; its first bytes or the suffix, by default that of the name, tell a workbook from text.

    Raises `MalformedFile` at once or while it is read, where it cannot be one.
    """
    where = ""
    if is_workbook(content) or (PurePath(name).suffix.lower() if suffix is None else suffix) == ".xlsx":
        sheet, others, lines = read_sheet(content, name, options.sheet, header=options.header)
        written = f"XLSX, sheet {sheet}"
        where = f" in the sheet {sheet!r}; the others are {', '.join(map(repr, others)) or 'none'}"
    else:
        written, lines = _text(content, name, options)
    header: Sequence[str] = ()
    faults: Mapping[int, Reason] = {}
    for line, header, faults in lines:  # noqa: B007 - the header is the row at its line
        if line >= options.header:
            break
    if NOT_UTF8 in faults.values():
        raise MalformedFile(name, NOT_UTF8["en"], line=options.header, column=1)
    columns = tuple(cell.strip() for cell in header)
    _check(columns, name, options.header, where)
    return Table(written, columns, _rows(lines, columns))


def read_lines(file: File, options: TableOptions) -> Lines:
    """Return the lines of a table of text, each with its number; raises `MalformedFile`."""
    return _text(file.content, file.name, options)[1]


def _rows(lines: Lines, columns: Sequence[str]) -> Iterator[Row]:
    all_named = all(columns)
    for line, cells, faults in lines:
        if faults or any(map(str.strip, cells)):
            pairs = zip(columns, cells, strict=False)
            row = Row(line, dict(pairs) if all_named else {c: cell for c, cell in pairs if c})
            if faults or len(cells) > len(columns) or not _ERRORS.isdisjoint(cells):  # seldom
                row.faults = dict(_faults(columns, cells, faults))
            yield row


def _faults(
    columns: Sequence[str], cells: Sequence[str], faults: Mapping[int, Reason]
) -> Iterator[tuple[str, Reason]]:
    """Yield what is wrong with a row, by its columns; with too many cells, who knows which is whose."""
    if any(cell.strip() for cell in cells[len(columns) :]):
        yield "", uneven(len(cells), len(columns))
        return
    for number, (column, cell) in enumerate(zip(columns, cells, strict=False)):
        if column and (number in faults or cell in _ERRORS):
            yield column, faults.get(number, _ERROR)


def uneven(cells: int, columns: int) -> Reason:
    """Return why a row with other cells than there are columns is refused: who knows which is whose."""
    return {
        "fr": f"{cells} cellules sous {columns} colonnes ; une cellule contient-elle un séparateur ?",
        "en": f"{cells} cells under {columns} columns; is a separator inside a cell?",
    }


def _check(columns: Sequence[str], name: str, line: int, where: str) -> None:
    named = [column for column in columns if column]
    if not named:
        raise MalformedFile(name, f"there is no row of column names{where}", line=line, column=1)
    twice = [column for column, count in Counter(named).items() if count > 1]
    if twice:
        raise MalformedFile(name, f"two columns are named {twice[0]!r}", line=line, column=1)


def _text(content: bytes, name: str, options: TableOptions) -> tuple[str, Lines]:
    is_mixed = options.encoding is None and is_mostly_utf8(content)
    encoding = options.encoding or ("utf-8-sig" if is_mixed else encoding_of(content))
    errors = "surrogateescape" if is_mixed else "strict"
    text = decoded(content, encoding, name=name, errors=errors)
    if "\0" in text:
        raise MalformedFile(name, "it holds null characters; it is no text table")
    separator = options.separator or _separator(text, name, options.header)
    shown = {"\t": "tab"}.get(separator, separator)
    # Read again while it is decoded: the rows then lie in memory one at a time, and as bytes.
    again = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors=errors, newline="")
    lines = cut_lines(again, separator, name, header=options.header)
    return f"{encoding}, separator {shown}", _mixed(lines) if is_mixed else lines


def _mixed(lines: Lines) -> Lines:
    """The lines of a text that is mostly UTF-8; bytes that are not, decoded as surrogates, are shown as �."""
    for line, cells, faults in lines:
        whole = [cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for cell in cells]
        yield line, whole, {**faults, **{n: NOT_UTF8 for n, cell in enumerate(cells) if cell != whole[n]}}


def _separator(text: str, name: str, header: int) -> str:
    """The separator that cuts the column names and most of the first rows alike, into two cells at least.

    Where none does, there is one column.
    """
    if not text.strip():
        raise MalformedFile(name, "it is empty")
    sample = text[:_SAMPLE].splitlines()[header - 1 :][:_SAMPLE_LINES]
    return max(SEPARATORS, key=lambda separator: _alike(list(_parsed(sample, separator))))


def _alike(rows: Sequence[Sequence[str]]) -> int:
    """The cells of the first row and of those that have as many; 0 where that has one."""
    width = len(rows[0]) if rows else 0
    return width * sum(len(row) == width for row in rows) if width > 1 else 0


def _parsed(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=separator)
    except csv.Error:
        return
