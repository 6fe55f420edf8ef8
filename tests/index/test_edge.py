"""A canary: what we rely on in Qdrant Edge, whose interface is beta."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from ecograph.index.large.edge import Shard

SIZE, WIDTH = 3_000, 12


def _vectors() -> np.ndarray:
    rows = np.random.default_rng(1).normal(size=(SIZE, WIDTH)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edge") / "shard"
    Shard.create(folder, _vectors(), WIDTH)
    return folder


def test_the_version_is_the_one_that_was_measured() -> None:
    assert version("qdrant-edge-py").startswith("0.9.")


def test_among_some_the_nearest_are_exact(folder: Path) -> None:
    shard, rows = Shard(folder, WIDTH), _vectors()
    among = list(range(0, SIZE, 7))
    numbers, found = shard.nearest_among(rows[3], 5, among)
    cosines = rows[among] @ rows[3]
    assert found == pytest.approx(np.sort(cosines)[::-1][:5], abs=1e-2)
    assert numbers.tolist() == [among[at] for at in np.argsort(-cosines)[:5]]


def test_vectors_come_back_in_the_order_asked_for(folder: Path) -> None:
    assert Shard(folder, WIDTH).vectors([7, 3, 900]) == pytest.approx(_vectors()[[7, 3, 900]], abs=2e-3)
    assert Shard(folder, WIDTH).vectors([]).shape == (0, WIDTH)


def test_two_processes_may_read_one_shard(folder: Path) -> None:
    own = Shard(folder, WIDTH)
    read = (
        "import sys, pathlib; from ecograph.index.large.edge import Shard;"
        f"print(len(Shard(pathlib.Path(sys.argv[1]), {WIDTH}).vectors([1, 2])))"
    )
    command = [sys.executable, "-c", read, str(folder)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() == "2"
    assert len(own.vectors([1, 2])) == 2
