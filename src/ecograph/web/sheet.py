"""A resource's facts put in the order in which a reader wants them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ecograph.exchange.resource import Description, Property, Value
from ecograph.graph.facts import DESCRIPTIONS, LABELS
from ecograph.graph.records import GENID
from ecograph.model import Iri
from ecograph.questions.view import View
from ecograph.vocab import DCT, SKOS, eco, shortened
from ecograph.web.terms import backward, term
from ecograph.web.texts import texts
from ecograph.web.typography import number, percent

_FIRST = (
    *(eco(n) for n in ("carriedBy", "partner", "offeredBy", "hasFunder", "hasOperator", "actorType")),
    *(eco(n) for n in ("resourceType", "fundingType", "stage", "hasNeed", "needKind", "requiresCompetence")),
    *(eco(n) for n in ("offersCompetence", "coversCompetence", "inPole", "onAxis")),
    DCT + "spatial",
    *(eco(n) for n in ("availableIn", "notAvailableIn", "acceptsStage", "hasEligibility")),
    *(eco(n) for n in ("minRate", "maxRate", "minAmount", "maxAmount", "opensOn", "closesOn")),
    SKOS + "broader",
)
_LAST = (
    *LABELS,
    *DESCRIPTIONS,
    *(SKOS + n for n in ("altLabel", "hiddenLabel", "notation", "inScheme", "topConceptOf", "hasTopConcept")),
    DCT + "identifier",
    eco("visibility"),
)
_SHARES = {eco("minRate"), eco("maxRate")}
_AMOUNTS = {eco("minAmount"), eco("maxAmount"), eco("plannedAmount")}
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_SEARCHED = {"poles": "pole", "territories": "territory", "axes": "axis", "project-stages": "stage"}
_LICENCES = {
    "https://www.etalab.gouv.fr/licence-ouverte-open-licence": "Licence Ouverte 2.0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNote:
    """A source as a note at the foot of a page."""

    iri: Iri
    number: int
    title: str
    licence: Iri | None
    licence_name: str
    publisher: str
    fictitious: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a resource's page says: its facts, what refers to it, and the sources of both."""

    types: tuple[str, ...]
    facts: tuple[Property, ...]
    more: tuple[Property, ...]
    mentions: tuple[Property, ...]
    notes: tuple[SourceNote, ...]

    def number_of(self, source: Iri) -> int:
        """Return the number of a source's note."""
        return next(note.number for note in self.notes if note.iri == source)


def sheet(view: View, about: Description, language: str) -> Sheet:
    """Return a description as a page shows it."""
    ordered = sorted(about.properties, key=lambda p: _FIRST.index(p.iri) if p.iri in _FIRST else len(_FIRST))
    cited = dict.fromkeys(_cited(about.properties)) | dict.fromkeys(_cited(about.mentions))
    return Sheet(
        types=_types(about, language),
        facts=tuple(_shown(p, about.iri, language) for p in ordered if p.iri not in _LAST),
        more=tuple(_shown(p, about.iri, language) for p in ordered if p.iri in _LAST),
        mentions=tuple(_shown(p, about.iri, language) for p in about.mentions),
        notes=tuple(source_notes(view, cited, language)),
    )


def source_notes(view: View, sources: Iterable[Iri], language: str) -> Iterable[SourceNote]:
    """Yield sources with their licence and publisher, numbered."""
    for place, iri in enumerate(sources, start=1):
        facts = view.facts(iri)
        licence = facts.iri_of(DCT + "license")
        publisher = facts.iri_of(DCT + "publisher")
        yield SourceNote(
            iri=iri,
            number=place,
            title=facts.label(language),
            licence=licence,
            licence_name=_LICENCES.get(licence or "", licence or ""),
            publisher=_name(view, publisher) if publisher else "",
            fictitious=any(flag.value == "true" for flag in facts.literals(eco("fictitious"))),
        )


def searched(iri: Iri) -> str | None:
    """Return the facet that finds what a concept is said of, None when there is none."""
    return next((facet for scheme, facet in _SEARCHED.items() if f"/voc/{scheme}/" in iri), None)


def value_text(value: Value, predicate: Iri, language: str) -> str:
    """Return a value as people write it: percentages, euros, dates, yes and no."""
    text = value.text
    if value.iri is not None or value.language is not None:
        return text
    if text in {"true", "false"}:
        return texts(language)["yes" if text == "true" else "no"]
    if predicate in _SHARES | _AMOUNTS and re.fullmatch(r"\d+(\.\d+)?", text):
        return percent(float(text), language) if predicate in _SHARES else _euros(float(text), language)
    if language == "fr" and (day := _DATE.fullmatch(text)):
        return "/".join(reversed(day.groups()))
    return text


def is_nameless(value: Value) -> bool:
    """Say whether a value has no name of its own, so that its parts speak for it."""
    return value.iri is not None and GENID in value.iri and GENID in value.text


def _euros(amount: float, language: str) -> str:
    said = number(amount, language)
    return f"{said}\u202f€" if language == "fr" else f"€{said}"


def _name(view: View, iri: Iri) -> str:
    facts = view.facts(iri)
    names = facts.literals("http://xmlns.com/foaf/0.1/name")
    return names[0].value if names else facts.label("fr")


def _types(about: Description, language: str) -> tuple[str, ...]:
    # A pole is also a concept, as every concept of ours: the more telling class is enough.
    ours = tuple(name for name in about.types if ":" not in name)
    return ours or tuple(term(name, language) or name for name in about.types)


def _cited(properties: Iterable[Property]) -> Iterable[Iri]:
    return (source for found in properties for value in found.values for source in value.sources)


def _shown(found: Property, about: Iri, language: str) -> Property:
    name = shortened(found.iri)
    said = (backward(name, language) if found.backward else None) or term(name, language) or found.label
    values = tuple(_value(value, about, language) for value in found.values)
    return replace(found, label=said, values=values)


def _value(value: Value, about: Iri, language: str) -> Value:
    """Leave out of a nameless part what leads back here, and its texts in other languages."""
    text = term(value.text, language) or _LICENCES.get(value.text) or value.text
    parts = tuple(_part(part, language) for part in value.parts if not _leads_back(part, about))
    return replace(value, text=text, parts=parts)


def _part(part: Property, language: str) -> Property:
    own = tuple(value for value in part.values if value.language in {None, language})
    return replace(_shown(part, "", language), values=own or part.values)


def _leads_back(part: Property, about: Iri) -> bool:
    return all(value.iri == about for value in part.values) or part.iri in _TEXT_OF_A_PART


_TEXT_OF_A_PART: Mapping[Iri, None] = dict.fromkeys((*LABELS, DCT + "identifier"))
