"""Support schemes in the French exchange schema, `etalab/schema-dispositif-aide` 0.2.0, JSON or CSV.

With its extension for professionals. Lists are JSON lists, or values with a bar between them. A scheme is
kept where it can be: what is badly written in it is left out alone, or kept, with a remark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.errors import MalformedFile
from ecograph.sources import values
from ecograph.sources.aides.conditions import areas, criteria, sectors
from ecograph.sources.aides.scheme import Fields, Scheme, word
from ecograph.sources.catalogue import plain
from ecograph.sources.companies import company_iri
from ecograph.sources.content import Content, Context, File, Stated
from ecograph.sources.extraction import is_page
from ecograph.sources.listing import items, not_an_object
from ecograph.sources.naming import slug
from ecograph.sources.tables import Row, TableOptions, read_table
from ecograph.sources.values import BadValue, tidy
from ecograph.vocab import DCAT, DCT, RDF, RDFS, SKOS, concept, eco

_TYPE = NamedNode(RDF + "type")
_LEGAL = "http://data.europa.eu/m8g/hasLegalResource"
_IDENTIFYING = ("id", "titre")
_REQUIRED = ("description", "eligibilite", "types_aides", "porteurs", "cibles", "eligibilite_geographique")
_AUDIENCES = {
    "professionnels": "professionnels",
    "particuliers": "particuliers",
    "associations": "associations",
    "secteur public": "secteur-public",
}
_ROLES = {"financeur": "hasFunder", "instructeur": "hasOperator"}
# Kinds of aid that our lists call otherwise.
_KINDS = {
    "accompagnement": "action-individuelle",
    "conseil": "diagnostic",
    "etude": "diagnostic",
    "ingenierie": "expertise",
    "mise en reseau": "action-collaborative",
}
_PUBLIC = {"1": "service-etat", "2": "collectivite"}  # how the SIREN of public bodies begins


def read_aides(file: File, context: Context, *, source: str, records: str, table: TableOptions) -> Content:
    """Read schemes from a JSON document or a table; raises `MalformedFile`."""
    if file.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}:
        return Content("", _stated(items(file, records), context, source))
    if is_page(file.content):
        raise MalformedFile(file.name, "it is an HTML page; support schemes were expected")
    read = read_table(file.content, name=file.name, options=table, suffix=file.suffix)
    for missing in (column for column in _IDENTIFYING if column not in read.columns):
        known = ", ".join(repr(column) for column in read.columns if column)
        raise MalformedFile(file.name, f"no column {missing!r} ({read.written}); there are {known}")
    return Content(read.written, _rows(read.rows, file.name, context, source))


def _rows(rows: Iterable[Row], name: str, context: Context, source: str) -> Iterator[Stated]:
    for row in rows:
        place = f"{name}, line {row.line}"
        if row.faults:
            yield Stated(place, (), row.rejections(place))
        else:
            yield from _stated([(place, row.cells)], context, source)


def _stated(found: Iterable[tuple[str, Any]], context: Context, source: str) -> Iterator[Stated]:
    places: dict[str, str] = context.told.setdefault("aides", {})
    for place, fields in found:
        if not isinstance(fields, dict):
            yield Stated(place, (), [not_an_object(place, fields)])
            continue
        scheme = Scheme(fields, place, context, source)
        before = places.setdefault(scheme.name, place) if scheme.name else place
        if reason := scheme.refused(before):
            yield Stated(place, (), [reason])
        else:
            yield Stated(place, list(_triples(scheme)), (), scheme.warnings)


def _triples(scheme: Scheme) -> Iterator[Triple]:
    for key in _REQUIRED:
        if not scheme.fields.get(key):
            scheme.remark(
                key, "", "ce champ est obligatoire dans le schéma", "the schema requires this field"
            )
    for part in (_texts, _kinds, _providers, _programmes, _links, areas, sectors, criteria, _dates):
        yield from part(scheme)


def _texts(scheme: Scheme) -> Iterator[Triple]:
    yield scheme.said(DCT + "identifier", Literal(scheme.text("id")))
    yield scheme.said(DCT + "title", Literal(plain(scheme.text("titre")), language="fr"))
    if promise := plain(scheme.text("promesse")):
        yield scheme.said(SKOS + "note", Literal(promise, language="fr"))
    conditions = plain(str(scheme.fields.get("eligibilite") or ""))
    parts = [plain(str(scheme.fields.get("description") or ""))]
    parts += [f"Critères d'éligibilité :\n{conditions}"] if conditions else []
    if description := "\n\n".join(filter(None, parts)):
        yield scheme.said(DCT + "description", Literal(description, language="fr"))


def _kinds(scheme: Scheme) -> Iterator[Triple]:
    """Classes and kinds: an offer of funding says its kind of funding."""
    resource: set[str] = set()
    funding: set[str] = set()
    for kind in scheme.many("types_aides"):
        by_name = _KINDS.get(" ".join(slug(kind).split("-")), kind)
        as_resource = scheme.context.lookup("resource-types", by_name)
        as_funding = scheme.context.lookup("funding-types", by_name)
        if as_resource is None and as_funding is None:
            scheme.remark(
                "types_aides", kind, "genre d'aide inconnu ici", "a kind of aid that is not known here"
            )
        resource |= (
            {as_resource or concept("resource-types", "financement")} if as_resource or as_funding else set()
        )
        funding |= {as_funding} if as_funding else set()
    yield scheme.said(RDF + "type", NamedNode(eco("FundingOffer" if funding else "SupportOffer")))
    if scheme.text("description") and any(_public(each) for each in _carriers(scheme)):
        yield scheme.said(RDF + "type", NamedNode(eco("PublicSupportScheme")))
    for iri in sorted(resource or {concept("resource-types", "dispositif")}):
        yield scheme.said(eco("resourceType"), NamedNode(iri))
    for iri in sorted(funding):
        yield scheme.said(eco("fundingType"), NamedNode(iri))
    for audience in scheme.many("cibles"):
        if audience in _AUDIENCES:
            yield scheme.said(DCT + "audience", NamedNode(concept("audiences", _AUDIENCES[audience])))
        else:
            scheme.remark(
                "cibles", audience, "public inconnu du schéma", "an audience that the schema does not have"
            )


def _carriers(scheme: Scheme) -> list[Fields]:
    """The providers: a list of objects, in JSON or as the schema's own examples write it in a cell."""
    return [each for each in scheme.objects("porteurs") if word(each, "nom")]


