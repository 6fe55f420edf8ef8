"""The sample territory, loaded once as a user would load it."""

from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.settings import Settings


@pytest.fixture(scope="session")
def sample_graph(tmp_path_factory: pytest.TempPathFactory) -> EcoGraph:
    home: Path = tmp_path_factory.mktemp("sample-territory")
    graph = EcoGraph(Settings(home=home, embedding="none"))
    outcomes, failures = graph.writing.load_declared()
    assert not failures
    assert [outcome.source for outcome in outcomes if outcome.rejections] == []
    return graph
