"""What is hidden stays hidden where the index lies on disk: the roads through the index, once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from ecograph.app import EcoGraph
from ecograph.index import LargeIndex
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from tests.leaks.test_leaks import (
    BASE,
    PAIRS,
    PLACES,
    PUBLIC_ACTOR,
    UNKNOWN,
    WORDS,
    Clients,
    essence,
    load,
    records,
    said,
    visit,
)

Served = Callable[..., AbstractContextManager[str]]
ROADS = ("search", "search english", "search competence", "facet", "match text", "match project", "related")
OPEN = (
    "/api/search?limit=100",
    "/api/search?q=plantes&limit=100",
    f"/api/related?iri={PUBLIC_ACTOR}&limit=100",
)


@pytest.fixture(scope="module")
def layered(tmp_path_factory: pytest.TempPathFactory, opened: Callable[..., EcoGraph]) -> Iterator[EcoGraph]:
    graph = opened(tmp_path_factory.mktemp("large") / "home", index="edge")
    for level, word in WORDS.items():
        load(graph, word, level, records(word))
    assert all(isinstance(graph.view(level).index, LargeIndex) for level in Level)
    yield graph
    graph.close()


@pytest.fixture(scope="module")
def clients(layered: EcoGraph, served: Served) -> Iterator[Clients]:
    """A client for each level, with its key."""
    with served(layered) as address, ExitStack() as stack:
        keys = {level: layered.keys.create(level=level, may_write=False)[1] for level in Level}
        yield {level: stack.enter_context(_client(address, key)) for level, key in keys.items()}


@pytest.fixture(scope="module")
def lone(
    tmp_path_factory: pytest.TempPathFactory, opened: Callable[..., EcoGraph], served: Served
) -> Iterator[Clients]:
    """For each level, a deployment that was never given more than that level sees."""
    with ExitStack() as stack:
        found = {}
        for level in (Level.PUBLIC, Level.PARTNERS):
            graph = opened(tmp_path_factory.mktemp("lone") / "home", index="edge")
            for below, word in WORDS.items():
                if below <= level:
                    load(graph, word, below, records(word))
            address = stack.enter_context(served(graph))
            key = graph.keys.create(level=level, may_write=False)[1]
            found[level] = stack.enter_context(_client(address, key))
        yield found


@contextmanager
def _client(address: str, key: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30, headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(("asking", "above"), PAIRS)
def test_answers_are_as_if_the_hidden_were_not_loaded(
    clients: Clients, lone: Clients, asking: Level, above: Level, road: str
) -> None:
    with_hidden = essence(visit(clients[asking], PLACES[road], WORDS[above]))
    without = essence(visit(lone[asking], PLACES[road], WORDS[above]))
    assert with_hidden == without


@pytest.mark.parametrize("road", sorted(set(ROADS) - {"facet"}))
def test_answers_about_the_seen_differ_from_nothing(clients: Clients, road: str) -> None:
    """The control: each of these roads leads somewhere for those who may take it."""
    seen = visit(clients[Level.PRIVATE], PLACES[road], WORDS[Level.PRIVATE])
    unknown = visit(clients[Level.PRIVATE], PLACES[road], UNKNOWN[Level.PRIVATE])
    assert seen.text.replace(WORDS[Level.PRIVATE], "·") != unknown.text.replace(UNKNOWN[Level.PRIVATE], "·")


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("asking", Level)
def test_open_answers_name_own_words_and_no_others(clients: Clients, asking: Level, path: str) -> None:
    answer = said(clients[asking].get(path))
    for level, word in WORDS.items():
        assert (word in answer) is (level <= asking)


@pytest.mark.parametrize("asking", Level)
def test_facets_count_what_the_level_sees(clients: Clients, asking: Level) -> None:
    everything = clients[asking].get("/api/search", params={"q": "plantes", "limit": 100}).json()
    found = {result["iri"] for result in everything["results"]}
    assert everything["total"] == len(found)
    for level, word in WORDS.items():
        assert (f"{BASE}/actor/{word}--labo" in found) is (level <= asking)
    counted = {value["value"]: value["count"] for value in everything["facets"]["type"]}
    assert counted["Project"] == asking + 1


def test_what_is_hidden_afterwards_is_hidden_at_once(tmp_path: Path, opened: Callable[..., EcoGraph]) -> None:
    """A source that was loaded for all by mistake is in no index once it is for some."""
    graph = opened(tmp_path / "home", index="edge")
    load(graph, "zibeline", Level.PUBLIC, records("zibeline"))
    load(graph, "okapi", Level.PUBLIC, records("okapi"))
    assert graph.search(Level.PUBLIC, "okapi", Asked(), limit=10).total > 0
    seen: list[int] = []
    follow = graph.writing._follow

    def before_following(progress: object) -> None:
        seen.append(graph.search(Level.PUBLIC, "okapi", Asked(), limit=10).total)
        follow(progress)

    graph.writing._follow = before_following
    load(graph, "okapi", Level.PRIVATE, records("okapi"))
    assert seen[-1] == 0
    assert graph.search(Level.PRIVATE, "okapi", Asked(), limit=10).total > 0
    graph.close()
