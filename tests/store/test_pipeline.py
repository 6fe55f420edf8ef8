"""The sample territory on a SPARQL server: the same answers as embedded; and moving it, both ways."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ecograph.app import EcoGraph
from ecograph.cli import main
from ecograph.errors import StoreMismatch
from ecograph.graph.queries import QueryRequest
from ecograph.graph.remote_http import Server
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

SMALL = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<actor/small--filature> a eco:Company ; rdfs:label "Filature d'essai"@fr ; eco:headcount 12 ;
  eco:actorType <https://w3id.org/ecograph/voc/actor-types/pme> .
"""
REMOTE = ("oxigraph", "virtuoso")
Open = Callable[..., EcoGraph]


def settings_of(server: Server | None) -> dict[str, Any]:
    if server is None:
        return {"store": "embedded"}
    return {
        "store": server.query,
        "store_update": server.update,
        "store_user": server.user,
        "store_password": server.password,
        "store_auth": "digest" if server.digest else "basic",
    }


@pytest.fixture(scope="module")
def base() -> str:
    return f"http://{uuid.uuid4().hex}.example.org"


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory, opened: Open, base: str) -> Iterator[EcoGraph]:
    graph = opened(tmp_path_factory.mktemp("embedded"), base_iri=base)
    graph.writing.load_declared()
    yield graph
    graph.close()


@pytest.fixture(scope="module", params=REMOTE)
def remote(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, opened: Open, base: str
) -> Iterator[EcoGraph]:
    server = request.getfixturevalue(request.param)
    graph = opened(tmp_path_factory.mktemp(request.param), base_iri=base, **settings_of(server))
    outcomes, failures = graph.writing.load_declared()
    assert not failures
    assert len(outcomes) == len(graph.writing.declarations())
    yield graph
    graph.close()


def test_loading_again_changes_nothing(remote: EcoGraph) -> None:
    outcomes, failures = remote.writing.load_declared()
    assert not failures
    assert all(outcome.unchanged for outcome in outcomes)


def test_the_same_is_stored(embedded: EcoGraph, remote: EcoGraph) -> None:
    for level in Level:
        one, other = embedded.snapshot(), remote.snapshot()
        assert other.counts(level) == one.counts(level)
        assert other.size(level) == one.size(level)
        assert set(other.merged(level)) == set(one.merged(level))


@pytest.mark.parametrize("words", ["huiles essentielles", "financer un prototype", "stagiaire chimie"])
def test_search_answers_the_same(embedded: EcoGraph, remote: EcoGraph, words: str) -> None:
    for level in (Level.PUBLIC, Level.PRIVATE):
        one, other = (graph.search(level, words, Asked(), limit=20) for graph in (embedded, remote))
        assert asdict(other) == asdict(one)
        assert one.total


def test_match_answers_the_same(embedded: EcoGraph, remote: EcoGraph) -> None:
    project = f"{embedded.base}/project/demo--p01"
    one, other = (
        graph.match_project(Level.PUBLIC, project, Asked(), limit=10) for graph in (embedded, remote)
    )
    assert asdict(other) == asdict(one)
    assert one.results
    one, other = (
        graph.match_text(Level.PUBLIC, "sécher des plantes à parfum en Lozère", Asked(), limit=10)
        for graph in (embedded, remote)
    )
    assert asdict(other) == asdict(one)


def test_descriptions_are_the_same(embedded: EcoGraph, remote: EcoGraph) -> None:
    iris = [result.iri for result in embedded.search(Level.PUBLIC, "chimie", Asked(), limit=10).results]
    for iri in iris:
        assert remote.describe(Level.PUBLIC, iri) == embedded.describe(Level.PUBLIC, iri)
        for media_type in ("text/turtle", "application/ld+json"):
            assert remote.resource(Level.PUBLIC, iri, media_type) == embedded.resource(
                Level.PUBLIC, iri, media_type
            )


def test_saved_queries_answer_the_same(embedded: EcoGraph, remote: EcoGraph) -> None:
    asked = 0
    for name, saved in embedded.queries.items():
        if any(parameter.required for parameter in saved.parameters):
            continue
        text = saved.bound({})
        one, other = (_rows(graph.answer(Level.PUBLIC, text, "json")) for graph in (embedded, remote))
        assert other == one, name
        asked += bool(one)
    assert asked > 5


def test_strangers_get_the_same(embedded: EcoGraph, remote: EcoGraph) -> None:
    text = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    request = QueryRequest(text=text, base=embedded.base + "/")
    one, other = (_rows(graph.endpoint.answer(Level.PUBLIC, request).body) for graph in (embedded, remote))
    assert other == one
    assert one


def _rows(body: bytes) -> list[str]:
    answer = json.loads(body)
    if "results" not in answer:
        return [str(answer["boolean"])]
    rows = answer["results"]["bindings"]
    return sorted(json.dumps({k: _number(v) for k, v in row.items()}, sort_keys=True) for row in rows)


def _number(term: dict[str, str]) -> Any:
    """Servers differ in the type of computed numbers, and in how they write them."""
    if term.get("datatype", "").endswith(("#integer", "#decimal", "#double")):
        return round(float(term["value"]), 6)
    return term


@pytest.mark.parametrize("kind", REMOTE)
def test_a_territory_moves_to_a_server_and_back(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, opened: Open
) -> None:
    server = request.getfixturevalue(kind)
    home, away = tmp_path / "home", settings_of(server)
    base = f"http://{uuid.uuid4().hex}.example.org"
    graph = opened(home, base_iri=base)
    graph.writing.load_files(occasional("small", "private"), [File("small.ttl", SMALL.encode())])
    before = {level: graph.snapshot().size(level) for level in Level}

    def moved(to: str, **settings: Any) -> str:
        names = {
            f"ECOGRAPH_{name.upper()}": str(value) for name, value in settings.items() if value is not None
        }
        env = {"ECOGRAPH_EMBEDDING": "none", **names}
        result = CliRunner(env=env).invoke(main, ["--home", str(home), "store", "copy", "--to", to])
        assert result.exit_code == 0, result.output
        return result.output

    there = moved(server.query, **{**away, "store": "embedded"})
    assert f"private: {before[Level.PRIVATE]} quads in both" in there
    with pytest.raises(StoreMismatch):
        graph.writing.load_declared(["ontology"])
    distant = opened(home, **away)
    assert {level: distant.snapshot().size(level) for level in Level} == before
    assert distant.search(Level.PUBLIC, "chimie", Asked(), limit=5).total
    back = moved("embedded", **away)
    assert back.splitlines()[:3] == there.splitlines()[:3]
    again = opened(home)
    assert {level: again.snapshot().size(level) for level in Level} == before
    assert again.writing.load_declared(["ontology"])[0][0].unchanged
    distant.close()
