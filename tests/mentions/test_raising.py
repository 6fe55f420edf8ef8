"""What people decided of what they read in a source goes up with it, when fewer may see it from then on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.graph.keys import Key
from ecograph.model import Level, Outcome
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional
from ecograph.vocab import DCT
from tests.mentions.conftest import ACTORS, PREFIXES
from tests.mentions.test_names import NAME, ONE, TWO, Reader, lines
from tests.mentions.test_review import ARTICLE, waiting

Feed = Callable[..., Outcome]
States = Callable[..., set[str]]
SECRET = "Vu dans la note okapi."
_STATES = {"accept": "confirmed", "reject": "rejected"}


@pytest.fixture
def graph(territory: Path, tmp_path: Path, opened: Callable[..., EcoGraph]) -> EcoGraph:
    return opened(Path(shutil.copytree(territory, tmp_path / "home")), spotter=Reader())


def decide(graph: EcoGraph, mention: str, decision: str = "accept", actor: str | None = None) -> str:
    key = Key(id="k", name="Ada", level=Level.PUBLIC, may_write=True, created_at="2026-01-15T00:00:00+00:00")
    return graph.review.decide(key, mention, decision, actor=actor, reason=SECRET).decision


def public(graph: EcoGraph) -> set[str]:
    return {str(quad) for quad in graph.snapshot()._stores[Level.PUBLIC]}


def note(graph: EcoGraph) -> None:
    """Another public text, of another source, with the name of the first."""
    declaration = occasional("note", "public").model_copy(update={"understand": True})
    graph.writing.load_files(declaration, [File("note.ttl", (PREFIXES + TWO).encode())])


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_what_was_decided_of_a_mention_goes_up_with_its_text(
    graph: EcoGraph, feed: Feed, states: States, decision: str
) -> None:
    feed(ARTICLE)
    mention = waiting(graph)
    kept = decide(graph, mention, decision)
    feed(ARTICLE, level=Level.PARTNERS)
    assert not any(SECRET in quad or kept in quad for quad in public(graph))
    assert f"{graph.base}/source/decisions-public" not in graph.graphs(Level.PUBLIC)
    for _ in range(2):
        found = {one.id: one for one in graph.review.list(Level.PARTNERS, _STATES[decision]).items}
        assert found[mention].level == "partners"
        assert any("DEP-33" in said for said in states(graph, Level.PARTNERS, "item/1")) == (
            decision == "accept"
        )
        graph.writing.understand()


@pytest.mark.parametrize("reading", [ONE, ONE.replace("Du bois", "Le bois")], ids=["once", "again"])
@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_a_name_goes_up_with_the_last_text_that_bears_it(
    graph: EcoGraph, feed: Feed, states: States, decision: str, reading: str
) -> None:
    feed(ONE)
    decide(graph, lines(graph)["Scierie Engelvin"].id, decision)
    feed(reading)  # by now the name is known, if it was accepted
    feed(reading, level=Level.PRIVATE)
    assert not any(word in quad for quad in public(graph) for word in (SECRET, NAME, "Engelvin", "item/1"))
    for _ in range(2):
        assert ("mentions " + NAME in states(graph, Level.PRIVATE, "item/1")) == (decision == "accept")
        assert not lines(graph, "waiting", Level.PRIVATE)
        graph.writing.understand()


def test_a_name_that_another_text_bears_stays_without_the_hidden_text(
    graph: EcoGraph, feed: Feed, states: States
) -> None:
    note(graph)
    feed(ONE)
    (line,) = lines(graph).values()
    decide(graph, line.id)
    organisation = f"{graph.base}/actor/{NAME}"
    sources = DCT + "source"
    feed(ONE, level=Level.PRIVATE)
    assert graph.view(Level.PUBLIC).facts(organisation).iris(sources) == (f"{graph.base}/item/2",)
    assert "mentions " + NAME in states(graph, Level.PUBLIC, "item/2")
    seen = graph.view(Level.PRIVATE).facts(organisation).iris(sources)
    assert set(seen) == {f"{graph.base}/item/1", f"{graph.base}/item/2"}


def test_another_name_of_an_organisation_goes_up_and_the_organisation_stays(
    graph: EcoGraph, feed: Feed, states: States
) -> None:
    feed(ONE)
    agency = f"{graph.base}/actor/a--cevennes"
    decide(graph, lines(graph)["Scierie Engelvin"].id, actor=agency)
    assert any("Engelvin" in quad and agency in quad for quad in public(graph))
    feed(ONE, level=Level.PARTNERS)
    assert not any("Engelvin" in quad for quad in public(graph))
    assert graph.view(Level.PUBLIC).label(agency, "fr") == "Agence Cévennes Développement"
    assert "mentions a--cevennes" in states(graph, Level.PARTNERS, "item/1")


def test_a_name_goes_up_with_the_organisation_that_it_was_given_to(
    graph: EcoGraph, feed: Feed, states: States
) -> None:
    feed(ONE)
    decide(graph, lines(graph)["Scierie Engelvin"].id, actor=f"{graph.base}/actor/a--cevennes")
    said = File("a.ttl", (PREFIXES + ACTORS).encode())
    graph.writing.load_files(occasional("a", "private"), [said])
    assert not any("a--cevennes" in quad or SECRET in quad for quad in public(graph))
    assert set(lines(graph)) == {"Scierie Engelvin"}
    assert "mentions a--cevennes" in states(graph, Level.PRIVATE, "item/1")
