"""The page of a match: a project, what can help it, what to ask next, and what if."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse

from ecograph.app import EcoGraph
from ecograph.model import Iri, Level, MatchAnswer, Result, Understood
from ecograph.questions.company import FACTS
from ecograph.questions.filtering import Asked
from ecograph.questions.view import View
from ecograph.web.access import Graph, LevelOf
from ecograph.web.cards import Card, cards, folded_cards, tongue_of
from ecograph.web.language import language_of
from ecograph.web.rendering import page

router = APIRouter(include_in_schema=False)

LONGEST_IN_ADDRESS = 4_000
_MATCHES = 8
_MOST_ASIDE = 50
_TERRITORY = "territory"
_SCHEMES = {"naf": "naf", "legal_form": "legal-forms", "stage": "project-stages"}
_INPUTS = {"headcount": "number", "founded_on": "date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedCards:
    """A need with the cards that answer it, and what to say when none does."""

    iri: Iri | None
    label: str
    tongue: str | None
    notice: str | None
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactField:
    """A fact that a reader may give: a choice among concepts, a number, a date, or a place in words.

    A place is typed, since towns are too many to choose from; the larger territories are suggested.
    """

    name: str
    input: str
    choices: Sequence[tuple[str, str]]
    suggested: Sequence[str]
    value: str


def facts_in_address(request: Request) -> dict[str, str]:
    """Return the facts that an address gives."""
    return {name: value for name in FACTS if (value := request.query_params.get(name, "").strip())}


async def facts_in_form(request: Request) -> dict[str, str]:
    """Return the facts that a form gives."""
    form = await request.form()
    return {name: value for name in FACTS if (value := str(form.get(name, "")).strip())}


@router.get("/match")
def match(
    request: Request,
    graph: Graph,
    level: LevelOf,
    facts: Annotated[dict[str, str], Depends(facts_in_address)],
    text: str = "",
    project: str = "",
) -> HTMLResponse:
    """Show what can help a project: one of the graph, or one told in a few words."""
    return _page(request, graph, level, text, project, facts)


@router.post("/match")
def post_match(
    request: Request,
    graph: Graph,
    level: LevelOf,
    facts: Annotated[dict[str, str], Depends(facts_in_form)],
    text: Annotated[str, Form()] = "",
    project: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Show what can help a project that is told at length."""
    return _page(request, graph, level, text, project, facts)


def shown(answer: MatchAnswer | None) -> list[Result]:
    """Return every result that a page with an answer shows."""
    if answer is None:
        return []
    lists = (answer.results, answer.outside, *(need.results for need in answer.needs))
    groups = (group.results for group in answer.groups)
    return [*(r for found in (*lists, *groups) for r in found), *(b.result for b in answer.bridges)]


def need_cards(view: View, answer: MatchAnswer, base: str, language: str) -> list[NeedCards]:
    """Return the needs of a project with their cards."""
    return [
        NeedCards(
            iri=need.iri,
            label=need.label,
            tongue=tongue_of(view, need.iri, need.label, language) if need.iri else None,
            notice=need.notice,
            cards=cards(view, need.results, base, language),
        )
        for need in answer.needs
    ]


def _page(
    request: Request, graph: EcoGraph, level: Level, text: str, project: str, facts: Mapping[str, str]
) -> HTMLResponse:
    view, language = graph.view(level), language_of(request)
    aside = tuple(dict.fromkeys(request.query_params.getlist("without")[:_MOST_ASIDE]))
    answer = _answered(graph, level, text.strip(), project, facts, aside, language)
    return page(
        request,
        "match.html",
        base=graph.base,
        answer=answer,
        text=text,
        project=project,
        aside=aside,
        chips=_chips(answer, text, facts, aside) if answer and not project else [],
        longest=LONGEST_IN_ADDRESS,
        label_tongue=tongue_of(view, project, answer.label, language) if answer and project else None,
        overall=folded_cards(view, answer.results, graph.base, language) if answer else [],
        outside=cards(view, answer.outside, graph.base, language) if answer else [],
        needs=need_cards(view, answer, graph.base, language) if answer else [],
        fields=_fields(view, facts, language) if answer else [],
        fictitious=any(result.fictitious for result in shown(answer)),
    )


def _chips(
    answer: MatchAnswer, text: str, facts: Mapping[str, str], aside: tuple[str, ...]
) -> list[tuple[Understood, str | None]]:
    """Return what was understood, each with the address of the match without it; a long text has none."""
    given = [("text", text), *facts.items(), *(("without", value) for value in aside)]
    return [
        (
            one,
            f"/match?{urlencode([*given, ('without', one.iri.rsplit('/', 1)[-1])])}"
            if len(text) <= LONGEST_IN_ADDRESS
            else None,
        )
        for one in answer.understood
    ]


def _answered(
    graph: EcoGraph,
    level: Level,
    text: str,
    project: str,
    facts: Mapping[str, str],
    aside: tuple[str, ...],
    language: str,
) -> MatchAnswer | None:
    if project:
        return graph.match_project(level, project, Asked(), limit=_MATCHES, facts=facts, language=language)
    if text:
        return graph.match_text(
            level, text, Asked(), limit=_MATCHES, facts=facts, language=language, without=aside
        )
    return None


def _fields(view: View, facts: Mapping[str, str], language: str) -> list[FactField]:
    return [
        FactField(
            name=name,
            input=_INPUTS.get(name, "text"),
            choices=_choices(view, _SCHEMES[name], language) if name in _SCHEMES else (),
            suggested=[label for _, label in _choices(view, "territories", language)]
            if name == _TERRITORY
            else (),
            value=_shown(view, name, facts.get(name, ""), language),
        )
        for name in FACTS
    ]


def _shown(view: View, name: str, value: str, language: str) -> str:
    """Return a fact as a reader would have typed it: a place by its name, not by its code."""
    place = view.concepts.resolve("territories", value) if name == _TERRITORY and value else None
    return view.concepts.label(place.iri, language) if place else value


def _choices(view: View, scheme: str, language: str) -> list[tuple[str, str]]:
    concepts = view.concepts.of_scheme(scheme)
    return sorted(((c.notation, c.label(language)) for c in concepts), key=lambda pair: pair[1].casefold())
