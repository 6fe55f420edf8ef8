"""Which question to ask the company next: the missing datum that settles most candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ecograph.graph.concepts import Concepts
from ecograph.model import Iri, NextQuestion, Status
from ecograph.questions.brief import Brief
from ecograph.questions.candidates import RESOURCE, Candidate

# By dimension of the criteria: the fact that answers it, and how it is asked for. When two data
# settle as much, the one that is easier to answer is asked for: it stands first.
_ASKED: Mapping[str, tuple[str, str, str]] = {
    "territoire": (
        "territory",
        "Dans quelle commune ou quel département se trouve le projet ?",
        "In which town or département is the project?",
    ),
    "effectif": (
        "headcount",
        "Combien de salariés l’entreprise a-t-elle ?",
        "How many employees does the company have?",
    ),
    "age": (
        "founded_on",
        "Quand l’entreprise a-t-elle été créée ?",
        "When was the company founded?",
    ),
    "stade": (
        "stage",
        "Où en est le projet : idée, faisabilité, prototype, industrialisation ?",
        "How far is the project: idea, feasibility, prototype, industrialisation?",
    ),
    "naf": (
        "naf",
        "Quelle est l’activité principale de l’entreprise (code NAF) ?",
        "What is the company’s main activity (NAF code)?",
    ),
    "forme-juridique": (
        "legal_form",
        "Quelle est la forme juridique de l’entreprise ?",
        "What is the company’s legal form?",
    ),
}
_PLACE = "territoire"


@dataclass(slots=True)
class _Tally:
    settles: int = 0
    concerns: int = 0
    weight_settled: float = 0.0
    weight: float = 0.0


def next_question(
    found: Iterable[Candidate], brief: Brief, concepts: Concepts, language: str
) -> NextQuestion | None:
    """Return what to ask next, or None when no datum is missing.

    A datum weighs what the candidates weigh that it settles: those for which nothing else is
    missing. Those that already fail a criterion are settled, and wait for nothing.
    """
    everywhere = frozenset() if brief.territories else _leaves(concepts)
    tallies = {dimension: _Tally() for dimension in _ASKED}
    for candidate in found:
        missing = _missing(candidate, everywhere)
        for dimension in missing:
            tally, worth = tallies[dimension], max(candidate.score, 0.0)
            tally.concerns += 1
            tally.weight += worth
            tally.settles += len(missing) == 1
            tally.weight_settled += worth * (len(missing) == 1)
    # `max` keeps the first of equals.
    dimension, tally = max(tallies.items(), key=lambda item: (item[1].weight_settled, item[1].weight))
    if not tally.concerns:
        return None
    datum, french, english = _ASKED[dimension]
    said = english if language == "en" else french
    return NextQuestion(datum=datum, text=said, settles=tally.settles, concerns=tally.concerns)


def _missing(candidate: Candidate, everywhere: frozenset[Iri]) -> set[str]:
    """Return the dimensions that a candidate waits for."""
    judged = candidate.eligibility
    if judged is not None and judged.status is Status.NOT_MET:
        return set()
    missing = {c.dimension for c in judged.criteria if c.status is Status.UNKNOWN} if judged else set()
    served = candidate.document.territories
    if everywhere and served and RESOURCE in candidate.document.types and not everywhere.issubset(served):
        missing.add(_PLACE)
    return missing & _ASKED.keys()


def _leaves(concepts: Concepts) -> frozenset[Iri]:
    places = concepts.of_scheme("territories")
    above = {broader for place in places for broader in place.broader}
    return frozenset(place.iri for place in places if place.iri not in above)
