"""Matching: for each need of a project, the resources of every kind that answer it, and why.

A score is a sum of contributions, each with its reason: how well the words and their sense agree,
the competences shared (through the hierarchy), the kind of help asked for, pole, axis, stage,
territory, and what eligibility says. An unknown criterion neither adds nor takes away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ecograph.index import Document, Filters
from ecograph.model import Iri, MatchAnswer, NeedAnswer, Result
from ecograph.questions.brief import Brief, WantedNeed, brief_from, brief_of
from ecograph.questions.eligibility import judge
from ecograph.questions.search import result_of
from ecograph.questions.signs import Case, eligibility_reason, is_answer, reasons_of, within_reach
from ecograph.questions.view import View


def match_project(
    view: View, iri: Iri, filters: Filters, *, limit: int, today: date, language: str = "fr"
) -> MatchAnswer:
    """Match a project of the graph; raises `ResourceNotFound`, `BadParameter`."""
    return _match(view, brief_of(view, iri, today=today, language=language), filters, limit, language)


def match_text(view: View, text: str, filters: Filters, *, limit: int, language: str = "fr") -> MatchAnswer:
    """Match a project told in a few words; raises `BadParameter`, `TooLarge`."""
    return _match(view, brief_from(view, text, language=language), filters, limit, language)


def _match(view: View, brief: Brief, filters: Filters, limit: int, language: str) -> MatchAnswer:
    answers: list[NeedAnswer] = []
    best: dict[Iri, Result] = {}
    outside: dict[Iri, Result] = {}
    for need in brief.needs:
        here, elsewhere = _ranked(view, brief, need, filters, language)
        kept = tuple(_judged(view, brief, result, language) for result in here[: 2 * limit])
        kept = tuple(sorted(kept, key=_order))
        answers.append(NeedAnswer(iri=need.iri, label=need.label, results=kept[:limit]))
        _keep_best(best, kept)
        _keep_best(outside, elsewhere[:limit])
    return MatchAnswer(
        project=brief.iri,
        label=brief.label,
        needs=tuple(answers),
        results=tuple(sorted(best.values(), key=_order)[:limit]),
        outside=tuple(sorted(outside.values(), key=_order)[:limit]),
        understood=brief.understood,
    )


def _ranked(
    view: View, brief: Brief, need: WantedNeed, filters: Filters, language: str
) -> tuple[list[Result], list[Result]]:
    """Return what answers a need, best first: within reach of the project, and out of its reach."""
    here: list[Result] = []
    elsewhere: list[Result] = []
    candidates = [d for d in view.index.passing(filters) if _can_help(d) and d.iri not in brief.carriers]
    relevance = view.index.relevance(need.text, [document.iri for document in candidates])
    for document in candidates:
        words = tuple(m.word for m in view.index.matched(need.text, document.iri))
        case = Case(view, brief, need, document, relevance[document.iri], words, language)
        reasons = reasons_of(case)
        if not is_answer(reasons):
            continue
        result = result_of(view, document, reasons, language)
        (here if within_reach(case) else elsewhere).append(result)
    return sorted(here, key=_order), sorted(elsewhere, key=_order)


def _judged(view: View, brief: Brief, result: Result, language: str) -> Result:
    """Add what eligibility says to a result."""
    offer = view.facts(result.iri)
    eligibility = judge(view, offer, brief.who, language=language)
    reason = eligibility_reason(eligibility, language) if eligibility else None
    if reason is None:
        return replace(result, eligibility=eligibility)
    return replace(
        result,
        eligibility=eligibility,
        reasons=(*result.reasons, reason),
        score=result.score + reason.contribution,
    )


def _can_help(document: Document) -> bool:
    """Offers can help, and actors that offer competences or are there to help."""
    if "Resource" in document.types:
        return True
    return "Actor" in document.types and ("Company" not in document.types or bool(document.competences))


def _keep_best(best: dict[Iri, Result], results: Iterable[Result]) -> None:
    for result in results:
        known = best.get(result.iri)
        if known is None or result.score > known.score:
            best[result.iri] = result


def _order(result: Result) -> tuple[float, Iri]:
    return (-result.score, result.iri)
