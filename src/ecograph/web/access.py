"""What handlers need from a request: the façade, the level of who asks, the language."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from ecograph.app import EcoGraph
from ecograph.model import Level


def the_graph(request: Request) -> EcoGraph:
    """Return the façade that the service was made with."""
    graph: EcoGraph = request.app.state.graph
    return graph


def the_level(request: Request) -> Level:
    """Return the level of who asks; without a key it is public."""
    level: Level = getattr(request.state, "level", Level.PUBLIC)
    return level


Graph = Annotated[EcoGraph, Depends(the_graph)]
LevelOf = Annotated[Level, Depends(the_level)]
