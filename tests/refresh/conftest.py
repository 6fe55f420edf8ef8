"""A deployment of one's own whose time a test moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from tests.refresh.desk import Desk


@pytest.fixture
def desk(fresh_copy: Path) -> Iterator[Desk]:
    with closing(Desk(fresh_copy)) as desk:
        yield desk


@pytest.fixture
def graph(desk: Desk) -> EcoGraph:
    return desk.open()
