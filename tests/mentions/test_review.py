"""People accept and reject what was read in texts; what they decide survives every run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import Result
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.errors import BadParameter, ResourceNotFound, TooLarge
from ecograph.graph.keys import Key
from ecograph.model import Level, Outcome
from ecograph.web.service import create_app

Feed = Callable[..., Outcome]
Mentions = Callable[..., list[Mapping[str, str]]]
States = Callable[..., set[str]]
ITEM = """
<item/{name}> a eco:WatchItem ; dct:title "{title}"@fr ; dct:description "{text}"@fr ;
    schema:url <https://presse.example/{name}> .
"""
UNSURE = "La vallée de la Gironde intéresse l'Agence Cévennes Développement."
ARTICLE = ITEM.format(name="1", title="Un projet avance", text=f"Premier pas. {UNSURE} Fin.")
SECRET = ITEM.format(name="2", title="Le Séchoir Zibeline avance", text="Rien de plus.")


def key(level: Level = Level.PUBLIC, name: str = "Ada", *, may_write: bool = True) -> Key:
    return Key(id="k", name=name, level=level, may_write=may_write, created_at="2026-01-15T00:00:00+00:00")


def waiting(graph: EcoGraph, quote: str = "Gironde") -> str:
    return next(item.id for item in graph.review.list(Level.PRIVATE).items if item.quote == quote)


def test_what_is_not_sure_waits_with_its_sentence(graph: EcoGraph, feed: Feed, states: States) -> None:
    feed(ARTICLE)
    found = graph.review.list(Level.PUBLIC)
    item = next(item for item in found.items if item.quote == "Gironde")
    assert found.total == len(found.items)
    assert item.before + item.quote + item.after == UNSURE
    assert (item.proposes, item.target_label, item.stated) == ("spatial", "Gironde", False)
    assert not any("DEP-33" in said for said in states(graph, Level.PUBLIC, "item/1"))
    stated = graph.review.list(Level.PUBLIC, "proposed").items
    assert {item.stated for item in stated} == {True, False}
    assert graph.review.list(Level.PUBLIC, source="press").total == found.total
    assert graph.review.list(Level.PUBLIC, source="other").total == 0
    for wrong in ({"state": "lost"}, {"source": "a> b"}):
        with pytest.raises(BadParameter):
            graph.review.list(Level.PUBLIC, **wrong)


def test_what_others_say_of_a_mention_changes_no_review(graph: EcoGraph, feed: Feed) -> None:
    feed(ARTICLE)
    before = graph.review.list(Level.PUBLIC)
    about = next(item for item in before.items if item.quote == "Gironde").iri
    prefix = "PREFIX eco: <https://w3id.org/ecograph/ns#> PREFIX dct: <http://purl.org/dc/terms/>"
    wild = f"""{prefix} <{about}> eco:start "early" ; eco:quote <http://e/q> ; eco:modelVersion 7 ;
        eco:confidence "high" , <http://e/c> ; eco:state <http://e/s> ."""
    elsewhere = f"""{prefix} <http://e/m> a eco:Mention ; dct:title "m"@fr ; eco:proposes eco:mentions ;
        eco:quote "m" ; eco:state <https://w3id.org/ecograph/voc/mention-states/propose> ;
        eco:mentionedIn <http://e/t> ; eco:mentions <http://e/o> ; eco:start 1 ; eco:end 2 ;
        eco:confidence 0.5 ; eco:method "m" ; eco:modelVersion "m/1" ."""
    graph.writing.put_graph(key(), "http://e/notes", wild.encode(), ".ttl")
    graph.writing.put_graph(key(), "http://e/notes-understood-public", elsewhere.encode(), ".ttl")
    assert graph.review.list(Level.PUBLIC) == before
    with pytest.raises(ResourceNotFound):
        graph.review.decide(key(), "http://e/m", "accept")


def test_what_is_accepted_is_stated_and_stays_so(graph: EcoGraph, feed: Feed, states: States) -> None:
    feed(ARTICLE)
    kept = graph.review.decide(key(), waiting(graph), "accept", reason="C'est  là.")
    assert kept.stated
    assert any("DEP-33" in said for said in states(graph, Level.PUBLIC, "item/1"))
    before = graph.snapshot_id()
    assert graph.writing.understand()[0].unchanged
    assert graph.snapshot_id() == before
    moved = ARTICLE.replace("Premier pas.", "Un premier pas, puis un autre.")
    assert not feed(moved).understood.unchanged
    assert any("DEP-33" in said for said in states(graph, Level.PUBLIC, "item/1"))
    assert [item.quote for item in graph.review.list(Level.PUBLIC, "confirmed").items] == ["Gironde"]


