"""Eligibility in three values: met, not met, unknown; an unknown names what would settle it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import inf

from ecograph.graph.concepts import Concepts
from ecograph.graph.facts import Facts
from ecograph.model import Criterion, Eligibility, Iri, Status
from ecograph.questions.view import View
from ecograph.vocab import DCT, concept, eco


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """What is known of a company and its project; None or empty means unknown."""

    territories: tuple[Iri, ...] = ()
    naf: tuple[Iri, ...] = ()
    headcount: float | None = None
    age: float | None = None
    legal_forms: tuple[Iri, ...] = ()
    stages: tuple[Iri, ...] = ()
    sizes: tuple[Iri, ...] = ()


def applicant(project: Facts, carrier: Facts | None, *, today: date) -> Applicant:
    """Gather what criteria look at, from a project and the company that carries it."""
    company = carrier or Facts("", ())
    return Applicant(
        territories=company.iris(DCT + "spatial") or project.iris(DCT + "spatial"),
        naf=company.iris(eco("naf")),
        headcount=company.number(eco("headcount")),
        age=_age(company, today),
        legal_forms=company.iris(eco("legalForm")),
        stages=project.iris(eco("stage")),
        sizes=company.iris(eco("actorType")),
    )


def judge(view: View, offer: Iri, who: Applicant, *, language: str) -> Eligibility | None:
    """Judge an offer's criteria one by one, or return None when it has none."""
    stated = view.criteria.get(offer, ())
    criteria = tuple(_criterion(facts, who, view.concepts, language) for facts in stated)
    if not criteria:
        return None
    found = {criterion.status for criterion in criteria}
    worst = next(s for s in (Status.NOT_MET, Status.UNKNOWN, Status.MET) if s in found)
    return Eligibility(status=worst, criteria=criteria)


def _criterion(criterion: Facts, who: Applicant, concepts: Concepts, language: str) -> Criterion:
    about = criterion.iri_of(eco("dimension")) or ""
    dimension = about.rsplit("/", 1)[-1]
    status = _status(criterion, dimension, who, concepts)
    missing = concepts.label(about, language) if status is Status.UNKNOWN else None
    return Criterion(label=criterion.label(language), status=status, missing=missing, dimension=dimension)


def _status(criterion: Facts, dimension: str, who: Applicant, concepts: Concepts) -> Status:
    if dimension in _NUMBERS:
        by_number = _within(criterion, _NUMBERS[dimension](who))
        if by_number is not Status.UNKNOWN or not criterion.iris(eco("includesValue")):
            return by_number
    return _among(criterion, _CONCEPTS.get(dimension, _nothing)(who), concepts)


def _within(criterion: Facts, value: float | None) -> Status:
    least, most = criterion.number(eco("minValue")), criterion.number(eco("maxValue"))
    if value is None or (least is None and most is None):
        return Status.UNKNOWN
    inside = (least is None or value >= least) and (most is None or value <= most)
    return Status.MET if inside else Status.NOT_MET


def _among(criterion: Facts, values: Iterable[Iri], concepts: Concepts) -> Status:
    """A value counts for the concepts above it; an exclusion wins over an inclusion.

    A value that is only known roughly, as a region is for its départements, leaves open what lies
    below it.
    """
    values = tuple(values)
    known = {above for value in values for above in concepts.ancestors(value)}
    excluded = set(criterion.iris(eco("excludesValue")))
    included = set(criterion.iris(eco("includesValue")))
    if known & excluded:
        return Status.NOT_MET
    if not known or _lie_below(excluded, values, concepts):
        return Status.UNKNOWN
    if not included or known & included:
        return Status.MET
    return Status.UNKNOWN if _lie_below(included, values, concepts) else Status.NOT_MET


def _lie_below(stated: Iterable[Iri], values: Collection[Iri], concepts: Concepts) -> bool:
    """Tell whether one of the concepts stated is one of some values or lies below it."""
    return any(not concepts.ancestors(iri).keys().isdisjoint(values) for iri in stated)


def _age(company: Facts, today: date) -> float | None:
    for literal in company.literals(eco("foundedOn")):
        try:
            return years_since(date.fromisoformat(literal.value), today)
        except ValueError:
            continue
    return None


def years_since(day: date, today: date) -> float:
    """Return the years between two days, with their fraction."""
    return (today - day).days / 365.25


def _sizes(who: Applicant) -> tuple[Iri, ...]:
    """Return the sizes that are stated, or the one that the headcount makes.

    By headcount alone, as the European definition of 2003 has it: turnover is not known here.
    """
    if who.sizes or who.headcount is None:
        return who.sizes
    most = next(limit for limit in _SIZES if who.headcount < limit)
    return (_SIZES[most],)


def _nothing(_who: Applicant) -> tuple[Iri, ...]:
    return ()


# Below so many employees a company is of that size.
_SIZES: Mapping[float, Iri] = {
    10: concept("actor-types", "tpe"),
    250: concept("actor-types", "pme"),
    5_000: concept("actor-types", "eti"),
    inf: concept("actor-types", "grande-entreprise"),
}
_NUMBERS: Mapping[str, Callable[[Applicant], float | None]] = {
    "effectif": lambda who: who.headcount,
    "age": lambda who: who.age,
}
_CONCEPTS: Mapping[str, Callable[[Applicant], tuple[Iri, ...]]] = {
    "territoire": lambda who: who.territories,
    "naf": lambda who: who.naf,
    "effectif": _sizes,
    "forme-juridique": lambda who: who.legal_forms,
    "stade": lambda who: who.stages,
}
