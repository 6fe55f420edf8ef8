"""The other way round: which projects an actor or an offer fits, with the reasons of a match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice

from ecograph.errors import BadParameter
from ecograph.index import Document, Filters
from ecograph.model import Fit, Iri
from ecograph.questions.brief import Brief, brief_of
from ecograph.questions.candidates import ACTOR, RESOURCE, Candidate, order, weighed
from ecograph.questions.results import result_of
from ecograph.questions.signs import Sought
from ecograph.questions.view import View

# Of more projects, those whose texts are nearest are looked at.
MOST_PROJECTS = 500


def fitting_projects(
    view: View, iri: Iri, *, limit: int, today: date, language: str = "fr"
) -> tuple[Fit, ...]:
    """Return the projects that a resource or an actor fits, best first, ties to the lower IRI.

    Each project comes once, with the need that is answered best. Raises `ResourceNotFound`, or
    `BadParameter` for what can help nobody.
    """
    document = _helper(view, iri)
    best: dict[Iri, tuple[Candidate, Sought]] = {}
    for brief in _briefs(view, document, today, language):
        for candidate, sought in _answers(view, brief, document, language):
            project = brief.iri or ""
            if project not in best or order(candidate) < order(best[project][0]):
                best[project] = (candidate, sought)
    ranked = sorted(best.items(), key=lambda item: (-item[1][0].score, item[0]))
    return tuple(_fit(project, *found) for project, found in ranked[:limit])


def can_fit(document: Document) -> bool:
    """Say whether a document is of those that may help a project."""
    return RESOURCE in document.types or ACTOR in document.types


def _helper(view: View, iri: Iri) -> Document:
    view.facts(iri)
    if iri not in view.index or not can_fit(view.index.document(iri)):
        raise BadParameter("iri", iri, "the IRI of a resource or an actor")
    return view.index.document(iri)


def _briefs(view: View, document: Document, today: date, language: str) -> Iterator[Brief]:
    kind = Filters(types=("Project",))
    projects = list(islice(view.index.passing(kind), MOST_PROJECTS + 1))
    if len(projects) > MOST_PROJECTS:
        projects = view.index.answering(document.sense, kind)
        near = view.index.relevance(document.sense, [project.iri for project in projects])
        projects = sorted(projects, key=lambda p: (-near[p.iri], p.iri))[:MOST_PROJECTS]
    for project in projects:
        brief = brief_of(view, project.iri, today=today, language=language)
        if document.iri not in brief.carriers:
            yield brief


def _answers(
    view: View, brief: Brief, document: Document, language: str
) -> Iterator[tuple[Candidate, Sought]]:
    for need in brief.needs:
        sought = Sought(view, brief, need, language)
        for candidate in weighed(sought, [document]):
            if candidate.within_reach:
                yield candidate, sought


def _fit(project: Iri, candidate: Candidate, sought: Sought) -> Fit:
    reasons = [sign.reason() for sign in candidate.signs]
    result = result_of(sought.view, sought.view.index.document(project), reasons, sought.language)
    return Fit(
        need=sought.need.label,
        need_iri=sought.need.iri,
        result=replace(result, eligibility=candidate.eligibility),
    )
