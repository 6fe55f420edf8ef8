"""Forms that someone filled in: their rows as records, by the mapping that the same form gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ecograph.errors import BadInput, MalformedFile
from ecograph.model import Rejection
from ecograph.sources.content import Content, Context, File, Stated, Written
from ecograph.sources.forms import ROW_ID, Form, Part, form_of, part_heading
from ecograph.sources.mapping import Mapper
from ecograph.sources.naming import slug
from ecograph.sources.tables import Table, TableOptions, read_table
from ecograph.sources.values import tidy
from ecograph.sources.workbooks import first_rows, first_shown, is_workbook, open_workbook

LANGUAGES = ("fr", "en")
REASON = {"fr": "Motif du rejet", "en": "Reason"}
"""What stands above the column that a report adds; whoever loads the report again need not take it out."""
KEYWORD = "ecograph-template"
HELP = "# "
"""What the row of help of a text template begins with."""
_MARK = " *"
_RISKY = "=+-@"
_TWICE = {
    "fr": "une ligne plus haut a déjà cet identifiant ; changez l'un des deux",
    "en": "a row above has this identifier already; change one of them",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """What a workbook tells of itself: the class of its form and, in a report, the source it is about."""

    cls: str
    source: str = ""

    def __str__(self) -> str:
        """Return it as the keywords of a workbook, which spreadsheets keep."""
        return " ".join(filter(None, (KEYWORD, self.cls, self.source)))


def origin_of(content: bytes) -> Origin | None:
    """Return what a workbook tells of the form that it was made from, if it does."""
    try:
        keywords = open_workbook(content, "workbook", read_only=True).properties.keywords or ""
    except BadInput:
        return None
    match keywords.split(" "):
        case [word, cls, *rest] if word == KEYWORD and cls:
            return Origin(cls, " ".join(rest))
        case _:
            return None


def heading(cell: str) -> str:
    """Return the heading that a cell of the first row shows, without the mark of what is needed."""
    return tidy(cell.removesuffix(_MARK.strip()))


def marked(name: str) -> str:
    """Return a heading with the mark of what is needed."""
    return name + _MARK


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in (*_RISKY, "\t", "\r") else text


def headings_of(form: Form, cells: Sequence[str]) -> tuple[str, list[str]]:
    """Return the language of a first row's cells, and the headings that they are meant as.

    Capitals, accents and spaces do not count; a cell that is no heading of the form stays as it is.
    """
    plain = [heading(cell) for cell in cells]
    shown = {slug(cell) for cell in plain}
    by_slug = {language: {slug(name): name for name in form.headings(language)} for language in LANGUAGES}
    language = max(LANGUAGES, key=lambda language: len(by_slug[language].keys() & shown))
    found: list[str] = []
    for cell in plain:
        meant = by_slug[language].get(slug(cell), cell)
        found.append(cell if meant in (*plain, *found) else meant)
    return language, found


def sheet_of(book: Any, form: Form) -> str:
    """Return the name of the sheet that is the form, wherever it stands: it has most of its headings."""
    shown = dict(first_rows(book))

    def fitting(title: str) -> int:
        _, found = headings_of(form, shown[title])
        return len({name for language in LANGUAGES for name in form.headings(language)} & set(found))

    return max(shown, key=fitting, default=first_shown(book))


def _in_its_sheet(file: File, form: Form, options: TableOptions) -> TableOptions:
    if options.sheet is not None or not is_workbook(file.content):
        return options
    book = open_workbook(file.content, file.name, read_only=True)
    return options.model_copy(update={"sheet": sheet_of(book, form)})


def read_filled(file: File, context: Context, *, source: str, cls: str, options: TableOptions) -> Content:
    """Read a filled form; raises `MalformedFile` where a needed column is missing."""
    form = form_of(cls)
    options = _in_its_sheet(file, form, options)
    table = read_table(file.content, name=file.name, options=options, suffix=file.suffix)
    language, columns = headings_of(form, table.columns)
    _check(form, columns, language, file.name)
    asked = {*form.headings(language), *REASON.values(), ""}
    odd = ", ".join(repr(column) for column in columns if column not in asked)
    written = f"{table.written}; not read: {odd}" if odd else table.written
    return Content(written, _Reading(form, language, source, context).rows(table, columns, file.name))


def _check(form: Form, columns: Sequence[str], language: str, name: str) -> None:
    needed = [column.name[language] for column in form.columns if column.required]
    for missing in (column for column in needed if column not in columns):
        known = ", ".join(repr(column) for column in columns if column)
        raise MalformedFile(
            name, f"no column {missing!r}, which is needed; there are {known}", line=1, column=1
        )


@dataclass(frozen=True, slots=True)
class _Sub:
    """A part of a row, ready: the columns of its own fields by what stands above them in the sheet."""

    part: Part
    number: int
    columns: dict[str, str]
    mapper: Mapper


class _Reading:
    """A form and its parts, ready for rows."""

    def __init__(self, form: Form, language: str, source: str, context: Context) -> None:
        self._form, self._language = form, language
        self._mapper = Mapper(form.mapping(language), context.base, source, context.lookup)
        self._subs = [
            _Sub(
                part,
                number,
                {part_heading(part, number, c, language): c.name[language] for c in part.form.columns},
                Mapper(part.form.mapping(language), context.base, source, context.lookup),
            )
            for part, number in form.places()
        ]

    def rows(self, table: Table, columns: Sequence[str], name: str) -> Iterator[Stated]:
        """Yield what each row says; `columns` are the headings that the table's columns are meant as."""
        asked = self._form.headings(self._language).keys()
        if odd := [c for c in columns if c and c not in {*asked, *REASON.values()}]:
            yield Stated(name, (), warnings=[_not_read(name, column) for column in odd])
        meant, first = dict(zip(table.columns, columns, strict=True)), next(iter(asked))
        seen: set[str] = set()
        for row in table.rows:
            cells = {meant[column]: _unquoted(cell) for column, cell in row.cells.items()}
            for reason in REASON.values():
                cells.pop(reason, None)
            # Where the row of help stands first tells nothing: columns and rows may have been sorted.
            if cells.get(first, "").startswith(HELP) or not (
                row.faults or any(map(str.strip, cells.values()))
            ):
                continue  # help, or a row of which only the reason is left
            place = f"{name}, line {row.line}"
            found = [_renamed(fault, meant.get(fault.path, "")) for fault in row.rejections(place)]
            if faults := [fault for fault in found if not fault.path or fault.path in asked]:
                yield Stated(place, (), faults)
            else:
                yield self._row(cells, place, seen)

    def _row(self, cells: dict[str, str], place: str, seen: set[str]) -> Stated:
        by = self._form.identifying(self._language)
        column = next((c for c in by if slug(cells.get(c, ""))), by[-1])
        cells[ROW_ID] = self._known_by(column, cells.get(column, ""))
        if (own := slug(cells[ROW_ID])) in seen:
            return Stated(place, (), [_rejected(place, column, cells[ROW_ID])])
        filled = [sub for sub in self._subs if any(cells.get(c, "").strip() for c in sub.columns)]
        for part in self._form.parts:
            names = [f"{own} {sub.number}" for sub in filled if sub.part is part]
            cells[part.predicate] = ";".join(names)
        text, rejections = self._read(cells, place, filled, own, column)
        if not rejections:
            seen.add(own)
        return Stated(place, Written("" if rejections else text), rejections)

    def _known_by(self, column: str, cell: str) -> str:
        """Return what a row is known by; a number of a register is one, whatever blanks people put in it."""
        is_number = self._form.headings(self._language)[column].function in {"siren", "siret"}
        return "".join(cell.split()) if is_number else cell

    def _read(
        self, cells: dict[str, str], place: str, filled: Sequence[_Sub], own: str, identifier: str
    ) -> tuple[str, list[Rejection]]:
        written, found = self._mapper.read(cells, place)
        text = written.text
        rejections = [_renamed(r, identifier) if r.path == ROW_ID else r for r in found]
        for sub in filled:
            inner = {field: cells.get(column, "") for column, field in sub.columns.items()}
            said, faults = sub.mapper.read(inner | {ROW_ID: f"{own} {sub.number}"}, place)
            outer = {field: column for column, field in sub.columns.items()}
            rejections += [_renamed(fault, outer.get(fault.path, fault.path)) for fault in faults]
            text += said.text
        return text, rejections


def _unquoted(cell: str) -> str:
    """Return a cell without what keeps it from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in _RISKY else cell


def _renamed(rejection: Rejection, path: str) -> Rejection:
    return Rejection(
        record=rejection.record,
        place=rejection.place,
        path=path,
        value=rejection.value,
        reason=rejection.reason,
    )


def _rejected(place: str, column: str, value: str) -> Rejection:
    return Rejection(record="", place=place, path=column, value=value[:200], reason=_TWICE)


def _not_read(name: str, column: str) -> Rejection:
    reason = {
        "fr": "cette colonne n'est pas du modèle ; elle n'a pas été lue",
        "en": "this column is none of the template; it was not read",
    }
    return Rejection(record="", place=f"{name}, line 1", path=column, value="", reason=reason)
