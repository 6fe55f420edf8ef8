"""Matching: each need answered with resources of all kinds, with reasons that add up."""

from __future__ import annotations

import math

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import BadParameter, ResourceNotFound, TooLarge
from ecograph.model import Level, MatchAnswer, Result, Status
from ecograph.questions.filtering import Asked


def match(graph: EcoGraph, project: str, limit: int = 10, language: str = "fr", **asked: str) -> MatchAnswer:
    filters = Asked(**{name: (value,) for name, value in asked.items()})
    iri = f"{graph.base}/project/{project}"
    return graph.match_project(Level.PUBLIC, iri, filters, limit=limit, language=language)


def told(graph: EcoGraph, text: str, language: str = "fr", **asked: str) -> MatchAnswer:
    filters = Asked(**{name: (value,) for name, value in asked.items()})
    return graph.match_text(Level.PUBLIC, text, filters, limit=10, language=language)


def names(results: tuple[Result, ...]) -> list[str]:
    return [result.iri.rpartition("--")[2] for result in results]


def found(answer: MatchAnswer, name: str) -> Result:
    return next(r for need in answer.needs for r in need.results if r.iri.endswith(f"--{name}"))


def everything(answer: MatchAnswer) -> list[Result]:
    return [*answer.results, *answer.outside, *(r for need in answer.needs for r in need.results)]


def projects(graph: EcoGraph) -> list[str]:
    results = graph.search(Level.PUBLIC, "", Asked(type=("Project",)), limit=1_000).results
    return sorted(r.iri.rpartition("/")[2] for r in results)


def test_every_project_of_the_sample_is_answered(sample: EcoGraph) -> None:
    kinds = set()
    for project in projects(sample):
        answer = match(sample, project, limit=5)
        facts = sample.describe(Level.PUBLIC, f"{sample.base}/project/{project}")
        needs = [p for p in facts.properties if p.iri.endswith("#hasNeed")]
        assert len(answer.needs) == (len(needs[0].values) if needs else 1)
        assert answer.results or not project.startswith("demo--"), project
        kinds |= {result.type for result in answer.results}
        for result in everything(answer):
            total = sum(reason.contribution for reason in result.reasons)
            assert math.isclose(result.score, total, abs_tol=1e-6)
            assert result.score <= 1 + 1e-6
    assert kinds >= {"FundingOffer", "TrainingOffer", "ExpertiseOffer", "SupportOffer", "Facility", "Actor"}


def test_answers_are_always_the_same_and_in_order(sample: EcoGraph) -> None:
    answer = match(sample, "demo--p03")
    assert match(sample, "demo--p03") == answer
    for results in (answer.results, answer.outside, *(need.results for need in answer.needs)):
        keys = [(-r.score, r.iri) for r in results]
        assert keys == sorted(keys)
        assert len({r.iri for r in results}) == len(results)


def test_who_carries_a_project_is_no_answer_to_it(sample: EcoGraph) -> None:
    iris = {result.iri for result in everything(match(sample, "demo--p01", limit=100))}
    assert f"{sample.base}/actor/demo--alambics-margevaux" not in iris
    assert f"{sample.base}/actor/demo--laboratoire-extraphyt" not in iris


def test_each_need_gets_its_own_kind_of_answer(cases: EcoGraph) -> None:
    answer = match(cases, "cases--known")
    by_label = {need.label: names(need.results) for need in answer.needs}
    assert "around" in by_label["Régler un séchoir à plantes"][:3]
    assert by_label["Former un vendeur sur les salons"][0] == "sales"
    assert {"around", "sales"} <= set(names(answer.results))


def test_a_territory_includes_those_within(cases: EcoGraph) -> None:
    answer = match(cases, "cases--known")  # carried from Lozère, in Occitanie
    assert "around" in names(answer.results)
    assert names(answer.outside) == ["elsewhere"]
    assert "elsewhere" not in names(answer.results)
    reasons = {reason.kind: reason for reason in found(answer, "around").reasons}
    assert reasons["territory"].contribution > 0


def test_ties_go_to_the_lower_iri(cases: EcoGraph) -> None:
    answer = match(cases, "cases--known")
    twins = [r for r in answer.needs[0].results if r.iri.endswith("-twin")]
    assert [r.iri[-6:] for r in twins] == ["a-twin", "b-twin"]
    assert twins[0].score == twins[1].score


def test_filters_narrow_a_match(cases: EcoGraph) -> None:
    answer = match(cases, "cases--known", type="TrainingOffer")
    assert names(answer.results) == ["sales"]
    assert answer.outside == ()


def test_a_company_that_is_known_meets_its_criteria(cases: EcoGraph) -> None:
    result = found(match(cases, "cases--known"), "met")
    assert result.eligibility is not None
    assert {c.label: c.status for c in result.eligibility.criteria} == dict.fromkeys(
        ["Moins de 250 salariés", "Au moins 3 ans", "SARL", "Chimie", "En Lozère", "Au stade du prototype"],
        Status.MET,
    )
    assert result.eligibility.status is Status.MET
    (reason,) = [r for r in result.reasons if r.kind == "eligibility"]
    assert reason.contribution > 0


def test_a_criterion_not_met_goes_down(cases: EcoGraph) -> None:
    answer = match(cases, "cases--known")
    result = found(answer, "not-met")
    assert result.eligibility is not None
    assert result.eligibility.status is Status.NOT_MET
    assert {c.status for c in result.eligibility.criteria} == {Status.NOT_MET}
    (reason,) = [r for r in result.reasons if r.kind == "eligibility"]
    assert reason.contribution < 0
    assert "Plus de 250 salariés" in reason.text
    assert result.score < found(answer, "met").score


