"""A deployment of one's own whose time a test moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from tests.refresh.desk import Desk


@pytest.fixture
def desk(fresh_copy: Path) -> Desk:
    return Desk(fresh_copy)


@pytest.fixture
def graph(desk: Desk) -> Iterator[EcoGraph]:
    graph = desk.open()
    yield graph
    graph.close()
