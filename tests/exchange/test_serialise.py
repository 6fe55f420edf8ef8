"""The RDF syntaxes of the web: each says the same, and always in the same bytes."""

from __future__ import annotations

import json
import random

import pyoxigraph
import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, NamedNode, RdfFormat, Triple

from ecograph.app import EcoGraph
from ecograph.errors import ResourceNotFound
from ecograph.exchange.serialise import SUFFIXES, SYNTAXES, serialise
from ecograph.model import Level
from ecograph.questions.filtering import Asked

# One resource of each kind of the sample, by the first segment of its path.
KINDS = """SELECT (MIN(STR(?x)) AS ?one) (MAX(STR(?x)) AS ?other) {
  ?x a ?class FILTER(STRSTARTS(STR(?x), "%s/") && !CONTAINS(STR(?x), "/.well-known/"))
} GROUP BY (STRBEFORE(STRAFTER(STR(?x), "%s/"), "/"))"""
OTHERS = [
    "https://w3id.org/ecograph/voc/competences/huiles-essentielles",
    "https://w3id.org/ecograph/voc/poles/agro",
    "https://w3id.org/ecograph/voc/competences",
    "https://w3id.org/ecograph/voc/territories/DEP-48",
    "https://w3id.org/ecograph/voc/naf/20",
    "https://w3id.org/ecograph/ns#Company",
    "https://w3id.org/ecograph/ns#carriedBy",
]


def parsed(content: bytes, media_type: str) -> Dataset:
    """Triples as one canonical set, whatever the names of the nameless."""
    quads = Dataset(pyoxigraph.parse(content, format=SYNTAXES[media_type]))
    quads.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return quads


@pytest.fixture(scope="module")
def resources(sample: EcoGraph) -> list[str]:
    """Two resources of each kind, two of each class, and some of the vocabulary."""
    rows = sample.snapshot().rows(Level.PUBLIC, KINDS % (sample.base, sample.base))
    by_kind = {term.value for row in rows for term in row.values()}
    results = sample.search(Level.PUBLIC, "", Asked(), limit=1_000).results
    by_class = {result.type: result.iri for result in results} | {
        result.kind: result.iri for result in results
    }
    found = sorted({*by_kind, *by_class.values(), *OTHERS})
    assert len(found) > 40
    return found


def test_several_texts_in_one_language_are_a_list_of_texts(sample: EcoGraph) -> None:
    content = sample.resource(Level.PUBLIC, f"{sample.base}/offer/national--cir", "application/ld+json")
    labels = json.loads(content)["altLabel"]["fr"]
    assert None not in labels
    assert set(labels) == {"CIR", "Crédit d'impôt recherche"}


@pytest.mark.parametrize("media_type", SYNTAXES)
def test_every_syntax_says_the_same(sample: EcoGraph, resources: list[str], media_type: str) -> None:
    for iri in resources:
        plain = parsed(sample.resource(Level.PUBLIC, iri, "application/n-triples"), "application/n-triples")
        assert len(plain) > 0
        assert parsed(sample.resource(Level.PUBLIC, iri, media_type), media_type) == plain, iri


def test_a_resource_says_what_the_graph_says(sample: EcoGraph, resources: list[str]) -> None:
    for iri in resources:
        content = sample.resource(Level.PUBLIC, iri, "text/turtle")
        said = {quad.triple for quad in pyoxigraph.parse(content, format=RdfFormat.TURTLE)}
        assert {t for t in said if t.subject == NamedNode(iri)} == set(
            sample.snapshot().merged(Level.PUBLIC, iri)
        )


@pytest.mark.parametrize("media_type", SYNTAXES)
def test_the_same_triples_give_the_same_bytes(sample: EcoGraph, media_type: str) -> None:
    triples = list(sample.snapshot().merged(Level.PUBLIC, f"{sample.base}/offer/national--cir"))
    first = serialise(triples, media_type)
    for seed in range(3):
        random.Random(seed).shuffle(triples)
        assert serialise(triples, media_type) == first


def test_json_ld_reads_well(sample: EcoGraph) -> None:
    document = json.loads(
        sample.resource(Level.PUBLIC, f"{sample.base}/offer/national--cir", "application/ld+json")
    )
    context = document["@context"]
    assert document["id"] == f"{sample.base}/offer/national--cir"
    assert document["title"]["fr"] == "Crédit d'impôt recherche (CIR)"
    assert "eco" in context
    assert not any(key.startswith("http") for key in document)


def test_a_part_travels_with_its_resource(sample: EcoGraph) -> None:
    content = sample.resource(Level.PUBLIC, f"{sample.base}/offer/national--cii", "text/turtle")
    assert "PME au sens européen".encode() in content


def test_what_does_not_exist_is_not_described(sample: EcoGraph) -> None:
    with pytest.raises(ResourceNotFound):
        sample.resource(Level.PUBLIC, f"{sample.base}/offer/none", "text/turtle")


@pytest.mark.parametrize(
    "literal",
    ['"a \\"quoted\\" \\\\ text\\nwith lines"@fr', '"no language"', '"1.50"^^xsd:decimal', '"7"^^xsd:integer',
     '"true"^^xsd:boolean', '"2026-01-31"^^xsd:date', '"2026"^^xsd:gYear', '"𝄞 é ⚙"@en-GB', '""'],
)  # fmt: skip
@pytest.mark.parametrize("media_type", SYNTAXES)
@pytest.mark.parametrize(
    "predicate", ["dct:title", "eco:headcount", "dct:modified", "eco:actorType", "<http://x/p>"]
)
def test_literals_survive(literal: str, media_type: str, predicate: str) -> None:
    prefixes = {
        "dct": "http://purl.org/dc/terms/",
        "eco": "https://w3id.org/ecograph/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
    text = (
        "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in prefixes.items())
        + f"<http://x/a> {predicate} {literal} ."
    )
    triples = {quad.triple for quad in pyoxigraph.parse(text, format=RdfFormat.TURTLE)}
    content = serialise(triples, media_type)
    assert {quad.triple for quad in pyoxigraph.parse(content, format=SYNTAXES[media_type])} == triples


def test_suffixes_and_syntaxes_agree() -> None:
    assert set(SUFFIXES.values()) == SYNTAXES.keys()
    assert serialise([], "application/n-triples") == b""
    with pytest.raises(KeyError):
        serialise([], "text/html")


def test_blank_nodes_survive() -> None:
    node = BlankNode("b")
    triples = [
        Triple(NamedNode("http://x/a"), NamedNode("http://x/p"), node),
        Triple(node, NamedNode("http://x/q"), NamedNode("http://x/b")),
    ]
    for media_type in SYNTAXES:
        content = serialise(triples, media_type)
        assert parsed(content, media_type) == parsed(serialise(triples, "text/turtle"), "text/turtle")
