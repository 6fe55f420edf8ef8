"""Single look-ups in the register of companies, by the public API “Recherche d'entreprises”."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ecograph.sources.companies import Company, stated
from ecograph.sources.content import Content, Context, File, Stated
from ecograph.sources.listing import items, not_an_object
from ecograph.sources.paging import with_parameter
from ecograph.sources.paths import first

API = "https://recherche-entreprises.api.gouv.fr/search"
REQUESTS_PER_SECOND = 7
RECORDS = "$.results"
_ACTIVE, _PUBLIC = "A", "O"


def look_up(location: str, query: str) -> str:
    """Return the address that looks for a company by SIREN, or by its name."""
    return with_parameter(location, "q", "".join(query.split()) if is_siren(query) else query)


def is_siren(query: str) -> bool:
    """Tell whether someone asks for a SIREN, however its digits are grouped."""
    digits = "".join(query.split())
    return digits.isdigit() and len(digits) == 9


def companies(file: File) -> Iterator[tuple[str, Any]]:
    """Yield the companies of an answer, each with its place; raises `MalformedFile`."""
    return items(file, RECORDS)


def read_register(file: File, context: Context) -> Content:
    """Read an answer of the API: the companies in business whose name is public."""
    return Content("", _stated(file, context))


def _stated(file: File, context: Context) -> Iterator[Stated]:
    for place, item in companies(file):
        if not isinstance(item, dict):
            yield Stated(place, (), [not_an_object(place, item)])
        elif _text(item, "etat_administratif") == _ACTIVE and _text(item, "statut_diffusion") in {
            _PUBLIC,
            "",
        }:
            yield stated(company_of(item), place, context)


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
