"""Triples as records: steady names for nameless parts, and what belongs together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple

from ecograph.errors import MalformedFile
from ecograph.graph.records import GENID, Record, group, skolemise

Read = Callable[[str], set[Triple]]
BASE = "https://example.org"
TEXT = """
@prefix : <https://example.org/> .
:offer :title "A" ; :criterion [ :least 1 ; :unit [ :name "person" ] ] , [ :least 2 ] .
:other :criterion [ :least 3 ; :in :France , :Spain ] .
[] :claimant :actor ; :competence :wood .
"""
TRIPLES = [quad.triple for quad in pyoxigraph.parse(TEXT, format=RdfFormat.TURTLE)]


def recorded(triples: list[Triple]) -> list[Record]:
    return group(skolemise(triples, BASE, "x", place="x.ttl"), "x.ttl")


def named(text: str, read: Read) -> set[Triple]:
    return set(skolemise(read(text), BASE, "x", place="x.ttl"))


@given(st.permutations(TRIPLES))
def test_order_does_not_matter(triples: list[Triple]) -> None:
    assert recorded(triples) == recorded(TRIPLES)


@given(st.permutations(range(9)))
@settings(max_examples=20)
def test_the_files_own_names_do_not_matter(numbers: list[int]) -> None:
    names: dict[str, BlankNode] = {}

    def renamed(node: object) -> object:
        if not isinstance(node, BlankNode):
            return node
        return names.setdefault(node.value, BlankNode(f"b{numbers[len(names)]}"))

    other = [Triple(renamed(t.subject), t.predicate, renamed(t.object)) for t in TRIPLES]
    assert recorded(other) == recorded(TRIPLES)


def test_names_say_their_source_and_have_no_blank_node_left() -> None:
    triples = skolemise(TRIPLES, BASE, "x", place="x.ttl")
    assert len(triples) == len(TRIPLES)
    assert not any(isinstance(n, BlankNode) for t in triples for n in (t.subject, t.object))
    nameless = {t.subject.value for t in triples if GENID in t.subject.value}
    assert len(nameless) == 5
    assert all(value.startswith(f"{BASE}{GENID}x-") for value in nameless)
    elsewhere = {t.subject.value for t in skolemise(TRIPLES, BASE, "y", place="x.ttl")}
    assert not nameless & elsewhere


def test_a_change_in_one_leaves_the_others(triples: Read) -> None:
    before = named(":a :p [ :v 1 ] , [ :v 2 ] .", triples)
    after = named(":a :p [ :v 1 ] , [ :v 3 ] .", triples)
    assert len(before & after) == 2


def test_a_ring_is_refused(triples: Read) -> None:
    with pytest.raises(MalformedFile, match=r"x\.ttl: blank nodes refer to each other in a ring"):
        named("_:a :p _:b . _:b :p _:a .", triples)
    with pytest.raises(MalformedFile, match="in a ring"):
        named("_:a :p _:a .", triples)


def test_what_is_too_deep_is_refused(triples: Read) -> None:
    chain = "\n".join(f"_:n{n} :p _:n{n + 1} ." for n in range(5_000))
    with pytest.raises(MalformedFile, match="or too deep"):
        named(chain, triples)


def test_a_part_goes_with_the_resource_that_has_it() -> None:
    records = {record.subject.value: record for record in recorded(TRIPLES)}
    assert [subject for subject in records if GENID not in subject] == [f"{BASE}/offer", f"{BASE}/other"]
    assert len(records[f"{BASE}/offer"].triples) == 7
    assert len(records[f"{BASE}/other"].triples) == 4
    assert len(records) == 3  # the claim is nobody's part: it is a record of its own
    assert sum(len(record.triples) for record in records.values()) == len(TRIPLES)


def test_parts_that_say_the_same_stay_apart(triples: Read) -> None:
    both = group(named(":b :p [ :v 1 ; :q [ :v 2 ] ] . :a :p [ :v 1 ; :q [ :v 2 ] ] .", triples), "x.ttl")
    assert [record.subject.value for record in both] == [f"{BASE}/a", f"{BASE}/b"]
    assert [len(record.triples) for record in both] == [4, 4]


def test_a_part_that_two_resources_share_is_one(triples: Read) -> None:
    shared = named(":b :p _:x . :a :p _:x . _:x :v 1 .", triples)
    assert len({t.object for t in shared if t.predicate == NamedNode(f"{BASE}/p")}) == 1


def test_records_come_in_order_with_their_place() -> None:
    records = recorded(TRIPLES)
    assert [r.subject.value for r in records] == sorted(r.subject.value for r in records)
    assert {record.place for record in records} == {"x.ttl"}


def test_real_files_are_gathered_without_loss(request: pytest.FixtureRequest) -> None:
    path = Path(request.config.rootpath) / "data" / "national" / "offers.ttl"
    triples = [q.triple for q in pyoxigraph.parse(path=path, format=RdfFormat.TURTLE, base_iri=f"{BASE}/")]
    named = set(skolemise(triples, BASE, "national", place="offers.ttl"))
    records = group(named, "offers.ttl")
    assert {t for record in records for t in record.triples} == named
    assert not any(GENID in record.subject.value for record in records)
