"""XLSX workbooks, opened with care: a broken one is a malformed file, wherever openpyxl stumbles over it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import ZipFile

from openpyxl import load_workbook

from ecograph.errors import MalformedFile, TooLarge
from ecograph.sources.packing import BROKEN

Lines = Iterator[tuple[int, Sequence[str]]]
"""The rows of a table, each with its line, from 1."""

_UNPACKED = 500_000_000  # bytes of a workbook once it is unpacked
# openpyxl lets what a broken file does to the XML and to its own code through.
_BROKEN = (*BROKEN, ParseError, LookupError, TypeError, AttributeError)


def open_workbook(content: bytes, name: str, *, read_only: bool) -> Any:
    """Return an openpyxl workbook of at least one sheet.

    Raises `MalformedFile` for what is none, and `TooLarge` for one that a few bytes would unpack to fill
    the memory.
    """
    with _refusing(name):
        with ZipFile(io.BytesIO(content)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
        if size > _UNPACKED:
            raise TooLarge(f"{name}, unpacked,", _UNPACKED, "bytes")
        book = load_workbook(io.BytesIO(content), read_only=read_only, data_only=read_only)
    if not book.sheetnames:
        raise MalformedFile(name, "a workbook without a sheet")
    return book


def read_sheet(content: bytes, name: str, sheet: str | None) -> tuple[str, Lines]:
    """Return the name of a sheet, by default the first, and its lines; raises as `open_workbook` does."""
    book = open_workbook(content, name, read_only=True)
    title = sheet or book.sheetnames[0]
    if title not in book.sheetnames:
        raise MalformedFile(name, f"no sheet {title!r}; there are {', '.join(book.sheetnames)}")
    return title, _lines(book[title], name)


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise MalformedFile(name, f"not a whole XLSX workbook ({error})") from error


def _lines(sheet: Any, name: str) -> Lines:
    with _refusing(name):
        yield from _numbered(sheet.iter_rows(values_only=True))


def _numbered(rows: Iterable[Sequence[object]]) -> Lines:
    for line, row in enumerate(rows, start=1):
        yield line, [_shown(value) for value in row]


def _shown(value: object) -> str:
    """A cell of a workbook, as a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
