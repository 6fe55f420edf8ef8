"""Towns in search, matching, what-if and filters: places inside their département, in either engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.assets import located
from ecograph.errors import BadParameter
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional, read_declaration
from ecograph.vocab import concept

SAMPLES = Path(__file__).parents[1] / "sources" / "samples"
RESOURCES = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rtype: <https://w3id.org/ecograph/voc/resource-types/> .
@prefix atype: <https://w3id.org/ecograph/voc/actor-types/> .
@prefix dim: <https://w3id.org/ecograph/voc/eligibility-dimensions/> .
@prefix terr: <https://w3id.org/ecograph/voc/territories/> .

<offer/towns--gard> a eco:SupportOffer ; dct:title "Séchoir collectif du Gard"@fr ;
    eco:resourceType rtype:diagnostic ; eco:availableIn terr:DEP-30 .
<offer/towns--lozere> a eco:SupportOffer ; dct:title "Séchoir collectif de Lozère"@fr ;
    eco:resourceType rtype:diagnostic ; eco:availableIn terr:DEP-48 .
<offer/towns--mende> a eco:SupportOffer ; dct:title "Séchoir collectif de la ville"@fr ;
    eco:resourceType rtype:diagnostic ; eco:availableIn terr:COM-48095 ;
    eco:hasEligibility [ a eco:EligibilityCriterion ; dct:title "Siège à Mende"@fr ;
        eco:dimension dim:territoire ; eco:includesValue terr:COM-48095 ] .
<offer/towns--langogne> a eco:SupportOffer ; dct:title "Séchoir collectif du haut Allier"@fr ;
    eco:resourceType rtype:diagnostic ; eco:availableIn terr:COM-48080 .
<offer/towns--sauf> a eco:SupportOffer ; dct:title "Séchoir collectif sauf en ville"@fr ;
    eco:resourceType rtype:diagnostic ; eco:availableIn terr:REG-76 ; eco:notAvailableIn terr:COM-48095 .
<offer/towns--partout> a eco:SupportOffer ; dct:title "Séchoir collectif partout"@fr ;
    eco:resourceType rtype:diagnostic .
<actor/towns--marvejols> a eco:Organization ; rdfs:label "Séchoir collectif du Gévaudan"@fr ;
    eco:actorType atype:club-reseau ; dct:spatial terr:COM-48092 .
"""


@pytest.fixture(scope="module", params=["memory", "edge"])
def graph(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, opened: Callable[..., EcoGraph]
) -> EcoGraph:
    made = opened(tmp_path_factory.mktemp("towns") / "home", index=request.param)
    for source, name in (("communes", "v_commune.csv"), ("postcodes", "postcodes.csv")):
        declared = read_declaration(located(f"loaders/ready/{source}.toml"))
        declared = declared.model_copy(update={"max_error_share": 1.0})
        made.writing.load_files(declared, [File(name, (SAMPLES / name).read_bytes())])
    outcome = made.writing.load_files(occasional("towns", "public"), [File("towns.ttl", RESOURCES.encode())])
    assert outcome.rejections == ()
    return made


def names(graph: EcoGraph, *iris: str) -> set[str]:
    return {iri.rsplit("--", 1)[-1] for iri in iris if "towns--" in iri}


def filtered(graph: EcoGraph, territory: str) -> set[str]:
    answer = graph.search(Level.PUBLIC, "séchoir collectif", Asked(territory=(territory,)), limit=20)
    chosen = [
        value for value in answer.facets["territory"] if value.value.endswith(_resolved(graph, territory))
    ]
    assert [value.count for value in chosen] == [answer.total]
    return names(graph, *(result.iri for result in answer.results))


def _resolved(graph: EcoGraph, territory: str) -> str:
    found = graph.view(Level.PUBLIC).concepts.resolve("territories", territory)
    assert found is not None
    return found.notation


@pytest.mark.parametrize("said", ["Mende", "mende (Lozère)", "COM-48095"])
def test_a_filter_by_town_keeps_what_serves_it(graph: EcoGraph, said: str) -> None:
    assert filtered(graph, said) == {"lozere", "mende"}


def test_a_filter_by_departement_keeps_its_towns(graph: EcoGraph) -> None:
    assert filtered(graph, "48") == {"lozere", "mende", "langogne", "marvejols", "sauf"}


def test_a_town_refused_leaves_the_others(graph: EcoGraph) -> None:
    assert "sauf" in filtered(graph, "Exempleville")
    assert "sauf" in filtered(graph, "30")


def test_a_filter_takes_a_postcode(graph: EcoGraph) -> None:
    assert _resolved(graph, "48991") == "COM-48902"
    assert _resolved(graph, "48990") == "COM-48901"
    assert filtered(graph, "48991") == {"lozere", "sauf"}


def test_of_two_towns_of_one_name_none_is_guessed(graph: EcoGraph) -> None:
    with pytest.raises(BadParameter):
        graph.search(Level.PUBLIC, "séchoir", Asked(territory=("Saint-Exemple",)), limit=5)
    assert _resolved(graph, "Saint-Exemple (Gard)") == "COM-30901"


def test_a_search_near_a_town_looks_around_it(graph: EcoGraph) -> None:
    answer = graph.search(Level.PUBLIC, "séchoir collectif près de Mende", Asked(), limit=20)
    assert [(u.facet, u.label) for u in answer.understood] == [("territory", "Mende (Lozère)")]
    found = names(graph, *(result.iri for result in answer.results))
    assert {"lozere", "mende", "marvejols", "partout"} <= found
    assert "gard" not in found


def test_a_match_tells_what_is_out_of_the_towns_reach(graph: EcoGraph) -> None:
    answer = graph.match_text(Level.PUBLIC, "un séchoir collectif à Mende", Asked(), limit=20)
    assert answer.places == ("Mende (Lozère)",)
    here, outside = (names(graph, *(r.iri for r in found)) for found in (answer.results, answer.outside))
    assert here == {"lozere", "mende", "partout", "marvejols"}
    assert outside == {"gard", "langogne", "sauf"}


def test_eligibility_by_town_is_open_where_the_departement_alone_is_known(graph: EcoGraph) -> None:
    def status(text: str) -> str | None:
        answer = graph.match_text(Level.PUBLIC, text, Asked(), limit=20)
        found = {r.iri.rsplit("--")[-1]: r.eligibility for r in (*answer.results, *answer.outside)}
        judged = found["mende"]
        return judged.status.value if judged else None

    assert status("un séchoir collectif à Mende") == "met"
    assert status("un séchoir collectif en Lozère") == "unknown"
    assert status("un séchoir collectif à Langogne") == "not_met"


def test_what_if_the_company_moved_to_a_town(graph: EcoGraph) -> None:
    answer = graph.match_text(
        Level.PUBLIC, "un séchoir collectif à Langogne", Asked(), limit=20, facts={"territory": "Mende"}
    )
    assert answer.what_if is not None
    assert answer.what_if.facts == {"territory": "Mende (Lozère)"}
    assert names(graph, *(change.iri for change in answer.what_if.entered)) == {"mende"}
    assert names(graph, *(change.iri for change in answer.what_if.left)) == {"langogne", "sauf"}


def test_documents_name_towns_only_where_they_are_named(graph: EcoGraph) -> None:
    document = graph.view(Level.PUBLIC).index.document(f"{graph.base}/offer/towns--lozere")
    towns = [place for place in document.territories if "/COM-" in place]
    assert towns == []
    assert concept("territories", "DEP-48") in document.territories
