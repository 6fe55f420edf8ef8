"""The stores of the levels: what each holds, and that its merge follows every change."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from ecograph.errors import StorageFailed
from ecograph.graph.entailment import Schema
from ecograph.graph.ledger import Change, Ledger
from ecograph.graph.plan import Diff, plan
from ecograph.graph.snapshot import Snapshot
from ecograph.graph.store import EmbeddedStore
from ecograph.model import Level

Read = Callable[[str], set[Triple]]
Load = Callable[..., Change]
ONE, TWO = "https://example.org/source/one", "https://example.org/source/two"


@pytest.fixture
def load(store: EmbeddedStore) -> Load:
    """Bring a graph to some triples at a level, as a load does; tell the change."""
    numbers, levels = count(1), {}

    def loaded(graph: str, found: set[Triple], level: Level = Level.PUBLIC) -> Change:
        known = store.triples(graph)
        diff = plan(known, found)
        if levels.setdefault(graph, level) != level:
            diff = diff.whole(known)
        levels[graph] = level
        change = Change(sequence=next(numbers), source="x", graph=graph, level=level, digest="d", diff=diff)
        store.apply(change)
        return change

    return loaded


def merged(store: EmbeddedStore, level: Level) -> set[Triple]:
    quads = list(store._stores[level].quads_for_pattern(None, None, None, DefaultGraph()))
    assert len(quads) == len(set(quads))
    return {quad.triple for quad in quads}


def test_visibility_is_physical(store: EmbeddedStore, load: Load, triples: Read) -> None:
    load(ONE, triples(":a :p 1 ."), Level.PUBLIC)
    load(TWO, triples(":a :p 2 ."), Level.PARTNERS)
    assert store.triples(TWO, Level.PUBLIC) == set()
    assert store.triples(TWO, Level.PARTNERS) == store.triples(TWO, Level.PRIVATE) == triples(":a :p 2 .")
    assert merged(store, Level.PUBLIC) == triples(":a :p 1 .")
    assert merged(store, Level.PARTNERS) == triples(":a :p 1 , 2 .")


def test_the_merge_has_each_triple_once_and_what_follows(
    store: EmbeddedStore, load: Load, triples: Read
) -> None:
    load(ONE, triples(":a a eco:Company ; :p 1 ."))
    load(TWO, triples(":a :p 1 ; :owns :b ."))
    assert merged(store, Level.PUBLIC) == triples(
        ":a a eco:Company , eco:Organization , eco:Actor ; :p 1 ; :owns :b ; :holds :b ; :touches :b ."
    )
    assert store.triples(ONE) == triples(":a a eco:Company ; :p 1 .")  # a graph keeps what is stated


def test_what_another_source_still_states_stays(store: EmbeddedStore, load: Load, triples: Read) -> None:
    load(ONE, triples(":a a eco:Company ; :p 1 ."))
    load(TWO, triples(":a a eco:Organization ; :p 1 ."))
    load(ONE, set())
    assert merged(store, Level.PUBLIC) == triples(":a a eco:Organization , eco:Actor ; :p 1 .")
    load(TWO, set())
    assert merged(store, Level.PUBLIC) == set()


def test_a_graph_goes_up_and_down_the_levels(store: EmbeddedStore, load: Load, triples: Read) -> None:
    found = triples(":a a eco:Company ; :p 1 . :b :p 2 .")
    for level in (Level.PUBLIC, Level.PRIVATE, Level.PUBLIC, Level.PARTNERS):
        load(ONE, found, level)
        for other in Level:
            seen = other >= level
            assert store.triples(ONE, other) == (found if seen else set())
            assert bool(merged(store, other)) == seen


def test_a_kill_between_removal_and_merge_leaks_nothing(
    store: EmbeddedStore, load: Load, triples: Read
) -> None:
    load(ONE, triples(":a a eco:Company ; :p 1 ."))
    known = store.triples(ONE)
    public = store._stores[Level.PUBLIC]
    public.clear_graph(NamedNode(ONE))  # as far as the killed process came
    store.apply(
        Change(
            sequence=2,
            source="x",
            graph=ONE,
            level=Level.PRIVATE,
            digest="d",
            diff=Diff(frozenset(), frozenset()).whole(known),
        )
    )
    assert len(public) == 0
    assert store.graphs() == {ONE: Level.PRIVATE}


def test_making_a_change_again_changes_nothing(store: EmbeddedStore, load: Load, triples: Read) -> None:
    load(ONE, triples(":a :p 1 , 2 ."))
    change = load(ONE, triples(":a :p 2 , 3 ; a eco:Company ."))
    before = {level: set(store._stores[level]) for level in Level}
    store.apply(change)
    assert {level: set(store._stores[level]) for level in Level} == before


def test_levels_that_hold_the_same_are_written_once(
    store: EmbeddedStore, load: Load, triples: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ecograph.graph import store as module

    monkeypatch.setattr(module, "_BULK", 2)
    load(ONE, triples(":a :p 1 . :b :p 1 ."))
    load(TWO, triples(":c :p 1 ."))
    assert store._stores.are_together
    assert store.graphs() == {ONE: Level.PUBLIC, TWO: Level.PUBLIC}
    assert store.triples(TWO) == triples(":c :p 1 .")
    load(ONE, triples(":a :p 1 . :b :p 2 ."))
    store.publish(tmp_path / "snapshots" / "1")
    assert not store._stores.are_together
    for level in Level:
        assert merged(store, level) == triples(":a :p 1 . :b :p 2 . :c :p 1 .")
    files = [
        {path.stat().st_ino for path in (tmp_path / "store").glob(f"{level.slug}/*.sst")} for level in Level
    ]
    assert files[0]
    assert files[0] == files[1] == files[2]


def test_what_few_may_see_is_written_for_them_alone(
    store: EmbeddedStore, load: Load, triples: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecograph.graph import store as module

    monkeypatch.setattr(module, "_BULK", 1)
    load(ONE, triples(":a :p 1 ."))
    load(TWO, triples(":a :p 2 ."), Level.PARTNERS)
    assert store._stores.own == (Level.PUBLIC, Level.PARTNERS)
    load("https://example.org/source/three", triples(":a :p 3 ."))
    assert merged(store, Level.PUBLIC) == triples(":a :p 1 , 3 .")
    assert merged(store, Level.PARTNERS) == merged(store, Level.PRIVATE) == triples(":a :p 1 , 2 , 3 .")
    load("https://example.org/source/four", triples(":a :p 4 ."), Level.PRIVATE)
    assert not store._stores.are_together
    assert merged(store, Level.PUBLIC) == triples(":a :p 1 , 3 .")
    assert merged(store, Level.PARTNERS) == triples(":a :p 1 , 2 , 3 .")
    assert merged(store, Level.PRIVATE) == triples(":a :p 1 , 2 , 3 , 4 .")


def test_what_is_for_partners_is_written_once(
    store: EmbeddedStore, load: Load, triples: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ecograph.graph import store as module

    load(ONE, triples(":a :p 1 ."))
    monkeypatch.setattr(module, "_BULK", 1)
    load(TWO, triples(":a :p 2 ."), Level.PARTNERS)
    assert store._stores.own == (Level.PUBLIC, Level.PARTNERS)
    store.publish(tmp_path / "snapshots" / "1")
    files = {
        level: {p.stat().st_ino for p in (tmp_path / "store" / level.slug).glob("*.sst")} for level in Level
    }
    assert files[Level.PARTNERS] == files[Level.PRIVATE] != files[Level.PUBLIC]
    assert merged(store, Level.PUBLIC) == triples(":a :p 1 .")
    assert merged(store, Level.PARTNERS) == merged(store, Level.PRIVATE) == triples(":a :p 1 , 2 .")


# Writes changes down and makes them as a first load does, until the nth call that touches a file.
VICTIM = """
import os, signal, sys
from pathlib import Path
from pyoxigraph import Literal, NamedNode, Triple
from ecograph.graph import store as module
from ecograph.graph.entailment import Schema
from ecograph.graph.ledger import Ledger
from ecograph.graph.plan import Diff
from ecograph.model import Level

