"""Stock files of the SIRENE register, CSV or zipped, read line by line: legal units, and establishments.

Only the establishments say where a company is. Their file comes first, and chooses the companies whose seat
is in the wanted départements; the file of the legal units then says the rest of those.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import IO, Annotated, TextIO, cast
from zipfile import ZipFile

from pydantic import AfterValidator, BaseModel, ConfigDict

from ecograph.cog import department_of, is_department
from ecograph.errors import MalformedFile
from ecograph.sources.companies import Company, stated
from ecograph.sources.content import Content, Context, File, Stated
from ecograph.sources.packing import BROKEN
from ecograph.sources.quotes import cut_lines
from ecograph.sources.tables import NOT_UTF8, Row, uneven
from ecograph.sources.values import is_siren
from ecograph.sources.workbooks import Lines

_UNITS = frozenset({"siren", "denominationUniteLegale", "etatAdministratifUniteLegale"})
_ESTABLISHMENTS = frozenset({"siret", "etablissementSiege", "codeCommuneEtablissement"})
_SEATS, _UNITS_READ = "seats", "units"
_HIDDEN = "[ND]"  # what the register writes in place of what a person asked it to keep back
_ACTIVE, _PUBLIC = "A", "O"
_ZIP = b"PK\x03\x04"
_STRAY = re.compile("[\udc80-\udcff]")  # bytes that are not UTF-8

Cells = Mapping[str, str]


def _department(code: str) -> str:
    if not is_department(code):
        raise ValueError(f"{code!r}: the code of a département is expected, as 48, 2A or 974")
    return code


class SireneOptions(BaseModel):
    """Which companies are wanted; all of them without départements."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    departements: tuple[Annotated[str, AfterValidator(_department)], ...] = ()


def read_sirene(file: File, context: Context, options: SireneOptions) -> Content:
    """Read one stock file; raises `MalformedFile` for another table, one cut short, or out of its turn."""
    return Content("UTF-8, separator ,", _stated(file, context, options))


def check_stock(name: str, context: Context) -> None:
    """Raise `MalformedFile` where establishments were read, and no legal units, which have the names."""
    if _SEATS in context.told and _UNITS_READ not in context.told:
        reason = (
            "the file of the legal units (StockUniteLegale) must follow; establishments alone have no names"
        )
        raise MalformedFile(name, reason)


def _stated(file: File, context: Context, options: SireneOptions) -> Iterator[Stated]:
    wanted = frozenset(options.departements)
    with ExitStack() as stack:
        for name, text in _texts(file, stack):
            columns, rows = _rows(text, name)
            if columns >= _ESTABLISHMENTS:
                if _UNITS_READ in context.told:
                    raise MalformedFile(name, "it must come before the file of the legal units")
                yield from _keep_seats(rows, name, context, wanted)
            elif columns >= _UNITS:
                context.told[_UNITS_READ] = True
                yield from _companies(rows, name, context, chosen=bool(wanted))
            else:
                missing = ", ".join(sorted((_UNITS | _ESTABLISHMENTS) - columns))
                raise MalformedFile(name, f"no stock file of SIRENE: it lacks {missing}", line=1, column=1)


def _keep_seats(rows: Iterator[Row], name: str, context: Context, wanted: frozenset[str]) -> Iterator[Stated]:
    """Keep where companies are for the files that follow; yield the rows that cannot be read."""
    seats: dict[str, Cells] = context.told.setdefault(_SEATS, {})
    for row in rows:
        if row.is_refused:
            yield _refused(row, name)
            continue
        cells = row.cells
        commune = cells["codeCommuneEtablissement"]
        is_seat = (
            cells["etablissementSiege"] == "true" and cells.get("etatAdministratifEtablissement") == _ACTIVE
        )
        if is_seat and (not wanted or department_of(commune).removeprefix("DEP-") in wanted):
            called = _shown(cells.get("libelleCommuneEtablissement", ""))
            seats[cells["siret"][:9]] = {
                "siret": cells["siret"],
                "commune": _shown(commune),
                "name": called.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
            }


def _companies(rows: Iterator[Row], name: str, context: Context, *, chosen: bool) -> Iterator[Stated]:
    seats: Mapping[str, Cells] | None = context.told.get(_SEATS)
    if chosen and seats is None:
        raise MalformedFile(name, "the file of the establishments must come before, to know who is where")
    for row in rows:
        if row.is_refused:
            yield _refused(row, name)
            continue
        cells = row.cells
        # Whoever asked the register to keep a name back is not named here either.
        is_public = cells.get("statutDiffusionUniteLegale", _PUBLIC) == _PUBLIC
        if not is_public or cells["etatAdministratifUniteLegale"] != _ACTIVE:
            continue
        seat = (seats or {}).get(cells["siren"])
        # A company elsewhere is not wanted; but what is no SIREN is in no file, and may be one that is.
        if seats is not None and seat is None and is_siren(cells["siren"]):
            continue
        if _is_utf8(cells):
            yield stated(_company(cells, seat or {}), f"{name}, line {row.line}", context)
        else:
            yield _refused(Row(row.line, {}, {"": NOT_UTF8}), name)


