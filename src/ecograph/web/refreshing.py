"""`/api/refresh`: where the sources stand, and refreshing them at once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from ecograph.model import SourceState
from ecograph.web.access import Graph, LevelOf, MayWrite, WriterKey
from ecograph.web.bodies import Body

router = APIRouter(prefix="/api", tags=["refresh"])

_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Writing needs a key."},
    403: {"description": "This key may not write."},
    404: {"description": "No such source is declared, or not for this key."},
    503: {"description": "A refresh is under way."},
}


class RefreshIn(Body):
    """What to refresh."""

    sources: list[str] = Field(
        [], description="Ids of sources; by default, those that are due.", max_length=100
    )
    accept_losses: bool = Field(
        default=False,
        description="Whether the sources named may lose more of their records than their declaration says.",
    )

    @model_validator(mode="after")
    def _accepted_of_named_sources(self) -> Self:
        """Nobody accepts the losses of sources that happen to be due."""
        if self.accept_losses and not self.sources:
            raise ValueError("`accept_losses` needs the `sources` that may lose records")
        return self


class RefreshOut(BaseModel):
    """What is refreshed in the background."""

    started: list[str]


@router.get("/refresh")
def read_refresh(graph: Graph, level: LevelOf, may_write: MayWrite) -> list[SourceState]:
    """Return where each source stands that this level may see: when it is due, its last run, its step.

    What a run says of files and addresses is for keys that may begin one: for others, `message` and
    `rejections` are empty, and `step` tells only that there is one.
    """
    return graph.refresh.states(level, reports=may_write)


@router.post("/refresh", status_code=HTTPStatus.ACCEPTED, responses=_REFUSALS)
def post_refresh(graph: Graph, key: WriterKey, asked: RefreshIn) -> RefreshOut:
    """Begin to refresh sources, and answer at once; `GET` tells how it goes."""
    started = graph.refresh.start(asked.sources, level=key.level, accept_losses=asked.accept_losses)
    return RefreshOut(started=started)
