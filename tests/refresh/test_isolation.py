"""What fails for one source stays its own, whatever it is; and a refresh publishes once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import Result

from ecograph.app import EcoGraph
from ecograph.errors import Busy, HalfRestored, StorageFailed
from ecograph.graph.ledger import Change
from ecograph.graph.store import EmbeddedStore
from ecograph.model import Level, Outcome
from ecograph.resolving import Resolution
from ecograph.sources import read
from ecograph.writing import Writing
from tests.refresh.desk import Desk, feed, item, refreshed, titles
from tests.remote import Remote

Break = Callable[[Mapping[str, Exception]], None]
Load = Callable[..., Outcome]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Make the parser of feeds raise something for some sources."""

    def install(errors: Mapping[str, Exception]) -> None:
        whole = read._READERS["feed"]

        def faulty(declaration: object, file: object, context: object) -> object:
            source = declaration.id  # type: ignore[attr-defined]  # a declaration
            if source in errors:
                raise errors[source]
            return whole(declaration, file, context)  # type: ignore[arg-type]  # handed on as they came

        monkeypatch.setattr(read, "_READERS", MappingProxyType({**read._READERS, "feed": faulty}))

    return install


def declared(desk: Desk, remote: Remote, *names: str) -> None:
    for name in names:
        desk.declare(name, remote.put(f"/{name}", feed(item(name, f"Titre {name}"))), schedule="hourly")


FAULTS = {
    "a": KeyError("colonne"),
    "c": OSError(5, "Input/output error"),
    "d": sqlite3.OperationalError("disk I/O error"),
    "e": StorageFailed("write the graph", "no space"),
    "f": RecursionError("too deep"),
}


def test_a_fault_that_nobody_foresaw_is_recorded_and_stops_nothing(
    desk: Desk, graph: EcoGraph, remote: Remote, broken: Break, caplog: pytest.LogCaptureFixture
) -> None:
    declared(desk, remote, "a", "b", "c", "d", "e", "f", "g")
    broken(FAULTS)
    assert refreshed(graph) == {**dict.fromkeys("acdef", "failed"), "b": "written", "g": "written"}
    assert titles(graph) == ["Titre b", "Titre g"]
    states = {state.source: state for state in desk.open().refresh.states(Level.PUBLIC)}
    assert {name: state.failures for name, state in states.items()} == {
        **dict.fromkeys("acdef", 1),
        **dict.fromkeys("bg", 0),
    }
    assert states["a"].last is not None
    assert "source 'a' failed unexpectedly" in states["a"].last.message
    assert "KeyError: 'colonne'" in states["a"].last.message
    traces = [record for record in caplog.records if record.exc_info]
    assert [record.args for record in traces] == [(f"source {name!r}",) for name in "acdf"]
    desk.later(minutes=59)
    assert refreshed(graph) == {}  # what failed waits its time, like any failure


