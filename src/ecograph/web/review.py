"""`/api/review` and `/review`: what was read in texts, for people to accept or to reject.

The page works without JavaScript. A browser sends no key of its own accord: it is typed into a form,
travels in forms alone, and is kept nowhere.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from ecograph.exchange.deciding import LONGEST_REASON
from ecograph.graph.keys import Key
from ecograph.model import Level, Review, Reviewed
from ecograph.web.access import (
    Graph,
    LevelOf,
    WriterKey,
    refuse_other_sites,
    the_graph,
    the_holder,
    the_level,
)
from ecograph.web.bodies import Body
from ecograph.web.language import language_of
from ecograph.web.rendering import page
from ecograph.web.writing import in_thread

router = APIRouter(tags=["review"])

_ON_PAGE = 20
_NOTHING: dict[str, str | bool] = {"key": "", "may_write": False, "problem": "", "done": "", "kept_for": ""}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The decision is none; nothing was written."},
    401: {"description": "Reviewing needs a key."},
    403: {"description": "This key may not write."},
    404: {"description": "The key's level sees no such mention."},
}
State = Annotated[
    Literal["waiting", "proposed", "confirmed", "rejected"],
    Query(description="`waiting`: proposed, and not sure enough to be stated."),
]


class DecisionIn(Body):
    """What someone decides of a mention."""

    decision: Literal["accept", "reject"]
    actor: str | None = Field(
        None, description="Of a name that the graph does not know: IRI of the organisation whose it is."
    )
    reason: str = Field("", description="Why, in a sentence.", max_length=LONGEST_REASON)


class ReviewForm(BaseModel):
    """A decision as a form of the page sends it; without one, the page is asked for."""

    state: str = "waiting"
    page: int = 1
    key: str = ""
    mention: str = ""
    decision: str = ""
    actor: str = ""
    reason: str = ""

    @property
    def whose(self) -> str | None:
        """The organisation whose a name is that is accepted, where one is told."""
        return (self.actor.strip() or None) if self.decision == "accept" else None


@router.get("/api/review")
def read_review(
    graph: Graph,
    level: LevelOf,
    state: State = "waiting",
    source: Annotated[str, Query(description="Id of a source: of its texts alone.")] = "",
    limit: Annotated[int, Query(ge=0, le=100, description="Most mentions to return.")] = 20,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Mentions to skip.")] = 0,
    lang: Annotated[Literal["fr", "en"], Query(description="Language of labels.")] = "fr",
) -> Review:
    """Return what was read in texts and waits for a person, the surest first."""
    return graph.review.list(level, state, source=source, limit=limit, offset=offset, language=lang)


@router.post("/api/review/{mention}", status_code=HTTPStatus.CREATED, responses=_REFUSALS)
async def post_review(
    request: Request,
    graph: Graph,
    key: WriterKey,
    mention: str,
    said: DecisionIn,
    lang: Annotated[Literal["fr", "en"], Query(description="Language of the reason.")] = "fr",
) -> Reviewed:
    """Keep a decision on a mention; it survives whatever is read again."""
    decide = partial(graph.review.decide, actor=said.actor, reason=said.reason, language=lang)
    return await in_thread(request, partial(decide, key, mention, said.decision))


@router.get("/review", include_in_schema=False)
def review_page(request: Request, state: State = "waiting", page: int = 1) -> HTMLResponse:
    """Show what waits for a person, as far as whoever asks may see it."""
    key: Key | None = getattr(request.state, "key", None)
    return _page(request, the_level(request), state, page, may_write=bool(key and key.may_write))


@router.post("/review", include_in_schema=False)
async def review_form(request: Request, sent: Annotated[ReviewForm, Form()]) -> HTMLResponse:
    """Take a decision by a form, or just a key; show what waits at the level of the key."""
    refuse_other_sites(request)
    graph, language = the_graph(request), language_of(request)
    given = await the_holder(request, sent.key)
    if given is None:
        return _page(request, the_level(request), sent.state, sent.page, problem="review_no_key", status=401)
    show = partial(
        _page, request, given.level, sent.state, sent.page, key=sent.key, may_write=given.may_write
    )
    if not sent.decision:
        return await anyio.to_thread.run_sync(show)
    if not given.may_write:
        return await anyio.to_thread.run_sync(partial(show, problem="review_may_not", status=403))
    decide = partial(graph.review.decide, actor=sent.whose, reason=sent.reason, language=language)
    kept = await in_thread(request, partial(decide, given, sent.mention, sent.decision))
    return await anyio.to_thread.run_sync(partial(show, done=kept.state, kept_for=kept.level))


def _page(
    request: Request, level: Level, state: str, number: int, *, status: int = 200, **shown: str | bool
) -> HTMLResponse:
    """Show a page of mentions; `shown` is what else it tells: its arguments are those of `_NOTHING`."""
    graph, language = the_graph(request), language_of(request)
    number = max(1, number)
    found = graph.review.list(level, state, limit=_ON_PAGE, offset=(number - 1) * _ON_PAGE, language=language)
    response = page(
        request,
        "review.html",
        status,
        base=graph.base,
        review=found,
        number=number,
        last=max(1, -(-found.total // _ON_PAGE)),
        level=level.slug,
        fictitious=False,
        **(_NOTHING | shown),
    )
    response.headers["Cache-Control"] = "no-store"
    return response
