"""Cells of the space: what is near among what a filter keeps, without comparing all of it."""

from pathlib import Path

import numpy as np
import pytest

from ecograph.index import Filters
from ecograph.index.large import layer
from ecograph.index.large.cells import Cells
from ecograph.index.large.folder import open_large
from tests.index.test_large_folder import BASE, WORDS, make

SIZE, WIDTH = 5_000, 16


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Texts of forty themes, which lie together."""
    chance = np.random.default_rng(1)
    themes = np.repeat(chance.normal(size=(40, WIDTH)), SIZE // 40, axis=0)
    rows = (themes + chance.normal(size=(SIZE, WIDTH))).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def cells(rows: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Cells:
    folder = tmp_path_factory.mktemp("cells")
    Cells.of(rows.astype(np.float16)).save(folder)
    return Cells.load(folder)


def test_nearly_all_of_the_nearest_are_among_the_few(rows: np.ndarray, cells: Cells) -> None:
    among = np.random.default_rng(2).random(SIZE) < 0.3
    shares = []
    for number in range(0, SIZE, 97):
        found = cells.near(rows[number], among, 500)
        assert 500 <= len(found) < among.sum() / 2
        assert among[found].all()
        kept = np.flatnonzero(among)
        nearest = kept[np.argsort(-(rows[kept] @ rows[number]))[:20]]
        shares.append(np.isin(nearest, found).mean())
    assert np.mean(shares) > 0.9


def test_where_few_are_left_all_are_found(rows: np.ndarray, cells: Cells) -> None:
    among = np.zeros(SIZE, dtype=bool)
    among[[3, 4_999, 12]] = True
    assert cells.near(rows[0], among, 300).tolist() == [3, 12, 4_999]


def test_the_neighbours_of_nearly_all_are_around_them_in_one_of_two_ways(
    rows: np.ndarray, cells: Cells
) -> None:
    nearest = np.argsort(-(rows @ rows.T), axis=1)[:, :8]
    found = np.zeros(nearest.shape, dtype=bool)
    for each in (cells, Cells.of(rows, seed=1)):
        seen = []
        for own, around in each.surroundings(1_000):
            assert len(around) >= 1_000
            seen.extend(own.tolist())
            found[own] |= np.isin(nearest[own], around)
        assert sorted(seen) == list(range(SIZE))
    assert found.mean() > 0.9


def test_a_search_through_cells_keeps_to_its_filters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make(tmp_path / "1", count=900)
    filters = Filters(poles=(f"{BASE}pole/1",))
    query = f"une aide pour {WORDS[0]} et {WORDS[1]}"
    expected = open_large(made).search(query, filters=filters, limit=20)
    monkeypatch.setattr(layer, "COMPARED", 100)
    found = open_large(made).search(query, filters=filters, limit=20)
    assert found.total == expected.total
    assert {hit.iri for hit in found.hits} == {hit.iri for hit in expected.hits}
