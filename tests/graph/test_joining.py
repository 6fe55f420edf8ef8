"""Changes that are made at once: what a load wrote down in portions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import Triple

from ecograph.graph import joining
from ecograph.graph.joining import as_one, joined
from ecograph.graph.ledger import Change
from ecograph.graph.plan import Diff
from ecograph.model import Level

Read = Callable[[str], set[Triple]]


def change(number: int, added: set[Triple], removed: set[Triple], graph: str = "one") -> Change:
    diff = Diff(frozenset(added), frozenset(removed))
    return Change(
        sequence=number, source=graph, graph=graph, level=Level.PUBLIC, digest=str(number), diff=diff
    )


def numbers(changes: list[Change]) -> list[list[int]]:
    return [[one.sequence for one in run] for run in joined(changes)]


def test_what_only_adds_to_one_graph_is_made_at_once(triples: Read) -> None:
    one, two = triples(":a :p 1 ."), triples(":b :p 2 .")
    changes = [
        change(1, one, set()),
        change(2, two, set()),
        change(3, one, set(), "two"),
        change(4, set(), one, "two"),
        change(5, one, set(), "two"),
        change(6, one, two, "two"),
    ]
    assert numbers(changes) == [[1, 2], [3], [4], [5], [6]]
    assert as_one(changes[:2]) == Change(
        sequence=2,
        source="one",
        graph="one",
        level=Level.PUBLIC,
        digest="2",
        diff=Diff(frozenset(one | two), frozenset()),
    )
    assert as_one(changes[3:4]) is changes[3]
    assert numbers([]) == []


def test_no_more_is_made_at_once_than_memory_should_hold(
    triples: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [change(number, triples(f":a :p {number} ."), set()) for number in range(5)]
    monkeypatch.setattr(joining, "_BYTES", len(changes[0].diff.added_text))
    assert numbers(changes) == [[0, 1], [2, 3], [4]]