def test_what_is_rejected_stays_so_however_often_it_is_read(
    graph: EcoGraph, feed: Feed, mentions: Mentions, states: States
) -> None:
    feed(ARTICLE)
    named = next(i for i in graph.review.list(Level.PUBLIC, "proposed").items if i.proposes == "mentions")
    graph.review.decide(key(), named.iri, "reject")
    for _ in range(2):
        assert "mentions a--cevennes" not in states(graph, Level.PUBLIC, "item/1")
        feed(ARTICLE.replace("Fin.", "Fin de l'article."))
        graph.writing.understand(["press"])
    # Gone with its text, and still rejected when the text comes back.
    feed(SECRET)
    feed(ARTICLE)
    assert "mentions a--cevennes" not in states(graph, Level.PUBLIC, "item/1")
    assert next(m for m in mentions(graph) if m["mention"] == named.id)["state"] == "rejete"


def test_the_last_decision_holds_and_none_is_erased(graph: EcoGraph, feed: Feed, states: States) -> None:
    feed(ARTICLE)
    mention = waiting(graph)
    for decision in ("accept", "reject", "accept"):
        graph.review.decide(key(name="Zoé"), mention, decision)
    assert any("DEP-33" in said for said in states(graph, Level.PUBLIC, "item/1"))
    query = "SELECT ?d ?by WHERE { ?d <https://w3id.org/ecograph/ns#decidedBy> ?by }"
    rows = graph.rows(Level.PUBLIC, query)
    assert [row["by"].value for row in rows] == ["Zoé"] * 3
    assert graph.writing.understand()[0].unchanged


def test_the_last_decision_holds_though_the_clock_went_back(graph: EcoGraph, feed: Feed) -> None:
    feed(ARTICLE)
    moments = (datetime(2026, 1, 15, tzinfo=UTC) - timedelta(hours=n) for n in range(100))
    graph.review._now = lambda: next(moments)
    mention = waiting(graph)
    for decision in ("reject", "accept"):
        graph.review.decide(key(), mention, decision)
    feed(ARTICLE.replace("Premier pas.", "Un premier pas, puis un autre."))
    assert [item.quote for item in graph.review.list(Level.PUBLIC, "confirmed").items] == ["Gironde"]


def test_another_passage_that_says_the_same_keeps_it_stated(
    graph: EcoGraph, feed: Feed, states: States
) -> None:
    feed(ITEM.format(name="1", title="L'ACED avance", text="L'Agence Cévennes Développement avance aussi."))
    named = [i for i in graph.review.list(Level.PUBLIC, "proposed").items if i.proposes == "mentions"]
    assert len(named) == 2
    graph.review.decide(key(), named[0].id, "reject")
    assert "mentions a--cevennes" in states(graph, Level.PUBLIC, "item/1")
    graph.review.decide(key(), named[1].id, "reject")
    assert "mentions a--cevennes" not in states(graph, Level.PUBLIC, "item/1")
    assert graph.writing.understand()[0].unchanged


def test_what_a_level_does_not_see_it_does_not_review(graph: EcoGraph, feed: Feed) -> None:
    feed(ARTICLE, SECRET)
    hidden = next(i for i in graph.review.list(Level.PRIVATE, "proposed").items if "Zibeline" in i.quote)
    assert not any("secret" in i.target for i in graph.review.list(Level.PARTNERS, "proposed").items)
    for name in (hidden.id, hidden.iri, "none", "a b", f"{graph.base}/mention/>"):
        with pytest.raises(ResourceNotFound):
            graph.review.decide(key(Level.PARTNERS), name, "reject")
    done = graph.review.decide(key(Level.PRIVATE), hidden.id, "reject", reason="Secret okapi.")
    assert (done.state, done.level) == ("rejected", "private")
    shown = waiting(graph)
    assert graph.review.decide(key(Level.PRIVATE), shown, "reject", reason="Un fleuve.").level == "public"
    why = "SELECT ?why { ?d <https://w3id.org/ecograph/ns#reason> ?why }"
    assert [row["why"].value for row in graph.rows(Level.PARTNERS, why)] == ["Un fleuve."]
    assert [item.quote for item in graph.review.list(Level.PARTNERS, "rejected").items] == ["Gironde"]


