from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecograph.errors import BudgetSpent
from ecograph.web.budget import Budget, network_of

PER_MINUTE = 30.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 20)), min_size=1))
def test_nobody_gets_more_than_a_minute_saved_up_and_the_flow(steps: list[tuple[float, float]]) -> None:
    clock = Clock()
    account = Budget(PER_MINUTE, clock=clock).account("a")
    begun, used, last = clock.now, 0.0, 0.0
    for pause, seconds in steps:
        clock.now += pause
        try:
            account.check()
        except BudgetSpent:
            continue
        account.charge(seconds)
        used, last = used + seconds, seconds
        # Only the last query, which nobody could tell the length of, may go beyond.
        assert used - last <= PER_MINUTE + PER_MINUTE * (clock.now - begun) / 60 + 1e-6


@given(st.floats(30.001, 500))
def test_retry_after_is_enough_and_not_much_too_long(used: float) -> None:
    clock = Clock()
    account = Budget(PER_MINUTE, clock=clock).account("a")
    account.charge(used)
    with pytest.raises(BudgetSpent) as caught:
        account.check()
    clock.now += max(0, caught.value.retry_after - 1.01)
    if caught.value.retry_after > 1:
        with pytest.raises(BudgetSpent):
            account.check()
    clock.now += 1.02
    account.check()


def test_clients_are_apart_and_keys_get_more() -> None:
    budget = Budget(PER_MINUTE, clock=Clock())
    budget.account("a").charge(31)
    with pytest.raises(BudgetSpent, match="30 seconds of processor time a minute"):
        budget.account("a").check()
    budget.account("b").check()
    trusted = budget.account("key:1", share=4)
    trusted.charge(119)
    trusted.check()
    trusted.charge(2)
    with pytest.raises(BudgetSpent, match="120 seconds"):
        trusted.check()


def test_nothing_used_is_nothing_remembered() -> None:
    budget = Budget(PER_MINUTE)
    budget.account("a").check()
    budget.account("a").charge(0)
    assert len(budget) == 0


@given(st.lists(st.integers(0, 50)))
def test_only_so_many_clients_are_remembered_the_last_ones(charged: list[int]) -> None:
    budget = Budget(PER_MINUTE, clock=Clock(), remembered=5)
    for number in charged:
        budget.account(str(number)).charge(31)
    assert len(budget) <= 5
    for number in list(dict.fromkeys(reversed(charged)))[:5]:
        with pytest.raises(BudgetSpent):
            budget.account(str(number)).check()


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_one_network_is_one_client(address: str, client: str) -> None:
    assert network_of(address) == client
