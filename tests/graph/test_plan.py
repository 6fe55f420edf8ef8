"""The laws of planning: what a load changes, decided from values alone."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from ecograph.graph.plan import Diff, plan

Read = Callable[[str], set[Triple]]
NODES = [NamedNode(f"https://example.org/{letter}") for letter in "abcde"]
TITLE = NamedNode("https://example.org/title")

nodes = st.sampled_from(NODES)
triples_ = st.builds(
    Triple, nodes, st.sampled_from(NODES), st.one_of(nodes, st.builds(Literal, st.sampled_from("xyz")))
)
graphs = st.frozensets(triples_, max_size=12)


def applied(known: frozenset[Triple], diff: Diff) -> frozenset[Triple]:
    return (known - diff.removed) | diff.added


def subjects(triples: frozenset[Triple]) -> set[NamedNode]:
    return {triple.subject for triple in triples}


@given(graphs, graphs)
def test_a_source_is_what_it_says(known: frozenset[Triple], found: frozenset[Triple]) -> None:
    assert applied(known, plan(known, found)) == found


@given(graphs)
def test_the_same_again_changes_nothing(found: frozenset[Triple]) -> None:
    assert not plan(found, found)


@given(graphs, graphs)
def test_planning_is_idempotent(known: frozenset[Triple], found: frozenset[Triple]) -> None:
    assert not plan(applied(known, plan(known, found)), found)


@given(graphs, graphs, st.frozensets(nodes, max_size=3))
def test_what_is_kept_is_not_touched(
    known: frozenset[Triple], found: frozenset[Triple], kept: frozenset[NamedNode]
) -> None:
    diff = plan(known, found, kept=kept)
    assert not diff.subjects & kept
    assert not diff.added & diff.removed


@given(graphs, graphs)
def test_a_whole_change_needs_nothing_before_it(known: frozenset[Triple], found: frozenset[Triple]) -> None:
    diff = plan(known, found)
    assert applied(frozenset(), diff.whole(known)) == found == applied(known, diff.whole(known))


def test_a_diff_says_what_it_touches(triples: Read) -> None:
    diff = plan(triples(":a :p 1 ."), triples(":b :p 1 ."))
    assert {node.value[-1] for node in diff.subjects} == {"a", "b"}
    assert diff
    assert not Diff(frozenset(), frozenset())


@given(graphs, graphs)
def test_a_diff_says_the_same_as_sets_and_as_text(
    added: frozenset[Triple], removed: frozenset[Triple]
) -> None:
    diff = Diff(added, removed)
    read = Diff(diff.added_text, diff.removed_text)
    assert (read.added_count, read.removes) == (len(added), bool(removed))
    assert (read.added, read.removed) == (added, removed)
    assert read == diff
    assert hash(read) == hash(diff)
    assert bool(read) == bool(added or removed)


def test_a_text_whose_last_line_is_not_ended_counts_it(triples: Read) -> None:
    diff = Diff(b'<https://example.org/a> <https://example.org/p> "1" .', b"")
    assert diff.added_count == 1
    assert diff.added_text.endswith(b" .\n")
    assert diff.added == triples(':a :p "1" .')
