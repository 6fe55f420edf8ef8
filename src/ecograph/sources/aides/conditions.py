"""Whom a support scheme is for: territories, sectors, and criteria that can be checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ecograph.cog import department_of
from ecograph.sources import values
from ecograph.sources.aides.scheme import Scheme
from ecograph.sources.naming import slug
from ecograph.vocab import DCAT, DCT, RDF, concept, eco

_TYPE = NamedNode(RDF + "type")
_AREA = re.compile(r"[A-Z]+-\d+")  # the schema's own pattern, which forgets 2A and 2B
_AREA_MEANT = re.compile(r"(PAYS|REG|DEP|COM)-(\d{1,2}|\d[0-9AB]\d{0,3})")
_FRANCE = frozenset({"PAYS-99100", "PAYS-FR"})
_NAF = re.compile(r"([A-U])|(\d{2})(\.\d{1,2}[A-Z]?)?")
_EVERY_SECTOR = "tous secteurs d'activité"
_SIZES = {"MIC": "tpe", "PME": "pme", "ETI": "eti", "GE": "grande-entreprise"}


def areas(scheme: Scheme) -> Iterator[Triple]:
    """Territories by code; a commune that is not loaded stands for its département, but excludes nothing."""
    for key, term in (
        ("eligibilite_geographique", "availableIn"),
        ("eligibilite_geographique_exclusions", "notAvailableIn"),
    ):
        for code in scheme.many(key):
            if not _AREA.fullmatch(code) and _AREA_MEANT.fullmatch(code):
                scheme.remark(
                    key,
                    code,
                    "code gardé, bien que le motif du schéma le refuse",
                    "kept, although the schema's pattern refuses it",
                )
            if iri := _area(scheme, key, code):
                yield scheme.said(eco(term), NamedNode(iri))


def _area(scheme: Scheme, key: str, code: str) -> str | None:
    lookup = scheme.context.lookup
    if code in _FRANCE:
        return lookup("territories", "FR")
    if (exact := lookup("territories", code)) is not None:
        return exact
    if code.startswith("COM-") and _AREA_MEANT.fullmatch(code):
        around = lookup("territories", department_of(code.removeprefix("COM-")))
        if around is not None and not key.endswith("exclusions"):
            scheme.remark(
                key, code, "commune non chargée : son département", "commune not loaded: its département"
            )
            return around
    scheme.remark(key, code, "territoire inconnu", "an unknown territory")
    return None


def sectors(scheme: Scheme) -> Iterator[Triple]:
    """Sectors as keywords, and as poles where that is what they are called."""
    for sector in scheme.many("ciblage_secteur_activite"):
        if slug(sector) == slug(_EVERY_SECTOR):
            continue
        yield scheme.said(DCAT + "keyword", Literal(sector, language="fr"))
        if pole := scheme.context.lookup("poles", sector):
            yield scheme.said(eco("inPole"), NamedNode(pole))


def criteria(scheme: Scheme) -> Iterator[Triple]:
    """The extension for professionals: what a machine can check."""
    for criterion in (_headcount(scheme), _sizes(scheme), _age(scheme), _forms(scheme), _activities(scheme)):
        if criterion is None:
            continue
        node = BlankNode()
        yield scheme.said(eco("hasEligibility"), node)
        yield Triple(node, _TYPE, NamedNode(eco("EligibilityCriterion")))
        dimension = NamedNode(concept("eligibility-dimensions", criterion.dimension))
        yield Triple(node, NamedNode(eco("dimension")), dimension)
        yield Triple(node, NamedNode(DCT + "title"), Literal(criterion.title, language="fr"))
        for term, value in criterion.values:
            yield Triple(node, NamedNode(eco(term)), value)


@dataclass(frozen=True, slots=True)
class _Criterion:
    dimension: str
    title: str
    values: Sequence[tuple[str, NamedNode | Literal]]


def _headcount(scheme: Scheme) -> _Criterion | None:
    least = _number(scheme, "eligibilite_effectif_minimal")
    most = _number(scheme, "eligibilite_effectif_maximal")
    if least is None and most is None:
        return None
    title = " ".join(
        [
            "Effectif :",
            *([f"au moins {least.value}"] if least else []),
            *([f"au plus {most.value}"] if most else []),
        ]
    )
    bounds = [("minValue", least), ("maxValue", most)]
    return _Criterion("effectif", f"{title} salariés", [(term, value) for term, value in bounds if value])


def _sizes(scheme: Scheme) -> _Criterion | None:
    key = "eligibilite_categorie_taille_entreprise"
    sizes = scheme.many(key)
    for size in sizes:
        if size not in _SIZES:
            scheme.remark(
                key, size, "catégorie inconnue du schéma", "a category that the schema does not have"
            )
    found = [("includesValue", NamedNode(concept("actor-types", _SIZES[s]))) for s in sizes if s in _SIZES]
    return _Criterion("effectif", f"Taille : {', '.join(sizes)}", found) if found else None


def _age(scheme: Scheme) -> _Criterion | None:
    years = _number(scheme, "eligibilite_annees_existence_minimal")
    return (
        _Criterion("age", f"Au moins {years.value} ans d'existence", [("minValue", years)]) if years else None
    )


def _forms(scheme: Scheme) -> _Criterion | None:
    """Legal forms; an admitted one that our list lacks counts as another form, so that it is not shut out."""
    admitted, excluded = (
        scheme.many("eligibilite_forme_juridique"),
        scheme.many("eligibilite_forme_juridique_exclusions"),
    )
    other = NamedNode(concept("legal-forms", "autre"))
    found = [
        ("includesValue", scheme.found("eligibilite_forme_juridique", "legal-forms", f) or other)
        for f in admitted
    ]
    refused = [
        scheme.found("eligibilite_forme_juridique_exclusions", "legal-forms", form) for form in excluded
    ]
    found += [("excludesValue", form) for form in refused if form is not None]
    title = _title("Formes juridiques", admitted, excluded)
    return _Criterion("forme-juridique", title, list(dict.fromkeys(found))) if found else None


def _activities(scheme: Scheme) -> _Criterion | None:
    """NAF codes; our list stops at divisions: a finer code admits its division, and excludes nothing."""
    aimed, excluded = scheme.many("ciblage_naf"), scheme.many("ciblage_naf_exclusions")
    found = [
        ("includesValue", iri)
        for code in aimed
        if (iri := _activity(scheme, "ciblage_naf", code, finer=True))
    ]
    found += [
        ("excludesValue", iri)
        for code in excluded
        if (iri := _activity(scheme, "ciblage_naf_exclusions", code, finer=False))
    ]
    return (
        _Criterion("naf", _title("Activités (NAF)", aimed, excluded), list(dict.fromkeys(found)))
        if found
        else None
    )


def _activity(scheme: Scheme, key: str, code: str, *, finer: bool) -> NamedNode | None:
    found = _NAF.fullmatch(code)
    if found is None:
        scheme.remark(key, code, "ce n'est pas un code NAF", "not a code of the classification of activities")
        return None
    if found[3] and not finer:
        scheme.remark(
            key, code, "exclusion plus fine qu'une division : non retenue", "finer than a division: not kept"
        )
        return None
    return scheme.found(key, "naf", found[1] or found[2])


def _title(name: str, admitted: Sequence[str], excluded: Sequence[str]) -> str:
    parts = [", ".join(admitted)] if admitted else []
    parts += [f"sauf {', '.join(excluded)}"] if excluded else []
    return f"{name} : {' ; '.join(parts)}"


def _number(scheme: Scheme, key: str) -> Literal | None:
    found = scheme.value(key, values.decimal)
    return found if isinstance(found, Literal) else None
