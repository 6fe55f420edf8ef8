"""Candidates: every resource that could answer a need, weighed and judged, before any is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ecograph.index import Document, Filters, Lens
from ecograph.model import Eligibility, Iri, Result
from ecograph.questions.brief import WantedNeed
from ecograph.questions.eligibility import judge
from ecograph.questions.results import result_of
from ecograph.questions.signs import Case, Sign, Sought, eligibility_sign, signs_of, within_reach

COMPANY, RESOURCE, ACTOR = "Company", "Resource", "Actor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A resource that has something to say to a need, in reach of the project or not."""

    document: Document
    need: WantedNeed
    relevance: float
    signs: tuple[Sign, ...]
    score: float
    eligibility: Eligibility | None
    within_reach: bool

    @property
    def iri(self) -> Iri:
        return self.document.iri


def candidates(sought: Sought, filters: Filters) -> list[Candidate]:
    """Return all that answers a need, best first, ties to the lower IRI; each is judged."""
    index, brief = sought.view.index, sought.brief
    near = Lens(concepts={wanted: tuple(others) for wanted, others in sought.near.items()})
    answering = index.answering(sought.need.text, filters, near)
    documents = [d for d in answering if can_help(d) and d.iri not in brief.carriers]
    return weighed(sought, documents)


def weighed(sought: Sought, documents: Sequence[Document]) -> list[Candidate]:
    """Return those of some resources that answer a need, best first, ties to the lower IRI."""
    relevance = sought.view.index.relevance(sought.need.text, [document.iri for document in documents])
    cases = (Case(sought, document, relevance[document.iri]) for document in documents)
    found = (candidate for case in cases if (candidate := _candidate(case)) is not None)
    return sorted(found, key=order)


def can_help(document: Document) -> bool:
    """Offers can help, and actors that offer competences or are there to help."""
    if RESOURCE in document.types:
        return True
    return ACTOR in document.types and (COMPANY not in document.types or bool(document.competences))


def order(found: Candidate | Result) -> tuple[float, Iri]:
    """Return what candidates and results are sorted by."""
    return (-found.score, found.iri)


def best_of(found: Iterable[Candidate]) -> list[Candidate]:
    """Return each resource once, as the best of its candidates, best first."""
    best: dict[Iri, Candidate] = {}
    for candidate in sorted(found, key=order):
        best.setdefault(candidate.iri, candidate)
    return list(best.values())


def told(sought: Sought, candidate: Candidate) -> Result:
    """Return a candidate as a result, its signs put into words."""
    reasons = [sign.reason() for sign in candidate.signs]
    result = result_of(sought.view, candidate.document, reasons, sought.language, sought.brief.today)
    return replace(result, eligibility=candidate.eligibility)


def _candidate(case: Case) -> Candidate | None:
    signs = signs_of(case)
    if not signs:
        return None
    sought = case.sought
    eligibility = judge(sought.view, case.document.iri, sought.brief.who, language=sought.language)
    judged = eligibility_sign(eligibility, sought.language) if eligibility else None
    signs = tuple(sorted((*signs, judged) if judged else signs, key=lambda sign: -sign.contribution))
    return Candidate(
        document=case.document,
        need=sought.need,
        relevance=case.relevance,
        signs=signs,
        score=sum(sign.contribution for sign in signs),
        eligibility=eligibility,
        within_reach=within_reach(sought.brief, case.document),
    )
