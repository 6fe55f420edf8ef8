"""The page on which people say whether a resource that was proposed is of help; works without JavaScript.

Whoever may judge has a key that writes. It is typed into the form, unless the request carries it already.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from ecograph.app import EcoGraph
from ecograph.exchange.deciding import LONGEST_REASON
from ecograph.exchange.judging import VERDICTS
from ecograph.model import Iri
from ecograph.web.access import Graph, LevelOf, refuse_other_sites, the_holder, the_level, writing_with
from ecograph.web.language import language_of
from ecograph.web.rendering import page
from ecograph.web.writing import in_thread

router = APIRouter(include_in_schema=False)


@router.get("/feedback")
def feedback_form(
    request: Request, graph: Graph, level: LevelOf, about: str, resource: str, verdict: str = ""
) -> HTMLResponse:
    """Show the form about a resource that was proposed for a need or a project."""
    for iri in (about, resource):
        graph.view(level).facts(iri)
    return _page(request, about, resource, verdict=verdict)


@router.post("/feedback")
async def post_feedback(
    request: Request,
    graph: Graph,
    about: Annotated[str, Form()],
    resource: Annotated[str, Form()],
    verdict: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    key: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Keep a judgement; a form without a verdict, or without a key in use, comes back with what is amiss."""
    refuse_other_sites(request)
    said = reason[:LONGEST_REASON]
    holder = await the_holder(request, key)
    writer = writing_with(holder) if holder else None
    if verdict not in VERDICTS or writer is None:
        amiss = "verdict" if verdict not in VERDICTS else "key"
        return _page(request, about, resource, verdict=verdict, reason=said, amiss=amiss)
    give = partial(graph.feedback.give, reason=said, language=language_of(request))
    await in_thread(request, partial(give, writer, about, resource, verdict))
    return _page(request, about, resource, verdict=verdict, reason=said, kept=True)


def _page(
    request: Request,
    about: Iri,
    resource: Iri,
    *,
    verdict: str = "",
    reason: str = "",
    amiss: str = "",
    kept: bool = False,
) -> HTMLResponse:
    graph: EcoGraph = request.app.state.graph
    view, language = graph.view(the_level(request)), language_of(request)
    return page(
        request,
        "feedback.html",
        HTTPStatus.BAD_REQUEST if amiss else HTTPStatus.CREATED if kept else HTTPStatus.OK,
        base=graph.base,
        about=about,
        about_label=view.label(about, language),
        resource=resource,
        resource_label=view.label(resource, language),
        verdict=verdict,
        reason=reason,
        amiss=amiss,
        kept=kept,
        needs_key=getattr(request.state, "key", None) is None,
        longest=LONGEST_REASON,
        fictitious=False,
    )