def test_a_write_that_fails_is_finished_and_touches_no_other(
    desk: Desk, graph: EcoGraph, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared(desk, remote, "a", "b")
    whole = EmbeddedStore.apply
    failing = ["/source/a"]

    def apply(store: EmbeddedStore, change: Change) -> None:
        if failing and change.graph.endswith(failing[0]):
            failing.pop()
            raise ValueError(change.graph)
        whole(store, change)

    monkeypatch.setattr(EmbeddedStore, "apply", apply)
    assert refreshed(graph) == {"a": "failed", "b": "written"}
    assert titles(graph) == ["Titre a", "Titre b"]  # it was written down
    assert not graph.upkeep.verify().problems
    assert refreshed(graph, "a") == {"a": "unchanged"}


def test_a_record_that_cannot_be_kept_stops_nothing(
    desk: Desk, graph: EcoGraph, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared(desk, remote, "a", "b")

    def record(*_args: object) -> None:
        raise StorageFailed("write a run down", "no space")

    with monkeypatch.context() as patch:
        patch.setattr(graph.refresh._runs, "record", record)
        assert refreshed(graph) == {"a": "failed", "b": "failed"}
    assert titles(graph) == ["Titre a", "Titre b"]
    assert refreshed(graph) == {"a": "unchanged", "b": "unchanged"}


def test_the_scheduler_lives_on(
    desk: Desk, graph: EcoGraph, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared(desk, remote, "a")
    whole, faults = graph.writing.declared, [MemoryError(), PermissionError("loaders")]

    def unlucky() -> object:
        if faults:
            raise faults.pop()
        return whole()

    monkeypatch.setattr(graph.writing, "declared", unlucky)
    graph.refresh.follow_schedule(seconds=0.01)
    for _ in range(2_000):
        if not faults and graph.refresh._runs.last("a"):
            break
        graph.refresh._closed.wait(0.02)
    assert titles(graph) == ["Titre a"]


def test_a_home_that_is_not_whole_is_no_failure_of_a_source(
    desk: Desk, graph: EcoGraph, remote: Remote
) -> None:
    declared(desk, remote, "a")
    graph.home.unfinished.touch()
    with pytest.raises(HalfRestored):
        graph.refresh.run()
    graph.home.unfinished.unlink()
    assert graph.refresh._runs.last("a") is None


def test_a_load_of_several_sources_goes_on_and_ends_with_1(
    desk: Desk, invoke: Callable[..., Result], broken: Break, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.xml").write_text(feed(item(name, f"Titre {name}")))
        desk.declare(name, str(tmp_path / f"{name}.xml"))
    broken({"a": KeyError("colonne")})
    ended = invoke("--home", desk.home, "load", "--source", "a", "--source", "b")
    assert ended.exit_code == 1
    assert "b: 4 records, +" in ended.stdout
    assert "ecograph: source 'a' failed unexpectedly" in ended.stderr
    assert titles(desk.open()) == ["Titre b"]
    ended = invoke("--home", desk.home, "refresh", "a", "b")
    assert (ended.exit_code, "b: unchanged" in ended.stdout) == (1, True)
    assert "a: failed: source 'a' failed unexpectedly" in ended.stderr


def test_what_was_loaded_is_told_where_merging_fails(
    desk: Desk, invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def settle(_self: object) -> int:
        raise Busy("somebody else")

    monkeypatch.setattr(Resolution, "settle", settle)
    ended = invoke("--home", desk.home, "load", "--source", "demo")
    assert (ended.exit_code, "demo: unchanged" in ended.stdout) == (1, True)
    assert "being written by somebody else" in ended.stderr


def test_texts_that_cannot_be_read_are_that_sources_failure(
    desk: Desk, graph: EcoGraph, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecograph.mentioning import Understanding

    declared(desk, remote, "a", "b")
    for name in ("a", "b"):
        path = desk.home / "loaders" / f"{name}.toml"
        path.write_text(path.read_text().replace("understand = false", "understand = true"))
    whole = Understanding.understand

    def understand(self: Understanding, source: str, *others: object) -> object:
        if source == "a":
            raise ZeroDivisionError
        return whole(self, source, *others)  # type: ignore[arg-type]  # handed on as they came

    with monkeypatch.context() as patch:
        patch.setattr(Understanding, "understand", understand)
        assert refreshed(graph) == {"a": "failed", "b": "written"}
        assert titles(graph) == ["Titre a", "Titre b"]
        assert "a" in dict(graph.writing.load_declared(["a", "b"])[1])
    assert refreshed(graph, "a", "b") == {"a": "unchanged", "b": "unchanged"}


def test_a_refresh_publishes_once(
    desk: Desk, graph: EcoGraph, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[str] = []
    whole = Writing._publish

    def publish(self: Writing, *arguments: object) -> None:
        whole(self, *arguments)  # type: ignore[arg-type]  # handed on as they came
        published.append(graph.snapshot_id())

    monkeypatch.setattr(Writing, "_publish", publish)
    declared(desk, remote, "a", "b", "c", "d")
    remote.put("/b", "<html>")
    before = graph.snapshot_id()
    outcomes = refreshed(graph)
    assert outcomes == {"a": "written", "b": "failed", "c": "written", "d": "written"}
    assert published == [graph.snapshot_id()] != [before]
    assert titles(graph) == ["Titre a", "Titre c", "Titre d"]
    # A source that fewer may see is hidden at once, not when the others are done.
    desk.declare("a", f"{remote.url}/a", visibility="private")
    assert refreshed(graph, "a", "c") == {"a": "written", "c": "unchanged"}
    assert len(set(published)) == 2
    assert titles(graph) == ["Titre c", "Titre d"]


def test_what_was_brought_before_a_kill_is_published_by_the_next_run(
    desk: Desk, graph: EcoGraph, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_args: object) -> None:
        raise Killed

    declared(desk, remote, "a", "b")
    remote.put("/b", "<html>")
    with monkeypatch.context() as patch:
        patch.setattr(graph.writing, "make_visible", killed)
        with pytest.raises(Killed):
            graph.refresh.run()
    again = desk.open()
    assert titles(again) == []
    assert [state.failures for state in again.refresh.states(Level.PUBLIC)] == [0, 1]  # of a, and of b
    assert refreshed(again) == {"a": "unchanged"}
    assert titles(again) == ["Titre a"]
