"""Deciding on duplicates over HTTP and in a browser: with a key, in both languages, against hostile input."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import count

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from ecograph.app import EcoGraph
from ecograph.graph.keys import Key
from ecograph.model import Level
from tests.conftest import serving
from tests.resolution.conftest import Load

CHROMIUM = shutil.which("chromium")
Keys = Callable[..., str]
HOSTILE = """
<actor/x--a> a eco:Organization ; rdfs:label "<script>alert('x')</script> Zibeline <b>bois</b>"@fr ;
  dct:description "Un."@fr ; eco:actorType atype:entreprise ; dct:spatial terr:DEP-48 .
<actor/x--b> a eco:Organization ; rdfs:label "<script>alert('x')</script> Zibeline bois SAS"@fr ;
  dct:description "Deux."@fr ; eco:actorType atype:entreprise ; dct:spatial terr:DEP-48 .
"""


@pytest.fixture
def keys(graph: EcoGraph) -> Keys:
    numbers = count(1)

    def create(level: Level = Level.PUBLIC, *, may_write: bool = True) -> str:
        name = f"adviser {next(numbers)}"  # no two keys in use have the same
        return graph.keys.create(level=level, may_write=may_write, name=name)[1]

    return create


@pytest.fixture
def client(graph: EcoGraph) -> Iterator[httpx.Client]:
    with serving(graph) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def pair(graph: EcoGraph) -> dict[str, str]:
    return {"one": f"{graph.base}/actor/register--a", "other": f"{graph.base}/actor/club--a"}


def decisions(graph: EcoGraph) -> list[tuple[str, str]]:
    found = graph.resolution.report(Level.PRIVATE, limit=1).decisions
    return [(ruled.verdict, ruled.reason) for ruled in found]


@pytest.mark.parametrize(
    ("lang", "title", "merge", "undo"),
    [("fr", "Doublons", "Réunir", "Revenir sur"), ("en", "Duplicates", "Merge", "Undo")],
)
def test_the_page_lists_decides_and_undoes(
    graph: EcoGraph, client: httpx.Client, keys: Keys, lang: str, title: str, merge: str, undo: str
) -> None:
    shown = client.get("/resolution", params={"lang": lang})
    assert shown.status_code == 200
    assert f'<html lang="{lang}"' in shown.text
    assert f"<h1>{title}</h1>" in shown.text
    assert "Scierie Bonnefoy SAS" in shown.text
    assert 'value="merge"' not in shown.text
    assert "okapi" not in shown.text
    key = keys()
    mine = client.post("/resolution", params={"lang": lang}, data={"key": key})
    assert f'value="merge">{merge}' in mine.text
    assert mine.headers["cache-control"] == "no-store"
    said = {"key": key, "verdict": "merge", "reason": "Même SIREN.", **pair(graph)}
    done = client.post("/resolution", params={"lang": lang}, data=said)
    assert done.status_code == 200
    assert undo in done.text
    assert decisions(graph) == [("merge", "Même SIREN.")]
    client.post("/resolution", data={"key": key, "verdict": "undo", **pair(graph)})
    assert decisions(graph) == []
    apart = client.post("/resolution", data={"key": key, "verdict": "keep-apart", **pair(graph)})
    assert apart.status_code == 200
    assert [verdict for verdict, _ in decisions(graph)] == ["keep-apart"]


def test_who_has_no_right_changes_nothing(graph: EcoGraph, client: httpx.Client, keys: Keys) -> None:
    said = {"verdict": "merge", **pair(graph)}
    assert client.post("/resolution", data=said).status_code == 401
    assert client.post("/resolution", data={"key": "eco_wrong", **said}).status_code == 401
    assert client.post("/api/resolution", json=said).status_code == 401
    reads = keys(may_write=False)
    assert client.post("/resolution", data={"key": reads, **said}).status_code == 403
    bearer = {"Authorization": f"Bearer {reads}"}
    assert client.post("/api/resolution", json=said, headers=bearer).status_code == 403
    writes = keys()
    for header in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/resolution", data={"key": writes, **said}, headers=header).status_code == 403
    hidden = {**said, "other": f"{graph.base}/actor/okapi--a"}
    bearer = {"Authorization": f"Bearer {writes}"}
    assert client.post("/api/resolution", json=hidden, headers=bearer).status_code == 404
    assert decisions(graph) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"one": "<script>"},
        {"one": "a b"},
        {"one": ""},
        {"other": "https://nowhere.example/x"},
        {"other": "\u0000"},
        {"other": None},
        {"keep": "no iri >"},
        {"verdict": "drop"},
        {"reason": "x" * 1_001},
        {"unasked": "field"},
    ],
)
def test_wrong_decisions_are_refused_with_a_reason(
    graph: EcoGraph, client: httpx.Client, keys: Keys, wrong: dict[str, str]
) -> None:
    said = {"verdict": "merge", **pair(graph), **wrong}
    bearer = {"Authorization": f"Bearer {keys()}"}
    answer = client.post("/api/resolution", json=said, headers=bearer)
    assert answer.status_code in (400, 404, 413)
    assert answer.headers["content-type"].startswith("application/problem+json")
    form = {name: value for name, value in said.items() if value is not None and name != "unasked"}
    if "unasked" not in wrong:
        page = client.post("/resolution", data={"key": keys(), **form}, headers={"Accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
        assert page.status_code in (400, 404, 413)
        assert "<script>" not in page.text.split("<main", 1)[-1]
    assert decisions(graph) == []


def test_names_are_text_and_nothing_else(graph: EcoGraph, client: httpx.Client, load: Load) -> None:
    load(graph, "x", HOSTILE)
    shown = client.get("/resolution").text
    assert "Zibeline" in shown
    assert "<script>alert" not in shown
    assert "<b>bois</b>" not in shown
    told = client.get("/api/resolution", params={"limit": 1_000, "lang": "en"}).json()
    assert any("<script>" in one["one"]["label"] for one in told["duplicates"])
    for bad in ({"limit": 1_001}, {"limit": -1}, {"offset": -1}, {"lang": "de"}):
        assert client.get("/api/resolution", params=bad).status_code == 400
    assert client.get("/resolution", params={"page": 0}).status_code == 400
    assert client.get("/resolution", params={"page": 10_000}).status_code == 200


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no `chromium` on this machine")
def test_an_adviser_decides_in_a_browser_without_javascript(graph: EcoGraph, key: Key, keys: Keys) -> None:
    with serving(graph) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(base_url=address, java_script_enabled=False, locale="fr-FR").new_page()
        page.goto("/resolution")
        page.fill("#key", keys(Level.PRIVATE))
        page.click("form:has(#key) button")
        card = page.locator("article", has_text="732829320")
        card.get_by_label("Pourquoi").fill("C'est la même.")
        card.locator("button[value=merge]").click()
        expect(page.locator("button[value=undo]")).to_have_count(1)
        assert decisions(graph) == [("merge", "C'est la même.")]
        page.locator("button[value=undo]").click()
        expect(page.locator("button[value=undo]")).to_have_count(0)
        browser.close()
    assert decisions(graph) == []