def _providers(scheme: Scheme) -> Iterator[Triple]:
    for each in _carriers(scheme):
        name, number, roles = word(each, "nom"), _siren(each), _roles(each)
        if word(each, "siren") and not number:
            scheme.remark(
                "porteurs", word(each, "siren"), "ce n'est pas un numéro SIREN", "not a SIREN number"
            )
        own = f"{scheme.context.base}/actor/{scheme.source}--{slug(name)}"
        actor = NamedNode(company_iri(scheme.context.base, number) if number else own)
        for role in sorted({_ROLES.get(role, "offeredBy") for role in roles} or {"offeredBy"}):
            yield scheme.said(eco(role), actor)
        yield Triple(actor, _TYPE, NamedNode(eco("Actor")))
        yield from scheme.context.named(actor, RDFS + "label", name)
        if kind := _PUBLIC.get(number[:1]) or ("financeur" if "financeur" in roles else ""):
            yield Triple(actor, _TYPE, NamedNode(eco("Organization")))
            yield Triple(actor, NamedNode(eco("actorType")), NamedNode(concept("actor-types", kind)))
            yield from [Triple(actor, NamedNode(eco("siren")), Literal(number))] if number else ()
        elif number:
            yield Triple(actor, NamedNode(DCT + "identifier"), Literal(number))


def _programmes(scheme: Scheme) -> Iterator[Triple]:
    for programme in scheme.many("programmes_parents"):
        parent = scheme.offer(f"programme-{slug(programme)}")
        yield scheme.said(DCT + "isPartOf", parent)
        yield Triple(parent, _TYPE, NamedNode(eco("SupportOffer")))
        yield from scheme.context.named(parent, DCT + "title", programme)
        kind = concept("resource-types", "dispositif")
        yield Triple(parent, NamedNode(eco("resourceType")), NamedNode(kind))


def _links(scheme: Scheme) -> Iterator[Triple]:
    yield from scheme.read("url_source", DCAT + "landingPage", values.url)
    if before := slug(scheme.text("chainage_paiement")):
        yield scheme.said(DCT + "requires", scheme.offer(before))
    for each in scheme.objects("base_juridique"):
        try:
            text = values.url(word(each, "lien"))
        except BadValue as error:
            scheme.remark("base_juridique", each, error.reason["fr"], error.reason["en"])
            continue
        yield scheme.said(_LEGAL, text)
        if title := word(each, "libelle"):
            yield Triple(text, NamedNode(DCT + "title"), Literal(title, language="fr"))


def _dates(scheme: Scheme) -> Iterator[Triple]:
    yield from scheme.read("date_ouverture", eco("opensOn"), values.date)
    yield from scheme.read("date_cloture", eco("closesOn"), values.date)
    yield from scheme.read("date_mise_a_jour", DCT + "modified", values.date)


def _roles(each: Fields) -> set[str]:
    roles = each.get("roles") or each.get("rôles") or []
    return {tidy(str(role)).lower() for role in (roles if isinstance(roles, list) else [roles])}


def _siren(each: Fields) -> str:
    try:
        return values.siren_number(word(each, "siren")).value
    except BadValue:
        return ""


def _public(each: Fields) -> bool:
    return _siren(each)[:1] in _PUBLIC
