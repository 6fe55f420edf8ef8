"""Single look-ups in the register of companies, by the public API “Recherche d'entreprises”."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ecograph.errors import BadParameter
from ecograph.sources import values
from ecograph.sources.companies import Company, stated
from ecograph.sources.content import Content, Context, File, Stated
from ecograph.sources.listing import items, not_an_object
from ecograph.sources.paging import with_parameter
from ecograph.sources.paths import first
from ecograph.sources.values import BadValue

SOURCE = "entreprises"
"""The declared source of what is looked up one by one."""
REQUESTS_PER_SECOND = 7
RECORDS = "$.results"
_ACTIVE, _PUBLIC = "A", "O"


@dataclass(frozen=True, slots=True)
class Found:
    """A company that the register knows, and whether it is in business under a public name."""

    company: Company
    taken: bool


def look_up(location: str, query: str) -> str:
    """Return the address that looks for a company by SIREN or by name.

    Raises `BadParameter` for digits that are no SIREN: the register would find something else.
    """
    digits = "".join(query.split())
    if not digits.isdigit():
        return with_parameter(location, "q", query)
    try:
        return with_parameter(location, "q", values.siren_number(digits).value)
    except BadValue as error:
        raise BadParameter("company", query, "a SIREN of nine digits, or a name") from error


def found(file: File) -> list[Found]:
    """Return the companies of an answer, as the register ranks them; raises `MalformedFile`."""
    return [Found(company_of(item), _is_taken(item)) for _, item in items(file, RECORDS)]


def read_register(file: File, context: Context) -> Content:
    """Read an answer of the API: the companies in business whose name is public."""
    return Content("", _stated(file, context))


def _stated(file: File, context: Context) -> Iterator[Stated]:
    for place, item in items(file, RECORDS):
        if not isinstance(item, dict):
            yield Stated(place, (), [not_an_object(place, item)])
        elif _is_taken(item):
            yield stated(company_of(item), place, context)


def _is_taken(item: Any) -> bool:
    public = _text(item, "statut_diffusion") in {_PUBLIC, ""}
    return public and _text(item, "etat_administratif") == _ACTIVE


def company_of(item: Any) -> Company:
    """Read one result of the API."""
    return Company(
        siren=_text(item, "siren"),
        name=_text(item, "nom_raison_sociale") or _text(item, "nom_complet"),
        acronym=_text(item, "sigle"),
        siret=_text(item, "siege.siret"),
        activity=_text(item, "activite_principale"),
        category=_text(item, "categorie_entreprise"),
        legal_category=_text(item, "nature_juridique"),
        headcount=_text(item, "tranche_effectif_salarie"),
        headcount_year=_text(item, "annee_tranche_effectif_salarie"),
        commune=_text(item, "siege.commune"),
        commune_name=_text(item, "siege.libelle_commune"),
        founded=_text(item, "date_creation"),
        modified=_text(item, "date_mise_a_jour"),
    )


def _text(item: Any, path: str) -> str:
    return first(item, path) or ""
