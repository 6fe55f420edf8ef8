"""`/resolution` and `/api/resolution`: which records are of one organisation, and deciding it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from ecograph.app import EcoGraph
from ecograph.exchange.deciding import LONGEST_REASON, Said
from ecograph.graph.keys import Key
from ecograph.model import Level, ResolutionReport, Resolved
from ecograph.web.access import Graph, LevelOf, WriterKey, refuse_other_sites, the_holder, writing_with
from ecograph.web.bodies import Body
from ecograph.web.language import language_of
from ecograph.web.rendering import page
from ecograph.web.writing import in_thread

router = APIRouter()

Verdict = Literal["merge", "keep-apart", "undo"]

PER_PAGE = 20
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "These are no organisations, or one already; nothing was written."},
    401: {"description": "Deciding needs a key."},
    403: {"description": "This key may not write."},
    404: {"description": "There is no such record, or not at this level."},
}


class DecisionIn(Body):
    """What someone decides of two records."""

    verdict: Verdict
    one: str = Field(description="IRI of a record.")
    other: str | None = Field(
        None, description="IRI of the other; not needed to undo the only decision on one."
    )
    keep: str | None = Field(None, description="When they are merged, the one whose IRI stays.")
    reason: str = Field("", description="Why, in a sentence.", max_length=LONGEST_REASON)


class DecisionForm(BaseModel):
    """A decision as a form of the page sends it; without a verdict, the page is asked for.

    A form sends no header: the key comes as one of its fields, and goes back into the next forms, so
    that nobody else's page can decide in the holder's name.
    """

    verdict: Verdict | None = None
    one: str = ""
    other: str | None = None
    keep: str | None = None
    reason: str = Field("", max_length=LONGEST_REASON)
    page: int = Field(1, ge=1)
    key: str = Field("", max_length=200)


@router.get("/api/resolution", tags=["resolution"])
def read_resolution(
    graph: Graph,
    level: LevelOf,
    limit: Annotated[int, Query(ge=0, le=1_000)] = PER_PAGE,
    offset: Annotated[int, Query(ge=0)] = 0,
    lang: Literal["fr", "en"] = "fr",
) -> ResolutionReport:
    """Return the pairs to decide, likely ones first with why, and the decisions that hold."""
    return graph.resolution.report(level, limit=limit, offset=offset, language=lang)


@router.post("/api/resolution", tags=["resolution"], status_code=HTTPStatus.CREATED, responses=_REFUSALS)
async def post_decision(
    request: Request,
    graph: Graph,
    key: WriterKey,
    decided: DecisionIn,
    lang: Annotated[Literal["fr", "en"], Query(description="Language of the reason.")] = "fr",
) -> Resolved:
    """Merge two records, keep them apart, or take that back; the graph shows it from then on."""
    return await in_thread(request, _deciding(graph, key, decided, lang))


@router.get("/resolution", include_in_schema=False)
def resolution_page(
    request: Request, graph: Graph, level: LevelOf, number: Annotated[int, Query(alias="page", ge=1)] = 1
) -> Response:
    """Show the pairs to decide and what was decided."""
    return _page(request, graph, level, number=number)


@router.post("/resolution", include_in_schema=False)
async def post_form(request: Request, graph: Graph, sent: Annotated[DecisionForm, Form()]) -> Response:
    """Carry a decision out for the holder of a key, and show what that key sees."""
    refuse_other_sites(request)
    holder = await the_holder(request, sent.key)
    if holder is None:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "Deciding needs a key that is in use.")
    done = None
    if sent.verdict:
        holder = writing_with(holder)
        asked = DecisionIn.model_validate(sent.model_dump(include=set(DecisionIn.model_fields)))
        done = await in_thread(request, _deciding(graph, holder, asked, language_of(request)))
        if not sent.key:
            return RedirectResponse("/resolution", HTTPStatus.SEE_OTHER)
    shown = partial(_page, request, graph, holder.level, number=sent.page, key=sent.key, done=done)
    return await anyio.to_thread.run_sync(shown)


def _deciding(graph: EcoGraph, key: Key, asked: DecisionIn, language: str) -> Callable[[], Resolved]:
    resolution, said = graph.resolution, Said(asked.reason, language)
    if asked.verdict == "undo":
        return partial(resolution.undo, key, asked.one, asked.other, said=said)
    if asked.other is None:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "Two records are needed: one, and the other.")
    if asked.verdict == "merge":
        return partial(resolution.merge, key, asked.one, asked.other, keep=asked.keep, said=said)
    return partial(resolution.keep_apart, key, asked.one, asked.other, said=said)


def _page(
    request: Request,
    graph: EcoGraph,
    level: Level,
    *,
    number: int,
    key: str = "",
    done: Resolved | None = None,
) -> Response:
    language = language_of(request)
    offset = (number - 1) * PER_PAGE
    report = graph.resolution.report(level, limit=PER_PAGE, offset=offset, language=language)
    response = page(
        request,
        "resolution.html",
        base=graph.base,
        report=report,
        key=key,
        done=done,
        number=number,
        last=max(1, -(-report.total // PER_PAGE)),
        fictitious=False,
    )
    response.headers["Cache-Control"] = "no-store"
    return response
