"""Matching: for each need of a project, the resources of every kind that answer it, and why.

A score is a sum of contributions, each with its reason: how well the words and their sense agree,
the competences shared (through the hierarchy), the kind of help asked for, pole, axis, stage,
territory, and what eligibility says. An unknown criterion neither adds nor takes away. All that is
in the running is weighed and judged before the best are shown, so that no order depends on a cut.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ecograph.index import Filters
from ecograph.model import Iri, MatchAnswer, NeedAnswer, Result
from ecograph.questions.brief import Brief, brief_from, brief_of
from ecograph.questions.candidates import Candidate, best_of, candidates, told
from ecograph.questions.signs import Sought
from ecograph.questions.view import View


@dataclass(frozen=True, slots=True)
class Answered:
    """One need, and all that answers it, best first: within reach of the project, and beyond."""

    sought: Sought
    here: tuple[Candidate, ...]
    outside: tuple[Candidate, ...]


def match_project(
    view: View, iri: Iri, filters: Filters, *, limit: int, today: date, language: str = "fr"
) -> MatchAnswer:
    """Match a project of the graph; raises `ResourceNotFound`, `BadParameter`."""
    return _match(view, brief_of(view, iri, today=today, language=language), filters, limit, language)


def match_text(view: View, text: str, filters: Filters, *, limit: int, language: str = "fr") -> MatchAnswer:
    """Match a project told in a few words; raises `BadParameter`, `TooLarge`."""
    return _match(view, brief_from(view, text, language=language), filters, limit, language)


def answered(view: View, brief: Brief, filters: Filters, language: str) -> list[Answered]:
    """Return each need of a project with all that answers it."""
    return [_answered(Sought(view, brief, need, language), filters) for need in brief.needs]


def _match(view: View, brief: Brief, filters: Filters, limit: int, language: str) -> MatchAnswer:
    needs = answered(view, brief, filters, language)
    return MatchAnswer(
        project=brief.iri,
        label=brief.label,
        needs=tuple(_need(need, limit) for need in needs),
        results=_told(needs, best_of(c for need in needs for c in need.here)[:limit]),
        outside=_told(needs, best_of(c for need in needs for c in need.outside)[:limit]),
        understood=brief.understood,
    )


def _answered(sought: Sought, filters: Filters) -> Answered:
    found = candidates(sought, filters)
    return Answered(
        sought,
        tuple(c for c in found if c.within_reach),
        tuple(c for c in found if not c.within_reach),
    )


def _need(need: Answered, limit: int) -> NeedAnswer:
    wanted = need.sought.need
    results = tuple(told(need.sought, candidate) for candidate in need.here[:limit])
    return NeedAnswer(iri=wanted.iri, label=wanted.label, results=results)


def _told(needs: Iterable[Answered], chosen: Iterable[Candidate]) -> tuple[Result, ...]:
    sought = {id(need.sought.need): need.sought for need in needs}
    return tuple(told(sought[id(candidate.need)], candidate) for candidate in chosen)
