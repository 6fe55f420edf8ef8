"""`/api/feedback` over HTTP, and `ecograph feedback`: only a key that may write can judge."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.web.service import create_app


def test_a_key_that_writes_judges_and_the_report_tells(
    opened: Callable[..., EcoGraph], fresh_copy: Path
) -> None:
    graph = opened(fresh_copy)
    _, reads = graph.keys.create(level=Level.PUBLIC, may_write=False, name="reader")
    _, writes = graph.keys.create(level=Level.PUBLIC, may_write=True, name="adviser")
    client = TestClient(create_app(graph))
    body = {
        "about": f"{graph.base}/project/demo--p03",
        "resource": f"{graph.base}/offer/national--cifre",
        "verdict": "helpful",
        "reason": "La thèse a démarré.",
    }
    assert client.post("/api/feedback", json=body).status_code == 401
    reader = {"Authorization": f"Bearer {reads}"}
    assert client.post("/api/feedback", json=body, headers=reader).status_code == 403
    adviser = {"Authorization": f"Bearer {writes}"}
    kept = client.post("/api/feedback", json=body, headers=adviser)
    assert kept.status_code == 201
    assert kept.json()["level"] == "public"
    for wrong in ({"verdict": "perhaps"}, {"about": body["resource"]}, {"level": "private"}, {"why": ""}):
        assert client.post("/api/feedback", json={**body, **wrong}, headers=adviser).status_code == 400
    gone = {**body, "resource": f"{graph.base}/offer/none"}
    assert client.post("/api/feedback", json=gone, headers=adviser).status_code == 404
    report = client.get("/api/feedback").json()
    assert (report["decisions"], report["helpful"], report["in_use"]) == (1, 1, True)
    page = client.get("/offer/national--cifre", headers={"Accept": "text/html", "Accept-Language": "fr"})
    assert "Jugé utile pour ce besoin" in page.text.replace("\u00a0", " ")


def test_the_command_judges_and_reports(invoke: Callable[..., Result], fresh_copy: Path) -> None:
    def run(*arguments: str) -> Result:
        return invoke("--home", fresh_copy, "feedback", *arguments)

    about = ("give", "project/demo--p03", "offer/national--inpi-pass-pi")
    kept = run(*about, "--not-relevant", "--because", "Déjà protégé.", "--by", "adviser")
    assert json.loads(kept.stdout)["level"] == "private"
    report = json.loads(run("report", "--json").stdout)
    assert (report["decisions"], report["not_relevant"]) == (1, 1)
    assert report["moved"]
    assert "1 judgements, in use: 0 helpful, 1 not relevant" in run("report").stdout
    assert run(*about).exit_code == 2
    assert run("give", "project/none", "offer/national--cifre", "--helpful").exit_code == 1
