"""What judgements are about, and what they changed: whose rank is another with them than without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice

from ecograph.errors import BadParameter
from ecograph.index import Filters
from ecograph.model import FeedbackReport, Iri, Moved
from ecograph.questions.brief import brief_of
from ecograph.questions.candidates import Candidate, can_help, candidates, order, weighed
from ecograph.questions.signs import Sought
from ecograph.questions.view import NO_FILTERS, View

# How far down a list a move is told: nobody reads on.
DEPTH = 20
# Of more projects, those with the lower IRIs are looked at.
MOST_PROJECTS = 2_000
# The report compares ranks, in which the day has a part only where ages are judged: the same on both sides.
_ANY_DAY = date.min


def judged_need(view: View, about: Iri, resource: Iri) -> Iri:
    """Return the need that a judgement on a resource is about: the one given, or one of a project's.

    Of a project, it is the need that the resource answers best. Raises `ResourceNotFound`, or
    `BadParameter` for what is no need, for a project without needs, and for what can help nobody.
    """
    view.facts(resource)
    if resource not in view.index or not can_help(view.index.document(resource)):
        raise BadParameter("resource", resource, "the IRI of a resource or an actor")
    facts = view.facts(about)
    if "Need" in facts.classes:
        return about
    needs = list(_needs_of(view, about)) if "Project" in facts.classes else []
    if not needs:
        raise BadParameter("about", about, "the IRI of a need, or of a project with needs")
    document = view.index.document(resource)
    found = [candidate for sought in needs for candidate in weighed(sought, [document])]
    best = min(found, key=lambda candidate: (order(candidate), candidate.need.iri or ""), default=None)
    return (best.need.iri if best else needs[0].need.iri) or ""


def feedback_report(view: View) -> FeedbackReport:
    """Return how many judgements there are, and what they move in the answers to every need."""
    judged = replace(view, feedback=True)
    held = judged.judgements.all
    moved = sorted(_moves(judged), key=lambda m: (m.need, m.after, m.iri)) if held else []
    return FeedbackReport(
        decisions=len(held),
        helpful=sum(1 for judgement in held if judgement.worth > 0),
        not_relevant=sum(1 for judgement in held if judgement.worth < 0),
        in_use=view.feedback,
        moved=tuple(moved),
    )


def _moves(judged: View) -> Iterator[Moved]:
    plain = replace(judged, feedback=False)
    resources = {judgement.candidate for judgement in judged.judgements.all}
    for project in islice(judged.index.passing(Filters(types=("Project",))), MOST_PROJECTS):
        for sought in _needs_of(judged, project.iri):
            after = _shown(sought)
            if resources.isdisjoint(after):
                continue
            before = _shown(replace(sought, view=plain))
            yield from _moved(sought, list(before), after)


def _moved(sought: Sought, before: list[Iri], after: dict[Iri, Candidate]) -> Iterator[Moved]:
    was = {iri: rank for rank, iri in enumerate(before, start=1)}
    for rank, (iri, candidate) in enumerate(after.items(), start=1):
        if rank != was[iri] and min(rank, was[iri]) <= DEPTH:
            label = candidate.document.label(sought.language)
            yield Moved(need=sought.need.label, iri=iri, label=label, before=was[iri], after=rank)


def _shown(sought: Sought) -> dict[Iri, Candidate]:
    """Return what is within reach of a need, in order."""
    return {c.iri: c for c in candidates(sought, NO_FILTERS) if c.within_reach}


def _needs_of(view: View, project: Iri) -> Iterator[Sought]:
    brief = brief_of(view, project, today=_ANY_DAY, language="fr")
    for need in brief.needs:
        if need.iri is not None:
            yield Sought(view, brief, need, "fr")
