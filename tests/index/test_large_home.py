"""A home whose index lies on disk: it follows writes resource by resource, level by level."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.index import LargeIndex
from ecograph.index.large import compact
from ecograph.index.large.folder import read_above, read_state
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

BASE = "http://127.0.0.1:8000"
PREFIXES = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix atype: <https://w3id.org/ecograph/voc/actor-types/> .
@prefix rtype: <https://w3id.org/ecograph/voc/resource-types/> .
@prefix pole: <https://w3id.org/ecograph/voc/poles/> .
@prefix terr: <https://w3id.org/ecograph/voc/territories/> .
@prefix comp: <https://w3id.org/ecograph/voc/competences/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def actor(number: int, said: str) -> str:
    return f"""
<actor/a--{number}> a eco:Organization ; rdfs:label "Atelier {number}"@fr ; dct:description "{said}"@fr ;
  eco:actorType atype:laboratoire ; eco:inPole pole:agro ; dct:spatial terr:DEP-48 ;
  eco:offersCompetence <competence/c--1> .
"""


COMPETENCE = """
<competence/c--1> a eco:Competence ; skos:inScheme <https://w3id.org/ecograph/voc/competences> ;
  skos:prefLabel "NAME"@fr ; skos:definition "Un savoir."@fr ; eco:inPole pole:agro .
"""


def load(graph: EcoGraph, source: str, level: Level, text: str) -> None:
    file = File(f"{source}.ttl", (PREFIXES + text).encode())
    outcome = graph.writing.load_files(occasional(source, level.slug), [file])
    assert not outcome.rejections, outcome.rejections


@pytest.fixture
def graph(tmp_path: Path, opened: Callable[..., EcoGraph]) -> Iterator[EcoGraph]:
    graph = opened(tmp_path / "home", embedding="none", index="edge")
    load(graph, "names", Level.PUBLIC, COMPETENCE.replace("NAME", "Quardage"))
    load(graph, "actors", Level.PUBLIC, "".join(actor(n, f"Travail du zorbel {n}") for n in range(30)))
    yield graph
    graph.close()


def found(graph: EcoGraph, query: str, level: Level = Level.PUBLIC) -> set[str]:
    answer = graph.search(level, query, Asked(), limit=100)
    return {result.iri.rpartition("/")[2] for result in answer.results}


def test_an_index_on_disk_answers(graph: EcoGraph) -> None:
    assert isinstance(graph.view(Level.PUBLIC).index, LargeIndex)
    assert len(found(graph, "zorbel")) == 30
    answer = graph.search(Level.PUBLIC, "zorbel", Asked(territory=("48",), type=("Organization",)), limit=1)
    assert answer.total == 30
    assert {value.count for value in answer.facets["pole"]} == {30}


PROJECT = """
<project/p--1> a eco:Project ; dct:title "Wxyvil"@fr ; dct:description "Wxyvil."@fr ;
  eco:hasNeed <need/p--1> .
<need/p--1> a eco:Need ; dct:title "Wxyvil"@fr ; eco:needKind rtype:expertise ;
  eco:requiresCompetence <competence/c--1> .
"""


def test_who_shares_a_competence_alone_answers_a_need(graph: EcoGraph) -> None:
    load(graph, "projects", Level.PUBLIC, PROJECT)
    answer = graph.match_project(Level.PUBLIC, f"{BASE}/project/p--1", Asked(), limit=40)
    assert len(answer.results) == 30
    assert {reason.kind for result in answer.results for reason in result.reasons} >= {"competence"}


def test_a_write_is_followed_by_what_it_touches(graph: EcoGraph) -> None:
    before = graph.home.current()
    said = "".join(actor(n, "Filature du velours" if n == 7 else f"Travail du zorbel {n}") for n in range(29))
    load(graph, "actors", Level.PUBLIC, said)
    after = graph.home.current()
    assert before is not None
    assert after is not None
    assert after.index != before.index
    folder = graph.home.indexes / str(after.index) / "public"
    above = read_above(folder, read_state(folder))
    assert {iri.rpartition("/")[2] for iri in above.changed} == {"a--7"}
    assert {iri.rpartition("/")[2] for iri in above.removed} == {"a--29"}
    assert found(graph, "velours") == {"a--7"}
    assert found(graph, "zorbel") == {f"a--{n}" for n in range(29)} - {"a--7"}


def test_what_tells_a_name_follows_the_name(graph: EcoGraph) -> None:
    assert found(graph, "quardage") >= {"a--3", "c--1"}
    load(graph, "names", Level.PUBLIC, COMPETENCE.replace("NAME", "Xeignage"))
    assert found(graph, "xeignage") >= {"a--3", "c--1"}
    assert not found(graph, "quardage") & {"a--3", "c--1"}


def test_what_a_level_adds_leaves_no_trace_below(graph: EcoGraph) -> None:
    public = graph.search(Level.PUBLIC, "zorbel quardage", Asked(), limit=50)
    load(
        graph,
        "secret",
        Level.PRIVATE,
        actor(900, "Zorbel zibeline").replace("<competence/c--1>", "comp:huiles-essentielles"),
    )
    assert found(graph, "zibeline", Level.PRIVATE) == {"a--900"}
    assert not found(graph, "zibeline")
    assert graph.search(Level.PUBLIC, "zorbel quardage", Asked(), limit=50) == public


def test_a_home_changes_its_mind(graph: EcoGraph, opened: Callable[..., EcoGraph]) -> None:
    """Another setting has the index made again, and nothing else changes."""
    expected = found(graph, "zorbel")
    graph.close()
    other = opened(graph.settings.home, embedding="none", index="memory")
    load(other, "more", Level.PUBLIC, actor(500, "Feutre"))
    assert not isinstance(other.view(Level.PUBLIC).index, LargeIndex)
    assert found(other, "zorbel") == expected
    other.close()


def test_an_index_is_made_anew_while_it_answers(graph: EcoGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "MOST_ABOVE", 0)
    load(graph, "more", Level.PUBLIC, actor(600, "Filature du velours"))
    expected = found(graph, "zorbel")
    graph._publication.compact(print)
    current = graph.home.current()
    assert current is not None
    folder = graph.home.indexes / str(current.index) / "public"
    assert read_state(folder).base == "base-2"
    assert not read_above(folder, read_state(folder)).hidden
    load(graph, "again", Level.PUBLIC, actor(601, "Autre filature du velours"))
    assert found(graph, "velours") == {"a--600", "a--601"}
    assert found(graph, "zorbel") == expected


def test_a_service_follows_a_small_change_itself(graph: EcoGraph) -> None:
    assert not graph._publication.follow_at_once(print)  # nothing to do
    graph.writing.get_ready()
    load(graph, "more", Level.PUBLIC, actor(600, "Filature du velours"))
    deadline = time.monotonic() + 60
    while not found(graph, "velours") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found(graph, "velours") == {"a--600"}
