"""Tables: CSV, TSV and XLSX files as rows of named cells, with the line of each.

Encoding and separator are detected where the declaration does not say them, and told to the reader
of the report: a table read with the wrong ones is worse than a table refused.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from pydantic import BaseModel, ConfigDict, Field

from ecograph.errors import MalformedFile
from ecograph.sources.content import File
from ecograph.sources.encoding import encoding_of
from ecograph.sources.workbooks import Lines, read_sheet

SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx"})
SEPARATORS = ";,\t|"
_SAMPLE_LINES = 50
_LONGEST_CELL = 1_000_000


class TableOptions(BaseModel):
    """How a table is written, where it should not be guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: str | None = None
    separator: str | None = Field(None, min_length=1, max_length=1)
    sheet: str | None = None
    header: int = Field(1, ge=1)


@dataclass(slots=True)  # not frozen: there are many, and that doubles what each costs
class Row:
    """One row: its line in the file, from 1, and its cells by the names of their columns."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table being read: how it is written, its columns, and its rows, once."""

    written: str
    columns: tuple[str, ...]
    rows: Iterator[Row]


def read_table(content: bytes, *, name: str, options: TableOptions, suffix: str | None = None) -> Table:
    """Open a table; the suffix, by default that of the name, tells a workbook from text.

    Raises `MalformedFile` where it cannot be one, rows that are too long included.
    """
    if (PurePath(name).suffix.lower() if suffix is None else suffix) == ".xlsx":
        sheet, lines = read_sheet(content, name, options.sheet)
        written = f"XLSX, sheet {sheet}"
    else:
        written, lines = _text(content, name, options)
    header: Sequence[str] = ()
    for line, header in lines:  # noqa: B007 - the header is the row at its line
        if line >= options.header:
            break
    columns = tuple(cell.strip() for cell in header)
    _check(columns, name, options.header)
    return Table(written, columns, _rows(lines, columns, name))


def read_lines(file: File, options: TableOptions) -> Lines:
    """Return the lines of a table of text, each with its number; raises `MalformedFile`."""
    return _text(file.content, file.name, options)[1]


def _rows(lines: Lines, columns: Sequence[str], name: str) -> Iterator[Row]:
    all_named = all(columns)
    for line, cells in lines:
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            reason = f"{len(cells)} cells under {len(columns)} columns; is a separator inside a cell?"
            raise MalformedFile(name, reason, line=line, column=1)
        if any(map(str.strip, cells)):
            pairs = zip(columns, cells, strict=False)
            yield Row(line, dict(pairs) if all_named else {c: cell for c, cell in pairs if c})


def _check(columns: Sequence[str], name: str, line: int) -> None:
    named = [column for column in columns if column]
    if not named:
        raise MalformedFile(name, "there is no row of column names", line=line, column=1)
    twice = [column for column, count in Counter(named).items() if count > 1]
    if twice:
        raise MalformedFile(name, f"two columns are named {twice[0]!r}", line=line, column=1)


def _text(content: bytes, name: str, options: TableOptions) -> tuple[str, Lines]:
    encoding = options.encoding or encoding_of(content)
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise MalformedFile(name, f"not {encoding}: {error}") from error
    if "\0" in text:
        raise MalformedFile(name, "it holds null characters; it is no text table")
    separator = options.separator or _separator(text, name)
    shown = {"\t": "tab"}.get(separator, separator)
    # Read again while it is decoded: the rows then lie in memory one at a time, and as bytes.
    again = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    return f"{encoding}, separator {shown}", _lines(again, separator, name)


def _separator(text: str, name: str) -> str:
    """The separator that cuts most of the first lines into the same number of cells, two at least."""
    sample = text[:_LONGEST_CELL].splitlines()[:_SAMPLE_LINES]
    best, most = "", 0
    for separator in SEPARATORS:
        widths = Counter(len(cells) for cells in _parsed(sample, separator))
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        if width > 1 and width * count > most:
            best, most = separator, width * count
    if not best and len(sample) > 0 and sample[0].strip():
        return ";"  # one column
    if not best:
        raise MalformedFile(name, "it is empty")
    return best


def _parsed(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=separator)
    except csv.Error:
        return


def _lines(text: Iterable[str], separator: str, name: str) -> Lines:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(text, delimiter=separator)
    before = 0
    try:
        for cells in reader:
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        raise MalformedFile(name, str(error), line=before + 1, column=1) from error
