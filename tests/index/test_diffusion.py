import numpy as np
import pytest
from scipy.sparse import csr_array

from ecograph.index import diffusion
from ecograph.index.diffusion import diffused, ties

NO_LINKS = csr_array((8, 3))


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def vectors() -> np.ndarray:
    return _unit(np.abs(np.random.default_rng(1).normal(size=(8, 5))))


def test_each_row_shares_out_one_and_nobody_is_its_own_neighbour(vectors: np.ndarray) -> None:
    tied = ties(vectors, NO_LINKS)
    assert np.asarray(tied.sum(axis=1)).ravel() == pytest.approx(1.0)
    assert tied.diagonal().tolist() == [0.0] * 8


def test_ties_run_in_both_directions(vectors: np.ndarray) -> None:
    held = ties(vectors, NO_LINKS).toarray() > 0
    assert (held == held.T).all()


def test_a_shared_link_ties_what_says_something_else() -> None:
    apart = _unit(np.eye(8)[:, :8])
    links = csr_array((np.ones(2), ([0, 5], [1, 1])), shape=(8, 3))
    tied = ties(apart, links)
    assert tied[0, 5] == pytest.approx(1.0)
    assert tied[1].sum() == 0


def test_blocks_give_what_one_block_gives(vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ties(vectors, NO_LINKS).toarray()
    monkeypatch.setattr(diffusion, "BLOCK", 3)
    assert ties(vectors, NO_LINKS).toarray() == pytest.approx(whole)


def test_sparse_rows_are_read_like_dense_ones(vectors: np.ndarray) -> None:
    sparse = ties(csr_array(vectors), NO_LINKS).toarray()
    assert sparse == pytest.approx(ties(vectors, NO_LINKS).toarray(), abs=1e-6)


def test_scores_reach_neighbours_of_neighbours() -> None:
    chain = csr_array(np.array([[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]]))
    spread = diffused(np.array([1.0, 0, 0]), chain)
    assert spread[1] > 0
    assert spread[2] > 0


@pytest.mark.parametrize("size", [0, 1])
def test_alone_there_are_no_ties(size: int) -> None:
    assert ties(np.zeros((size, 5), dtype=np.float32), csr_array((size, 0))).shape == (size, size)
