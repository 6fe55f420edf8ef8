"""`ecograph refresh` and `/api/refresh`: who sees what, and who may begin."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.web.service import create_app
from tests.refresh.desk import Desk, feed, item
from tests.remote import Remote


def test_the_command_reports(invoke: Callable[..., Result], fresh_copy: Path, tmp_path: Path) -> None:
    file = tmp_path / "flux.xml"
    file.write_text(feed(item("1", "Un"), "<item><guid>x</guid></item>"))
    Desk(fresh_copy).declare("presse", str(file))
    first = invoke("--home", fresh_copy, "refresh")
    assert first.exit_code == 0, first.output
    assert first.stdout.startswith("presse: 4 records, +")
    assert "1 rejected" in first.stdout
    assert "rejected: " in first.stderr
    assert invoke("--home", fresh_copy, "refresh").stdout == "nothing is due\n"
    file.write_text("<html>")
    failed = invoke("--home", fresh_copy, "refresh", "presse", "--json")
    assert failed.exit_code == 1
    [run] = json.loads(failed.stdout)
    assert (run["source"], run["outcome"]) == ("presse", "failed")
    assert "HTML page" in run["message"]
    assert "HTML page" in invoke("--home", fresh_copy, "refresh", "presse").stderr
    unknown = invoke("--home", fresh_copy, "refresh", "nobody")
    assert (unknown.exit_code, "no source 'nobody'" in unknown.stderr) == (1, True)


def test_the_service_tells_and_begins(
    opened: Callable[..., EcoGraph], fresh_copy: Path, remote: Remote
) -> None:
    desk = Desk(fresh_copy)
    desk.declare("open", remote.put("/a", feed(item("1", "Un"))))
    desk.declare("hidden", remote.put("/b", feed(item("2", "Deux"))), visibility="partners")
    graph = opened(fresh_copy, fetch_local="127.0.0.0/8")
    _, reads = graph.keys.create(level=Level.PARTNERS, may_write=False, name="reader")
    _, writes = graph.keys.create(level=Level.PUBLIC, may_write=True, name="writer")
    reader, writer = ({"Authorization": f"Bearer {key}"} for key in (reads, writes))
    client = TestClient(create_app(graph))
    assert [state["source"] for state in client.get("/api/refresh").json()] == ["open"]
    assert [s["source"] for s in client.get("/api/refresh", headers=reader).json()] == ["hidden", "open"]
    assert client.post("/api/refresh", json={}).status_code == 401
    assert client.post("/api/refresh", json={}, headers=reader).status_code == 403
    for asked in ("hidden", "nobody"):
        refused = client.post("/api/refresh", json={"sources": [asked]}, headers=writer)
        assert refused.status_code == 404
        assert "hidden" not in refused.text.replace(f"'{asked}'", "")
    begun = client.post("/api/refresh", json={}, headers=writer)
    assert (begun.status_code, begun.json()) == (202, {"started": ["open"]})
    for _ in range(1_000):
        [state] = client.get("/api/refresh").json()
        if state["last"] is not None:
            break
    assert state["last"]["outcome"] == "written"
    assert [request.path for request in remote.asked] == ["/a"]
    with graph.refresh._lock:
        assert client.post("/api/refresh", json={"sources": ["open"]}, headers=writer).status_code == 503
    graph.close()
