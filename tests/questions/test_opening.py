"""Offers by whether they are open on the day, in either engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import BadParameter
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

# The day of the tests is 2026-01-15.
DATES = {
    "now": 'eco:closesOn "2026-03-01"^^xsd:date',
    "always": 'eco:opensOn "2020-01-01"^^xsd:date',
    "soon": 'eco:opensOn "2026-02-01"^^xsd:date',
    "closed": 'eco:closesOn "2025-12-31"^^xsd:date',
    "undated": "eco:inPole <https://w3id.org/ecograph/voc/poles/agro>",
}
HEAD = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rtype: <https://w3id.org/ecograph/voc/resource-types/> .
@prefix atype: <https://w3id.org/ecograph/voc/actor-types/> .
<actor/dated--club> a eco:Organization ; rdfs:label "Club du séchoir"@fr ; eco:actorType atype:club-reseau .
"""
OFFERS = HEAD + "".join(
    f'<offer/dated--{name}> a eco:SupportOffer ; dct:title "Aide au séchoir {name}"@fr ;\n'
    f"    eco:resourceType rtype:diagnostic ; {said} .\n"
    for name, said in DATES.items()
)


@pytest.fixture(scope="module", params=["memory", "edge"])
def graph(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    opened: Callable[..., EcoGraph],
) -> EcoGraph:
    made = opened(tmp_path_factory.mktemp("dated") / "home", index=request.param)
    outcome = made.writing.load_files(occasional("dated", "public"), [File("d.ttl", OFFERS.encode())])
    assert outcome.rejections == ()
    return made


def found(graph: EcoGraph, *states: str, query: str = "séchoir") -> set[str]:
    answer = graph.search(Level.PUBLIC, query, Asked(open=states), limit=20)
    assert answer.total == len(answer.results)
    return {result.iri.rpartition("--")[2] for result in answer.results if "dated--" in result.iri}


def test_offers_are_kept_by_their_dates(graph: EcoGraph) -> None:
    assert found(graph, "now") == {"now", "always"}
    assert found(graph, "soon") == {"soon"}
    assert found(graph, "closed") == {"closed"}
    assert found(graph, "undated") == {"undated"}
    assert found(graph, "now", "soon") == {"now", "always", "soon"}
    assert found(graph, "closed", query="") == {"closed"}
    assert "club" in found(graph)


def test_the_facet_counts_what_each_choice_would_give(graph: EcoGraph) -> None:
    for asked in (Asked(), Asked(open=("closed",))):
        facet = graph.search(Level.PUBLIC, "séchoir", asked, limit=1).facets["open"]
        counts = {v.value: v.count for v in facet}
        assert counts == {"now": 2, "closed": 1, "soon": 1, "undated": 1}
    labels = [v.label for v in graph.search(Level.PUBLIC, "séchoir", Asked(), limit=1).facets["open"]]
    assert set(labels) == {"Ouverte", "Close", "Ouvre bientôt", "Sans date"}


def test_a_result_tells_its_day(graph: EcoGraph) -> None:
    for answer in (
        graph.search(Level.PUBLIC, "aide au séchoir", Asked(), limit=20).results,
        graph.match_text(Level.PUBLIC, "une aide au séchoir", Asked(), limit=20).results,
    ):
        told = {r.iri.rpartition("--")[2]: (r.open, r.opens, r.closes) for r in answer}
        assert told["closed"] == ("closed", None, "2025-12-31")
        assert told["soon"] == ("soon", "2026-02-01", None)
        assert told["now"] == ("now", None, "2026-03-01")
        assert told["undated"] == ("undated", None, None)
        assert told["club"] == (None, None, None)


def test_a_match_may_leave_out_what_is_closed(graph: EcoGraph) -> None:
    answer = graph.match_text(Level.PUBLIC, "une aide au séchoir", Asked(open=("now", "undated")), limit=20)
    assert {r.iri.rpartition("--")[2] for r in answer.results} == {"now", "always", "undated"}


def test_an_unknown_state_is_told(graph: EcoGraph) -> None:
    with pytest.raises(BadParameter):
        graph.search(Level.PUBLIC, "séchoir", Asked(open=("perhaps",)), limit=1)
