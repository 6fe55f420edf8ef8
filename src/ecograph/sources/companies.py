"""Companies of the French register (SIRENE), whoever tells of them, as records of the graph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.model import Rejection
from ecograph.sources import values
from ecograph.sources.content import Context, Stated
from ecograph.sources.values import BadValue, tidy
from ecograph.vocab import DCT, RDF, RDFS, SKOS, concept, eco

_TYPE = NamedNode(RDF + "type")
_NEEDED = {"fr": "le nom n'est pas diffusé", "en": "the name is not made public"}
# Classification of activities that `eco:naf` follows.
NAF = "NAFRev2"
# Numbers of employees on the last 31 December, by code of the register.
HEADCOUNTS: Mapping[str, str] = {
    "00": "0", "01": "1 ou 2", "02": "3 à 5", "03": "6 à 9", "11": "10 à 19", "12": "20 à 49",
    "21": "50 à 99", "22": "100 à 199", "31": "200 à 249", "32": "250 à 499",
    "41": "500 à 999", "42": "1 000 à 1 999", "51": "2 000 à 4 999",
    "52": "5 000 à 9 999", "53": "10 000 et plus",
}  # fmt: skip
_RNA = re.compile(r"W[0-9A-Z]{9}")
_FEWER_THAN_TEN = frozenset({"NN", "00", "01", "02", "03"})
_SIZES = {"PME": "pme", "ETI": "eti", "GE": "grande-entreprise"}
# Legal categories of Insee, by the beginning of their code; the longest that fits is right.
_FORMS: Mapping[str, str] = {
    "1": "ei", "4": "etablissement-public", "5": "autre", "51": "cooperative", "5460": "cooperative",
    "5498": "eurl", "54": "sarl", "5710": "sas", "5720": "sasu", "57": "sas", "55": "sa", "56": "sa",
    "5458": "cooperative", "5558": "cooperative", "5658": "cooperative", "5560": "cooperative",
    "5660": "cooperative", "62": "gie", "6316": "cooperative", "6317": "cooperative",
    "65": "sci", "7": "etablissement-public", "92": "association",
}  # fmt: skip
_ACTORS: Mapping[str, str] = {
    "71": "service-etat", "7210": "commune", "7220": "departement", "7229": "collectivite", "7230": "region",
    "7343": "epci", "7344": "epci", "7346": "epci", "7347": "epci", "7348": "epci", "92": "association",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What the register says of one legal unit; codes are the register's, absent values empty."""

    siren: str
    name: str
    other_names: tuple[str, ...] = ()
    """Its acronym, and the names under which the public knows it."""
    association: str = ""
    """Its number in the register of associations (RNA)."""
    siret: str = ""
    activity: str = ""
    nomenclature: str = NAF
    category: str = ""
    legal_category: str = ""
    headcount: str = ""
    headcount_year: str = ""
    commune: str = ""
    commune_name: str = ""
    founded: str = ""
    modified: str = ""


def company_iri(base: str, siren: str) -> str:
    """Return the IRI of the organisation with a SIREN, the same in every source."""
    return f"{base}/actor/siren-{siren}"


def stated(company: Company, place: str, context: Context) -> Stated:
    """Return what the graph takes of a company; one with a wrong SIREN or without a name is left out.

    Another value that cannot be used is left out alone, with a remark.
    """
    try:
        siren = values.siren_number(company.siren)
    except BadValue as error:
        return Stated(
            place,
            (),
            [Rejection(record="", place=place, path="siren", value=company.siren[:200], reason=error.reason)],
        )
    subject = NamedNode(company_iri(context.base, siren.value))
    if not tidy(company.name):
        return Stated(
            place, (), [Rejection(record=subject.value, place=place, path="name", value="", reason=_NEEDED)]
        )
    warnings: list[Rejection] = []
    triples = [
        Triple(subject, NamedNode(eco("siren")), siren),
        *_named(company, subject),
        *_classified(company, subject),
    ]
    for predicate, text, read in _checked(company, context):
        try:
            triples += [Triple(subject, NamedNode(predicate), read(text))] if text else ()
        except BadValue as error:
            path = predicate.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
            warnings.append(
                Rejection(record=subject.value, place=place, path=path, value=text[:200], reason=error.reason)
            )
    return Stated(place, triples, (), warnings)


def _named(company: Company, subject: NamedNode) -> Iterator[Triple]:
    yield Triple(subject, NamedNode(RDFS + "label"), Literal(tidy(company.name), language="fr"))
    for name in dict.fromkeys(map(tidy, company.other_names)):
        if name and name != tidy(company.name):
            yield Triple(subject, NamedNode(SKOS + "altLabel"), Literal(name, language="fr"))
    if _RNA.fullmatch(company.association):
        yield Triple(subject, NamedNode(DCT + "identifier"), Literal(f"rna:{company.association}"))
    yield Triple(subject, NamedNode(DCT + "description"), Literal(_description(company), language="fr"))


def _classified(company: Company, subject: NamedNode) -> Iterator[Triple]:
    kind = actor_type(company)
    is_company = not company.legal_category.startswith(("7", "92"))
    yield Triple(subject, _TYPE, NamedNode(eco("Company" if is_company else "Organization")))
    yield Triple(subject, NamedNode(eco("actorType")), NamedNode(concept("actor-types", kind)))
    if is_company and (form := _longest(_FORMS, company.legal_category)):
        yield Triple(subject, NamedNode(eco("legalForm")), NamedNode(concept("legal-forms", form)))


def actor_type(company: Company) -> str:
    """Return the kind of actor: the size of a company, or what else an organisation is."""
    if kind := _longest(_ACTORS, company.legal_category):
        return kind
    if company.legal_category.startswith("7"):
        return "service-etat"
    size = _SIZES.get(company.category, "")
    if size == "pme" and company.headcount in _FEWER_THAN_TEN:
        return "tpe"
    return size or "entreprise"


def _checked(company: Company, context: Context) -> Iterator[tuple[str, str, values.Reader]]:
    yield eco("siret"), company.siret, values.siret_number
    yield eco("foundedOn"), company.founded, values.date
    yield DCT + "modified", company.modified, values.date
    yield DCT + "spatial", company.commune, lambda text: values.commune(text, context.lookup)
    if company.nomenclature == NAF and not company.legal_category.startswith(("7", "92")):
        yield eco("naf"), company.activity, lambda text: values.naf(text, context.lookup)


def _description(company: Company) -> str:
    said = {
        "Activité principale": f"{company.activity} ({company.nomenclature})" if company.activity else "",
        "Effectif salarié": _headcount(company),
        "Siège": tidy(f"{company.commune_name} {f'({company.commune})' if company.commune else ''}"),
    }
    return "\n".join(["Répertoire SIRENE.", *(f"{name} : {text}." for name, text in said.items() if text)])


def _headcount(company: Company) -> str:
    written = HEADCOUNTS.get(company.headcount, "")
    return (
        f"{written} (au 31 décembre {company.headcount_year})"
        if written and company.headcount_year
        else written
    )


def _longest(table: Mapping[str, str], code: str) -> str:
    return next((table[code[:size]] for size in range(len(code), 0, -1) if code[:size] in table), "")
