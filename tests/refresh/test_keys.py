"""A source that is asked with a key: whoever reads the graph, its runs or the log does not learn it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict

import pytest
from click.testing import Result
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.web.service import create_app
from tests.refresh.desk import KEY, Desk, feed, item, only
from tests.remote import Page, Remote, Request, serving

HEADERS = 'headers = { X-Api-Key = "${presse}", Accept-Language = "fr" }'


def guarded(request: Request) -> Page:
    """A server that wants its key in both places, and repeats what it was asked."""
    if request.headers.get("x-api-key") != KEY or f"=s-{KEY}" not in request.path:
        return Page(status=401)
    address = f"http://{request.headers['host']}{request.path}"
    items = [item("1", "Un"), f"<item><guid>2</guid><title>{KEY}</title></item>"]
    return Page(feed(f"<link>{address}</link>", *items).encode(), headers={"Content-Type": "text/xml"})


def told(graph: EcoGraph, caplog: pytest.LogCaptureFixture) -> str:
    """All that is published, recorded or logged of the source."""
    anyone = TestClient(create_app(graph))
    triples = list(graph.rows(Level.PUBLIC, "SELECT * { GRAPH ?g { ?s ?p ?o } }"))
    texts = [
        str(term) for row in triples for term in row.values() if "presse" in str(term) or "127" in str(term)
    ]
    return "\n".join(
        [
            *texts,
            caplog.text,
            anyone.get("/source/presse.ttl").text,
            anyone.get("/api/refresh").text,
            json.dumps([asdict(state) for state in graph.refresh.states(Level.PRIVATE)]),
            *(path.read_bytes().decode("latin-1") for path in graph.home.root.glob("*.sqlite*")),
        ]
    )


def test_a_key_is_sent_and_told_nowhere(
    desk: Desk, graph: EcoGraph, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "ecograph")
    remote.pages["/f"] = guarded
    desk.declare("presse", f"{remote.url}/f?cle=s-${{presse}}", more=HEADERS)
    run = only(graph)
    assert (run.outcome, run.rejected) == ("written", 1), run.message
    assert remote.asked[-1].headers["accept-language"] == "fr"
    said = told(graph, caplog)
    assert f"{remote.url}/f?cle=s-$%7Bpresse%7D" in said  # eco:feed, prov:used
    assert f"{remote.url}/f?cle=s-${{presse}}: read as RSS" in said
    remote.pages["/f"] = Page(status=404)
    failed = only(graph, "presse")
    assert failed.message == f"{remote.url}/f?cle=s-${{presse}}: the server answered 404"
    assert KEY not in said + told(graph, caplog)


def test_a_feed_that_moved_elsewhere_takes_no_key_with_it(
    desk: Desk, graph: EcoGraph, remote: Remote
) -> None:
    with serving() as other:
        other.put("/f", feed(item("1", "Un")))
        remote.put("/f", status=301, location=f"{other.url}/f?cle={KEY}")
        desk.declare("presse", f"{remote.url}/f?cle=${{presse}}", more=HEADERS)
        for _ in range(2):  # where it is, then where it was said to be from now on
            assert only(graph, "presse").outcome in {"written", "unchanged"}
        assert [request.path for request in other.asked] == 2 * ["/f?cle=${presse}"]
        assert KEY not in repr(other.asked)
        assert len(remote.asked) == 1


def test_a_secret_that_is_written_in_the_address_is_not_told(
    desk: Desk, graph: EcoGraph, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    remote.put("/f", feed(item("1", "Un"), "<item><guid>2</guid></item>"))
    desk.declare("presse", f"{remote.url}/f?apikey=SECRET123")
    assert only(graph).outcome == "written"
    assert remote.asked[-1].path == "/f?apikey=SECRET123"
    said = told(graph, caplog)
    assert f"<{remote.url}/f?apikey=***>" in said
    remote.pages.clear()
    only(graph, "presse")
    assert "SECRET123" not in said + told(graph, caplog)


def test_a_key_that_is_not_set_is_asked_for(
    desk: Desk, invoke: Callable[..., Result], remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOGRAPH_FETCH_LOCAL", "127.0.0.0/8")
    desk.declare("presse", remote.put("/f", feed(item("1", "Un"))), more=HEADERS)
    missing = invoke("--home", desk.home, "refresh", "presse")
    assert "/f: no key ${presse} is known: set ECOGRAPH_FETCH_KEYS__PRESSE" in missing.stderr
    monkeypatch.setenv("ECOGRAPH_FETCH_KEYS__PRESSE", KEY)
    assert "presse: 4 records" in invoke("--home", desk.home, "refresh", "presse").stdout
    assert remote.asked[-1].headers["x-api-key"] == KEY
    shown = invoke("--home", desk.home, "settings").stdout
    assert ("ECOGRAPH_FETCH_KEYS={'presse': " in shown, KEY in shown) == (True, False)
    monkeypatch.setenv("ECOGRAPH_FETCH_KEYS__PRESSE", "short 1")
    refused = invoke("--home", desk.home, "settings").stderr
    assert "ECOGRAPH_FETCH_KEYS__PRESSE: Value error, a key has at least 8 characters" in refused
    assert "short 1" not in refused


def test_reports_are_for_those_who_may_begin(desk: Desk, graph: EcoGraph, remote: Remote) -> None:
    desk.declare("presse", remote.put("/f", status=302, location="http://0x0a000001/"))
    run = only(graph)
    assert "0x0a000001 is 10.0.0.1" in run.message
    graph.refresh._steps["presse"] = ("presse: reading /srv/f.xml", 1, 2)
    client = TestClient(create_app(graph))
    _, reads = graph.keys.create(level=Level.PRIVATE, may_write=False, name="reader")
    _, writes = graph.keys.create(level=Level.PUBLIC, may_write=True, name="writer")
    for headers in ({}, {"Authorization": f"Bearer {reads}"}):
        [state] = client.get("/api/refresh", headers=headers).json()
        assert (state["last"]["outcome"], state["last"]["message"]) == ("failed", "")
        assert (state["step"], state["done"], state["total"]) == ("under way", 1, 2)
        assert (state["last"]["rejections"], state["failures"]) == ([], 1)
    [state] = client.get("/api/refresh", headers={"Authorization": f"Bearer {writes}"}).json()
    assert (state["last"]["message"], state["step"]) == (run.message, "presse: reading /srv/f.xml")
