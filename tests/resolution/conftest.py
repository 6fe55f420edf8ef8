"""A small territory that two sources and a hidden one describe, with records of the same organisations."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.graph.keys import Key
from ecograph.model import Level
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

PREFIXES = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix atype: <https://w3id.org/ecograph/voc/actor-types/> .
@prefix terr: <https://w3id.org/ecograph/voc/territories/> .
"""
REGISTER = """
<actor/register--a> a eco:Company ; rdfs:label "Scierie Bonnefoy SAS"@fr ; dct:description "Scierie."@fr ;
  eco:actorType atype:entreprise ; dct:spatial terr:DEP-48 ; eco:siren "732829320" ; eco:headcount 40 .
<actor/register--b> a eco:Organization ; rdfs:label "Mécatronix"@fr ; dct:description "Atelier."@fr ;
  eco:actorType atype:entreprise ; dct:spatial terr:DEP-48 ; dct:relation <actor/register--a> .
<actor/register--p> a eco:Person ; rdfs:label "Scierie Bonnefoy"@fr ; dct:description "Une personne."@fr ;
  dct:relation <actor/register--a> .
"""
CLUB = """
<actor/club--a> a eco:Organization ; rdfs:label "Groupe scierie Bonnefoy"@fr ; dct:description "Du bois."@fr ;
  eco:actorType atype:entreprise ; dct:spatial terr:DEP-48 ; eco:siret "73282932000074" ; eco:headcount 45 .
<actor/club--b> a eco:Organization ; rdfs:label "Mecatronix SARL"@fr ; dct:description "Une société."@fr ;
  eco:actorType atype:entreprise ; dct:spatial terr:DEP-48 .
<actor/club--c> a eco:Organization ; rdfs:label "Club bois"@fr ; dct:description "Un club."@fr ;
  eco:actorType atype:club-reseau ; dct:spatial terr:DEP-48 ; dct:relation <actor/club--a> .
"""
HIDDEN = """
<actor/okapi--a> a eco:Organization ; rdfs:label "Bonnefoy okapi"@fr ; dct:description "Secret okapi."@fr ;
  eco:actorType atype:entreprise ; dct:spatial terr:DEP-48 ; dct:relation <actor/club--c> .
"""

Load = Callable[..., object]


def put(graph: EcoGraph, source: str, text: str, level: Level = Level.PUBLIC, **changes: object) -> object:
    """Load a source from text, seen from a level on."""
    declaration = occasional(source, level.slug).model_copy(update=changes)
    outcome = graph.writing.load_files(declaration, [File(f"{source}.ttl", (PREFIXES + text).encode())])
    assert not outcome.rejections, outcome.rejections
    return outcome


@pytest.fixture
def load() -> Load:
    return put


@pytest.fixture(scope="session")
def territory(tmp_path_factory: pytest.TempPathFactory, opened: Callable[..., EcoGraph]) -> Path:
    """A home with the three sources; for reading only."""
    home = tmp_path_factory.mktemp("resolution") / "home"
    graph = opened(home)
    put(graph, "register", REGISTER)
    put(graph, "club", CLUB)
    put(graph, "okapi", HIDDEN, Level.PRIVATE)
    return home


@pytest.fixture
def graph(territory: Path, tmp_path: Path, opened: Callable[..., EcoGraph]) -> EcoGraph:
    return opened(Path(shutil.copytree(territory, tmp_path / "home")))


@pytest.fixture
def key() -> Key:
    """Whoever sees all and decides."""
    return Key(
        id="t", name="adviser", level=Level.PRIVATE, may_write=True, created_at="2026-01-01T00:00:00+00:00"
    )