def test_wrong_decisions_are_refused(graph: EcoGraph, feed: Feed) -> None:
    feed(ARTICLE)
    with pytest.raises(BadParameter):
        graph.review.decide(key(), waiting(graph), "perhaps")
    with pytest.raises(TooLarge):
        graph.review.decide(key(), waiting(graph), "accept", reason="x" * 1_001)
    assert graph.review.list(Level.PUBLIC, "confirmed").total == 0


@pytest.fixture
def client(graph: EcoGraph, feed: Feed) -> TestClient:
    feed(ARTICLE, SECRET)
    return TestClient(create_app(graph))


def test_the_api_takes_decisions_of_keys_that_write(graph: EcoGraph, client: TestClient) -> None:
    keys = {
        name: {"Authorization": f"Bearer {graph.keys.create(level=Level.PUBLIC, may_write=w, name=name)[1]}"}
        for name, w in (("reads", False), ("writes", True))
    }
    listed = client.get("/api/review", params={"state": "waiting", "limit": 50}).json()
    mention = next(item["id"] for item in listed["items"] if item["quote"] == "Gironde")
    address, body = f"/api/review/{mention}", {"decision": "accept", "reason": "Oui."}
    assert client.post(address, json=body).status_code == 401
    assert client.post(address, json=body, headers=keys["reads"]).status_code == 403
    kept = client.post(address, json=body, headers=keys["writes"])
    assert (kept.status_code, kept.json()["state"]) == (201, "confirmed")
    assert client.post("/api/review/none", json=body, headers=keys["writes"]).status_code == 404
    assert client.post(address, json={"decision": "?"}, headers=keys["writes"]).status_code == 400
    assert client.get("/api/review", params={"state": "lost"}).status_code == 400
    assert client.get("/api/review?state=confirmed").json()["total"] == 1


@pytest.mark.parametrize(("lang", "accept"), [("fr", "Accepter"), ("en", "Accept")])
def test_the_page_reviews_without_javascript(
    graph: EcoGraph, client: TestClient, lang: str, accept: str
) -> None:
    _, text = graph.keys.create(level=Level.PRIVATE, may_write=True, name="analyst")
    seen = client.get("/review", params={"lang": lang, "state": "proposed"})
    assert "Gironde</mark>" in seen.text
    assert "/project/s--secret" not in seen.text
    assert 'value="accept"' not in seen.text
    mine = client.post("/review", data={"key": text, "state": "proposed"}, params={"lang": lang})
    assert "/project/s--secret" in mine.text
    assert f'value="accept">{accept}' in mine.text
    assert mine.headers["cache-control"] == "no-store"
    done = client.post(
        "/review", params={"lang": lang}, data={"key": text, "mention": waiting(graph), "decision": "accept"}
    )
    assert done.status_code == 200
    assert 'role="status"' in done.text
    assert graph.review.list(Level.PUBLIC, "confirmed").total == 1


def test_the_page_refuses_wrong_keys_readers_and_other_sites(graph: EcoGraph, client: TestClient) -> None:
    _, text = graph.keys.create(level=Level.PUBLIC, may_write=False, name="reads")
    said = {"mention": waiting(graph), "decision": "accept"}
    assert client.post("/review", data={"key": "eco_wrong", **said}).status_code == 401
    assert client.post("/review", data=said).status_code == 401
    assert client.post("/review", data={"key": text, **said}).status_code == 403
    for header in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/review", data={"key": text, **said}, headers=header).status_code == 403
    assert graph.review.list(Level.PUBLIC, "confirmed").total == 0


def test_the_commands_list_accept_and_reject(
    graph: EcoGraph, feed: Feed, invoke: Callable[..., Result]
) -> None:
    feed(ARTICLE)
    home = ("--home", graph.settings.home)
    told = invoke(*home, "review", "list").stdout
    assert "« Gironde »" in told
    listed = json.loads(invoke(*home, "review", "list", "--json").stdout)
    mention = next(item["id"] for item in listed["items"] if item["quote"] == "Gironde")
    kept = json.loads(invoke(*home, "review", "accept", mention, "--because", "Oui.", "--by", "Ada").stdout)
    assert kept["stated"] is True
    assert json.loads(invoke(*home, "review", "reject", mention).stdout)["state"] == "rejected"
    gone = invoke(*home, "review", "reject", "nothing")
    assert (gone.exit_code, "nothing" in gone.stderr) == (1, True)
