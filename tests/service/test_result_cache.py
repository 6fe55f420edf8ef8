from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecograph.errors import BadQuery, EcographError, QueryLimit
from ecograph.graph.queries import QueryOutcome, QueryRequest
from ecograph.graph.result_cache import CacheKey, ResultCache
from ecograph.model import Level

BODY = b"x" * 4_000


def key(text: str = "ASK {}", state: str = "1", level: Level = Level.PUBLIC, **asked: object) -> CacheKey:
    return CacheKey(state=state, level=level, request=QueryRequest(text=text, **asked))


class Maker:
    """Makes answers and counts them."""

    def __init__(self, body: bytes = BODY) -> None:
        self.body, self.made = body, 0

    def __call__(self) -> QueryOutcome:
        self.made += 1
        return QueryOutcome(media_type="text/csv", body=self.body, seconds=1.5)


def test_second_answer_is_the_first_and_costs_nothing() -> None:
    cache, make = ResultCache(1_000_000), Maker()
    first, second = cache.answer(key(), make), cache.answer(key(), make)
    assert (first.cached, first.seconds) == (False, 1.5)
    assert (second.cached, second.seconds, second.body) == (True, 0.0, BODY)
    assert make.made == 1
    assert cache.figures(Level.PUBLIC) == {"hits": 1, "misses": 1, "evictions": 0, "bytes": cache.size}


@pytest.mark.parametrize(
    "other",
    [
        key("ASK { }"),
        key(state="2"),
        key(level=Level.PRIVATE),
        key(default_graphs=("http://example.org/g",)),
        key(named_graphs=("http://example.org/g",)),
        key(results_format="text/csv"),
        key(graph_format="application/n-triples"),
        key(base="http://example.org/"),
    ],
)
def test_whatever_changes_the_answer_is_part_of_its_key(other: CacheKey) -> None:
    cache, make = ResultCache(1_000_000), Maker()
    cache.answer(key(), make)
    assert not cache.answer(other, make).cached


def test_answer_unused_for_longest_goes_first() -> None:
    cache, make = ResultCache(50_000), Maker()
    for number in range(9):
        cache.answer(key(f"ASK {{}} #{number}"), make)
    assert cache.answer(key("ASK {} #0"), make).cached
    for number in range(9, 17):
        cache.answer(key(f"ASK {{}} #{number}"), make)
    assert cache.answer(key("ASK {} #0"), make).cached
    assert not cache.answer(key("ASK {} #1"), make).cached
    assert cache.figures(Level.PUBLIC)["evictions"] > 0


def test_large_answers_are_not_kept() -> None:
    cache, make = ResultCache(8 * 5_000), Maker(b"x" * 5_000)
    cache.answer(key(), make)
    assert not cache.answer(key(), make).cached
    assert cache.size == 0


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3_000), st.sampled_from(Level))),
    st.integers(0, 20_000),
)
def test_never_more_bytes_than_allowed(asked: list[tuple[int, int, Level]], capacity: int) -> None:
    cache = ResultCache(capacity)
    for number, size, level in asked:
        answer = cache.answer(key(f"#{number}", level=level), Maker(bytes([number]) * size))
        assert set(answer.body) <= {number}
        assert 0 <= cache.size <= capacity
        assert cache.size == sum(cache.figures(level)["bytes"] for level in Level)


def test_failures_are_not_kept() -> None:
    cache, make = ResultCache(1_000_000), Maker()

    def fail() -> QueryOutcome:
        raise QueryLimit("it needs more")

    with pytest.raises(QueryLimit):
        cache.answer(key(), fail)
    assert not cache.answer(key(), make).cached


class Gate:
    """Makes an answer when it is told to."""

    def __init__(self, outcome: Callable[[], QueryOutcome]) -> None:
        self.entered, self.opened = threading.Event(), threading.Event()
        self._outcome = outcome
        self.made = 0

    def __call__(self) -> QueryOutcome:
        self.made += 1
        self.entered.set()
        assert self.opened.wait(10)
        return self._outcome()


def start(count: int, run: Callable[[], object]) -> Callable[[], list[object]]:
    ends: list[object] = []

    def collect() -> None:
        try:
            ends.append(run())
        except EcographError as error:
            ends.append(error)

    threads = [threading.Thread(target=collect) for _ in range(count)]
    for thread in threads:
        thread.start()

    def join() -> list[object]:
        for thread in threads:
            thread.join()
        return ends

    return join


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.002)


def test_the_same_at_the_same_time_is_made_once() -> None:
    cache, gate = ResultCache(1_000_000), Gate(Maker())
    join = start(8, lambda: cache.answer(key(), gate))
    until(lambda: cache._waiting == 7)
    gate.opened.set()
    ends = join()
    assert gate.made == 1
    assert sorted(end.cached for end in ends) == [False] + [True] * 7
    assert cache.figures(Level.PUBLIC)["hits"] == 7


