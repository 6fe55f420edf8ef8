"""Refreshing over real HTTP: what is due, what changed, what failed, and what the graph says of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import BadDeclaration, Busy, UnknownSource
from ecograph.model import Level
from tests.refresh.desk import Desk, feed, item, only, refreshed, titles, values
from tests.remote import Page, Remote, Request


def test_what_is_due_is_refreshed_and_what_did_not_change_writes_nothing(
    desk: Desk, graph: EcoGraph, remote: Remote
) -> None:
    desk.declare("presse", remote.put("/f", feed(item("1", "Un"), item("2", "Deux"))))
    run = only(graph)
    assert (run.source, run.outcome, run.rejected) == ("presse", "written", 0)
    assert titles(graph) == ["Deux", "Un"]
    snapshot = graph.snapshot_id()
    assert refreshed(graph) == {}  # not due
    assert refreshed(graph, "presse") == {"presse": "unchanged"}
    desk.later(hours=23)
    assert refreshed(graph) == {}
    desk.later(hours=1)
    assert refreshed(graph) == {"presse": "unchanged"}
    assert graph.snapshot_id() == snapshot
    remote.put("/f", feed(item("2", "Deux, corrigé"), item("3", "Trois")))
    desk.later(days=1)
    assert refreshed(graph) == {"presse": "written"}
    assert titles(graph) == ["Deux, corrigé", "Trois", "Un"]


def test_the_graph_says_what_each_run_changed(desk: Desk, graph: EcoGraph, remote: Remote) -> None:
    desk.declare("presse", remote.put("/f", feed(item("1", "Un"))))
    graph.refresh.run()
    remote.put("/f", feed(item("1", "Un, corrigé"), "<item><title>x</title></item>"))
    desk.later(days=1)
    graph.refresh.run()
    desk.later(days=1)
    graph.refresh.run()  # which changes nothing, and is not stated
    query = """SELECT ?start ?accepted ?rejected ?added ?removed ?url { GRAPH ?source {
        ?run a prov:Activity ; prov:startedAtTime ?start ; prov:generated ?source ; prov:used ?url ;
            eco:recordsAccepted ?accepted ; eco:recordsRejected ?rejected ;
            eco:statementsAdded ?added ; eco:statementsRemoved ?removed } } ORDER BY ?start"""
    first, second = values(graph, query)
    assert first[0].startswith("2026-03-02T08:00:00")
    assert second[1:] == ("4", "1", "1", "1", f"{remote.url}/f")
    graph.writing.load_declared(["presse"])  # by hand: what is stated of runs stays
    assert len(values(graph, query)) == 2


def test_validators_are_sent_only_while_the_graph_holds_what_they_stand_for(
    desk: Desk, graph: EcoGraph, remote: Remote
) -> None:
    def page(request: Request) -> Page:
        same = request.headers.get("if-none-match") == '"1"'
        return Page(status=304) if same else Page(feed(item("1", "Un")).encode(), headers={"ETag": '"1"'})

    remote.pages["/f"] = page
    desk.declare("presse", f"{remote.url}/f")
    assert refreshed(graph, "presse") == {"presse": "written"}
    assert refreshed(desk.open(), "presse") == {"presse": "unchanged"}  # a restart remembers
    assert "if-none-match" in remote.asked[-1].headers
    desk.declare("presse", f"{remote.url}/f", visibility="partners")  # to be read anew
    assert refreshed(graph, "presse") == {"presse": "written"}
    assert "if-none-match" not in remote.asked[-1].headers


def test_one_failure_stops_nothing_and_is_tried_later_each_time(
    desk: Desk, graph: EcoGraph, remote: Remote
) -> None:
    desk.declare("a", remote.put("/a", "<html>Maintenance</html>"), schedule="hourly")
    desk.declare("b", remote.put("/b", feed(item("1", "Un"))), schedule="hourly")
    (desk.home / "loaders" / "c.toml").write_text("id = ")
    assert refreshed(graph) == {"a": "failed", "b": "written"}
    waits = []
    for _ in range(10):
        due = graph.refresh.states(Level.PUBLIC)[0].due
        assert due is not None
        waits.append((datetime.fromisoformat(due) - desk.at).total_seconds() / 3600)
        desk.at = datetime.fromisoformat(due)
        assert refreshed(desk.open())["a"] == "failed"
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 168, 168]
    with pytest.raises(BadDeclaration):
        graph.refresh.run(["c"])
    remote.put("/a", feed(item("2", "Deux")))
    assert refreshed(graph, "a") == {"a": "written"}  # named, it is tried at once
    assert graph.refresh.states(Level.PUBLIC)[0].failures == 0
    assert titles(graph) == ["Deux", "Un"]


def test_a_server_that_asks_to_wait_is_left_alone_until_then(
    desk: Desk, graph: EcoGraph, remote: Remote
) -> None:
    until = desk.at + timedelta(days=2)
    wait = format_datetime(until, usegmt=True)
    desk.declare("presse", remote.put("/f", status=503, retry_after=wait), schedule="hourly")
    assert refreshed(graph) == {"presse": "failed"}
    [state] = graph.refresh.states(Level.PUBLIC)
    assert state.due == until.isoformat(timespec="seconds")
    remote.put("/f", feed(item("1", "Un")))
    assert refreshed(graph, "presse") == {"presse": "failed"}
    assert len(remote.asked) == 1
    desk.at = until
    assert refreshed(graph) == {"presse": "written"}


def test_a_feed_that_is_gone_keeps_its_graph_and_is_not_asked_again(
    desk: Desk, graph: EcoGraph, remote: Remote
) -> None:
    desk.declare("presse", remote.put("/f", feed(item("1", "Un"))))
    graph.refresh.run()
    remote.put("/f", status=410)
    desk.later(days=1)
    assert refreshed(graph) == {"presse": "gone"}
    desk.later(days=99)
    assert refreshed(graph) == {}
    assert titles(graph) == ["Un"]
    assert "gone for good" in (graph.refresh.states(Level.PUBLIC)[0].last or only(graph, "presse")).message
    desk.declare("presse", remote.put("/new", feed(item("1", "Un"))))
    assert refreshed(graph) == {"presse": "written"}  # its address is another


def test_a_feed_that_moved_is_asked_where_it_is(desk: Desk, graph: EcoGraph, remote: Remote) -> None:
    new = remote.put("/new", feed(item("1", "Un")))
    desk.declare("presse", remote.put("/old", status=301, location="/new"))
    assert f"its address moved for good to {new}" in only(graph).message
    desk.later(days=1)
    run = only(desk.open())
    assert (run.outcome, new in run.message) == ("unchanged", True)
    assert [request.path for request in remote.asked] == ["/old", "/new", "/new"]
    remote.put("/new", status=404)  # a mistake: the declared address counts again
    assert refreshed(graph, "presse") == {"presse": "failed"}
    remote.put("/old", feed(item("1", "Un"), item("2", "Deux")))
    assert refreshed(graph, "presse") == {"presse": "written"}


def test_what_was_killed_before_it_was_recorded_is_due_again(
    desk: Desk, graph: EcoGraph, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.declare("presse", remote.put("/f", feed(item("1", "Un")), etag='"1"'))

    class Killed(BaseException):
        pass

    def killed(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(graph.refresh._runs, "record", killed)
        with pytest.raises(Killed):
            graph.refresh.run()
    again = desk.open()
    assert titles(again) == ["Un"]
    assert refreshed(again) == {"presse": "unchanged"}
    assert len(values(again, "SELECT ?run { ?run a prov:Activity ; prov:generated ?source }")) == 1


def test_what_was_named_and_killed_is_due_again(
    desk: Desk, graph: EcoGraph, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        desk.declare(name, remote.put(f"/{name}", feed(item(name, f"Titre {name}"))))
    assert refreshed(graph) == {"a": "written", "b": "written"}
    desk.later(hours=1)
    assert refreshed(graph) == {}  # not due before tomorrow

    class Killed(BaseException):
        pass

    def killed(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(graph.writing, "make_visible", killed)
        remote.put("/a", feed(item("a", "Titre a, corrigé")))
        with pytest.raises(Killed):
            graph.refresh.run(["a"])
    again = desk.open()
    assert refreshed(again) == {"a": "unchanged"}
    assert titles(again) == ["Titre a, corrigé", "Titre b"]
    assert refreshed(again) == {}


def test_levels_see_their_sources_alone(desk: Desk, graph: EcoGraph, remote: Remote) -> None:
    desk.declare("open", remote.put("/a", feed(item("1", "Un"))))
    desk.declare("hidden", remote.put("/b", feed(item("2", "Deux"))), visibility="partners")
    with pytest.raises(UnknownSource) as caught:
        graph.refresh.run(["hidden"], level=Level.PUBLIC)
    assert "hidden" not in caught.value.known
    assert [run.source for run in graph.refresh.run(level=Level.PUBLIC)] == ["open"]
    graph.refresh.run()
    assert [state.source for state in graph.refresh.states(Level.PUBLIC)] == ["open"]
    assert [state.source for state in graph.refresh.states(Level.PARTNERS)] == ["hidden", "open"]
    activity = "SELECT ?run { ?run a prov:Activity ; prov:generated ?source }"
    assert len(values(graph, activity)) == 1
    assert len(values(graph, activity, Level.PARTNERS)) == 2


def test_one_refresh_at_a_time(graph: EcoGraph) -> None:
    with graph.refresh._lock, pytest.raises(Busy):
        graph.refresh.run()


def test_the_service_follows_the_schedule(desk: Desk, graph: EcoGraph, remote: Remote) -> None:
    desk.declare("presse", remote.put("/f", feed(item("1", "Un"))))
    graph.refresh.follow_schedule(seconds=0.01)
    limit = 1_000
    while not (states := graph.refresh.states(Level.PUBLIC)) or states[0].last is None:
        limit -= 1
        assert limit, "nothing was refreshed"
        graph.refresh._closed.wait(0.02)
    graph.refresh.close()
    assert states[0].last.outcome == "written"
    assert len(remote.asked) == 1
    assert desk.open().settings.refresh == "off"  # unless one says so, nothing goes out by itself


def test_the_report_is_kept(desk: Desk, graph: EcoGraph, remote: Remote) -> None:
    desk.declare(
        "presse", remote.put("/f", feed(item("1", "Un"), item("2", "Deux"), "<item><guid>3</guid></item>"))
    )
    run = only(graph)
    assert (run.outcome, run.rejected) == ("written", 1)
    assert run.rejections[0].place == f"{remote.url}/f, item 3"
    [state] = desk.open().refresh.states(Level.PUBLIC)
    assert state.last == run
    assert json.dumps(run.rejections[0].reason, ensure_ascii=False)
