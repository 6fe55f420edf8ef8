"""Stock files of the SIRENE register, CSV or zipped, read line by line: legal units, and establishments.

Only the establishments say where a company is. Their file comes first, and chooses the companies whose seat
is in the wanted départements; the file of the legal units then says the rest of those.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import IO, TextIO, cast
from zipfile import ZipFile

from pydantic import BaseModel, ConfigDict

from ecograph.cog import department_of
from ecograph.errors import MalformedFile
from ecograph.sources.companies import Company, stated
from ecograph.sources.content import Content, Context, File, Stated
from ecograph.sources.packing import BROKEN

_UNITS = frozenset({"siren", "denominationUniteLegale", "etatAdministratifUniteLegale"})
_ESTABLISHMENTS = frozenset({"siret", "etablissementSiege", "codeCommuneEtablissement"})
_SEATS = "seats"
_HIDDEN = "[ND]"  # what the register writes in place of what a person asked it to keep back
_ACTIVE, _PUBLIC = "A", "O"
_ZIP = b"PK\x03\x04"

Row = Mapping[str, str]


class SireneOptions(BaseModel):
    """Which companies are wanted; all of them without départements."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    departements: tuple[str, ...] = ()


def read_sirene(file: File, context: Context, options: SireneOptions) -> Content:
    """Read one stock file; raises `MalformedFile` for another table, or one cut short."""
    return Content("UTF-8, separator ,", _stated(file, context, options))


def _stated(file: File, context: Context, options: SireneOptions) -> Iterator[Stated]:
    wanted = frozenset(options.departements)
    with ExitStack() as stack:
        for name, text in _texts(file, stack):
            columns, rows = _rows(text, name)
            if columns >= _ESTABLISHMENTS:
                context.told.setdefault(_SEATS, {}).update(_seats(rows, wanted))
            elif columns >= _UNITS:
                yield from _companies(rows, name, context, chosen=bool(wanted))
            else:
                missing = ", ".join(sorted((_UNITS | _ESTABLISHMENTS) - columns))
                raise MalformedFile(name, f"no stock file of SIRENE: it lacks {missing}", line=1, column=1)


def _seats(rows: Iterator[tuple[int, Row]], wanted: frozenset[str]) -> Iterator[tuple[str, Row]]:
    for _, row in rows:
        commune = row["codeCommuneEtablissement"]
        is_seat = row["etablissementSiege"] == "true" and row.get("etatAdministratifEtablissement") == _ACTIVE
        if is_seat and (not wanted or department_of(commune).removeprefix("DEP-") in wanted):
            name = row.get("libelleCommuneEtablissement", "")
            yield row["siret"][:9], {"siret": row["siret"], "commune": _shown(commune), "name": _shown(name)}


def _companies(
    rows: Iterator[tuple[int, Row]], name: str, context: Context, *, chosen: bool
) -> Iterator[Stated]:
    seats: Mapping[str, Row] | None = context.told.get(_SEATS)
    if chosen and seats is None:
        raise MalformedFile(name, "the file of the establishments must come before, to know who is where")
    for line, row in rows:
        seat = (seats or {}).get(row["siren"])
        if (seat is None and seats is not None) or row["etatAdministratifUniteLegale"] != _ACTIVE:
            continue
        # Whoever asked the register to keep a name back is not named here either.
        if row.get("statutDiffusionUniteLegale", _PUBLIC) == _PUBLIC:
            yield stated(_company(row, seat or {}), f"{name}, line {line}", context)


def _company(row: Row, seat: Row) -> Company:
    def cell(name: str) -> str:
        return _shown(row.get(f"{name}UniteLegale", ""))

    person = " ".join(filter(None, (cell("prenom1"), cell("nomUsage") or cell("nom"))))
    return Company(
        siren=row["siren"],
        name=cell("denomination") or cell("denominationUsuelle1") or person,
        acronym=cell("sigle"),
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


def _rows(text: TextIO, name: str) -> tuple[frozenset[str], Iterator[tuple[int, Row]]]:
    reader = csv.reader(text)
    try:
        header = next(reader, [])
    except (csv.Error, *BROKEN) as error:
        raise MalformedFile(name, str(error), line=1, column=1) from error

    def rows() -> Iterator[tuple[int, Row]]:
        try:
            for cells in reader:
                if len(cells) != len(header):
                    reason = f"{len(cells)} cells under {len(header)} columns; the file may be cut short"
                    raise MalformedFile(name, reason, line=reader.line_num, column=1)
                yield reader.line_num, dict(zip(header, cells, strict=True))
        except (csv.Error, *BROKEN) as error:
            raise MalformedFile(name, str(error), line=reader.line_num, column=1) from error

    return frozenset(header), rows()


def _texts(file: File, stack: ExitStack) -> Iterator[tuple[str, TextIO]]:
    """Open the tables of a file: itself, or those within a zip."""
    content = stack.enter_context(file.open())
    is_zip = content.read(len(_ZIP)) == _ZIP
    content.seek(0)
    if not is_zip:
        yield (
            file.name,
            io.TextIOWrapper(cast("io.BufferedReader", content), encoding="utf-8-sig", newline=""),
        )
        return
    for member, opened in _members(file, content, stack):
        yield f"{file.name}, {member}", io.TextIOWrapper(opened, encoding="utf-8-sig", newline="")


def _members(file: File, content: io.BufferedIOBase, stack: ExitStack) -> Iterator[tuple[str, IO[bytes]]]:
    try:
        archive = stack.enter_context(ZipFile(content))
        for member in sorted(archive.namelist(), key=str.casefold):
            if member.lower().endswith(".csv"):
                yield member, stack.enter_context(archive.open(member))
    except BROKEN as error:
        raise MalformedFile(file.name, f"not a whole ZIP file ({error})") from error
