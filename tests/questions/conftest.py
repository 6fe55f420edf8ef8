"""A small territory with an offer for each case, beside the sample's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.questions.view import View
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory, opened: Callable[..., EcoGraph]) -> EcoGraph:
    """The vocabulary, and the resources of `cases.ttl` alone."""
    graph = opened(tmp_path_factory.mktemp("cases") / "home")
    outcome = graph.writing.load_files(
        occasional("cases", "public"), [File("cases.ttl", (HERE / "cases.ttl").read_bytes())]
    )
    assert outcome.rejections == ()
    return graph


@pytest.fixture(scope="session")
def view(sample: EcoGraph) -> View:
    return sample.view(Level.PUBLIC)
