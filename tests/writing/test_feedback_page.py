"""The form that says whether a resource is of help: on the pages, kept with a key, told what is amiss."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.web.service import create_app


@pytest.fixture
def graph(fresh_copy: Path, opened: Callable[..., EcoGraph]) -> EcoGraph:
    return opened(fresh_copy)


@pytest.fixture
def client(graph: EcoGraph) -> TestClient:
    return TestClient(create_app(graph), headers={"Accept": "text/html", "Accept-Language": "fr"})


def a_link(html: str) -> str:
    """The first link to the form on a page."""
    found = re.search(r'href="(/feedback\?[^"]+)"', html)
    assert found is not None
    return unescape(found[1])


def fields(html: str) -> dict[str, str]:
    return {name: unescape(v) for name, v in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html)}


@pytest.mark.parametrize("path", ["/match?project={base}/project/demo--p03", "/project/demo--p03"])
def test_a_judgement_is_kept_from_the_pages_on(client: TestClient, graph: EcoGraph, path: str) -> None:
    _, key = graph.keys.create(level=Level.PUBLIC, may_write=True, name="adviser")
    form = client.get(a_link(client.get(path.format(base=graph.base)).text))
    assert form.status_code == 200
    assert "Cette ressource répond-elle au besoin" in form.text
    sent = {**fields(form.text), "verdict": "not-relevant", "reason": "Trop loin.", "key": key}
    answer = client.post("/feedback", data=sent)
    assert answer.status_code == 201
    assert "avis est enregistré" in answer.text
    assert graph.feedback.report(Level.PUBLIC).not_relevant == 1
    assert key not in answer.text


def test_what_is_amiss_is_told_and_what_was_typed_comes_back(client: TestClient, graph: EcoGraph) -> None:
    form = client.get(a_link(client.get("/project/demo--p03").text)).text
    without_key = client.post("/feedback", data={**fields(form), "verdict": "helpful", "reason": "Oui <b>"})
    assert without_key.status_code == 400
    assert "Il faut une clé" in without_key.text
    assert "Oui &lt;b&gt;" in without_key.text
    assert re.search(r'value="helpful" required checked', without_key.text)
    wrong = client.post("/feedback", data={**fields(form), "verdict": "helpful", "key": "eco_nothing"})
    assert wrong.status_code == 400
    assert "Choisissez" in client.post("/feedback", data={**fields(form), "verdict": "perhaps"}).text
    assert graph.feedback.report(Level.PUBLIC).decisions == 0


def test_a_key_that_reads_may_not_judge(client: TestClient, graph: EcoGraph) -> None:
    _, key = graph.keys.create(level=Level.PUBLIC, may_write=False, name="reader")
    form = client.get(a_link(client.get("/project/demo--p03").text)).text
    assert (
        client.post("/feedback", data={**fields(form), "verdict": "helpful", "key": key}).status_code == 403
    )


def test_a_request_with_a_key_needs_none_in_the_form(client: TestClient, graph: EcoGraph) -> None:
    _, key = graph.keys.create(level=Level.PUBLIC, may_write=True, name="adviser")
    holder = {"Authorization": f"Bearer {key}"}
    form = client.get(a_link(client.get("/project/demo--p03").text), headers=holder).text
    assert 'name="key"' not in form
    sent = client.post("/feedback", data={**fields(form), "verdict": "helpful"}, headers=holder)
    assert sent.status_code == 201


def test_nobody_judges_what_is_not_there(client: TestClient, graph: EcoGraph) -> None:
    asked = {"about": f"{graph.base}/project/none", "resource": f"{graph.base}/offer/none"}
    assert client.get("/feedback", params=asked).status_code == 404


def test_a_text_has_no_project_to_judge_for(client: TestClient) -> None:
    assert "/feedback?" not in client.get("/match", params={"text": "un séchoir"}).text
