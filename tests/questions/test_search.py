"""Search on the sample: what is found says why, filters narrow, facets count."""

from __future__ import annotations

import math

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import BadParameter, ResourceNotFound, TooLarge
from ecograph.model import Level, Result, SearchAnswer
from ecograph.questions.filtering import Asked
from ecograph.vocab import TYPES

QUERIES = [
    "huiles essentielles",
    "financer un prototype",
    "bois",
    "formation numérique",
    "CIR",
    "laboratoire",
    "",
]


def ask(sample: EcoGraph, text: str, limit: int = 20, language: str = "fr", **asked: str) -> SearchAnswer:
    filters = Asked(**{name: (value,) for name, value in asked.items()})
    return sample.search(Level.PUBLIC, text, filters, limit=limit, language=language)


def iris(answer: SearchAnswer) -> list[str]:
    return [result.iri for result in answer.results]


@pytest.mark.parametrize("text", QUERIES)
def test_contributions_add_up_to_the_score(sample: EcoGraph, text: str) -> None:
    answer = ask(sample, text)
    assert answer.results
    for result in answer.results:
        assert math.isclose(result.score, sum(r.contribution for r in result.reasons), abs_tol=1e-6)
        assert all(reason.text and reason.kind for reason in result.reasons)
        assert bool(result.reasons) == bool(text)


@pytest.mark.parametrize("text", QUERIES)
def test_the_answer_is_always_the_same_and_in_order(sample: EcoGraph, text: str) -> None:
    answer = ask(sample, text)
    assert ask(sample, text) == answer
    if text:
        keys = [(-r.score, r.iri) for r in answer.results]
        assert keys == sorted(keys)


def test_pages_follow_each_other(sample: EcoGraph) -> None:
    whole = iris(ask(sample, "bois", limit=9))
    parts = [sample.search(Level.PUBLIC, "bois", Asked(), limit=3, offset=at) for at in (0, 3, 6)]
    assert [iri for part in parts for iri in iris(part)] == whole
    assert len({part.total for part in parts}) == 1
    assert iris(sample.search(Level.PUBLIC, "bois", Asked(), limit=3, offset=100_000)) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"type": "Actor"},
        {"type": "eco:FundingOffer"},
        {"pole": "agro"},
        {"territory": "48"},
        {"territory": "Lozère"},
        {"axis": "marketing"},
        {"stage": "prototype"},
        {"kind": "formation"},
    ],
)
def test_filters_narrow(sample: EcoGraph, asked: dict[str, str]) -> None:
    for text in ("", "projet bois formation"):
        every = ask(sample, text, limit=1_000)
        some = ask(sample, text, limit=1_000, **asked)
        assert set(iris(some)) < set(iris(every))
        assert some.total == len(some.results) > 0


def test_facets_count_what_a_choice_would_give(sample: EcoGraph) -> None:
    answer = ask(sample, "bois")
    for facet in ("type", "pole", "territory"):
        assert answer.facets[facet]
        for value in answer.facets[facet]:
            assert ask(sample, "bois", **{facet: value.value}).total == value.count
            assert value.label
            assert "/" not in value.label


def test_every_type_that_is_counted_may_be_asked_for(sample: EcoGraph) -> None:
    for value in ask(sample, "").facets["type"]:
        assert ask(sample, "", type=value.value).total == value.count


def test_results_have_a_type_a_kind_and_a_label(sample: EcoGraph) -> None:
    found = {result.type: result for result in ask(sample, "", limit=1_000).results}
    assert found.keys() <= set(TYPES)
    assert len(found) > 8
    assert all(result.label for result in found.values())
    assert found["FundingOffer"].kind


def test_the_fictitious_are_marked(sample: EcoGraph) -> None:
    results: list[Result] = list(ask(sample, "", limit=1_000).results)
    for result in results:
        assert result.fictitious == ("--" in result.iri and "/demo--" in result.iri), result.iri


def test_english_is_spoken(sample: EcoGraph) -> None:
    french, english = ask(sample, "bois"), ask(sample, "bois", language="en")
    assert iris(french) == iris(english)
    said = {r.text.partition(":")[0] for result in english.results for r in result.reasons}
    assert said <= {"words found", "similar spelling", "near other resources that answer"}
    assert "words found" in said
    assert french.facets["pole"] != english.facets["pole"]
    assert {f.count for f in french.facets["pole"]} == {f.count for f in english.facets["pole"]}


def test_accents_case_and_plurals_do_not_matter(sample: EcoGraph) -> None:
    plain = iris(ask(sample, "crédit d'impôt recherche"))
    assert f"{sample.base}/offer/national--cir" in plain[:3]
    assert f"{sample.base}/offer/national--cir" in iris(ask(sample, "CREDITS  D'IMPOTS, RECHERCHES !"))[:3]
    assert iris(ask(sample, "CRÉDIT d’impôt, recherche ?")) == plain


def test_too_long_a_text_is_refused(sample: EcoGraph) -> None:
    assert ask(sample, "bois " * 4_000).total
    with pytest.raises(TooLarge, match="20,000 characters"):
        ask(sample, "bois " * 4_001)


@pytest.mark.parametrize("facet", ["type", "pole", "territory", "kind", "axis", "stage"])
def test_an_unknown_filter_is_refused(sample: EcoGraph, facet: str) -> None:
    with pytest.raises(BadParameter, match=f"parameter '{facet}' is 'nothing such'"):
        ask(sample, "bois", **{facet: "nothing such"})


def test_related_resources_say_what_they_have_in_common(sample: EcoGraph) -> None:
    iri = f"{sample.base}/project/demo--p01"
    found = sample.related(Level.PUBLIC, iri, limit=8)
    assert len(found) == 8
    assert iri not in {result.iri for result in found}
    assert sample.related(Level.PUBLIC, iri, limit=8) == found
    for result in found:
        assert math.isclose(result.score, sum(r.contribution for r in result.reasons), abs_tol=1e-6)
    english = sample.related(Level.PUBLIC, iri, limit=8, language="en")
    assert {r.text.split(":")[0] for x in english for r in x.reasons} <= {
        "similar description",
        "in common",
        "linked by",
    }


def test_what_does_not_exist_has_nothing_related(sample: EcoGraph) -> None:
    with pytest.raises(ResourceNotFound):
        sample.related(Level.PUBLIC, f"{sample.base}/project/none", limit=3)


def test_what_nobody_searches_has_what_the_graph_links_to_it(sample: EcoGraph) -> None:
    found = sample.related(Level.PUBLIC, f"{sample.base}/need/demo--p03-1", limit=10)
    assert f"{sample.base}/project/demo--p03" in iris_of(found)
    keys = [(-result.score, result.iri) for result in found]
    assert keys == sorted(keys)
    for result in found:
        assert math.isclose(result.score, sum(r.contribution for r in result.reasons), abs_tol=1e-6)
        assert all(r.text.startswith("liés par : ") and "/" not in r.text for r in result.reasons)
    english = sample.related(Level.PUBLIC, f"{sample.base}/need/demo--p03-1", limit=10, language="en")
    assert all(r.text.startswith("linked by: ") for result in english for r in result.reasons)
    assert iris_of(english) == iris_of(found)


def test_every_resource_with_a_page_of_its_own_has_related_ones(sample: EcoGraph) -> None:
    for result in ask(sample, "", limit=1_000).results[::25]:
        assert sample.related(Level.PUBLIC, result.iri, limit=3), result.iri


def iris_of(results: tuple[Result, ...]) -> list[str]:
    return [result.iri for result in results]
