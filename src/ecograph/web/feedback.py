"""`/api/feedback`: what people say of matches, and what that changed."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from ecograph.exchange.deciding import LONGEST_REASON
from ecograph.model import FeedbackReport, Judged, Level
from ecograph.web.access import Graph, LevelOf, WriterKey
from ecograph.web.bodies import Body
from ecograph.web.writing import in_thread

router = APIRouter(prefix="/api", tags=["feedback"])

_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "It is about no need, or about no resource; nothing was written."},
    401: {"description": "Writing needs a key."},
    403: {"description": "This key may not write."},
}


class FeedbackIn(Body):
    """What someone says of a resource as an answer to a need."""

    about: str = Field(description="IRI of a need, or of a project: then of the need that it answers best.")
    resource: str = Field(description="IRI of the resource or actor that was proposed.")
    verdict: Literal["helpful", "not-relevant"]
    reason: str = Field("", description="Why, in a sentence.", max_length=LONGEST_REASON)
    level: Literal["public", "partners", "private"] | None = Field(
        None, description="Who sees it; by default, the level of the key."
    )


@router.post("/feedback", status_code=HTTPStatus.CREATED, responses=_REFUSALS)
async def post_feedback(
    request: Request,
    graph: Graph,
    key: WriterKey,
    said: FeedbackIn,
    lang: Annotated[Literal["fr", "en"], Query(description="Language of the reason.")] = "fr",
) -> Judged:
    """Keep a judgement as a decision; matches take it into account from then on."""
    level = Level.of(said.level) if said.level else None
    give = partial(graph.feedback.give, reason=said.reason, level=level, language=lang)
    return await in_thread(request, partial(give, key, said.about, said.resource, said.verdict))


@router.get("/feedback")
def read_feedback(graph: Graph, level: LevelOf) -> FeedbackReport:
    """Return how many judgements there are, and which results they move."""
    return graph.feedback.report(level)