def _refused(row: Row, name: str) -> Stated:
    place = f"{name}, line {row.line}"
    return Stated(place, (), row.rejections(place))


def _is_utf8(cells: Cells) -> bool:
    text = "".join(cells.values())
    return text.isascii() or _STRAY.search(text) is None


def _company(row: Cells, seat: Cells) -> Company:
    def cell(name: str) -> str:
        return _shown(row.get(f"{name}UniteLegale", ""))

    person = " ".join(filter(None, (cell("prenom1"), cell("nomUsage") or cell("nom"))))
    usual = tuple(filter(None, (cell(f"denominationUsuelle{number}") for number in (1, 2, 3))))
    return Company(
        siren=row["siren"],
        name=cell("denomination") or (usual[0] if usual else person),
        other_names=(cell("sigle"), *usual),
        association=cell("identifiantAssociation"),
        siret=seat.get("siret", ""),
        activity=cell("activitePrincipale"),
        nomenclature=cell("nomenclatureActivitePrincipale"),
        category=_shown(row.get("categorieEntreprise", "")),
        legal_category=cell("categorieJuridique"),
        headcount=cell("trancheEffectifs"),
        headcount_year=cell("anneeEffectifs"),
        commune=seat.get("commune", ""),
        commune_name=seat.get("name", ""),
        founded=cell("dateCreation"),
        modified=cell("dateDernierTraitement"),
    )


def _shown(cell: str) -> str:
    return "" if cell == _HIDDEN else cell


def _rows(text: TextIO, name: str) -> tuple[frozenset[str], Iterator[Row]]:
    """Return the columns of a table, and its rows; raises `MalformedFile` at once or while they are read."""
    lines = _guarded(cut_lines(text, ",", name, header=1), name)
    header = next(lines, (1, (), {}))[1]
    return frozenset(header), _whole(lines, header, name)


def _whole(lines: Lines, header: Sequence[str], name: str) -> Iterator[Row]:
    """Yield rows by their columns; one with other cells is refused, or the file, where it ends with it."""
    width, short = len(header), None
    for line, cells, faults in lines:
        if short is not None:
            yield short
            short = None
        if faults:
            yield Row(line, {}, {"": next(iter(faults.values()))})
        elif len(cells) == width:
            yield Row(line, dict(zip(header, cells, strict=True)))
        elif cells:
            uneven_row = Row(line, {}, {"": uneven(len(cells), width)})
            if len(cells) > width:
                yield uneven_row
            else:
                short = uneven_row
    if short is not None:
        reason = "its last row lacks cells; the file may be cut short"
        raise MalformedFile(name, reason, line=short.line, column=1)


def _guarded(lines: Lines, name: str) -> Lines:
    line = 1
    try:
        for line, cells, faults in lines:
            yield line, cells, faults
    except BROKEN as error:
        raise MalformedFile(name, str(error), line=line, column=1) from error


def _texts(file: File, stack: ExitStack) -> Iterator[tuple[str, TextIO]]:
    """Open the tables of a file: itself, or those within a zip, of which there must be one."""
    content = stack.enter_context(file.open())
    is_zip = content.read(len(_ZIP)) == _ZIP
    content.seek(0)
    if not is_zip:
        yield file.name, _text(cast("io.BufferedReader", content))
        return
    members = list(_members(file, content, stack))
    if not members:
        raise MalformedFile(file.name, "it holds no CSV file")
    for member, opened in members:
        yield f"{file.name}, {member}", _text(opened)


def _text(content: IO[bytes]) -> TextIO:
    """Open a table as text; bytes that are not UTF-8 are told row by row."""
    return io.TextIOWrapper(content, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _members(file: File, content: io.BufferedIOBase, stack: ExitStack) -> Iterator[tuple[str, IO[bytes]]]:
    try:
        archive = stack.enter_context(ZipFile(content))
        for member in sorted(archive.namelist(), key=str.casefold):
            if member.lower().endswith(".csv"):
                yield member, stack.enter_context(archive.open(member))
    except BROKEN as error:
        raise MalformedFile(file.name, f"not a whole ZIP file ({error})") from error
