"""Matching: for each need of a project, the resources of every kind that answer it, and why.

A score is a sum of contributions, each with its reason: how well the words and their sense agree,
the competences shared (through the hierarchy), the kind of help asked for, pole, axis, stage,
territory, and what eligibility says. An unknown criterion neither adds nor takes away. All that is
in the running is weighed and judged before the best are shown, so that no order depends on a cut.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ecograph.index import Filters
from ecograph.model import Bridge, Group, Iri, MatchAnswer, NeedAnswer, Result, WhatIf
from ecograph.questions.asking import next_question
from ecograph.questions.bridges import bridges
from ecograph.questions.brief import Brief, brief_from, brief_of
from ecograph.questions.candidates import Candidate, best_of, candidates, order, told
from ecograph.questions.company import Given, understood_facts, with_facts
from ecograph.questions.grouping import grouped
from ecograph.questions.noticing import notice
from ecograph.questions.signs import Sought
from ecograph.questions.simulation import what_if
from ecograph.questions.variants import with_variants
from ecograph.questions.view import View

NO_FACTS: Mapping[str, str] = {}
_BRIDGES, _OUTSIDE_A_NEED = 5, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a match is asked for, whatever the project: filters, facts given, day, size, language."""

    filters: Filters
    limit: int
    today: date
    facts: Mapping[str, str]
    language: str
    without: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """One need, and all that answers it, best first: within reach of the project, and beyond."""

    sought: Sought
    here: tuple[Candidate, ...]
    outside: tuple[Candidate, ...]

    @property
    def all(self) -> tuple[Candidate, ...]:
        """What answers the need, wherever it is offered."""
        return self.here + self.outside


def match_project(view: View, iri: Iri, asking: Asking) -> MatchAnswer:
    """Match a project of the graph; raises `ResourceNotFound`, `BadParameter`."""
    return _match(view, brief_of(view, iri, today=asking.today, language=asking.language), asking)


def match_text(view: View, text: str, asking: Asking) -> MatchAnswer:
    """Match a project told in a few words; raises `BadParameter`, `TooLarge`."""
    brief = brief_from(view, text, language=asking.language, without=asking.without)
    return _match(view, brief, asking)


def answered(view: View, brief: Brief, filters: Filters, language: str) -> list[Answered]:
    """Return each need of a project with all that answers it."""
    return [_answered(Sought(view, brief, need, language), filters) for need in brief.needs]


def _answered(sought: Sought, filters: Filters) -> Answered:
    found = candidates(sought, filters)
    here = tuple(candidate for candidate in found if candidate.within_reach)
    return Answered(sought, here, tuple(candidate for candidate in found if not candidate.within_reach))


def _match(view: View, known: Brief, asking: Asking) -> MatchAnswer:
    language, limit = asking.language, asking.limit
    given = understood_facts(asking.facts, view.concepts, today=asking.today, language=language)
    known = replace(known, today=asking.today)
    brief = with_facts(known, given)
    needs = answered(view, brief, asking.filters, language)
    here = best_of(candidate for need in needs for candidate in need.here)
    # What one need finds in reach is not out of the project's reach.
    near = {candidate.iri for candidate in here}
    outside = [c for c in best_of(c for need in needs for c in need.outside) if c.iri not in near]
    return MatchAnswer(
        project=brief.iri,
        label=brief.label,
        needs=tuple(_need(need, limit) for need in needs),
        results=with_variants(view, _told(needs, here[:limit])),
        outside=_told(needs, outside[:limit]),
        understood=brief.understood,
        places=tuple(view.label(iri, language) for iri in brief.territories),
        groups=tuple(
            Group(kind=kind, label=label, results=_told(needs, found[:limit]))
            for kind, label, found in grouped(here, language)
        ),
        bridges=_bridges(needs),
        next_question=next_question(here, brief, view.concepts, language),
        what_if=_what_if(view, known, needs, given, asking) if given else None,
        notice=notice(view, brief, here, outside, language),
    )


def _need(need: Answered, limit: int) -> NeedAnswer:
    sought = need.sought
    return NeedAnswer(
        iri=sought.need.iri,
        label=sought.need.label,
        results=tuple(told(sought, candidate) for candidate in need.here[:limit]),
        outside=tuple(told(sought, candidate) for candidate in need.outside[:_OUTSIDE_A_NEED]),
        notice=notice(sought.view, sought.brief, need.here, need.outside, sought.language),
    )


def _told(needs: Iterable[Answered], chosen: Iterable[Candidate]) -> tuple[Result, ...]:
    sought = {id(need.sought.need): need.sought for need in needs}
    return tuple(told(sought[id(candidate.need)], candidate) for candidate in chosen)


def _bridges(needs: Iterable[Answered]) -> tuple[Bridge, ...]:
    """Return the best crossovers of all needs, each resource once."""
    best: dict[Iri, Bridge] = {}
    found = (bridge for need in needs for bridge in bridges(need.sought, need.here, limit=_BRIDGES))
    for bridge in sorted(found, key=lambda bridge: order(bridge.result)):
        best.setdefault(bridge.result.iri, bridge)
    return tuple(best.values())[:_BRIDGES]


def _what_if(view: View, known: Brief, needs: Sequence[Answered], given: Given, asking: Asking) -> WhatIf:
    before = answered(view, known, asking.filters, asking.language)
    return what_if(
        [candidate for need in before for candidate in need.all],
        [candidate for need in needs for candidate in need.all],
        given,
        limit=asking.limit,
        language=asking.language,
    )
