"""Articles that print much the same are shown once, with links to the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.model import Level, Outcome
from ecograph.questions.filtering import Asked
from ecograph.web.service import create_app

Feed = Callable[..., Outcome]
DISPATCH = "La Région finance un séchoir solaire de plantes aromatiques porté par une coopérative de Lozère."
ITEM = """
<item/{name}> a eco:WatchItem ; dct:title "{title}"@fr ; dct:description "{text}"@fr ;
    schema:url <https://presse.example/{name}> .
"""
OTHER = ITEM.format(
    name="z", title="Une scierie embauche", text="Dix personnes montent des murs en ossature bois."
)


def items(*names: str) -> list[str]:
    return [ITEM.format(name=name, title=f"Séchoir solaire {name}", text=DISPATCH) for name in names]


@pytest.fixture
def told(graph: EcoGraph, feed: Feed) -> EcoGraph:
    feed(*items("a", "b", "c"), OTHER)
    return graph


def test_a_story_is_told_once_and_names_the_others(told: EcoGraph) -> None:
    found = told.search(Level.PUBLIC, "séchoir solaire", Asked(), limit=10).results
    stories = [result for result in found if "/item/" in result.iri and not result.iri.endswith("/z")]
    assert len(stories) == 3
    first, *others = stories
    assert {result.story_of for result in others} == {first.iri}
    assert [one.iri for one in first.similar] == sorted(result.iri for result in others)
    assert all(not result.similar for result in others)
    # Whoever looks at another page of the answer is told as much.
    alone = told.search(Level.PUBLIC, "séchoir solaire", Asked(), limit=1, offset=1).results
    assert [len(result.similar) for result in alone] == [2]


def test_who_does_not_see_an_article_is_not_told_of_it(graph: EcoGraph, feed: Feed) -> None:
    feed(*items("a", "b"))
    secret = feed(*items("c"), level=Level.PRIVATE, id="secret")
    assert secret.source == "secret"
    for level, count in ((Level.PUBLIC, 1), (Level.PRIVATE, 2)):
        found = graph.search(level, "séchoir solaire", Asked(), limit=10).results
        assert max(len(result.similar) for result in found) == count


@pytest.mark.parametrize(
    ("lang", "many", "one"),
    [
        ("fr", "et 2 articles semblables", "et 1 article semblable"),
        ("en", "and 2 similar items", "and 1 similar item"),
    ],
)
def test_pages_and_api_fold_a_story(told: EcoGraph, feed: Feed, lang: str, many: str, one: str) -> None:
    client = TestClient(create_app(told), headers={"Accept": "text/html"})
    shown = client.get("/search", params={"q": "séchoir solaire", "lang": lang}).text.replace("\u00a0", " ")
    assert many in shown
    assert shown.count(many) == 1
    assert all(f"/item/{name}" in shown for name in "abc")
    sheet = client.get("/item/b", params={"lang": lang}).text.replace("\u00a0", " ")
    assert many in sheet
    assert "/item/a" in sheet
    answer = client.get("/api/search", params={"q": "séchoir solaire"}).json()
    assert {len(result["similar"]) for result in answer["results"]} >= {0, 2}
    assert any(result["story_of"] for result in answer["results"])
    feed(*items("a", "b"), OTHER)
    assert one in client.get("/item/a", params={"lang": lang}).text.replace("\u00a0", " ")


def test_titles_of_articles_are_text_and_nothing_else(graph: EcoGraph, feed: Feed) -> None:
    hostile = ITEM.format(name="x", title="<script>alert(1)</script> séchoir", text=DISPATCH)
    feed(*items("a"), hostile)
    client = TestClient(create_app(graph), headers={"Accept": "text/html"})
    shown = client.get("/item/a").text
    assert "semblable" in shown
    assert "<script>alert" not in shown
