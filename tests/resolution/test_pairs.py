"""Decisions are on the pairs that people name: what is one follows from those that stand, at every level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from ecograph.app import EcoGraph
from ecograph.errors import BadParameter, ResourceNotFound
from ecograph.exchange.deciding import Said
from ecograph.graph.aliases import APART, DECIDED_ON, DECISION_ON, KIND, MERGED, MERGED_INTO, UNDONE, Aliases
from ecograph.graph.keys import Key
from ecograph.graph.shipped import read_schema
from ecograph.graph.store import aliases_in, merge
from ecograph.model import Level
from ecograph.questions.pairing import Pairing
from ecograph.vocab import RDF, eco
from tests.resolution.conftest import Load

BASE = "http://x.example"
LEVELS = {
    "a": Level.PUBLIC,
    "b": Level.PUBLIC,
    "c": Level.PUBLIC,
    "d": Level.PARTNERS,
    "e": Level.PARTNERS,
    "f": Level.PRIVATE,
    "g": Level.PRIVATE,
}


def iri(name: str) -> str:
    return f"{BASE}/actor/{name}"


@dataclass
class Records:
    """A store for each level with one record of each name, and the decisions on them."""

    stores: dict[Level, Store] = field(default_factory=lambda: {level: Store() for level in Level})
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        for name, level in LEVELS.items():
            said = Triple(NamedNode(iri(name)), NamedNode(RDF + "type"), NamedNode(eco("Organization")))
            self._add(level, [said], f"{BASE}/source/{level.slug}")

    def decide(self, record: str, into: str, kind: str, level: Level) -> None:
        number = next(self.numbers)
        node = NamedNode(f"{BASE}/decision/{number}")
        said = [
            Triple(node, DECISION_ON, NamedNode(record)),
            Triple(node, MERGED_INTO, NamedNode(into)),
            Triple(node, KIND, NamedNode(kind)),
            Triple(node, DECIDED_ON, Literal(f"2026-01-01T00:00:00.{number:06}+00:00")),
        ]
        self._add(level, said, f"{BASE}/source/resolution-{level.slug}")

    def _add(self, level: Level, said: list[Triple], graph: str) -> None:
        for seen, store in self.stores.items():
            if seen >= level:
                store.extend(Quad(*triple, NamedNode(graph)) for triple in said)
                merge(store, read_schema(), aliases_in(store), map(NamedNode, map(iri, LEVELS)))

    def aliases(self, level: Level) -> Aliases:
        return aliases_in(self.stores[level])

    def merged(self, level: Level, subject: str) -> Iterator[Triple]:
        quads = self.stores[level].quads_for_pattern(NamedNode(subject), None, None, DefaultGraph())
        return (quad.triple for quad in quads)

    def referring(self, level: Level, target: str) -> list[Quad]:
        return []


Pair = frozenset[str]
Standing = dict[Pair, str]


def level_of(pair: Pair) -> Level:
    return max(LEVELS[name] for name in pair)


def component(standing: Standing, name: str, level: Level) -> set[str]:
    """All that a chain of merges, as a level sees them, joins to a record."""
    found, pending = {name}, [name]
    while pending:
        here = pending.pop()
        for pair, kind in standing.items():
            if kind == MERGED and level_of(pair) <= level and here in pair:
                pending += pair - found
                found |= pair
    return found


def is_joined(standing: Standing, pair: Pair, level: Level) -> bool:
    one, other = pair
    return other in component(standing, one, level)


def expected(standing: Standing, verdict: str, pair: Pair, by: Level) -> str | None:
    """What becomes of a pair that somebody decides on; None where that is refused."""
    if verdict == "undo":
        return UNDONE if pair in standing and level_of(pair) <= by else None
    level = level_of(pair)
    if level > by:
        return None
    seen = [one for one in Level if level <= one <= by]
    if verdict == "keep-apart":
        return None if any(is_joined(standing, pair, one) for one in seen) else APART
    joined = standing | {pair: MERGED}
    contradicted = (
        is_joined(joined, apart, one) and not is_joined(standing, apart, one)
        for apart, kind in standing.items()
        for one in seen
        if kind == APART and level_of(apart) <= one
    )
    return None if is_joined(standing, pair, level) or any(contradicted) else MERGED


def decide(records: Records, verdict: str, one: str, other: str, by: Level) -> str | None:
    pairing = Pairing(records, by)  # type: ignore[arg-type]  # it reads no more than this
    try:
        if verdict == "merge":
            found, kind = pairing.to_merge(iri(one), iri(other), None), MERGED
        elif verdict == "keep-apart":
            found, kind = pairing.to_keep_apart(iri(one), iri(other)), APART
        else:
            found, kind = pairing.to_undo(iri(one), iri(other)), UNDONE
    except (BadParameter, ResourceNotFound):
        return None
    assert {found.record, found.into} == {iri(one), iri(other)}
    assert found.level is level_of(frozenset((one, other)))
    records.decide(found.record, found.into, kind, found.level)
    return kind


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "merge", "keep-apart", "undo"]),
        st.sets(st.sampled_from(sorted(LEVELS)), min_size=2, max_size=2).map(frozenset),
        st.sampled_from(Level),
    ),
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_what_is_one_is_what_standing_decisions_join(steps: list[tuple[str, Pair, Level]]) -> None:
    records, standing = Records(), Standing()
    for verdict, pair, by in steps:
        kind = expected(standing, verdict, pair, by)
        assert decide(records, verdict, *sorted(pair), by) == kind
        if kind is not None:
            standing[pair] = kind
            standing = {one: held for one, held in standing.items() if held != UNDONE}
        for level in Level:
            aliases = records.aliases(level)
            for name in (name for name in LEVELS if LEVELS[name] <= level):
                own = {node.value.rpartition("/")[2] for node in aliases.own(NamedNode(iri(name)))}
                assert own == component(standing, name, level)


def actor(graph: EcoGraph, name: str) -> str:
    return f"{graph.base}/actor/{name}"


def test_the_pair_that_is_named_is_the_pair_that_is_decided_on(graph: EcoGraph, key: Key) -> None:
    first, second, third = (actor(graph, name) for name in ("register--a", "club--a", "club--b"))
    graph.resolution.merge(key, first, second)
    done = graph.resolution.merge(key, second, third)
    assert {done.record, done.into} == {second, third}
    assert len({graph.kept(Level.PUBLIC, one) for one in (first, second, third)}) == 1
    graph.resolution.undo(key, first, second)
    assert graph.kept(Level.PUBLIC, first) == first
    assert graph.kept(Level.PUBLIC, third) == graph.kept(Level.PUBLIC, second)
    graph.resolution.undo(key, second, third)
    assert graph.kept(Level.PUBLIC, third) == third


def test_a_hidden_record_makes_nothing_one_below(graph: EcoGraph, key: Key) -> None:
    """A chain through a hidden record stays hidden, and does not overturn what is kept apart."""
    hidden, one, other = (actor(graph, name) for name in ("okapi--a", "register--a", "club--a"))
    before = {level: {str(q) for q in graph.snapshot()._stores[level]} for level in Level}
    for record in (one, other):
        done = graph.resolution.merge(key, hidden, record, said=Said("Secret okapi."))
        assert ({done.record, done.into}, done.level) == ({hidden, record}, "private")
    assert graph.kept(Level.PRIVATE, one) == graph.kept(Level.PRIVATE, other)
    for level in (Level.PUBLIC, Level.PARTNERS):
        assert {str(q) for q in graph.snapshot()._stores[level]} == before[level]
    with pytest.raises(BadParameter, match="undo their merging"):
        graph.resolution.keep_apart(key, one, other)
    graph.resolution.undo(key, hidden, other)
    graph.resolution.keep_apart(key, one, other)
    with pytest.raises(BadParameter, match=r"undo that first, on .*/actor/register--a and .*/actor/club--a"):
        graph.resolution.merge(key, hidden, other)
    assert graph.kept(Level.PRIVATE, other) == other


def test_an_equal_number_that_few_see_merges_for_few(graph: EcoGraph, key: Key, load: Load) -> None:
    told = """<actor/okapi--z> a eco:Organization ; rdfs:label "Zibeline"@fr ; dct:description "Du bois."@fr ;
      eco:actorType atype:entreprise ; dct:spatial terr:DEP-48 ; eco:siren "732829320" ."""
    load(graph, "more", told, Level.PRIVATE)
    graph.resolution.merge(key, actor(graph, "club--b"), actor(graph, "okapi--z"))
    graph.resolution._merge_identical = True
    assert graph.resolution.settle() > 0
    names = ("register--a", "club--a", "club--b", "okapi--z")
    assert len({graph.kept(Level.PRIVATE, actor(graph, name)) for name in names}) == 1
    assert graph.kept(Level.PUBLIC, actor(graph, "club--a")) == actor(graph, "register--a")
    assert graph.kept(Level.PUBLIC, actor(graph, "club--b")) == actor(graph, "club--b")
