"""A small territory whose levels know different things, and articles that name them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.model import Level, Outcome
from ecograph.sources.content import File
from ecograph.sources.declaration import Declaration, occasional

PREFIXES = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
ACTORS = """
<actor/a--cevennes> a eco:Organization ; rdfs:label "Agence Cévennes Développement"@fr ;
    eco:actorType <https://w3id.org/ecograph/voc/actor-types/agence-developpement> ;
    skos:altLabel "ACED"@fr .
"""
SECRET = """
<project/s--secret> a eco:Project ; dct:title "Séchoir Zibeline"@fr ; eco:stage
    <https://w3id.org/ecograph/voc/project-stages/idee> .
<actor/s--dupont> a eco:Person ; rdfs:label "Zoé Dupontel"@fr .
"""

Feed = Callable[..., Outcome]
Mentions = Callable[..., list[Mapping[str, str]]]
States = Callable[..., set[str]]


@pytest.fixture(scope="session")
def territory(tmp_path_factory: pytest.TempPathFactory, opened: Callable[..., EcoGraph]) -> Path:
    """A home with the vocabulary, one agency for all and one project for few; for reading only."""
    home = tmp_path_factory.mktemp("territory") / "home"
    graph = opened(home)
    for source, level, content in (("a", "public", ACTORS), ("s", "private", SECRET)):
        said = File(f"{source}.ttl", (PREFIXES + content).encode())
        assert not graph.writing.load_files(occasional(source, level), [said]).rejections
    return home


@pytest.fixture
def graph(territory: Path, tmp_path: Path, opened: Callable[..., EcoGraph]) -> EcoGraph:
    """That territory in a home of one's own."""
    return opened(Path(shutil.copytree(territory, tmp_path / "home")))


@pytest.fixture
def feed(graph: EcoGraph) -> Feed:
    """Load articles as one source whose texts are read."""

    def load(
        *items: str, level: Level = Level.PUBLIC, accept_losses: bool = False, **changes: object
    ) -> Outcome:
        declaration: Declaration = occasional("press", level.slug).model_copy(
            update={"understand": True, "may_be_empty": accept_losses, **changes}
        )
        content = (PREFIXES + "".join(items)).encode()
        return graph.writing.load_files(declaration, [File("press.ttl", content)])

    return load


_MENTIONS = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
SELECT ?mention ?quote ?target ?proposes ?state ?text WHERE {
  ?mention a eco:Mention ; eco:quote ?quote ; eco:mentions ?target ; eco:proposes ?proposes ;
    eco:state ?state ; eco:mentionedIn ?text
} ORDER BY ?text ?quote
"""


def mentions_of(graph: EcoGraph, level: Level = Level.PRIVATE) -> list[Mapping[str, str]]:
    rows = graph.rows(level, _MENTIONS)
    return [{name: term.value.rpartition("/")[2] for name, term in row.items()} for row in rows]


@pytest.fixture(scope="session")
def mentions() -> Mentions:
    """The mentions that a level sees, as the ends of their IRIs."""
    return mentions_of


def states_of(graph: EcoGraph, level: Level, text: str) -> set[str]:
    rows = graph.rows(level, f"SELECT ?p ?o WHERE {{ <{graph.base}/{text}> ?p ?o }}")
    return {f"{r['p'].value.rpartition('#')[2]} {r['o'].value.rpartition('/')[2]}" for r in rows}


@pytest.fixture(scope="session")
def states() -> States:
    """What a level sees stated of a text, as property and value."""
    return states_of
