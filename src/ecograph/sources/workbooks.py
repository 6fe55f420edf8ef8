"""XLSX workbooks, opened with care: a broken one is a malformed file, wherever openpyxl stumbles over it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.utils import column_index_from_string

from ecograph.errors import MalformedFile, TooLarge
from ecograph.sources.packing import BROKEN
from ecograph.sources.values import Reason

Lines = Iterator[tuple[int, Sequence[str], Mapping[int, Reason]]]
"""The rows of a table, each with its line, from 1, its cells, and what is wrong with some, by number."""

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
_MERGED_LENGTH = 60  # bytes, or a few more than such a tag has
_OLD = b"\xd0\xcf\x11\xe0"
_OPEN_DOCUMENT = "META-INF/manifest.xml"
_UNPACKED = 500_000_000  # bytes of a workbook once it is unpacked
# openpyxl lets what a broken file does to the XML and to its own code through.
_BROKEN = (*BROKEN, ParseError, LookupError, TypeError, AttributeError, TokenizerError)
_NOT_STORED = {
    "fr": "c'est une formule dont le résultat n'est pas enregistré :"
    " ouvrez le classeur dans un tableur, et enregistrez-le",
    "en": "it is a formula whose result is not stored: open the workbook in a spreadsheet, and save it",
}
# What is no sign of percent in a number format: quoted, escaped, a width, a filling, a colour or condition.
_SHOWN_AS_IS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^]]*\]')


def is_workbook(content: bytes) -> bool:
    """Tell whether a file begins as a workbook does, whatever it is called; old ones are told when opened."""
    return content.startswith((b"PK\x03\x04", _OLD))


def open_workbook(content: bytes, name: str, *, read_only: bool) -> Any:
    """Return an openpyxl workbook of at least one sheet.

    Raises `MalformedFile` for what is none, and `TooLarge` for one that a few bytes would unpack to fill
    the memory.
    """
    if content.startswith(_OLD):
        raise MalformedFile(
            name, "a workbook of Excel 97, or one with a password: save it as XLSX without one"
        )
    with _refusing(name):
        with ZipFile(io.BytesIO(content)) as packed:
            if _OPEN_DOCUMENT in packed.namelist():
                raise MalformedFile(name, "an OpenDocument spreadsheet: save it as XLSX or CSV")
            size = sum(entry.file_size for entry in packed.infolist())
        if size > _UNPACKED:
            raise TooLarge(f"{name}, unpacked,", _UNPACKED, "bytes")
        book = load_workbook(io.BytesIO(content), read_only=read_only, data_only=read_only)
    if not book.sheetnames:
        raise MalformedFile(name, "a workbook without a sheet")
    return book


class Sheet(NamedTuple):
    """A sheet of a workbook, to be read once, and what the other sheets are called."""

    title: str
    others: Sequence[str]
    lines: Lines


def first_shown(book: Any) -> str:
    """Return the name of the first sheet that is not hidden; of the first, where all are."""
    shown = (sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible")
    return next(shown, str(book.sheetnames[0]))


def first_rows(book: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the cells of the first row of each sheet that is not hidden."""
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            row = next(sheet.iter_rows(max_row=1), ())
            yield sheet.title, [_shown(cell) for cell in row]


def read_sheet(content: bytes, name: str, sheet: str | None, *, header: int) -> Sheet:
    """Return a sheet, by default the first that is not hidden; raises as `open_workbook` does.

    What cells below the line of the column names say that were merged into one, each of their rows says.
    """
    book = open_workbook(content, name, read_only=True)
    title = sheet or first_shown(book)
    if title not in book.sheetnames:
        raise MalformedFile(name, f"no sheet {title!r}; there are {', '.join(book.sheetnames)}")
    formulas = cache(lambda: _formulas(content, title))
    others = [other for other in book.sheetnames if other != title]
    merged = {at: last for at, last in _merged(content, book[title], name).items() if at[0] > header}
    return Sheet(title, others, _repeated(_lines(book[title], name, formulas), merged))


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise MalformedFile(name, f"not a whole XLSX workbook ({error})") from error


Formulas = Callable[[], frozenset[tuple[int, int]]]


def _lines(sheet: Any, name: str, formulas: Formulas) -> Lines:
    with _refusing(name):
        yield from _numbered(sheet.iter_rows(), formulas)


def _numbered(rows: Iterable[Sequence[Any]], formulas: Formulas) -> Lines:
    for line, row in enumerate(rows, start=1):
        # Most are filled or not there; others are formatted, or formulas that no program worked out.
        void = [number for number, cell in enumerate(row) if cell.value is None and _may_be_formula(cell)]
        faults = {number: _NOT_STORED for number in void if (line, number + 1) in formulas()}
        yield line, [_shown(cell) for cell in row], faults


def _merged(content: bytes, sheet: Any, name: str) -> dict[tuple[int, int], int]:
    """Return the last line of cells that were merged over several, by the line and column of the first.

    openpyxl tells of them only once it holds the whole sheet.
    """
    tail, found = b"", {}
    with _refusing(name), ZipFile(io.BytesIO(content)) as packed, packed.open(sheet._worksheet_path) as part:  # noqa: SLF001
        while chunk := part.read(1 << 20):
            for column, first, last in _MERGED.findall(tail + chunk):
                found[int(first), column_index_from_string(column.decode())] = int(last)
            tail = (tail + chunk)[-_MERGED_LENGTH:]
    return {at: last for at, last in found.items() if last > at[0]}


def _repeated(lines: Lines, merged: Mapping[tuple[int, int], int]) -> Lines:
    """Repeat what merged cells say in each of their rows."""
    if not merged:
        yield from lines
        return
    held: dict[int, tuple[int, str]] = {}  # by its place in the row, the last line and what is said
    for line, found, faults in lines:
        cells = list(found)
        for number, (last, said) in held.items():
            if line <= last and number < len(cells):
                cells[number] = cells[number] or said
        for number, said in enumerate(cells):
            if (line, number + 1) in merged:
                held[number] = merged[line, number + 1], said
        yield line, cells, faults


def _formulas(content: bytes, title: str) -> frozenset[tuple[int, int]]:
    """Return the line and column of each formula of a sheet; openpyxl reads either them or their values."""
    rows = load_workbook(io.BytesIO(content), read_only=True)[title].iter_rows()
    return frozenset((cell.row, cell.column) for row in rows for cell in row if cell.data_type == "f")


def _may_be_formula(cell: Any) -> bool:
    """Whether a cell without a value may be a formula without a result; of type `str`, it gave no text."""
    return cell is not EMPTY_CELL and cell.data_type == "n"


@lru_cache
def _is_share(number_format: str) -> bool:
    return "%" in _SHOWN_AS_IS.sub("", number_format)


def _shown(cell: Any) -> str:
    """A cell of a workbook, as a person would have typed it; a share with all its digits, as `20.5 %`."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool) and _is_share(cell.number_format):
        # As many digits as spreadsheets count with: 0.1 + 0.2 is 30 %.
        return f"{Decimal(f'{value:.15g}').scaleb(2).normalize():f} %"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
