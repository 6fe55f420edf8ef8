"""Backup, restore, verification and compaction: what they refuse, and what they tell."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from ecograph.app import EcoGraph
from ecograph.assets import ONTOLOGY
from ecograph.errors import HomeMismatch, HomeNotEmpty, NothingLoaded, StorageFailed
from ecograph.graph.home import Current
from ecograph.graph.ledger import Ledger
from ecograph.model import Level, Outcome
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

Open = Callable[..., EcoGraph]
NOTE = b"""
<document/mine--note> a <http://xmlns.com/foaf/0.1/Document> ; <http://purl.org/dc/terms/title> "%s"@fr .
"""


@pytest.fixture
def graph(tmp_path: Path, opened: Open) -> EcoGraph:
    """A small home: the levels of visibility, and a source of one record."""
    made = opened(tmp_path / "home")
    levels = (ONTOLOGY / "schemes" / "visibility.ttl").read_bytes()
    with made.writing.open("a test") as writer:
        writer.load(occasional("levels", "public"), [File("visibility.ttl", levels)])
        writer.load(
            occasional("other", "public"), [File("note.ttl", NOTE.replace(b"mine", b"other") % b"une")]
        )
    return made


def note(graph: EcoGraph, text: bytes, level: str = "public") -> Outcome:
    return graph.writing.load_files(occasional("mine", level), [File("note.ttl", NOTE % text)])


def quads(graph: EcoGraph) -> dict[Level, set[str]]:
    snapshot: Any = graph.snapshot()
    return {level: {str(quad) for quad in snapshot._stores[level]} for level in Level}


def altered(graph: EcoGraph, level: Level) -> Store:
    """A store of the published snapshot, open for what nobody may do."""
    return Store(str(graph.snapshot().folder / level.slug))


def test_a_restored_home_is_the_one_that_was_backed_up(graph: EcoGraph, opened: Open, tmp_path: Path) -> None:
    note(graph, b"un", "partners")
    graph.keys.create(level=Level.PARTNERS, may_write=True, name="cellule")
    manifest = graph.upkeep.backup(tmp_path / "b.tar")
    restored = opened(tmp_path / "restored")
    restored.upkeep.restore(tmp_path / "b.tar")
    assert quads(restored) == quads(graph)
    assert restored.base == graph.base
    assert restored.upkeep.verify() == graph.upkeep.verify()
    assert [key.name for key in restored.keys.list()] == ["cellule"]
    assert {g.graph: g.digest for g in manifest.graphs} == {
        g.graph: g.digest for g in graph.upkeep.verify().graphs
    }
    assert note(restored, b"un", "partners").unchanged
    second = restored.upkeep.backup(tmp_path / "c.tar")
    assert second.graphs == manifest.graphs


def test_a_backup_can_be_checked_and_read_without_us(graph: EcoGraph, tmp_path: Path) -> None:
    graph.upkeep.backup(tmp_path / "b.tar")
    folder = tmp_path / "out"
    folder.mkdir()
    subprocess.run(["tar", "xf", "../b.tar"], cwd=folder, check=True)
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder, check=True)
    subprocess.run(["gunzip", "--test", *folder.glob("graphs/*.gz")], check=True)


def test_a_backup_holds_what_is_published_and_no_more(graph: EcoGraph, opened: Open, tmp_path: Path) -> None:
    note(graph, b"un")
    before = quads(graph)
    with suppress(ZeroDivisionError), graph.writing.open("a load that is cut short") as writer:
        writer.load(occasional("mine", "private"), [File("note.ttl", NOTE % b"deux")])
        raise ZeroDivisionError
    found = graph.upkeep.verify()
    assert found.waiting
    assert not found.problems
    graph.upkeep.backup(tmp_path / "b.tar")
    restored = opened(tmp_path / "restored")
    restored.upkeep.restore(tmp_path / "b.tar")
    assert quads(restored) == before
    assert not restored.upkeep.verify().waiting
    note(restored, b"deux", "private")  # it is not taken for loaded
    graph.writing.prepare()  # which publishes what was left
    assert not graph.upkeep.verify().waiting
    assert quads(restored) == quads(graph) != before


def test_a_backup_goes_on_beside_loads(graph: EcoGraph, opened: Open, tmp_path: Path) -> None:
    stop, failures = threading.Event(), list[Exception]()

    def load() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                note(opened(graph.home.root), b"%d" % number, "private" if number % 2 else "public")
            except Exception as error:
                failures.append(error)
                raise

    loader = threading.Thread(target=load)
    loader.start()
    try:
        for number in range(3):
            graph.upkeep.backup(tmp_path / f"{number}.tar")
            assert not graph.upkeep.verify().problems
    finally:
        stop.set()
        loader.join()
    assert not failures
    for number in range(3):
        restored = opened(tmp_path / f"restored-{number}")
        restored.upkeep.restore(tmp_path / f"{number}.tar")
        assert not restored.upkeep.verify().problems


def test_a_restore_refuses_what_it_would_overwrite(graph: EcoGraph, opened: Open, tmp_path: Path) -> None:
    backup = tmp_path / "b.tar"
    graph.upkeep.backup(backup)
    with pytest.raises(HomeNotEmpty, match=r"is not empty: it holds current\.json"):
        graph.upkeep.restore(backup)
    other = opened(tmp_path / "other", base_iri="https://autre.example")
    with pytest.raises(HomeMismatch):
        other.upkeep.restore(backup)
    assert not other.home.root.exists()
    assert not graph.upkeep.verify().problems


def test_nothing_to_back_up_is_said(opened: Open, tmp_path: Path) -> None:
    for what in ("verify", "backup"):
        with pytest.raises(NothingLoaded):
            getattr(opened(tmp_path / "none").upkeep, what)(
                *([tmp_path / "b.tar"] if what == "backup" else [])
            )
    assert list(tmp_path.iterdir()) == []  # nothing was made on the way


def test_a_backup_that_cannot_be_written_leaves_nothing(graph: EcoGraph, tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="could not write the backup"):
        graph.upkeep.backup(tmp_path / "none" / "b.tar")


def test_verify_names_a_leak(graph: EcoGraph) -> None:
    note(graph, b"secret", "private")
    leaked = NamedNode(f"{graph.base}/source/mine")
    quad = Quad(NamedNode("https://x/a"), NamedNode("https://x/p"), Literal("secret"), leaked)
    altered(graph, Level.PUBLIC).add(quad)
    problems = "\n".join(graph.upkeep.verify().problems)
    assert f"{leaked.value}: it is private, but level public sees it" in problems
    assert f"{leaked.value}: level public holds other triples than the master" in problems
    assert "merged graph of level public: it lacks 1 triples" in problems


def test_verify_names_what_the_merge_holds_beyond_its_graphs(graph: EcoGraph) -> None:
    quad = Quad(NamedNode("https://x/a"), NamedNode("https://x/p"), Literal("1"), DefaultGraph())
    altered(graph, Level.PARTNERS).add(quad)
    (problem,) = graph.upkeep.verify().problems
    assert problem.startswith("merged graph of level partners: it holds beyond its graphs 1 triples")
    assert "<https://x/a>" in problem


def test_verify_names_what_a_level_lacks(graph: EcoGraph) -> None:
    other = NamedNode(f"{graph.base}/source/other")
    altered(graph, Level.PUBLIC).remove_graph(other)
    problems = graph.upkeep.verify().problems
    assert f"{other.value}: it is public, but is seen from level partners on only" in problems


def test_verify_names_a_ledger_that_is_behind(graph: EcoGraph) -> None:
    current = graph.home.current()
    assert isinstance(current, Current)
    note(graph, b"un")
    later = graph.home.current()
    assert isinstance(later, Current)
    (graph.home.snapshots / later.snapshot).rename(graph.home.snapshots / f"00000099{later.snapshot[8:]}")
    graph.home.point(snapshot=f"00000099{later.snapshot[8:]}")
    assert any("but change 99 is published" in problem for problem in graph.upkeep.verify().problems)


def test_verify_names_another_ontology(graph: EcoGraph) -> None:
    current = graph.home.current()
    assert isinstance(current, Current)
    other = f"{current.snapshot[:8]}-00000000"
    (graph.home.snapshots / current.snapshot).rename(graph.home.snapshots / other)
    graph.home.point(snapshot=other)
    assert any(problem.startswith("ontology: ") for problem in graph.upkeep.verify().problems)


def test_verify_names_an_index_that_is_damaged(graph: EcoGraph) -> None:
    current = graph.home.current()
    assert isinstance(current, Current)
    (graph.home.indexes / str(current.index) / "public" / "meta.json").write_text("{", "utf-8")
    assert any(problem.startswith("index: ") for problem in graph.upkeep.verify().problems)


def test_compacting_changes_nothing_that_is_read(graph: EcoGraph, opened: Open) -> None:
    for text in (b"un", b"deux", b"trois"):
        note(graph, text)
    before = quads(graph)
    reader = graph.snapshot()  # as a running service holds it
    graph.upkeep.compact(keep_days=0)
    assert list(reader.merged(Level.PUBLIC))
    assert quads(graph) == before
    assert not graph.upkeep.verify().problems
    assert (graph.home.snapshots / reader.id).is_dir()
    del reader
    graph.upkeep.compact()
    assert len(list(graph.home.snapshots.iterdir())) == 1
    assert note(opened(graph.home.root), b"trois").unchanged
    assert len(list(graph.home.snapshots.iterdir())) == 1
    note(graph, b"quatre")
    assert not graph.upkeep.verify().problems


def test_compacting_keeps_the_place_of_old_changes(graph: EcoGraph) -> None:
    ledger = Ledger(graph.home.ledger)
    last = ledger.last()
    graph.upkeep.compact()
    assert ledger.trimmed() == 0
    assert all(change.diff for change in ledger.since(0))
    graph.upkeep.compact(keep_days=1)
    assert ledger.trimmed() == 0
    ledger._db.execute("UPDATE changes SET at = '2000-01-01T00:00:00+00:00' WHERE sequence < ?", (last,))
    graph.upkeep.compact(keep_days=1)
    assert ledger.trimmed() == last - 1
    assert [bool(change.diff) for change in ledger.since(0)] == [False] * (last - 1) + [True]
    assert not graph.upkeep.verify().problems
    ledger.close()


def test_the_commands(invoke: Callable[..., Any], fresh_copy: Path, tmp_path: Path) -> None:
    done = invoke("--home", fresh_copy, "backup", tmp_path / "b.tar")
    assert done.exit_code == 0
    assert "6 graphs" in done.stdout
    assert invoke("restore", tmp_path / "b.tar", "--home", tmp_path / "r").exit_code == 0
    found = json.loads(invoke("--home", tmp_path / "r", "verify", "--json").stdout)
    assert found["problems"] == []
    assert found["levels"]["public"]["graphs"] == 6
    told = invoke("--home", tmp_path / "r", "verify")
    assert told.exit_code == 0
    assert "all agrees" in told.stdout
    assert " MB now" in invoke("--home", tmp_path / "r", "compact").stdout
    refused = invoke("restore", tmp_path / "b.tar", "--home", tmp_path / "r")
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
    current = Current(**json.loads((tmp_path / "r" / "current.json").read_text("utf-8")))
    Store(str(tmp_path / "r" / "snapshots" / current.snapshot / "public")).clear()
    wrong = invoke("--home", tmp_path / "r", "verify")
    assert wrong.exit_code == 1
    assert "ecograph: " in wrong.stderr
