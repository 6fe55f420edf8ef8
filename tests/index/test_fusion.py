import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from ecograph.index.fusion import fused, ranked

SIZE = 4
NO_TIES = csr_array((SIZE, SIZE))
NO_NAMES = np.zeros(SIZE)

scores = arrays(np.float64, SIZE, elements=st.floats(0, 10, allow_subnormal=False))


def test_the_best_in_every_signal_scores_one() -> None:
    given_ = fused(
        {"words": np.array([3.0, 1, 0, 0]), "sense": np.array([0.9, 0, 0.2, 0])}, NO_NAMES, NO_TIES
    )
    assert sum(part[0] for part in given_.values()) == pytest.approx(1.0)
    assert given_["words"][1] == pytest.approx(1 / 3 / 3)


def test_a_name_comes_before_what_only_speaks_of_it() -> None:
    names = np.array([0.0, 1, 0, 0])
    given_ = fused({"words": np.array([5.0, 4, 0, 0])}, names, NO_TIES)
    total = sum(given_.values())
    assert total.argmax() == 1
    assert total.max() <= 1


def test_a_neighbour_of_an_answer_gets_a_share() -> None:
    tied = csr_array(np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], dtype=float))
    given_ = fused({"words": np.array([1.0, 0, 0, 0])}, NO_NAMES, tied)
    assert given_["neighbours"][1] > given_["neighbours"][2] == 0
    assert given_["words"][1] == 0


@given(scores, scores)
def test_the_order_does_not_depend_on_the_scale_of_a_signal(words: np.ndarray, sense: np.ndarray) -> None:
    once = sum(fused({"words": words, "sense": sense}, NO_NAMES, NO_TIES).values())
    again = sum(fused({"words": words * 8, "sense": sense}, NO_NAMES, NO_TIES).values())
    assert once == pytest.approx(again)


def test_no_signal_gives_nothing() -> None:
    given_ = fused({"words": np.zeros(SIZE)}, NO_NAMES, NO_TIES)
    assert all((part == 0).all() for part in given_.values())


def test_equal_scores_go_to_the_lower_number() -> None:
    order = ranked(np.array([1.0, 2.0, 2.0, 0.0]), np.array([True, True, True, False]))
    assert order.tolist() == [1, 2, 0]
