"""Organisations that texts name and the graph does not know wait for a person, who says whose the name is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import Result
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.errors import BadParameter, ResourceNotFound
from ecograph.graph.keys import Key
from ecograph.model import Level, Outcome, ReviewItem
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional
from ecograph.understanding.unknown import METHOD, Spot
from ecograph.web.service import create_app
from tests.mentions.conftest import ACTORS, PREFIXES

Mentions = Callable[..., list[Mapping[str, str]]]
States = Callable[..., set[str]]
ITEM = """
<item/{name}> a eco:WatchItem ; dct:title "{title}"@fr ; dct:description "{text}"@fr ;
    schema:url <https://presse.example/{name}> .
"""
ONE = ITEM.format(name="1", title="Du bois", text="La Scierie Engelvin investit. Zoé Dupontel s'en réjouit.")
TWO = ITEM.format(name="2", title="Encore du bois", text="Un stage à la scierie Engelvin SAS en mai.")
THREE = ITEM.format(name="3", title="Agence", text="L'Agence Cévennes Développement aide, et Naturalia avec.")
NAME = "named--scierie-engelvin"


class Reader:
    """A model that knows some names, and counts the texts that it is shown."""

    version = "reader-1"
    names: Mapping[str, str] = {
        "Scierie Engelvin": "ORG",
        "scierie Engelvin SAS": "ORG",
        "Zoé Dupontel": "PER",
        "Naturalia": "ORG",
        "Agence Cévennes Développement": "ORG",
    }

    def __init__(self) -> None:
        self.shown = 0

    def spot(self, texts: Sequence[str]) -> Iterator[tuple[Spot, ...]]:
        for text in texts:
            self.shown += 1
            found = [(name, label, re.search(re.escape(name), text)) for name, label in self.names.items()]
            yield tuple(Spot(at.start(), at.end(), label) for _, label, at in found if at)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def graph(territory: Path, tmp_path: Path, opened: Callable[..., EcoGraph], reader: Reader) -> EcoGraph:
    return opened(Path(shutil.copytree(territory, tmp_path / "home")), spotter=reader)


def key(level: Level = Level.PUBLIC) -> Key:
    return Key(id="k", name="Ada", level=level, may_write=True, created_at="2026-01-15T00:00:00+00:00")


def lines(graph: EcoGraph, state: str = "waiting", level: Level = Level.PUBLIC) -> dict[str, ReviewItem]:
    found = graph.review.list(level, state)
    assert found.total == len(found.items)
    return {item.quote: item for item in found.items if item.method.startswith("spotting/")}


def test_one_name_in_several_texts_is_one_line(
    graph: EcoGraph, feed: Callable[..., Outcome], states: States
) -> None:
    outcome = feed(ONE, TWO, THREE)
    assert outcome.understood.unspotted == 0
    found = lines(graph)
    assert len(found) == 2
    line = next(item for item in found.values() if item.count == 2)
    assert {line.quote, *(other.quote for other in line.others)} == {
        "Scierie Engelvin",
        "scierie Engelvin SAS",
    }
    assert (line.target_label, line.state, line.stated) == (line.quote, "proposed", False)
    assert line.method == f"{METHOD} {Reader.version}"
    assert line.before.startswith(("La ", "Un stage"))
    for item in ("item/1", "item/2"):
        assert not any("named--" in said for said in states(graph, Level.PUBLIC, item))
    assert not graph.rows(Level.PRIVATE, f"SELECT ?p {{ <{graph.base}/actor/{NAME}> ?p ?o }}")


def test_an_accepted_name_is_an_organisation_to_be_checked(
    graph: EcoGraph, feed: Callable[..., Outcome], states: States
) -> None:
    feed(ONE, TWO)
    line = next(iter(lines(graph).values()))
    kept = graph.review.decide(key(), line.id, "accept", reason="Vue sur place.")
    facts = graph.view(Level.PUBLIC).facts(f"{graph.base}/actor/{NAME}")
    assert "Organization" in facts.classes
    assert [
        concept.rpartition("/")[2] for concept in facts.iris("https://w3id.org/ecograph/ns#confidenceLevel")
    ] == ["a-verifier"]
    assert facts.iris("http://www.w3.org/ns/prov#wasGeneratedBy") == (kept.decision,)
    assert set(facts.iris("http://purl.org/dc/terms/source")) == {
        f"{graph.base}/item/1",
        f"{graph.base}/item/2",
    }
    for _ in range(2):
        assert f"mentions {NAME}" in states(graph, Level.PUBLIC, "item/1")
        assert f"mentions {NAME}" in states(graph, Level.PUBLIC, "item/2")
        assert not lines(graph)
        graph.writing.understand()
    assert graph.writing.understand()[0].unchanged


def test_a_name_may_be_that_of_a_known_organisation(
    graph: EcoGraph, feed: Callable[..., Outcome], states: States
) -> None:
    feed(ONE, TWO)
    line = next(iter(lines(graph).values()))
    agency = f"{graph.base}/actor/a--cevennes"
    for wrong in (f"{graph.base}/actor/s--dupont", f"{graph.base}/item/1"):
        with pytest.raises((BadParameter, ResourceNotFound)):
            graph.review.decide(key(Level.PRIVATE), line.id, "accept", actor=wrong)
    graph.review.decide(key(), line.id, "accept", actor=agency)
    assert line.quote in {
        x.value
        for x in graph.view(Level.PUBLIC)
        .facts(agency)
        .literals("http://www.w3.org/2004/02/skos/core#altLabel")
    }
    for _ in range(2):
        assert "mentions a--cevennes" in states(graph, Level.PUBLIC, "item/1")
        assert "mentions a--cevennes" in states(graph, Level.PUBLIC, "item/2")
        assert not lines(graph)
        graph.writing.understand()
    # In a text that comes later too.
    later = ITEM.format(name="4", title="Fin", text=f"Selon la {line.quote}, tout va bien.")
    feed(ONE, TWO, later)
    assert "mentions a--cevennes" in states(graph, Level.PUBLIC, "item/4")


def test_a_name_goes_with_its_organisation_and_comes_back_with_it(
    graph: EcoGraph, feed: Callable[..., Outcome], states: States
) -> None:
    feed(ONE, TWO)
    line = next(iter(lines(graph).values()))
    agency = f"{graph.base}/actor/a--cevennes"
    graph.review.decide(key(), line.id, "accept", actor=agency)
    graph.writing.delete_graph(key(), f"{graph.base}/source/a")
    for _ in range(2):
        with pytest.raises(ResourceNotFound):
            graph.view(Level.PRIVATE).facts(agency)
        graph.writing.understand()
    assert line.quote in lines(graph)
    said = File("a.ttl", (PREFIXES + ACTORS).encode())
    graph.writing.load_files(occasional("a", "public"), [said])
    names = graph.view(Level.PUBLIC).facts(agency).literals("http://www.w3.org/2004/02/skos/core#altLabel")
    assert line.quote in {name.value for name in names}
    for item in ("item/1", "item/2"):
        assert "mentions a--cevennes" in states(graph, Level.PUBLIC, item)
    assert graph.writing.understand()[0].unchanged


def test_a_rejected_name_stays_so_wherever_it_is_met(
    graph: EcoGraph, feed: Callable[..., Outcome], states: States
) -> None:
    feed(ONE)
    graph.review.decide(key(), next(iter(lines(graph).values())).id, "reject")
    assert not lines(graph)
    feed(ONE, TWO)
    graph.writing.understand()
    assert not lines(graph)
    (rejected,) = lines(graph, "rejected").values()
    assert rejected.count == 2
    # And who changes their mind has the last word.
    graph.review.decide(key(), rejected.id, "accept")
    assert f"mentions {NAME}" in states(graph, Level.PUBLIC, "item/2")


def test_no_text_is_shown_to_the_model_twice(
    graph: EcoGraph, feed: Callable[..., Outcome], reader: Reader
) -> None:
    feed(ONE, TWO)
    assert reader.shown == 2
    kind = "<https://w3id.org/ecograph/voc/actor-types/entreprise>"
    actor = f'<actor/n> a eco:Organization ; rdfs:label "Naturalia"@fr ; eco:actorType {kind} .'
    graph.writing.load_files(occasional("n", "public"), [File("n.ttl", (PREFIXES + actor).encode())])
    feed(ONE, TWO, THREE)
    assert reader.shown == 3
    assert "Naturalia" not in lines(graph)
    assert graph.writing.understand()[0].unchanged
    assert reader.shown == 3


def test_without_a_model_the_rest_works_and_says_so(
    territory: Path, tmp_path: Path, opened: Callable[..., EcoGraph], invoke: Callable[..., Result]
) -> None:
    graph = opened(Path(shutil.copytree(territory, tmp_path / "home")))
    declaration = occasional("press", "public").model_copy(update={"understand": True})
    done = graph.writing.load_files(declaration, [File("p.ttl", (PREFIXES + ONE + THREE).encode())])
    assert done.understood.unspotted == 2
    assert not lines(graph)
    told = invoke("--home", graph.settings.home, "understand", "press").stdout
    assert "2 not searched for unknown organisations" in told
    # What a model found before stays when it is gone.
    with_model = opened(graph.settings.home, spotter=Reader())
    with_model.writing.understand(["press"])
    assert set(lines(with_model)) == {"Scierie Engelvin", "Naturalia"}
    again = opened(graph.settings.home)
    assert again.writing.understand(["press"])[0].unchanged
    assert set(lines(again)) == {"Scierie Engelvin", "Naturalia"}


def test_what_few_see_is_proposed_to_few(graph: EcoGraph, feed: Callable[..., Outcome]) -> None:
    feed(ONE, level=Level.PARTNERS)
    assert not lines(graph)
    line = lines(graph, level=Level.PARTNERS)["Scierie Engelvin"]
    with pytest.raises(ResourceNotFound):
        graph.review.decide(key(), line.id, "accept")
    graph.review.decide(key(Level.PRIVATE), line.id, "accept")
    with pytest.raises(ResourceNotFound):
        graph.view(Level.PUBLIC).facts(f"{graph.base}/actor/{NAME}")
    assert graph.view(Level.PARTNERS).facts(f"{graph.base}/actor/{NAME}").classes
    assert not graph.rows(Level.PUBLIC, "SELECT ?d { ?d a <https://w3id.org/ecograph/ns#Decision> }")


@pytest.fixture
def note(graph: EcoGraph) -> None:
    """A private text that bears a name which stands in a public one too."""
    declaration = occasional("note", "private").model_copy(update={"understand": True})
    graph.writing.load_files(declaration, [File("note.ttl", (PREFIXES + TWO).encode())])


@pytest.mark.usefixtures("note")
@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_what_is_decided_of_a_private_mention_stays_private(
    graph: EcoGraph, feed: Callable[..., Outcome], states: States, decision: str
) -> None:
    feed(ONE)
    before = {str(quad) for quad in graph.snapshot()._stores[Level.PUBLIC]}
    found = lines(graph, level=Level.PRIVATE)
    assert {quote: item.level for quote, item in found.items()} == {
        "Scierie Engelvin": "public",
        "scierie Engelvin SAS": "private",
    }
    hidden = found["scierie Engelvin SAS"].id
    kept = graph.review.decide(key(Level.PRIVATE), hidden, decision, reason="Vu dans la note okapi.")
    assert kept.level == "private"
    for _ in range(2):
        assert {str(quad) for quad in graph.snapshot()._stores[Level.PUBLIC]} == before
        assert set(lines(graph)) == {"Scierie Engelvin"}
        assert ("mentions " + NAME in states(graph, Level.PRIVATE, "item/2")) == (decision == "accept")
        graph.writing.understand()
    assert all(one.unchanged for one in graph.writing.understand())


@pytest.mark.usefixtures("note")
def test_what_is_decided_of_a_public_mention_holds_above(
    graph: EcoGraph, feed: Callable[..., Outcome], states: States
) -> None:
    feed(ONE)
    shown = lines(graph, level=Level.PRIVATE)["Scierie Engelvin"].id
    assert graph.review.decide(key(Level.PRIVATE), shown, "accept").level == "public"
    for _ in range(2):
        assert f"mentions {NAME}" in states(graph, Level.PUBLIC, "item/1")
        assert f"mentions {NAME}" in states(graph, Level.PRIVATE, "item/2")
        graph.writing.understand()
    # The note names it to few: nobody else learns that.
    facts = graph.view(Level.PUBLIC).facts(f"{graph.base}/actor/{NAME}")
    assert facts.iris("http://purl.org/dc/terms/source") == (f"{graph.base}/item/1",)


@pytest.mark.parametrize(("lang", "told"), [("fr", "ne connaît pas encore"), ("en", "does not know yet")])
def test_the_page_and_the_api_take_names(
    graph: EcoGraph, feed: Callable[..., Outcome], lang: str, told: str, states: States
) -> None:
    feed(ONE, TWO)
    client = TestClient(create_app(graph))
    _, text = graph.keys.create(level=Level.PUBLIC, may_write=True, name="analyst")
    shown = client.post("/review", params={"lang": lang}, data={"key": text}).text
    assert told in shown
    assert 'name="actor"' in shown
    listed = client.get("/api/review").json()["items"]
    line = next(item for item in listed if item["count"] == 2)
    assert len(line["others"]) == 1
    wrong = {"decision": "accept", "actor": "<script>"}
    bearer = {"Authorization": f"Bearer {text}"}
    assert client.post(f"/api/review/{line['id']}", json=wrong, headers=bearer).status_code in (400, 404)
    sent = {
        "key": text,
        "mention": line["id"],
        "decision": "accept",
        "actor": f"{graph.base}/actor/a--cevennes",
    }
    done = client.post("/review", params={"lang": lang}, data=sent).text
    assert 'role="status"' in done
    assert {"fr": "visibles dès le niveau", "en": "are seen from level: public"}[lang] in done
    assert "mentions a--cevennes" in states(graph, Level.PUBLIC, "item/2")


def test_the_commands_take_names(
    graph: EcoGraph, feed: Callable[..., Outcome], invoke: Callable[..., Result], states: States
) -> None:
    feed(ONE, TWO)
    home = ("--home", graph.settings.home)
    assert "named 2 times" in invoke(*home, "review", "list").stdout
    line = next(iter(lines(graph).values()))
    done = invoke(*home, "review", "accept", line.id, "--as", f"{graph.base}/actor/a--cevennes")
    assert done.exit_code == 0, done.output
    assert "mentions a--cevennes" in states(graph, Level.PUBLIC, "item/1")
