"""What the readers of sources are given: the ontology's concepts, and samples in the form of each portal."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from ecograph.assets import ONTOLOGY
from ecograph.graph.labels import concept_lookup
from ecograph.graph.records import skolemise
from ecograph.model import Rejection
from ecograph.sources.content import Context, File
from ecograph.sources.declaration import Declaration, Publisher, Texts
from ecograph.sources.rdf import parse
from ecograph.sources.read import read_file
from ecograph.sources.values import Lookup

SAMPLES = Path(__file__).parent / "samples"
BASE = "https://exemple.org"

Declare = Callable[..., Declaration]
Read = Callable[..., tuple[list[str], list[Rejection], list[Rejection]]]


@pytest.fixture(scope="session")
def lookup() -> Lookup:
    """The concepts that labels name, in the ontology as it is shipped."""
    files = sorted((ONTOLOGY / "schemes").glob("*.ttl"))
    return concept_lookup(
        chain.from_iterable(parse(p.read_bytes(), name=p.name, base=f"{BASE}/") for p in files)
    )


def declare(kind: str, **others: Any) -> Declaration:
    """A declaration of a kind, with what does not matter to its reader filled in."""
    return Declaration(
        **{
            "id": "essai",
            "kind": kind,
            "location": ("-",),
            "visibility": "public",
            "licence": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
            "title": Texts(fr="Essai", en="Trial"),
            "description": Texts(fr="Essai", en="Trial"),
            "publisher": Publisher(name="EcoGraph"),
            **others,
        }
    )


@pytest.fixture
def read(lookup: Lookup) -> Read:
    """Read files of one load: their triples, sorted, what was left out, and the remarks."""

    def run(declaration: Declaration, *files: File) -> tuple[list[str], list[Rejection], list[Rejection]]:
        context = Context(BASE, lookup)
        stated = [each for file in files for each in read_file(declaration, file, context).stated]
        triples = {
            f"{triple} ."
            for each in stated
            for triple in skolemise(each.triples, BASE, declaration.id, place=each.place)
        }
        rejections = [rejection for each in stated for rejection in each.rejections]
        return sorted(triples), rejections, [warning for each in stated for warning in each.warnings]

    return run


def sample(name: str) -> File:
    return File(name, (SAMPLES / name).read_bytes())
