"""Small hierarchies, small stores, and short ways to write triples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat, Triple

from ecograph.graph.entailment import Schema
from ecograph.graph.ledger import Ledger
from ecograph.graph.store import EmbeddedStore

PREFIXES = """
@prefix : <https://example.org/> .
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

Read = Callable[[str], set[Triple]]


def read(text: str) -> set[Triple]:
    """Triples written in Turtle, without the prefixes that everyone knows."""
    return {quad.triple for quad in pyoxigraph.parse(PREFIXES + text, format=RdfFormat.TURTLE)}


@pytest.fixture(scope="session")
def triples() -> Read:
    return read


@pytest.fixture(scope="session")
def schema() -> Schema:
    return Schema(
        read(
            """
            eco:Company rdfs:subClassOf eco:Organization . eco:Organization rdfs:subClassOf eco:Actor .
            :owns rdfs:subPropertyOf :holds . :holds rdfs:subPropertyOf :touches .
            :ring1 rdfs:subClassOf :ring2 . :ring2 rdfs:subClassOf :ring1 .
            """
        )
    )


@pytest.fixture
def store(tmp_path: Path, schema: Schema) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "store", schema)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()