def test_an_unknown_never_rejects_and_says_what_is_missing(cases: EcoGraph) -> None:
    result = found(match(cases, "cases--vague"), "met")
    assert result.eligibility is not None
    judged = {c.label: c for c in result.eligibility.criteria}
    assert judged["Au stade du prototype"].status is Status.MET
    for label, missing in (
        ("Moins de 250 salariés", "Effectif"),
        ("Au moins 3 ans", "Âge de l'entreprise"),
        ("SARL", "Forme juridique"),
        # Somewhere in Occitanie and somewhere in industry: it may be in Lozère, and in chemistry.
        ("En Lozère", "Territoire"),
        ("Chimie", "Activité (NAF)"),
    ):
        assert (judged[label].status, judged[label].missing) == (Status.UNKNOWN, missing)
    assert result.eligibility.status is Status.UNKNOWN
    assert not [r for r in result.reasons if r.kind == "eligibility"]


def test_an_activity_within_an_excluded_one_is_excluded(cases: EcoGraph) -> None:
    result = found(match(cases, "cases--vague"), "not-met")
    assert result.eligibility is not None
    judged = {c.label: c.status for c in result.eligibility.criteria}
    assert judged == {"Plus de 250 salariés": Status.UNKNOWN, "Hors de l'industrie": Status.NOT_MET}


def test_reasons_are_told_in_english(cases: EcoGraph, sample: EcoGraph) -> None:
    french, english = match(sample, "demo--p01"), match(sample, "demo--p01", language="en")
    assert [r.iri for r in french.results] == [r.iri for r in english.results]
    starts = (
        "answers the need",
        "close to the need",
        "competence: ",
        "the kind of help asked for: ",
        "same pole: ",
        "same axis: ",
        "takes projects at this stage: ",
        "in the territory: ",
        "criteria not met: ",
        "all known criteria met",
    )
    for result in everything(english):
        assert all(reason.text.startswith(starts) for reason in result.reasons)
    missing = found(match(cases, "cases--vague", language="en"), "met").eligibility
    assert missing is not None
    assert {c.missing for c in missing.criteria} >= {"Territory", "Legal form"}


def understood(sample: EcoGraph, text: str, scheme: str = "territories") -> set[str]:
    answer = told(sample, text)
    return {u.iri.rpartition("/")[2] for u in answer.understood if u.scheme == scheme}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Nous sommes une PME de Lozère", {"DEP-48"}),
        ("Nous sommes une scierie", set()),
        ("une scierie en lozère cherche un ingénieur", {"DEP-48"}),
        ("dans la somme, une PME", {"DEP-80"}),
        ("un lot de machines pas cher", set()),
        ("une PME du Lot et de l'Aveyron", {"DEP-46", "DEP-12"}),
        ("Cher partenaire, nous cherchons un nord", set()),
        ("basée en Nouvelle-Aquitaine", {"REG-75"}),
        ("PME de LOZÈRE", {"DEP-48"}),
    ],
)
def test_places_are_understood(sample: EcoGraph, text: str, places: set[str]) -> None:
    assert understood(sample, text) == places


def test_a_free_text_is_understood(sample: EcoGraph) -> None:
    answer = told(sample, "Nous sommes une PME de Lozère et cherchons une formation aux huiles essentielles")
    words = {u.label: (u.scheme, u.words) for u in answer.understood}
    assert words["Huiles essentielles"] == ("competences", "huiles essentielles")
    assert ("resource-types", "formation") in words.values()
    assert ("actor-types", "PME") in words.values()
    assert answer.project is None
    assert len(answer.needs) == 1
    assert answer.results
    for result in everything(answer):
        assert math.isclose(result.score, sum(r.contribution for r in result.reasons), abs_tol=1e-6)
    assert told(sample, answer.needs[0].label) is not None


def test_a_text_finds_what_is_outside_its_territory(cases: EcoGraph) -> None:
    answer = told(cases, "Régler un séchoir à plantes en Lozère")
    assert "elsewhere" in names(answer.outside)
    assert "around" in names(answer.results)
    assert "elsewhere" in names(told(cases, "Régler un séchoir à plantes en Gironde").results)
    assert "elsewhere" in names(told(cases, "Régler un séchoir à plantes").results)


def test_nothing_in_common_is_no_answer(sample: EcoGraph) -> None:
    answer = told(sample, "xyzzy plugh")
    assert answer.results == ()
    assert answer.outside == ()


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_text_is_refused(sample: EcoGraph, text: str) -> None:
    with pytest.raises(BadParameter, match="expected a few words about the project"):
        told(sample, text)


def test_what_is_no_project_is_refused(sample: EcoGraph) -> None:
    with pytest.raises(ResourceNotFound, match="no resource"):
        match(sample, "none")
    with pytest.raises(BadParameter, match="expected the IRI of a project"):
        sample.match_project(Level.PUBLIC, f"{sample.base}/source/demo", Asked(), limit=3)
    with pytest.raises(ResourceNotFound):
        sample.match_project(Level.PUBLIC, "not an <iri>", Asked(), limit=3)
    with pytest.raises(TooLarge):
        told(sample, "x" * 20_001)


def test_the_order_does_not_depend_on_how_many_are_asked_for(sample: EcoGraph) -> None:
    for project in projects(sample):
        many = match(sample, project, limit=100)
        few = match(sample, project, limit=2)
        assert few.results == many.results[:2], project
        assert few.outside == many.outside[:2], project
        for short, long in zip(few.needs, many.needs, strict=True):
            assert short.results == long.results[:2], project
