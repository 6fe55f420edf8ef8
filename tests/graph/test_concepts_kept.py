"""Concepts are read anew when they change, and only then: there may be as many as there are communes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

OFFER = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rtype: <https://w3id.org/ecograph/voc/resource-types/> .
<offer/kept--a> a eco:SupportOffer ; dct:title "Un séchoir"@fr ; eco:resourceType rtype:diagnostic .
"""
CONCEPT = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{iri}> a skos:Concept ; skos:inScheme <https://w3id.org/ecograph/voc/territories> ;
    skos:notation "COM-48999" ; skos:prefLabel "Neuville"@fr ;
    skos:broader <https://w3id.org/ecograph/voc/territories/DEP-48> .
"""


@pytest.mark.parametrize(
    ("added", "kept"),
    [
        (OFFER, True),
        (CONCEPT.format(iri="https://w3id.org/ecograph/voc/territories/COM-48999"), False),
        (CONCEPT.format(iri="https://exemple.org/COM-48999"), False),
    ],
)
def test_concepts_are_read_anew_when_they_change(
    fresh_copy: Path, opened: Callable[..., EcoGraph], added: str, *, kept: bool
) -> None:
    graph = opened(fresh_copy)
    before = graph.view(Level.PUBLIC).concepts
    graph.writing.load_files(occasional("kept", "public"), [File("kept.ttl", added.encode())])
    after = graph.view(Level.PUBLIC).concepts
    assert (after is before) == kept
    assert (after.resolve("territories", "Neuville") is None) == kept
