"""The web pages: parse the request, ask the façade, hand the answer to a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from ecograph.app import EcoGraph
from ecograph.graph.facts import DESCRIPTIONS
from ecograph.graph.saved import Parameter, SavedQuery
from ecograph.model import Fit, Iri, Level, MatchAnswer, Result
from ecograph.questions.filtering import Asked, resolve
from ecograph.questions.reverse import can_fit
from ecograph.questions.search import Understanding
from ecograph.questions.stories import similar
from ecograph.questions.view import View
from ecograph.web.access import Graph, LevelOf, the_graph, the_level
from ecograph.web.answers import Row, table
from ecograph.web.cards import cards, folded_cards, heading, tongue, tongue_of
from ecograph.web.facets import Search, chips, facets, search_of, understood, written
from ecograph.web.language import language_of
from ecograph.web.matching import LONGEST_IN_ADDRESS, need_cards, shown
from ecograph.web.rendering import install, page
from ecograph.web.sheet import searched, sheet, source_notes

__all__ = ["error_page", "install", "queries_page", "query_result_page", "resource_page", "router"]

router = APIRouter(include_in_schema=False)

PER_PAGE = 20
_MATCHES_ON_SHEET, _RELATED, _FITS, _GAPS = 3, 6, 5, 50
_ERRORS = frozenset({400, 404, 413, 503})


@router.get("/")
def home(request: Request, graph: Graph, level: LevelOf) -> HTMLResponse:
    """Show what EcoGraph is, where to start, and what it holds."""
    language, view = language_of(request), graph.view(level)
    everything = graph.search(level, "", Asked(), limit=0, language=language)
    counts = {value.value: value.count for value in everything.facets["type"]}
    poles = [(value, written(view, "pole", value.value)) for value in everything.facets["pole"]]
    samples = [_first_project(graph, level, value, language) for _, value in poles]
    projects = list({found.iri: found for sample in samples for found in sample}.values())
    notes = list(source_notes(view, view.snapshot.graphs(level), language))
    return page(
        request,
        "home.html",
        base=graph.base,
        counts=counts,
        poles=poles,
        projects=cards(view, projects, graph.base, language),
        notes=notes,
        descriptions={note.iri: _described(view, note.iri, language) for note in notes},
        longest=LONGEST_IN_ADDRESS,
        fictitious=any(found.fictitious for found in projects),
    )


@router.get("/search")
def search(request: Request, graph: Graph, level: LevelOf) -> HTMLResponse:
    """Show one page of results, with the facets to narrow them."""
    language, view, wanted = language_of(request), graph.view(level), search_of(request)
    answer = graph.search(
        level,
        wanted.words,
        wanted.asked,
        limit=PER_PAGE,
        offset=(wanted.page - 1) * PER_PAGE,
        language=language,
        reading=Understanding(without=frozenset(wanted.aside)),
    )
    return page(
        request,
        "search.html",
        base=graph.base,
        answer=answer,
        search=wanted,
        last=max(1, -(-answer.total // PER_PAGE)),
        chips=chips(view, wanted, language),
        understood=understood(answer, wanted),
        facets=facets(view, answer, resolve(wanted.asked, view.concepts), language),
        cards=folded_cards(view, answer.results, graph.base, language),
        fictitious=any(result.fictitious for result in answer.results),
    )


@router.get("/gaps")
def gaps(request: Request, graph: Graph, level: LevelOf) -> HTMLResponse:
    """Show the needs that nothing covers, and where they are."""
    language, view, wanted = language_of(request), graph.view(level), search_of(request)
    asked = Asked(pole=wanted.asked.pole, axis=wanted.asked.axis, territory=wanted.asked.territory)
    answer = graph.gaps(level, asked, limit=_GAPS, language=language)
    return page(
        request,
        "gaps.html",
        base=graph.base,
        answer=answer,
        chips=chips(view, Search("", asked, 1), language),
        label_tongue=lambda iri, text: tongue_of(view, iri, text, language),
        counts=[
            (name, [(written(view, name, value.value), value) for value in values])
            for name, values in answer.facets.items()
        ],
        fictitious=any(gap.fictitious for gap in answer.gaps),
    )


@router.get("/about")
def about(request: Request, graph: Graph, level: LevelOf) -> HTMLResponse:
    """Show what the data are, how the ranking works, the licences, the accessibility statement."""
    view, language = graph.view(level), language_of(request)
    notes = list(source_notes(view, view.snapshot.graphs(level), language))
    return page(request, "about.html", base=graph.base, notes=notes, fictitious=False)


def resource_page(request: Request, iri: Iri) -> HTMLResponse:
    """Show all that is known of a resource; raises `ResourceNotFound`."""
    graph, level, language = the_graph(request), the_level(request), language_of(request)
    view, described = graph.view(level), graph.describe(level, iri, language=language)
    related = graph.related(level, iri, limit=_RELATED, language=language)
    facts = view.facts(iri)
    answer = _matches(graph, level, iri, language) if "Project" in facts.classes else None
    fits = _fits(graph, level, iri, language)
    facet = searched(iri)
    return page(
        request,
        "resource.html",
        base=graph.base,
        about=described,
        heading=heading(facts, described.label),
        sheet=sheet(view, described, language),
        title_tongue=tongue(facts, described.label, language),
        summary_tongue=tongue(facts, described.summary, language),
        label_tongue=lambda value: tongue_of(view, value.iri, value.text, language) if value.iri else None,
        related=cards(view, related, graph.base, language),
        fits=list(zip(fits, cards(view, [fit.result for fit in fits], graph.base, language), strict=True)),
        needs=need_cards(view, answer, graph.base, language) if answer else [],
        similar=similar(view, iri, language) if "WatchItem" in facts.classes else (),
        searched=Search("", Asked(**{facet: (written(view, facet, iri),)}), 1).address() if facet else None,
        fictitious=described.fictitious
        or any(result.fictitious for result in (*related, *shown(answer), *(f.result for f in fits))),
    )


def queries_page(request: Request) -> HTMLResponse:
    """Show the saved queries, each with a form for its parameters."""
    graph, view = the_graph(request), the_graph(request).view(the_level(request))
    return page(
        request,
        "queries.html",
        queries=list(graph.queries.values()),
        choices=lambda parameter: _choices(view, parameter, language_of(request)),
        fictitious=False,
    )


def query_result_page(request: Request, query: SavedQuery, rows: Sequence[Row]) -> HTMLResponse:
    """Show the answers of a saved query as a table."""
    graph, language = the_graph(request), language_of(request)
    view = graph.view(the_level(request))
    answers = table(view, rows, language)
    return page(
        request,
        "query.html",
        base=graph.base,
        query=query,
        table=answers,
        asked={name: value for name, value in request.query_params.items() if name != "lang" and value},
        choices=lambda parameter: _choices(view, parameter, language),
        fictitious=answers.fictitious,
    )


def error_page(request: Request, problem: Mapping[str, object]) -> HTMLResponse:
    """Say what went wrong, and where to go from there; takes a problem document (RFC 9457)."""
    status = int(str(problem["status"]))
    known = str(status) if status in _ERRORS else "other"
    detail = problem.get("detail", "")
    return page(request, "error.html", status, code=status, detail=detail, known=known, fictitious=False)


def _matches(graph: EcoGraph, level: Level, iri: Iri, language: str) -> MatchAnswer:
    return graph.match_project(level, iri, Asked(), limit=_MATCHES_ON_SHEET, language=language)


def _fits(graph: EcoGraph, level: Level, iri: Iri, language: str) -> Sequence[Fit]:
    """Return the projects that a resource fits, where it is one that may help."""
    index = graph.view(level).index
    if iri not in index or not can_fit(index.document(iri)):
        return ()
    return graph.candidates(level, iri, limit=_FITS, language=language)


def _first_project(graph: EcoGraph, level: Level, pole: str, language: str) -> Sequence[Result]:
    asked = Asked(type=("Project",), pole=(pole,))
    return graph.search(level, "", asked, limit=1, language=language).results


def _described(view: View, iri: Iri, language: str) -> str:
    return view.facts(iri).text(DESCRIPTIONS, language)


def _choices(view: View, parameter: Parameter, language: str) -> list[tuple[str, str]]:
    concepts = view.concepts.of_scheme(parameter.scheme or "")
    return sorted(((c.notation, c.label(language)) for c in concepts), key=lambda pair: pair[1].casefold())
