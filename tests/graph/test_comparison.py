"""The laws of comparing: what a load changes, decided resource by resource and written in portions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from ecograph.graph.comparison import Comparison, Counts
from ecograph.graph.ledger import united
from ecograph.graph.plan import Diff
from ecograph.graph.records import GENID
from ecograph.graph.staging import Staging, changed, stored, stored_text
from ecograph.graph.terms import canonical

Read = Callable[[str], set[Triple]]
GRAPH = "https://example.org/source/x"
NODES = [NamedNode(f"https://example.org/{letter}") for letter in "abc"]
PARTS = [NamedNode(f"https://example.org{GENID}x-{number}") for number in range(2)]
nodes = st.sampled_from(NODES)
literals = st.builds(Literal, st.sampled_from(["x", "a\nb\u2028c\x85", 'dit "le\\ Bois"']))
triples_ = st.builds(
    Triple, st.sampled_from([*NODES, *PARTS]), nodes, st.sampled_from([*NODES, *PARTS]) | literals
)
graphs = st.frozensets(triples_, max_size=12)
whole = st.frozensets(st.builds(Triple, nodes, nodes, nodes | literals), max_size=12)


def compared(
    known: Iterable[Triple],
    found: Iterable[Triple],
    *,
    complete: bool = True,
    refused: Iterable[NamedNode] = (),
    portion: int = 3,
) -> tuple[Diff, Counts]:
    with closing(Staging()) as staging:
        staging.find(stored(found, "file"))
        staging.know(known)
        names = {node.value for node in refused}
        comparison = Comparison(staging, GRAPH, complete, names, portion=portion)
        counts = comparison.carry_out()
        diff = united(staging.portions())
    assert (counts.added, counts.removed) == (len(diff.added), len(diff.removed))
    return diff, counts


def applied(known: frozenset[Triple], diff: Diff) -> frozenset[Triple]:
    return (known - diff.removed) | diff.added


@given(graphs, graphs, st.integers(1, 50))
def test_a_complete_source_is_what_it_says(
    known: frozenset[Triple], found: frozenset[Triple], portion: int
) -> None:
    assert applied(known, compared(known, found, portion=portion)[0]) == found


@given(graphs, st.booleans())
def test_the_same_again_changes_nothing(found: frozenset[Triple], complete: bool) -> None:
    assert not compared(found, found, complete=complete)[0]


@given(graphs, graphs)
def test_comparing_is_idempotent(known: frozenset[Triple], found: frozenset[Triple]) -> None:
    after = applied(known, compared(known, found)[0])
    assert not compared(after, found)[0]


# Without parts: whose they are may be another's once a record that had them too is replaced.
@given(whole, whole)
def test_an_incomplete_source_replaces_what_it_names(
    known: frozenset[Triple], found: frozenset[Triple]
) -> None:
    after = applied(known, compared(known, found, complete=False)[0])
    named = {triple.subject for triple in found}
    assert after == found | {triple for triple in known if triple.subject not in named}
    assert not compared(after, found, complete=False)[0]


@given(graphs, graphs, st.booleans(), st.frozensets(nodes, max_size=2))
def test_what_is_refused_is_not_touched(
    known: frozenset[Triple], found: frozenset[Triple], complete: bool, refused: frozenset[NamedNode]
) -> None:
    diff, _ = compared(known, found, complete=complete, refused=refused)
    assert not diff.subjects & refused
    assert not diff.added & diff.removed


def test_an_incomplete_source_replaces_what_it_names_with_its_parts(triples: Read) -> None:
    part = f"<https://example.org{GENID}x-{{}}>"
    old, new, other = part.format(1), part.format(2), part.format(3)
    kept = f":b :title 'b' ; :criterion {other} . {other} :least 3 ."
    known = triples(f":a :criterion {old} . {old} :least 1 . {kept}")
    found = triples(f":a :criterion {new} . {new} :least 2 .")
    diff, counts = compared(known, found, complete=False)
    assert applied(frozenset(known), diff) == found | triples(kept)
    assert (counts.held, counts.found, counts.lost, counts.left) == (2, 1, 0, 1)


def test_the_parts_of_what_is_refused_stay(triples: Read) -> None:
    part = f"<https://example.org{GENID}x-1>"
    known = triples(f":a :criterion {part} . {part} :least 1 . :b :title 'b' .")
    diff, counts = compared(known, set(), refused=[NODES[0]])
    assert diff.removed == triples(":b :title 'b' .")
    assert (counts.held, counts.lost, counts.left) == (2, 1, 1)


def test_what_is_described_twice_is_one_record_where_it_is_first(triples: Read) -> None:
    with closing(Staging()) as staging:
        staging.find(stored(triples(":a :title 'a' . :b :title 'b' ."), "one"))
        text = "".join(f"{triple} .\n" for triple in triples(":a :size 'big' . :c :title 'c' ."))
        staging.find(stored_text(text, "two"))
        found = [record for batch in staging.records(2) for record in batch]
    assert [(r.subject.value[-1], len(r.triples), r.place) for r in found] == [
        ("a", 2, "one"),
        ("b", 1, "one"),
        ("c", 1, "two"),
    ]


def test_a_record_has_its_parts_and_numbers_are_those_of_the_store(triples: Read) -> None:
    part = f"<https://example.org{GENID}x-1>"
    said = triples(f":a :criterion {part} . {part} :least 1.50 . :b :size 2 .")
    with closing(Staging()) as staging:
        staging.find(stored(said, "file"))
        ((one, other),) = staging.records(10)
        assert one.triples | other.triples == said
        assert {record.subject for record in (one, other)} == {NODES[0], NODES[1]}
        staging.rewrite(changed([one, other]))
        ((one, other),) = staging.records(10)
        assert one.triples | other.triples == canonical(said)
