"""The vocabulary holds together: it parses, is bilingual, is used as declared, and its shapes work."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
from rdflib import OWL, RDF, RDFS, SH, SKOS, BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

ROOT = Path(__file__).parents[2]
ONTOLOGY = ROOT / "ontology"
EXAMPLES = Path(__file__).parent / "examples"
ECO = Namespace("https://w3id.org/ecograph/ns#")
VOC = "https://w3id.org/ecograph/voc/"
SHAPES = "https://w3id.org/ecograph/shapes#"
TURTLE = sorted([*ONTOLOGY.glob("*.ttl"), *ONTOLOGY.glob("schemes/*.ttl")])
EXTERNAL = (
    "http://purl.org/dc/terms/",
    "http://schema.org/",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2004/02/skos/core#",
    "http://www.w3.org/ns/dcat#",
    "http://www.w3.org/ns/prov#",
    "http://xmlns.com/foaf/0.1/",
)


@cache
def read(path: Path) -> Graph:
    return Graph().parse(path, publicID="https://example.org/")


ONTO = read(ONTOLOGY / "ecograph.ttl")
FORMS = read(ONTOLOGY / "shapes.ttl")


def iris(graph: Graph, kind: Node) -> list[URIRef]:
    return sorted(s for s in graph.subjects(RDF.type, kind) if isinstance(s, URIRef))


CLASSES = iris(ONTO, OWL.Class)
PROPERTIES = sorted(
    {
        *iris(ONTO, OWL.ObjectProperty),
        *iris(ONTO, OWL.DatatypeProperty),
        *iris(ONTO, RDF.Property),
    }
)
TERMS = [*CLASSES, *PROPERTIES]
TARGETED = sorted(s for s in iris(FORMS, SH.NodeShape) if (s, SH.targetClass, None) in FORMS)
FIELDS = iris(FORMS, SH.PropertyShape)


def local(iri: object) -> str:
    return re.split(r"[#/]", str(iri))[-1]


def languages(graph: Graph, subject: Node | None, predicate: Node) -> list[str]:
    return sorted(str(getattr(o, "language", None)) for o in graph.objects(subject, predicate))


# --- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TURTLE, ids=lambda p: p.name)
def test_both_parsers_read_the_same_number_of_triples(path: Path) -> None:
    quads = set(pyoxigraph.parse(path.read_bytes(), format=pyoxigraph.RdfFormat.TURTLE))
    assert len(quads) == len(Graph().parse(path)) > 0


# --- terms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", TERMS, ids=local)
def test_term_is_labelled_and_defined_in_both_languages(term: URIRef) -> None:
    assert term.startswith(str(ECO))
    assert languages(ONTO, term, RDFS.label) == ["en", "fr"]
    assert languages(ONTO, term, SKOS.definition) == ["en", "fr"]
    assert (term, RDFS.isDefinedBy, URIRef("https://w3id.org/ecograph/ns")) in ONTO


def test_a_reason_is_given_in_both_languages() -> None:
    for term in set(ONTO.subjects(SKOS.scopeNote)):
        assert languages(ONTO, term, SKOS.scopeNote) == ["en", "fr"], term


@pytest.mark.parametrize(
    "relation", [RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range], ids=local
)
def test_what_a_term_refers_to_is_declared(relation: URIRef) -> None:
    own = {o for o in ONTO.objects(None, relation) if str(o).startswith(str(ECO))}
    assert own <= set(TERMS)


def test_a_property_has_one_domain_and_one_range_at_most() -> None:
    """RDFS reads several domains as all of them at once, which is seldom meant."""
    for term in PROPERTIES:
        for relation in (RDFS.domain, RDFS.range):
            assert len(list(ONTO.objects(term, relation))) <= 1, (term, relation)


def test_a_datatype_property_ranges_over_literals_and_an_object_property_does_not() -> None:
    literals = ("http://www.w3.org/2001/XMLSchema#", str(RDF.langString))
    for term in PROPERTIES:
        ranges = [str(o) for o in ONTO.objects(term, RDFS.range)]
        is_literal = any(value.startswith(literals) for value in ranges)
        assert is_literal == ((term, RDF.type, OWL.DatatypeProperty) in ONTO), term


def test_alignments_are_apart_and_about_declared_terms() -> None:
    alignments = read(ONTOLOGY / "alignments.ttl")
    assert set(alignments.predicates()) == {SKOS.closeMatch}
    assert set(alignments.subjects()) <= set(TERMS)
    assert (None, SKOS.closeMatch, None) not in ONTO


# --- use ---------------------------------------------------------------------------------------

USERS = sorted(
    {
        *ONTOLOGY.glob("**/*.ttl"),
        ONTOLOGY / "context.jsonld",
        *ROOT.glob("data/**/*.ttl"),
        *ROOT.glob("queries/**/*.rq"),
        *ROOT.glob("src/**/*.py"),
        *EXAMPLES.glob("*.ttl"),
    }
)
TERM = re.compile(r"\beco:([A-Za-z]\w*)|w3id\.org/ecograph/ns#([A-Za-z]\w*)")


@pytest.mark.parametrize("path", USERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_term_in_use_is_declared(path: Path) -> None:
    used = {a or b for a, b in TERM.findall(path.read_text(encoding="utf-8"))}
    assert used <= {local(term) for term in TERMS}


# --- context -----------------------------------------------------------------------------------

CONTEXT = json.loads((ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"]


def expanded(value: object) -> str:
    """Return the IRI that a context entry stands for."""
    name = value["@id"] if isinstance(value, dict) else str(value)
    prefix, _, rest = name.partition(":")
    known = CONTEXT.get(prefix)
    return known + rest if isinstance(known, str) and not rest.startswith("//") else name


def test_context_names_every_term_and_no_other() -> None:
    named = {key: expanded(value) for key, value in CONTEXT.items() if key != "@version"}
    own = {iri for iri in named.values() if iri.startswith(str(ECO)) and iri != str(ECO)}
    assert own == {str(term) for term in TERMS}
    assert all(key == local(iri) for key, iri in named.items() if iri in own)


def test_context_agrees_with_the_kind_of_each_property() -> None:
    for term in PROPERTIES:
        entry = CONTEXT[local(term)]
        kind = entry.get("@type") if isinstance(entry, dict) else None
        is_object = (term, RDF.type, OWL.ObjectProperty) in ONTO
        assert (kind == "@id") == is_object, term


# rdflib's own JSON-LD reader still makes the class that rdflib deprecates.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_a_json_ld_document_becomes_the_triples_it_means() -> None:
    document = {
        "@context": CONTEXT,
        "id": "https://example.org/p",
        "type": "Project",
        "title": {"fr": "Isolant", "en": "Insulation"},
        "inPole": [VOC + "poles/ecomat"],
        "startedOn": "2026-01-02",
    }
    graph = Graph().parse(data=json.dumps(document), format="json-ld")
    expected = Graph().parse(
        format="turtle",
        data="""
        @prefix dct: <http://purl.org/dc/terms/> .
        @prefix eco: <https://w3id.org/ecograph/ns#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <https://example.org/p> a eco:Project ; dct:title "Isolant"@fr, "Insulation"@en ;
          eco:inPole <https://w3id.org/ecograph/voc/poles/ecomat> ;
          eco:startedOn "2026-01-02"^^xsd:date .
        """,
    )
    assert set(graph) == set(expected)


# --- shapes ------------------------------------------------------------------------------------


def paths(node: Node) -> Iterator[Node]:
    """Yield the predicates of a path, simple or composed."""
    if isinstance(node, BNode):
        alternatives = FORMS.value(node, SH.alternativePath)
        assert alternatives is not None, "only alternative paths are in use"
        yield from Collection(FORMS, alternatives)
    else:
        yield node


def test_every_path_is_declared_or_of_a_known_vocabulary() -> None:
    found = {step for path in FORMS.objects(None, SH.path) for step in paths(path)}
    outside = found - set(TERMS)
    assert [path for path in outside if not str(path).startswith(EXTERNAL)] == []


@pytest.mark.parametrize("field", FIELDS, ids=local)
def test_field_follows_the_house_profile(field: URIRef) -> None:
    for predicate in (SH.name, SH.description, SH.message):
        assert languages(FORMS, field, predicate) == ["en", "fr"]
    for predicate in (SH.path, SH.order, SH.group, SH.severity, SH.nodeKind):
        assert len(list(FORMS.objects(field, predicate))) == 1, predicate
    assert (FORMS.value(field, SH.group), RDF.type, SH.PropertyGroup) in FORMS


def test_fields_are_iris_and_belong_to_one_shape() -> None:
    for field in FIELDS:
        owners = list(FORMS.subjects(SH.property, field))
        assert len(owners) == 1
        assert str(field).startswith((f"{owners[0]}-", SHAPES + "In-"))


def test_every_named_choice_is_enforced_and_every_list_exists() -> None:
    schemes = {s for path in TURTLE for s in read(path).subjects(RDF.type, SKOS.ConceptScheme)}
    for field, scheme in FORMS.subject_objects(ECO.choicesFrom):
        guard = URIRef(f"{SHAPES}In-{local(scheme)}")
        assert (field, SH.node, guard) in FORMS
        assert (URIRef(f"{guard}-scheme"), SH.hasValue, scheme) in FORMS
        assert scheme in schemes


def test_only_core_constraints_are_used() -> None:
    assert not any((None, p, None) in FORMS for p in (SH.sparql, SH.select, SH.js, SH.target))


@pytest.mark.parametrize("shape", TARGETED, ids=local)
def test_shape_is_named_after_its_one_class(shape: URIRef) -> None:
    assert [local(c) for c in FORMS.objects(shape, SH.targetClass)] == [local(shape)]
    assert FORMS.value(shape, SH.targetClass) in CLASSES
    assert languages(FORMS, shape, RDFS.label) == ["en", "fr"]


def test_shapes_are_valid_shacl() -> None:
    pyshacl.validate(Graph(), shacl_graph=FORMS, meta_shacl=True)


def test_there_is_no_example_without_a_shape() -> None:
    names = {path.name.split(".")[0] for path in EXAMPLES.glob("*.ttl")}
    assert names == {local(shape) for shape in TARGETED}


# --- examples ----------------------------------------------------------------------------------


def results(path: Path) -> tuple[Graph, list[Node]]:
    """Validate an example; return the report and its results, without their details."""
    graph = Graph() + read(path)
    for triple in ONTO.triples((None, RDFS.subClassOf, None)):
        graph.add(triple)
    _, report, _ = pyshacl.validate(graph, shacl_graph=FORMS)
    assert isinstance(report, Graph)
    return report, list(report.objects(None, SH.result))


def summary(report: Graph, result: Node) -> tuple[str, str, str]:
    parts = (SH.focusNode, SH.sourceShape, SH.sourceConstraintComponent)
    focus, shape, component = (local(report.value(result, part) or "") for part in parts)
    return focus, shape, component


@pytest.mark.parametrize("shape", TARGETED, ids=local)
def test_good_example_passes_without_a_warning(shape: URIRef) -> None:
    report, found = results(EXAMPLES / f"{local(shape)}.good.ttl")
    assert [summary(report, result) for result in found] == []


@pytest.mark.parametrize("shape", TARGETED, ids=local)
def test_bad_example_is_refused_for_its_own_faults_in_both_languages(shape: URIRef) -> None:
    lineage = set(map(local, ONTO.transitive_objects(ECO[local(shape)], RDFS.subClassOf)))
    report, found = results(EXAMPLES / f"{local(shape)}.bad.ttl")
    for result in found:
        focus, source, component = summary(report, result)
        assert focus == "example"
        assert source.split("-")[0] in lineage, component
        assert languages(report, result, SH.resultMessage) == ["en", "fr"]
    assert (None, SH.resultSeverity, SH.Violation) in report


def test_a_concept_of_another_list_is_refused() -> None:
    report, found = results(EXAMPLES / "SupportOffer.bad.ttl")
    assert ("example", "SupportOffer-fundingType", "NodeConstraintComponent") in {
        summary(report, result) for result in found
    }


def test_a_parent_shape_holds_for_the_subclasses() -> None:
    """A company without a French name is refused by the shape of actors."""
    graph = Graph() + read(EXAMPLES / "Company.good.ttl")
    graph.remove((URIRef("https://example.org/example"), RDFS.label, None))
    for triple in ONTO.triples((None, RDFS.subClassOf, None)):
        graph.add(triple)
    _, report, _ = pyshacl.validate(graph, shacl_graph=FORMS)
    assert isinstance(report, Graph)
    assert SHAPES + "Actor-label" in {str(s) for s in report.objects(None, SH.sourceShape)}


def test_what_is_only_expected_is_a_warning() -> None:
    """An actor without description, pole or territory is accepted, with three warnings."""
    graph = Graph().parse(
        format="turtle",
        data="""
        @prefix eco: <https://w3id.org/ecograph/ns#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        <https://example.org/a> a eco:Actor ; rdfs:label "Club"@fr .
        """,
    )
    conforms, report, _ = pyshacl.validate(graph, shacl_graph=FORMS, allow_warnings=True)
    assert conforms
    assert isinstance(report, Graph)
    assert {local(s) for s in report.objects(None, SH.sourceShape)} == {
        "Actor-description-expected",
        "Actor-inPole-expected",
        "Actor-spatial-expected",
    }
