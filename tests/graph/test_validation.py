"""What the shapes refuse, said so that the person who wrote it finds it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import NamedNode, Triple

from ecograph.assets import ONTOLOGY
from ecograph.graph.records import group
from ecograph.graph.shipped import read_schema
from ecograph.graph.validation import Validator, Verdict

Read = Callable[[str], set[Triple]]
VOC = "https://w3id.org/ecograph/voc"
KNOWN = f"""
    <{VOC}/actor-types/tpe> a skos:Concept ; skos:inScheme <{VOC}/actor-types> .
    <{VOC}/territories/DEP-48> a skos:Concept ; skos:inScheme <{VOC}/territories> .
    <{VOC}/naf/13> a skos:Concept ; skos:inScheme <{VOC}/naf> .
"""
GOOD = f"""
    :a a eco:Company ; rdfs:label "Filature"@fr ; eco:actorType <{VOC}/actor-types/tpe> ;
        dct:description "Une filature."@fr ; dct:spatial <{VOC}/territories/DEP-48> .
"""


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator((ONTOLOGY / "shapes.ttl").read_bytes(), read_schema())


@pytest.fixture
def check(validator: Validator, triples: Read) -> Callable[[str], Verdict]:
    facts = triples(KNOWN)

    def known(node: NamedNode) -> set[Triple]:
        return {triple for triple in facts if triple.subject == node}

    return lambda text: validator.check(group(triples(text), "x.ttl"), known=known)


def test_a_good_record_passes(check: Callable[[str], Verdict]) -> None:
    assert check(GOOD).rejections == ()


def test_a_rejection_names_record_path_and_value_in_two_languages(check: Callable[[str], Verdict]) -> None:
    (found,) = check(GOOD + ":a eco:headcount -3 .").rejections
    assert (found.record, found.path, found.value) == ("https://example.org/a", "eco:headcount", "-3")
    assert found.place == "x.ttl"
    assert {"fr", "en"} <= found.reason.keys()
    assert found.reason["fr"] != found.reason["en"]
    assert str(found) == f"x.ttl: https://example.org/a: eco:headcount -3: {found.reason['en']}"


def test_a_concept_of_another_scheme_is_refused_once(check: Callable[[str], Verdict]) -> None:
    # The shape of the scheme fails inside `sh:node`: its own result, under `sh:detail`, is not another one.
    (found,) = check(GOOD + f":a eco:legalForm <{VOC}/naf/13> .").rejections
    assert (found.path, found.value) == ("eco:legalForm", f"{VOC}/naf/13")


def test_an_unknown_concept_is_refused(check: Callable[[str], Verdict]) -> None:
    (found,) = check(GOOD + f":a eco:naf <{VOC}/naf/999> .").rejections
    assert found.value == f"{VOC}/naf/999"


def test_a_missing_label_is_refused(check: Callable[[str], Verdict]) -> None:
    rejections = check(GOOD.replace('rdfs:label "Filature"@fr ;', "")).rejections
    assert {(r.record, r.path) for r in rejections} == {("https://example.org/a", "rdfs:label")}


def test_a_part_is_refused_with_its_record(check: Callable[[str], Verdict]) -> None:
    part = "<https://example.org/.well-known/genid/x-1>"
    (found, *_) = check(
        f""":o a eco:SupportOffer ; dct:title "Offre"@fr ; eco:hasEligibility {part} .
        {part} a eco:EligibilityCriterion ; dct:title "Taille"@fr ; eco:maxValue "beaucoup" ."""
    ).rejections
    assert found.record == "https://example.org/o"


def test_rejections_come_in_a_steady_order(check: Callable[[str], Verdict]) -> None:
    bad = GOOD + ":a eco:headcount -3 ; eco:siret 'x' ; eco:siren 'y' ."
    assert check(bad) == check(bad)
    assert len({r.path for r in check(bad).rejections}) == 3


def test_a_date_that_is_none_is_told_in_a_sentence_alone(
    check: Callable[[str], Verdict], caplog: pytest.LogCaptureFixture
) -> None:
    offer = ':o a eco:SupportOffer ; dct:title "Offre"@fr ; eco:opensOn "2026-02-30"^^xsd:date .'
    assert [r.value for r in check(offer).rejections if r.path == "eco:opensOn"] == ["2026-02-30"]
    assert caplog.records == []
