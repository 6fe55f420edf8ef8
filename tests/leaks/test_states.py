"""What tells one state of the graph from another moves with what a level sees, and with nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.graph.upkeep import read_states
from ecograph.model import Level
from ecograph.sources.content import File
from ecograph.sources.declaration import accepting_losses, occasional
from ecograph.web.service import create_app

COUNT = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}
CLUB = """
@prefix eco: <https://w3id.org/ecograph/ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<actor/NAME--1> a eco:Organization ; rdfs:label "Club NAME"@fr ;
    eco:actorType <https://w3id.org/ecograph/voc/actor-types/cluster> .
"""
Open = Callable[..., EcoGraph]
Told = dict[Level, list[str]]


def load(graph: EcoGraph, source: str, level: Level) -> None:
    content = CLUB.replace("NAME", source).encode()
    assert not graph.writing.load_files(
        occasional(source, level.slug), [File(f"{source}.ttl", content)]
    ).rejections


@pytest.fixture
def graph(fresh_copy: Path, opened: Open) -> EcoGraph:
    graph = opened(fresh_copy)
    load(graph, "okapi", Level.PUBLIC)
    return graph


@pytest.fixture
def clients(graph: EcoGraph) -> Iterator[Mapping[Level, TestClient]]:
    app = create_app(graph)
    with TestClient(app) as service:
        service.get("/")
        keys = {level: graph.keys.create(level=level, may_write=False)[1] for level in Level}
        yield {
            level: TestClient(app, headers={"Authorization": f"Bearer {key}"} if level else {})
            for level, key in keys.items()
        }


def told(clients: Mapping[Level, TestClient]) -> Told:
    """All that tells a level in which state it finds the graph."""
    return {
        level: [
            client.get("/sparql", params=COUNT).headers["etag"],
            client.get("/sparql").headers["etag"],
            client.get("/queries/watch-cell-partners.csv").headers["etag"],
            client.get("/health/ready").text if level is Level.PUBLIC else "",
            *_of_writing(client.get("/metrics").text),
        ]
        for level, client in clients.items()
    }


def _of_writing(figures: str) -> list[str]:
    names = ("ecograph_snapshot_sequence", "ecograph_index_followed")
    return [line for line in figures.splitlines() if line.startswith(names)]


def moved(before: Told, after: Told) -> set[Level]:
    """The levels for which all tags moved; a level where only some did fails."""
    found = set()
    for level in Level:
        pairs = list(zip(before[level][:3], after[level][:3], strict=True))
        assert len({one == other for one, other in pairs}) == 1
        if pairs[0][0] != pairs[0][1]:
            found.add(level)
        else:
            assert before[level] == after[level] or level is Level.PRIVATE
    return found


@pytest.mark.parametrize("level", Level)
def test_a_write_moves_the_tags_of_those_who_see_it(
    graph: EcoGraph, clients: Mapping[Level, TestClient], level: Level
) -> None:
    before = told(clients)
    load(graph, "zibeline", level)
    assert moved(before, told(clients)) == {seen for seen in Level if seen >= level}


def test_to_hide_a_source_moves_the_tags_of_those_who_saw_it(
    graph: EcoGraph, clients: Mapping[Level, TestClient]
) -> None:
    states = [told(clients)]
    for level, whose in (
        (Level.PRIVATE, set(Level)),  # nobody below sees it any more
        (Level.PARTNERS, {Level.PARTNERS, Level.PRIVATE}),
        (Level.PUBLIC, set(Level)),
        (Level.PARTNERS, set(Level)),
    ):
        load(graph, "okapi", level)
        states.append(told(clients))
        assert moved(states[-2], states[-1]) == whose
    seen = [state[Level.PUBLIC][0] for state in states]
    assert len(set(seen)) == 4  # it was hidden three times, once from those who did not see it before


def test_an_answer_is_kept_while_others_see_more(
    graph: EcoGraph, clients: Mapping[Level, TestClient]
) -> None:
    clients[Level.PUBLIC].get("/sparql", params=COUNT)
    load(graph, "zibeline", Level.PRIVATE)
    before = graph.endpoint.cache_figures(Level.PUBLIC)["hits"]
    clients[Level.PUBLIC].get("/sparql", params=COUNT)
    assert graph.endpoint.cache_figures(Level.PUBLIC)["hits"] == before + 1


def test_a_tag_does_not_come_again_with_other_content(
    graph: EcoGraph, clients: Mapping[Level, TestClient]
) -> None:
    """Neither when a source is emptied, nor when it is loaded as it was before."""
    tags = {told(clients)[Level.PUBLIC][0]}
    declaration = accepting_losses(graph.writing.declarations()["lozere"])
    with graph.writing.open("a test") as writer:
        writer.load(declaration, [])
    tags.add(told(clients)[Level.PUBLIC][0])
    graph.writing.load_declared(["lozere"])
    tags.add(told(clients)[Level.PUBLIC][0])
    assert len(tags) == 3


def test_the_same_changes_have_other_tags_in_another_home(tmp_path: Path, opened: Open) -> None:
    """So that nobody can count the changes that they do not see."""
    homes = [opened(tmp_path / name) for name in ("one", "other")]
    for home in homes:
        home.writing.prepare()
    states = [read_states(home.home.ledger, 1) for home in homes]
    assert not set(states[0].values()) & set(states[1].values())


def test_a_home_of_an_earlier_version_has_states_before_anyone_writes_to_it(graph: EcoGraph) -> None:
    with closing(sqlite3.connect(graph.home.ledger)) as ledger:
        ledger.execute("ALTER TABLE changes DROP COLUMN mark")
        ledger.execute("DELETE FROM facts WHERE name = 'salt'")
        ledger.commit()
        (last,) = ledger.execute("SELECT max(sequence) FROM changes").fetchone()
    states = read_states(graph.home.ledger, last)
    assert len(set(states.values())) == 3
    assert not set(states.values()) & set(read_states(graph.home.ledger, last - 1).values())