def test_only_so_many_wait() -> None:
    cache, gate = ResultCache(1_000_000, waiters=2), Gate(Maker())
    join = start(6, lambda: cache.answer(key(), gate))
    until(lambda: gate.made == 4)
    gate.opened.set()
    assert len(join()) == 6
    assert gate.made == 4


def test_a_limit_is_told_to_all_who_wait() -> None:
    def fail() -> QueryOutcome:
        raise QueryLimit("it needs more than 1 second")

    cache, gate = ResultCache(1_000_000), Gate(fail)
    join = start(5, lambda: cache.answer(key(), gate))
    until(lambda: cache._waiting == 4)
    gate.opened.set()
    assert {str(end) for end in join()} == {"the query was stopped: it needs more than 1 second"}
    assert gate.made == 1


def test_other_errors_are_found_by_each() -> None:
    def fail() -> QueryOutcome:
        raise BadQuery("no")

    cache, gate = ResultCache(1_000_000), Gate(fail)
    join = start(3, lambda: cache.answer(key(), gate))
    until(lambda: cache._waiting == 2)
    gate.opened.set()
    assert [str(end) for end in join()] == ["no"] * 3
    assert gate.made == 3


def test_another_takes_over_when_the_first_client_leaves() -> None:
    gone = threading.Event()

    def leave() -> QueryOutcome:
        raise QueryLimit("the client left")

    cache, gate, make = ResultCache(1_000_000), Gate(leave), Maker()
    first = start(1, lambda: cache.answer(key(), gate, cancelled=gone))
    assert gate.entered.wait(10)
    second = start(1, lambda: cache.answer(key(), make))
    until(lambda: cache._waiting == 1)
    gone.set()
    gate.opened.set()
    assert isinstance(first()[0], QueryLimit)
    assert second()[0].body == BODY


def test_who_waits_may_leave() -> None:
    gone = threading.Event()
    cache, gate = ResultCache(1_000_000), Gate(Maker())
    first = start(1, lambda: cache.answer(key(), gate))
    assert gate.entered.wait(10)
    second = start(1, lambda: cache.answer(key(), gate, cancelled=gone))
    until(lambda: cache._waiting == 1)
    gone.set()
    assert "the client left" in str(second()[0])
    gate.opened.set()
    assert first()[0].body == BODY


class Begun:
    """A query that has begun, whose answer comes when it is told to."""

    def __init__(self, outcome: QueryOutcome | EcographError) -> None:
        self.come, self.stopped = False, False
        self._outcome = outcome

    def fileno(self) -> int:
        return -1

    def take(self) -> QueryOutcome | None:
        if not self.come:
            return None
        if isinstance(self._outcome, EcographError):
            raise self._outcome
        return self._outcome

    def wait(self, cancelled: threading.Event) -> QueryOutcome:
        self.come = True
        outcome = self.take()
        assert outcome
        return outcome

    def stop(self) -> None:
        self.stopped = True


@pytest.mark.parametrize("way", ["take", "wait"])
def test_answer_that_was_begun_is_kept(way: str) -> None:
    cache, begun = ResultCache(1_000_000), Begun(Maker()())
    running = cache.begin(key(), lambda: begun)
    assert running.take() is None
    assert cache.begin(key(), lambda: begun) is None
    begun.come = True
    first = running.take() if way == "take" else running.wait(threading.Event())
    kept = cache.begin(key(), lambda: begun)
    assert (first.cached, kept.cached, kept.seconds, kept.body) == (False, True, 0.0, BODY)
    assert cache.answer(key(), Maker()).cached
    assert cache.figures(Level.PUBLIC) == {"hits": 2, "misses": 1, "evictions": 0, "bytes": cache.size}


def test_who_asks_the_same_waits_for_what_was_begun() -> None:
    cache, begun, make = ResultCache(1_000_000), Begun(Maker()()), Maker()
    running = cache.begin(key(), lambda: begun)
    join = start(2, lambda: cache.answer(key(), make))
    until(lambda: cache._waiting == 2)
    begun.come = True
    running.take()
    assert [end.cached for end in join()] == [True, True]
    assert make.made == 0


@pytest.mark.parametrize("error", [BadQuery("no"), QueryLimit("it needs more")])
def test_what_fails_or_is_stopped_is_begun_again(error: EcographError) -> None:
    cache, begun = ResultCache(1_000_000), Begun(error)
    running = cache.begin(key(), lambda: begun)
    begun.come = True
    with pytest.raises(type(error)):
        running.take()
    stopped = cache.begin(key(), lambda: begun)
    stopped.stop()
    assert begun.stopped
    assert cache.begin(key(), lambda: None) is None
    assert not cache.answer(key(), Maker()).cached
    assert cache.figures(Level.PUBLIC)["misses"] == 3
