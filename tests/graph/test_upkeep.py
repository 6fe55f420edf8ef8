"""Backup, restore, verification and compaction: what they refuse, and what they tell."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from ecograph.app import EcoGraph
from ecograph.assets import ONTOLOGY
from ecograph.errors import BadInput, HalfRestored, HomeMismatch, HomeNotEmpty, NothingLoaded, StorageFailed
from ecograph.graph import evaluation
from ecograph.graph.home import Current
from ecograph.graph.ledger import Ledger
from ecograph.model import Level, Outcome
from ecograph.questions.filtering import Asked
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


HALF: dict[str, Callable[[EcoGraph, Path], object]] = {
    "search": lambda graph, _: graph.search(Level.PUBLIC, "note", Asked(), limit=1),
    "query": lambda graph, _: graph.answer(Level.PUBLIC, "ASK {}", "json"),
    "verify": lambda graph, _: graph.upkeep.verify(),
    "backup": lambda graph, folder: graph.upkeep.backup(folder / "other.tar"),
    "compact": lambda graph, _: graph.upkeep.compact(),
    "load": lambda graph, _: note(graph, b"une"),
    "make a key": lambda graph, _: graph.keys.create(level=Level.PUBLIC, may_write=False),
    "list keys": lambda graph, _: graph.keys.list(),
    "revoke a key": lambda graph, _: graph.keys.revoke("cma"),
    "record a run": lambda graph, _: graph.refresh._runs.begin(["mine"], datetime.now(UTC)),
}


@pytest.mark.parametrize("use", HALF.values(), ids=HALF)
@pytest.mark.parametrize("far", [False, True], ids=["at first", "while indexing"])
def test_half_of_a_restore_is_neither_used_nor_written_to(
    use: Callable[[EcoGraph, Path], object], far: bool, graph: EcoGraph, opened: Open, tmp_path: Path
) -> None:
    """And it is told how to go on: a load, which was advised, is refused."""
    backup = tmp_path / "b.tar"
    graph.upkeep.backup(backup)
    half = opened(tmp_path / "half")
    if far:
        half.upkeep.restore(backup)
        current = half.home.root / "current.json"
        current.write_text(json.dumps({**json.loads(current.read_text()), "index": None}))
    half.home.root.mkdir(exist_ok=True)
    half.home.unfinished.write_bytes(b"A restore was begun and not finished.\n")
    before = {path: path.read_bytes() for path in half.home.root.glob("ledger*")}
    with pytest.raises(HalfRestored, match="run `ecograph restore` with the same backup again"):
        use(half, tmp_path)
    assert {path: path.read_bytes() for path in half.home.root.glob("ledger*")} == before
    half.upkeep.restore(backup)
    assert not half.upkeep.verify().problems


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


def turned(path: Path, share: float = 0.5) -> None:
    """Change one byte of a file, and of it alone: others share what it was."""
    content = bytearray(path.read_bytes())
    content[int(len(content) * share)] ^= 0xFF
    path.unlink()
    path.write_bytes(content)


def orders(folder: Path) -> list[Path]:
    """The files that hold quads, in each order, and terms: those with more than their own description."""
    return [path for path in sorted(folder.glob("*.sst")) if path.stat().st_size > 5000]


@pytest.fixture
def sorted_out(graph: EcoGraph) -> EcoGraph:
    """A home with so much in it that each order of each level has a file with blocks of its own."""
    note(graph, b"un")
    graph.upkeep.compact()
    return graph


def test_verify_reads_every_file_of_what_is_published(sorted_out: EcoGraph) -> None:
    folder = sorted_out.snapshot().folder
    found = orders(folder / "partners")
    assert len(found) > 8
    for path in found:
        whole = path.read_bytes()
        turned(path, 0.1)
        problem, *_ = sorted_out.upkeep.verify().problems
        assert problem.startswith("snapshot of level partners: ")
        assert path.name in problem
        assert problem.endswith("the stores are sound: `ecograph compact` publishes them again")
        path.write_bytes(whole)
    assert sorted_out.upkeep.verify().problems == ()


def test_what_is_published_and_damaged_is_published_again(graph: EcoGraph) -> None:
    for path in orders(graph.snapshot().folder / "private"):
        turned(path)
    assert graph.upkeep.verify().problems
    graph.upkeep.compact()
    assert graph.upkeep.verify().problems == ()


def test_verify_names_a_store_that_is_damaged(graph: EcoGraph) -> None:
    for path in orders(graph.home.stores / "public"):
        turned(path)
    (problem,) = graph.upkeep.verify().problems
    assert problem.startswith("store of level public: Corruption")
    assert "back it up with `ecograph backup`" in problem


def test_a_file_that_is_gone_is_missed_while_nobody_writes(graph: EcoGraph) -> None:
    orders(graph.home.stores / "public")[0].unlink()
    with graph.home.writing("a load"):  # which takes files away itself
        assert graph.upkeep.verify().problems == ()
    (problem,) = graph.upkeep.verify().problems
    assert problem.startswith("store of level public: ")


def test_damage_on_both_sides_needs_a_backup(graph: EcoGraph) -> None:
    for folder in (graph.home.stores, graph.snapshot().folder):
        for path in orders(folder / "private"):
            turned(path)
    found = graph.upkeep.verify()
    assert [problem.split(":")[0] for problem in found.problems] == [
        "snapshot of level private",
        "store of level private",
    ]
    assert all("restore the last backup" in problem for problem in found.problems)


def test_a_query_of_the_owner_names_what_is_damaged(
    sorted_out: EcoGraph, opened: Open, tmp_path: Path
) -> None:
    for path in orders(sorted_out.snapshot().folder / "private"):
        turned(path, 0.1)
    damaged = opened(sorted_out.home.root)
    with pytest.raises(StorageFailed, match="could not read the snapshot: Corruption"):
        damaged.answer(Level.PRIVATE, "SELECT * { ?s ?p ?o }", "csv")
    with pytest.raises(StorageFailed, match="Corruption"):
        damaged.upkeep.backup(tmp_path / "b.tar")


def test_a_worker_says_that_the_store_is_at_fault_not_the_query(sorted_out: EcoGraph) -> None:
    folder = sorted_out.snapshot().folder / "public"
    for path in orders(folder):
        turned(path, 0.1)
    asked = {"store": str(folder), "base": None, "default_graphs": (), "named_graphs": ()}
    asked |= {"results_format": "text/csv", "graph_format": "text/turtle"}
    header, _ = evaluation.answer(evaluation.Stores(), asked, "SELECT * { ?s ?p ?o }", limit=10**6)
    assert header["error"] == "store"
    assert "Corruption" in header["message"]


def test_verify_and_backup_name_a_ledger_that_is_damaged(graph: EcoGraph, tmp_path: Path) -> None:
    with closing(sqlite3.connect(graph.home.ledger)) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = ledger.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'changes_of'").fetchone()
        (size,) = ledger.execute("PRAGMA page_size").fetchone()
    content = bytearray(graph.home.ledger.read_bytes())
    content[(page - 1) * size] ^= 0xFF
    graph.home.ledger.write_bytes(content)
    (problem,) = graph.upkeep.verify().problems
    assert problem.startswith(f"ledger: {graph.home.ledger} is damaged: ")
    with pytest.raises(StorageFailed, match=f"read the ledger {graph.home.ledger}: it is damaged"):
        graph.upkeep.backup(tmp_path / "b.tar")
    assert list(tmp_path.glob("*b.tar*")) == []


def test_verify_unpacks_what_the_ledger_keeps(graph: EcoGraph, tmp_path: Path) -> None:
    with closing(sqlite3.connect(graph.home.ledger)) as ledger, ledger:
        (added,) = ledger.execute("SELECT added FROM changes WHERE sequence = 1").fetchone()
        altered = added[:-1] + bytes([added[-1] ^ 0xFF])
        ledger.execute("UPDATE changes SET added = ? WHERE sequence = 1", (altered,))
    (problem,) = graph.upkeep.verify().problems
    assert "change 1: Error -3" in problem
    with pytest.raises(StorageFailed, match="change 1: Error -3"):
        graph.upkeep.backup(tmp_path / "b.tar")


def test_a_ledger_of_an_earlier_version_is_not_called_damaged(graph: EcoGraph) -> None:
    with closing(sqlite3.connect(graph.home.ledger)) as ledger:
        ledger.execute("DROP TABLE names")
    assert graph.upkeep.verify().problems == ()


def test_a_backup_takes_the_place_of_a_file_only(graph: EcoGraph, tmp_path: Path) -> None:
    file, pipe, folder, link = (tmp_path / name for name in ("file", "pipe", "folder", "link"))
    file.write_bytes(b"the backup before")
    os.mkfifo(pipe)
    folder.mkdir()
    link.symlink_to(file)
    for place in (pipe, folder, link):
        with pytest.raises(BadInput, match="no regular file"):
            graph.upkeep.backup(place)
    assert pipe.is_fifo()
    assert link.is_symlink()
    graph.upkeep.backup(file)
    assert file.stat().st_size > 1000


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
