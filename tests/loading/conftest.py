"""Whole graphs compared by what they state, and small changes to the sample's files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.assets import ROOT
from ecograph.model import Level, Outcome
from ecograph.sources.content import File
from ecograph.sources.declaration import Declaration

LOZERE = "data/lozere/lozere.ttl"

Load = Callable[..., Outcome]


def dump_of(graph: EcoGraph) -> dict[Level, set[str]]:
    """Every quad of every level, in the words of N-Quads; nameless nodes have steady names."""
    snapshot = graph.snapshot()
    return {level: {str(quad) for quad in snapshot._stores[level]} for level in Level}


@pytest.fixture(scope="session")
def dump() -> Callable[[EcoGraph], dict[Level, set[str]]]:
    return dump_of


@pytest.fixture
def graph(fresh_copy: Path, opened: Callable[..., EcoGraph]) -> EcoGraph:
    """The sample territory in a home of one's own."""
    return opened(fresh_copy)


@pytest.fixture
def lozere(graph: EcoGraph) -> Load:
    """Load the watch cell's file with some text replaced, and the declaration changed."""

    def load(*replaced: tuple[str, str], **changes: object) -> Outcome:
        text = (ROOT / LOZERE).read_text("utf-8")
        for old, new in replaced:
            assert old in text, old
            text = text.replace(old, new)
        declaration: Declaration = graph.writing.declarations()["lozere"].model_copy(update=changes)
        return graph.writing.load_files(declaration, [File(LOZERE, text.encode())])

    return load
