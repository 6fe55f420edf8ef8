"""The table of `loading_data` as N-Quads by a loop written for it alone: what a mapping is compared with.

It reads the same columns, checks the same things and tells of the same bad rows; nothing in it is declared.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_number

Lookup = Callable[[str, str], str | None]
Bad = tuple[int, str, str, str]
"""A row that was left out: its line, the column, the value and the reason."""

_ECO, _DCT = "https://w3id.org/ecograph/ns#", "http://purl.org/dc/terms/"
_RDFS, _XSD = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2001/XMLSchema#"


class _Refused(Exception):
    """A cell that cannot be what its column is for."""


def convert(table: Path, out: TextIO, *, base: str, source: str, lookup: Lookup) -> list[Bad]:
    """Write the N-Quads of a table, and return its bad rows."""
    bad: list[Bad] = []
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=";")
        next(reader)
        for line, row in enumerate(reader, start=2):
            try:
                out.write(_quads(row, base, source, lookup))
            except _Refused as refused:
                column, value, reason = refused.args
                bad.append((line, column, value, reason))
    return bad


def _quads(row: list[str], base: str, source: str, lookup: Lookup) -> str:
    siren, name, naf, headcount, place, day, form, address, site, category = (
        " ".join(cell.split()) for cell in row
    )
    if not siren:
        raise _Refused("siren", "", "no identifier")
    if not name:
        raise _Refused("denomination", "", "empty")
    try:
        compact = siren_number.validate(siren)
    except ValidationError as error:
        raise _Refused("siren", siren, "not a SIREN") from error
    try:
        people = int(headcount)
    except ValueError as error:
        raise _Refused("effectif", headcount, "not a number") from error
    try:
        founded = datetime.strptime(day, "%d/%m/%Y").date().isoformat()  # noqa: DTZ007
    except ValueError as error:
        raise _Refused("dateCreation", day, "not a date") from error
    activity = _concept(lookup, "naf", "activite", naf[:2])
    territory = _concept(lookup, "territories", "codePostal", _department(place))
    legal = _concept(lookup, "legal-forms", "formeJuridique", form)
    kind = _concept(lookup, "actor-types", "categorie", category)
    try:
        parts = urlsplit(site)
    except ValueError as error:
        raise _Refused("siteWeb", site, "not an address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _Refused("siteWeb", site, "not an address")
    about, graph = f"<{base}/actor/{source}--{siren}>", f"<{base}/source/{source}> .\n"
    return (
        f"{about} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{_ECO}Company> {graph}"
        f'{about} <{_RDFS}label> "{_escaped(name)}"@fr {graph}'
        f'{about} <{_DCT}identifier> "{_escaped(siren)}" {graph}'
        f'{about} <{_ECO}siren> "{compact}" {graph}'
        f"{about} <{_ECO}naf> <{activity}> {graph}"
        f'{about} <{_ECO}headcount> "{people}"^^<{_XSD}integer> {graph}'
        f"{about} <{_DCT}spatial> <{territory}> {graph}"
        f'{about} <{_ECO}foundedOn> "{founded}"^^<{_XSD}date> {graph}'
        f"{about} <{_ECO}legalForm> <{legal}> {graph}"
        f'{about} <{_DCT}description> "{_escaped(address)}"@fr {graph}'
        f"{about} <http://xmlns.com/foaf/0.1/homepage> <{site}> {graph}"
        f"{about} <{_ECO}actorType> <{kind}> {graph}"
    )


def _concept(lookup: Lookup, scheme: str, column: str, text: str) -> str:
    found = lookup(scheme, text)
    if found is None:
        raise _Refused(column, text, "not in the list")
    return found


def _department(code: str) -> str:
    if not (len(code) == 5 and code[-3:].isdigit()):
        raise _Refused("codePostal", code, "not a code")
    return f"DEP-{code[:3] if code[:2] in {'97', '98'} else code[:2]}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
