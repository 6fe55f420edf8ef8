"""Facts that a user gives about a company and its project, and what they make of a brief.

They stand in for what the graph says, in one answer: what the company has just told, or what if.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from ecograph.errors import BadParameter
from ecograph.graph.concepts import Concepts
from ecograph.model import Iri
from ecograph.questions.brief import Brief
from ecograph.questions.eligibility import years_since

FACTS = ("headcount", "naf", "territory", "legal_form", "founded_on", "stage")
_MOST_EMPLOYEES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Facts about one company, understood; `written` holds them as people read them."""

    written: Mapping[str, str]
    headcount: float | None = None
    age: float | None = None
    naf: Iri | None = None
    legal_form: Iri | None = None
    territory: Iri | None = None
    stage: Iri | None = None


def understood_facts(
    facts: Mapping[str, str], concepts: Concepts, *, today: date, language: str
) -> Given | None:
    """Return facts by name, understood, or None when there are none; raises `BadParameter`."""
    given = {name: value.strip() for name, value in facts.items() if value.strip()}
    if not given:
        return None
    read: dict[str, object] = {}
    written: dict[str, str] = {}
    for name, value in given.items():
        if name in _SCHEMES:
            found = _concept(name, value, concepts)
            read[name], written[name] = found, concepts.label(found, language)
        elif name in _READERS:
            field, number = _READERS[name](name, value, today)
            read[field], written[name] = number, value
        else:
            raise BadParameter("facts", name, f"one of {', '.join(FACTS)}")
    return Given(written=written, **read)  # type: ignore[arg-type]  # each reader gives its field's type


def with_facts(brief: Brief, given: Given | None) -> Brief:
    """Return a brief in which given facts take the place of what was known."""
    if given is None:
        return brief
    who = brief.who
    places = (given.territory,) if given.territory else ()
    stages = (given.stage,) if given.stage else ()
    who = replace(
        who,
        # A size that was said does not hold for another headcount.
        sizes=() if given.headcount is not None else who.sizes,
        headcount=who.headcount if given.headcount is None else given.headcount,
        age=who.age if given.age is None else given.age,
        naf=(given.naf,) if given.naf else who.naf,
        legal_forms=(given.legal_form,) if given.legal_form else who.legal_forms,
        territories=places or who.territories,
        stages=stages or who.stages,
    )
    return replace(brief, who=who, territories=places or brief.territories, stages=stages or brief.stages)


def _concept(name: str, value: str, concepts: Concepts) -> Iri:
    scheme = _SCHEMES[name]
    for candidate in _writings(name, value):
        if (found := concepts.resolve(scheme, candidate)) is not None:
            return found.iri
    raise BadParameter(name, value, f"a concept of {scheme}, by IRI, notation or label")


def _writings(name: str, value: str) -> list[str]:
    """Return the ways in which a value may be written: `62.01Z` is in division 62."""
    return [value, value[:2]] if name == "naf" and value[:2].isdigit() else [value]


def _headcount(name: str, value: str, _today: date) -> tuple[str, float]:
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        number = -1
    if not 0 <= number <= _MOST_EMPLOYEES:
        raise BadParameter(name, value, "a number of employees, 0 or more")
    return "headcount", number


def _founded_on(name: str, value: str, today: date) -> tuple[str, float]:
    try:
        founded = date.fromisoformat(value if "-" in value else f"{value}-01-01")
    except ValueError as error:
        raise BadParameter(name, value, "a date, as 2019-05-31, or a year") from error
    # A company that is yet to be founded is as young as one founded today.
    return "age", max(years_since(founded, today), 0.0)


_SCHEMES: Mapping[str, str] = {
    "naf": "naf",
    "legal_form": "legal-forms",
    "territory": "territories",
    "stage": "project-stages",
}
_READERS: Mapping[str, Callable[[str, str, date], tuple[str, float]]] = {
    "headcount": _headcount,
    "founded_on": _founded_on,
}
