"""The vocabulary as the code speaks it, held against the ontology."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat, Triple

from ecograph import vocab
from ecograph.assets import ONTOLOGY
from ecograph.questions import filtering
from ecograph.vocab import NS, RDF, SKOS, VOC

SOURCES = sorted((Path(vocab.__file__).parent).rglob("*.py"))
_CALLED = re.compile(r'\beco\("(\w+)"\)')
_WRITTEN = re.compile(r"\beco:(\w+)")
_CONCEPT = re.compile(r'\bconcept\("([\w-]+)", "([\w-]+)"\)')


def read(path: Path) -> set[Triple]:
    return {quad.triple for quad in pyoxigraph.parse(path=path, format=RdfFormat.TURTLE)}


@pytest.fixture(scope="module")
def ontology() -> set[Triple]:
    return read(ONTOLOGY / "ecograph.ttl")


@pytest.fixture(scope="module")
def terms(ontology: set[Triple]) -> dict[str, set[str]]:
    """The terms of our namespace by the kind of term they are."""
    found: dict[str, set[str]] = {}
    for triple in ontology:
        if triple.predicate.value == RDF + "type" and triple.subject.value.startswith(NS):
            kind = triple.object.value.rpartition("#")[2]
            found.setdefault(kind, set()).add(triple.subject.value.removeprefix(NS))
    return found


def test_types_are_classes(terms: dict[str, set[str]]) -> None:
    assert set(vocab.TYPES) <= terms["Class"]
    assert len(set(vocab.TYPES)) == len(vocab.TYPES)
    assert set(filtering._CLASSES) <= terms["Class"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(SOURCES[0].parent)))
def test_every_term_in_the_code_is_declared(path: Path, terms: dict[str, set[str]]) -> None:
    declared = set().union(*terms.values())
    text = path.read_text("utf-8")
    assert {*_CALLED.findall(text), *_WRITTEN.findall(text)} <= declared


def test_prefixes_are_those_of_the_ontology() -> None:
    parser = pyoxigraph.parse(path=ONTOLOGY / "ecograph.ttl", format=RdfFormat.TURTLE)
    next(parser)
    for _ in parser:
        pass
    theirs = parser.prefixes
    for prefix, namespace in vocab.PREFIXES.items():
        assert theirs.get(prefix, namespace) == namespace


def test_schemes_named_in_the_code_exist() -> None:
    schemes = {path.stem for path in (ONTOLOGY / "schemes").glob("*.ttl")}
    from ecograph.questions import view

    assert set(view._RECOGNISED) <= schemes


@pytest.mark.parametrize("scheme", ["visibility"])
def test_levels_are_concepts(scheme: str) -> None:
    from ecograph.model import Level

    notations = {
        triple.object.value
        for triple in read(ONTOLOGY / "schemes" / f"{scheme}.ttl")
        if triple.predicate.value == SKOS + "notation"
    }
    assert {level.slug for level in Level} == notations


def test_dimensions_that_are_judged_are_concepts() -> None:
    from ecograph.questions import eligibility

    declared = {triple.subject.value for triple in read(ONTOLOGY / "schemes" / "eligibility-dimensions.ttl")}
    judged = {*eligibility._NUMBERS, *eligibility._CONCEPTS}
    assert {f"{VOC}eligibility-dimensions/{name}" for name in judged} == {
        iri for iri in declared if iri.startswith(f"{VOC}eligibility-dimensions/")
    }


def test_iris_are_shortened() -> None:
    assert vocab.shortened(vocab.eco("Actor")) == "eco:Actor"
    assert vocab.shortened("https://elsewhere.example/x") == "https://elsewhere.example/x"
    assert vocab.concept("poles", "agro") == f"{VOC}poles/agro"
