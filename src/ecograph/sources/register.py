"""Single look-ups in the register of companies, by the public API “Recherche d'entreprises”."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ecograph.errors import BadParameter
from ecograph.model import Rejection
from ecograph.sources import values
from ecograph.sources.companies import Company, company_iri, stated
from ecograph.sources.content import Content, Context, File, Stated
from ecograph.sources.listing import items, not_an_object
from ecograph.sources.paging import with_parameter
from ecograph.sources.paths import first
from ecograph.sources.values import BadValue

SOURCE = "entreprises"
"""The declared source of what is looked up one by one."""
REQUESTS_PER_SECOND = 7
RECORDS = "$.results"
_UNKNOWN = {
    "fr": "le répertoire ne connaît aucune entreprise sous ce numéro",
    "en": "the register knows no company by this number",
}
_NOT_TAKEN = {
    "fr": "cette entreprise a cessé son activité, ou son nom n'est pas diffusé",
    "en": "this company is no longer in business, or its name is not made public",
}
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
    """Read an answer of the API: the companies in business whose name is public.

    Of an answer about one number that company alone is read; a remark tells where it gives nothing.
    """
    return Content("", _stated(file, context))


def _stated(file: File, context: Context) -> Iterator[Stated]:
    missing = _UNKNOWN if file.asked else None
    for place, item in items(file, RECORDS):
        if not isinstance(item, dict):
            yield Stated(place, (), [not_an_object(place, item)])
        elif file.asked and "".join(_text(item, "siren").split()) != file.asked:
            continue
        elif _is_taken(item):
            missing = None
            yield stated(company_of(item), place, context)
        elif file.asked:
            missing = _NOT_TAKEN
    if missing:
        record = company_iri(context.base, file.asked)
        told = Rejection(record=record, place=file.name, path="siren", value=file.asked, reason=missing)
        yield Stated(file.name, (), warnings=[told])


def _is_taken(item: Any) -> bool:
    public = _text(item, "statut_diffusion") in {_PUBLIC, ""}
    return public and _text(item, "etat_administratif") == _ACTIVE


def company_of(item: Any) -> Company:
    """Read one result of the API."""
    return Company(
        siren=_text(item, "siren"),
        name=_text(item, "nom_raison_sociale") or _text(item, "nom_complet"),
        other_names=(_text(item, "sigle"),),
        association=_text(item, "complements.identifiant_association"),
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