folder, left = Path(sys.argv[1]), int(sys.argv[2])
module._BULK = 1
ledger, store = Ledger(folder / "ledger.sqlite"), module.EmbeddedStore(folder / "store", Schema(()))

def call(event, _arguments):
    global left
    if event.startswith(("open", "os.", "shutil.", "sqlite3.")):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(call)
for number, level in enumerate([0, 0, 1, 0, 2]):
    subject, predicate = NamedNode(f"https://example.org/{number}"), NamedNode("https://example.org/p")
    fact = Triple(subject, predicate, Literal("x"))
    change = ledger.begin(
        source=f"s{number}", graph=f"https://example.org/source/{number}", level=Level(level), digest="d",
        diff=Diff(frozenset([fact]), frozenset()),
    )
    store.apply(change)
    ledger.finish(change)
store.publish(folder / "snapshots" / "1")
print(left)
"""


def test_a_kill_while_levels_are_together_loses_nothing(tmp_path: Path) -> None:
    def run(folder: Path, calls: int) -> subprocess.CompletedProcess[str]:
        folder.mkdir()
        command = [sys.executable, "-c", VICTIM, str(folder), str(calls)]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    never = 1_000_000
    calls = never - int(run(tmp_path / "whole", never).stdout)
    for died in range(1, calls + 1, 4):
        folder = tmp_path / str(died)
        assert run(folder, died).returncode == -signal.SIGKILL
        _check_what_is_left(folder)


def _check_what_is_left(folder: Path) -> None:
    """What was written down is there at the levels that may see it, and nothing else is."""
    ledger = Ledger(folder / "ledger.sqlite")
    store = EmbeddedStore(folder / "store", Schema(()))
    for change in ledger.pending():
        store.apply(change)
        ledger.finish(change)
    store.publish(folder / "again" / "1")
    changes = list(ledger.since(0))
    for level in Level:
        seen = {change.graph: set(change.diff.added) for change in changes if change.level <= level}
        assert {graph: store.triples(graph, level) for graph in store.graphs() if graph in seen} == seen
        assert merged(store, level) == {triple for said in seen.values() for triple in said}
    assert store.graphs() == {change.graph: change.level for change in changes}
    ledger.close()


SUBJECTS = st.sampled_from([f":{name}" for name in "abc"])
FACTS = st.sampled_from(["a eco:Company", "a eco:Organization", ":owns :x", ":holds :x", ":p 1", ":p 2"])
SMALL = st.lists(st.tuples(SUBJECTS, FACTS), max_size=6)
STEPS = st.lists(st.tuples(st.sampled_from([ONE, TWO]), SMALL, st.sampled_from(Level)), max_size=5)
folders = count()


@given(steps=STEPS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_merge_is_what_its_graphs_entail(
    steps: list[tuple[str, list[tuple[str, str]], Level]],
    schema: Schema,
    triples: Read,
    tmp_path: Path,
) -> None:
    store = EmbeddedStore(tmp_path / str(next(folders)), schema)
    last: dict[str, tuple[set[Triple], Level]] = {}
    for number, (graph, facts, level) in enumerate(steps, start=1):
        found = triples(" ".join(f"{s} {fact} ." for s, fact in facts))
        known, before = last.get(graph, (set(), level))
        diff = plan(known, found)
        diff = diff if before == level else diff.whole(known)
        change = Change(sequence=number, source="x", graph=graph, level=level, digest="d", diff=diff)
        store.apply(change)
        last[graph] = (found, level)
    for level in Level:
        stated = [t for found, own in last.values() if own <= level for t in found]
        assert merged(store, level) == schema.entail(stated)


def test_readers_keep_what_was_published(
    store: EmbeddedStore, load: Load, triples: Read, tmp_path: Path
) -> None:
    load(ONE, triples(":a :p 1 ."))
    store.publish(tmp_path / "snapshots" / "1")
    reader = Snapshot(tmp_path / "snapshots" / "1")
    load(ONE, triples(":a :p 2 ."))
    store.publish(tmp_path / "snapshots" / "2")
    assert set(reader.merged(Level.PUBLIC)) == triples(":a :p 1 .")
    assert set(Snapshot(tmp_path / "snapshots" / "1").merged(Level.PUBLIC)) == triples(":a :p 1 .")
    assert set(Snapshot(tmp_path / "snapshots" / "2").merged(Level.PUBLIC)) == triples(":a :p 2 .")
    assert reader.graphs(Level.PUBLIC) == [ONE]


def test_a_snapshot_says_what_it_cannot_open(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="could not open the snapshot"):
        Snapshot(tmp_path / "none")


def test_one_process_writes_a_store(store: EmbeddedStore, schema: Schema, tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="could not open the stores"):
        EmbeddedStore(tmp_path / "store", schema)


def test_merging_all_follows_a_new_ontology(
    store: EmbeddedStore, load: Load, triples: Read, tmp_path: Path
) -> None:
    load(ONE, triples(":a a eco:Company ."))
    store._schema = Schema(triples("eco:Company rdfs:subClassOf :Firm ."))
    store.merge_all()
    assert merged(store, Level.PUBLIC) == triples(":a a eco:Company , :Firm .")


def test_a_large_change_keeps_every_character(
    store: EmbeddedStore, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecograph.graph import store as module

    texts = ["deux\nlignes .\n", "fin .\r\n", '"guillemets" \\ ', "é\u2028\U0001f331\x00\x7f", " .\n"]
    subject, predicate = NamedNode("https://example.org/a"), NamedNode("https://example.org/p\u00e9")
    found = {Triple(subject, predicate, term) for text in texts for term in _literals(text)}
    monkeypatch.setattr(module, "_BULK", 1)
    load(ONE, found)
    for level in Level:
        assert store.triples(ONE, level) == merged(store, level) == found


def test_a_store_with_few_files_is_not_rewritten(
    store: EmbeddedStore, load: Load, triples: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ecograph.graph import store as module

    for name in ("_BULK", "_REWRITE", "_REWRITE_AT_FIRST"):
        monkeypatch.setattr(module, name, 1)

    def files(level: Level) -> set[int]:
        return {path.stat().st_ino for path in (tmp_path / "store" / level.slug).glob("*.sst")}

    for number in range(4):
        load(f"{ONE}{number}", triples(f":a :p {number} ."))
    load(TWO, triples(":a :p 9 ."), Level.PRIVATE)
    rewritten = files(Level.PUBLIC)
    assert 0 < len(rewritten) < len(files(Level.PRIVATE))
    store.publish(tmp_path / "snapshots" / "1")
    assert files(Level.PUBLIC) == rewritten
    assert rewritten < files(Level.PRIVATE)
    assert merged(store, Level.PRIVATE) == triples(":a :p 0 , 1 , 2 , 3 , 9 .")


def _literals(text: str) -> tuple[Literal, ...]:
    datatype = NamedNode("https://example.org/type")
    return Literal(text), Literal(text, language="fr-ca"), Literal(text, datatype=datatype)


def test_a_large_change_is_merged_like_a_small_one(
    store: EmbeddedStore, load: Load, triples: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ecograph.graph import store as module

    found = triples(" ".join(f":a{n} a eco:Company ; :owns :b{n} ." for n in range(40)))
    load(ONE, found)
    small = merged(store, Level.PUBLIC)
    load(ONE, set())
    for name, value in (("_BULK", 1), ("_PIECE_BYTES", 100), ("_REWRITE", 50)):
        monkeypatch.setattr(module, name, value)
    load(ONE, found)
    assert merged(store, Level.PUBLIC) == small
    assert store.triples(ONE) == found
    store.publish(tmp_path / "snapshots" / "1")
    assert set(Snapshot(tmp_path / "snapshots" / "1").merged(Level.PUBLIC)) == small
    change = load(ONE, triples(":a1 a eco:Company ; :p 1 ."))
    store.apply(change)
    assert merged(store, Level.PUBLIC) == triples(":a1 a eco:Company , eco:Organization , eco:Actor ; :p 1 .")
