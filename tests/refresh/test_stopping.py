"""A refresh that is stopped ends at once, wherever it is, and loses nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from ecograph.app import EcoGraph
from ecograph.model import Level
from tests.conftest import ENV
from tests.refresh.desk import Desk, feed, item, refreshed, titles
from tests.remote import Page, Remote, Request


class Slow:
    """A page that is answered when the test says so."""

    def __init__(self, remote: Remote, path: str, text: str) -> None:
        self.asked, self.answer = threading.Event(), threading.Event()
        self._text = text
        remote.pages[path] = self._page

    def _page(self, _request: Request) -> Page:
        self.asked.set()
        self.answer.wait(60)
        return Page(self._text.encode())


@pytest.fixture
def slow(desk: Desk, remote: Remote) -> Iterator[Slow]:
    """Two sources, the second of which does not answer."""
    desk.declare("a", remote.put("/a", feed(item("1", "Un"))))
    desk.declare("b", f"{remote.url}/b")
    page = Slow(remote, "/b", feed(item("2", "Deux")))
    yield page
    page.answer.set()


def finished(desk: Desk) -> None:
    """The next refresh does what was left, and has nothing to forgive."""
    again = desk.open()
    assert [state.failures for state in again.refresh.states(Level.PUBLIC)] == [0, 0]
    assert refreshed(again) == {"a": "unchanged", "b": "written"}
    assert titles(again) == ["Deux", "Un"]
    assert not again.upkeep.verify().problems


def test_a_service_that_closes_waits_for_no_server(desk: Desk, graph: EcoGraph, slow: Slow) -> None:
    graph.refresh.follow_schedule(seconds=0.01)
    assert slow.asked.wait(60)
    graph.close()
    assert not slow.answer.is_set()  # nobody waited for it
    slow.answer.set()
    for thread in graph.refresh._threads:
        thread.join()
    finished(desk)


def test_a_service_that_closes_stops_at_the_next_step(
    desk: Desk, graph: EcoGraph, remote: Remote, slow: Slow
) -> None:
    first = remote.pages["/a"]

    def closing(_request: Request) -> Page:
        graph.refresh._closed.set()
        assert isinstance(first, Page)
        return first

    remote.pages["/a"] = closing
    graph.refresh.start()
    for thread in graph.refresh._threads:
        thread.join()
    assert [request.path for request in remote.asked] == ["/a"]
    remote.pages["/a"] = first
    slow.answer.set()
    again = desk.open()
    assert titles(again) == []
    assert refreshed(again) == {"a": "written", "b": "written"}


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 1), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_command_that_is_interrupted_ends_at_once(
    desk: Desk, slow: Slow, number: signal.Signals, status: int
) -> None:
    settings = [f"{name}={value}" for name, value in ENV.items()]
    # Whatever runs the tests in the background may have had its children ignore an interrupt.
    command = ["env", "--default-signal=INT", *settings, "ECOGRAPH_FETCH_LOCAL=127.0.0.0/8"]
    command += [sys.executable, "-m", "ecograph"]
    command += ["--home", str(desk.home), "refresh"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert slow.asked.wait(60)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == status
    assert "Traceback" not in errors
    assert not slow.answer.is_set()
    slow.answer.set()
    finished(desk)
