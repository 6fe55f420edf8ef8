import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecograph.index.fusion import ranked, rrf


def _order(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.intp)


def test_the_first_everywhere_scores_one() -> None:
    given_ = rrf({"words": _order(2, 0), "sense": _order(2, 1)}, size=3)
    assert sum(s[2] for s in given_.values()) == pytest.approx(1.0)
    assert given_["words"].tolist() == pytest.approx([0.5 * 61 / 62, 0, 0.5])
    assert given_["sense"].tolist() == pytest.approx([0, 0.5 * 61 / 62, 0.5])


def test_one_channel_has_the_whole_say() -> None:
    assert rrf({"words": _order(1)}, size=2)["words"].tolist() == [0.0, 1.0]


def test_a_channel_may_weigh_more() -> None:
    given_ = rrf({"a": _order(0), "b": _order(1)}, size=2, weights={"a": 3, "b": 1})
    assert (given_["a"][0], given_["b"][1]) == (0.75, 0.25)


def test_no_channels_give_nothing() -> None:
    assert rrf({}, size=3) == {}


def test_equal_scores_go_to_the_lower_number() -> None:
    scores = np.array([1.0, 3.0, 3.0, 2.0, 3.0])
    assert ranked(scores, np.array([True, True, False, True, True])).tolist() == [1, 4, 3, 0]


@given(st.lists(st.permutations(range(6)), min_size=1, max_size=4))
def test_scores_stay_between_zero_and_one(orders: list[list[int]]) -> None:
    given_ = rrf({str(n): _order(*order) for n, order in enumerate(orders)}, size=6)
    total = sum(given_.values())
    assert (total > 0).all()
    assert (total <= 1 + 1e-12).all()
