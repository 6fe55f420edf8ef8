"""What a match tells beside its results: groups, what to ask, what if, other poles, nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import BadParameter
from ecograph.model import Change, Level, MatchAnswer, Result, Status
from ecograph.questions.filtering import Asked


def match(graph: EcoGraph, project: str, facts: Mapping[str, str] = {}, language: str = "fr") -> MatchAnswer:
    iri = f"{graph.base}/project/{project}"
    return graph.match_project(Level.PUBLIC, iri, Asked(), limit=20, facts=facts, language=language)


def told(graph: EcoGraph, text: str, facts: Mapping[str, str] = {}, language: str = "fr") -> MatchAnswer:
    return graph.match_text(Level.PUBLIC, text, Asked(), limit=20, facts=facts, language=language)


def everything(answer: MatchAnswer) -> list[Result]:
    needs = [r for need in answer.needs for r in (*need.results, *need.outside)]
    groups = [r for group in answer.groups for r in group.results]
    bridges = [bridge.result for bridge in answer.bridges]
    return [*answer.results, *answer.outside, *needs, *groups, *bridges]


def names(found: tuple[Result, ...] | tuple[Change, ...]) -> list[str]:
    return [entry.iri.rpartition("--")[2] for entry in found]


PROJECTS = ("demo--p01", "demo--p03", "demo--p07", "demo--p12")


@pytest.mark.parametrize("project", PROJECTS)
def test_contributions_add_up_wherever_a_result_is_shown(sample: EcoGraph, project: str) -> None:
    answer = match(sample, project, {"headcount": "60", "territory": "DEP-33"})
    assert len(everything(answer)) > 20
    for result in everything(answer):
        assert math.isclose(result.score, sum(r.contribution for r in result.reasons), abs_tol=1e-6)


# Groups


@pytest.mark.parametrize("project", PROJECTS)
def test_groups_hold_the_results_by_kind_in_their_order(sample: EcoGraph, project: str) -> None:
    answer = match(sample, project)
    grouped = [result for group in answer.groups for result in group.results]
    assert len({result.iri for result in grouped}) == len(grouped)
    assert {result.iri for result in answer.results} <= {result.iri for result in grouped}
    for group in answer.groups:
        assert [(-r.score, r.iri) for r in group.results] == sorted((-r.score, r.iri) for r in group.results)
        assert {r.type for r in group.results} <= {group.kind, "Actor"}
    best = [group.results[0].score for group in answer.groups]
    assert best == sorted(best, reverse=True)
    assert len({group.label for group in answer.groups}) == len(answer.groups)


def test_groups_are_named_in_both_languages(sample: EcoGraph) -> None:
    french, english = match(sample, "demo--p01"), match(sample, "demo--p01", language="en")
    assert [g.kind for g in french.groups] == [g.kind for g in english.groups]
    assert {g.label for g in french.groups} & {"Financements", "Formations", "Acteurs"}
    assert {g.label for g in english.groups} & {"Funding", "Training", "Actors"}


# What to ask next


def test_the_datum_that_settles_most_is_asked_for(cases: EcoGraph) -> None:
    # Only the territory, the activity, the size, the age and the legal form of one company are vague:
    # one offer waits for five data, the other for none since it already fails.
    question = match(cases, "cases--vague").next_question
    assert question is not None
    assert (question.settles, question.concerns) == (0, 1)
    facts = {"territory": "48", "naf": "20", "legal_form": "sarl", "founded_on": "2014"}
    last = match(cases, "cases--vague", facts).next_question
    assert last is not None
    assert (last.datum, last.settles, last.concerns) == ("headcount", 1, 1)
    assert last.text == "Combien de salariés l’entreprise a-t-elle ?"
    english = match(cases, "cases--vague", facts, language="en").next_question
    assert english is not None
    assert english.text == "How many employees does the company have?"


def test_nothing_is_asked_when_all_is_known(cases: EcoGraph) -> None:
    assert match(cases, "cases--known").next_question is None
    facts = {"territory": "48", "naf": "20", "legal_form": "sarl", "founded_on": "2014", "headcount": "6"}
    assert match(cases, "cases--vague", facts).next_question is None


def test_where_it_is_matters_when_offers_have_a_territory(cases: EcoGraph) -> None:
    question = told(cases, "Régler un séchoir à plantes").next_question
    assert question is not None
    assert question.datum == "territory"
    assert question.settles >= 2  # in Occitanie, and in Gironde
    answered = told(cases, "Régler un séchoir à plantes", {"territory": "Gironde"})
    assert "elsewhere" in names(answered.results)
    assert names(answered.outside) == ["around"]
    assert answered.next_question is None or answered.next_question.datum != "territory"


# What if


def test_given_facts_count_at_once_and_tell_what_they_change(cases: EcoGraph) -> None:
    answer = match(cases, "cases--known", {"headcount": "300"})
    assert answer.what_if is not None
    assert answer.what_if.facts == {"headcount": "300"}
    (gone,) = answer.what_if.not_eligible
    assert (gone.iri.rpartition("--")[2], gone.before, gone.after) == ("met", Status.MET, Status.NOT_MET)
    assert gone.text == "critères non remplis : Moins de 250 salariés"
    assert answer.what_if.eligible == answer.what_if.entered == answer.what_if.left == ()


def test_a_move_changes_what_is_in_reach(cases: EcoGraph) -> None:
    answer = match(cases, "cases--known", {"territory": "33"})
    assert answer.what_if is not None
    assert names(answer.what_if.entered) == ["elsewhere"]
    assert names(answer.what_if.left) == ["around"]
    assert answer.places == ("Gironde",)
    assert names(answer.outside) == ["around"]


def test_answering_all_makes_eligible(cases: EcoGraph) -> None:
    facts = {"territory": "48", "naf": "20.53Z", "legal_form": "SARL", "founded_on": "2014", "headcount": "6"}
    changed = match(cases, "cases--vague", facts).what_if
    assert changed is not None
    (gained,) = changed.eligible
    assert (gained.iri.rpartition("--")[2], gained.before) == ("met", Status.UNKNOWN)


def test_without_facts_nothing_is_simulated(cases: EcoGraph) -> None:
    assert match(cases, "cases--known").what_if is None
    assert match(cases, "cases--known", {"headcount": " "}).what_if is None


def test_what_is_known_already_changes_nothing(cases: EcoGraph) -> None:
    changed = match(cases, "cases--known", {"headcount": "6", "territory": "DEP-48"}).what_if
    assert changed is not None
    assert changed.eligible == changed.not_eligible == changed.entered == changed.left == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("headcount", "beaucoup"),
        ("headcount", "-1"),
        ("headcount", "nan"),
        ("naf", "none such"),
        ("territory", "Atlantis"),
        ("legal_form", "?"),
        ("founded_on", "hier"),
        ("stage", "x"),
        ("size", "12"),
    ],
)
def test_facts_that_cannot_be_read_are_refused(cases: EcoGraph, name: str, value: str) -> None:
    with pytest.raises(BadParameter, match=name):
        match(cases, "cases--known", {name: value})


# Understood in a text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nous sommes 12 salariés et voulons un séchoir", "12 salariés"),
        ("Avec 1 200 employés, un séchoir", "1 200 employés"),
        ("We have 12 employees", "12 employees"),
        ("Nous sommes huit employés et fabriquons des savons", "huit employés"),
        ("Une trentaine de salariés à Langogne", "Une trentaine de salariés"),
        ("Atelier textile, on est 6, on veut recycler", "on est 6"),
        ("soixante-dix-sept salariés et un apprenti", "soixante-dix-sept salariés"),
        ("L’entreprise emploie huit personnes", "huit personnes"),
        ("Scierie de 25 personnes à Langogne", "25 personnes"),
        ("a twelve-person workshop", "twelve-person"),
        ("12 machines, 3 sites", None),
        ("De 10 salariés à 20 salariés", None),
        ("une formation pour vingt personnes", None),
        ("embaucher 2 salariés, recruter deux ou trois employés", None),
        ("pour les entreprises de moins de 50 salariés", None),
        ("nous sommes trois frères", None),
        ("former un salarié", None),
    ],
)
def test_the_headcount_is_understood(sample: EcoGraph, text: str, words: str | None) -> None:
    found = [u for u in told(sample, text).understood if u.scheme == "eligibility-dimensions"]
    assert [u.words for u in found] == ([words] if words else [])


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("Notre séchoir est au stade du prototype", ["Prototype"]),
        ("en phase d’industrialisation", ["Industrialisation"]),
        ("at the prototype stage", ["Prototype"]),
        ("une idée de marché pour un prototype", []),
    ],
)
def test_the_stage_is_understood_where_it_is_said_to_be_one(
    sample: EcoGraph, text: str, stages: list[str]
) -> None:
    assert [u.label for u in told(sample, text).understood if u.scheme == "project-stages"] == stages


def test_a_workshop_and_scraps_name_nothing_that_is_sought(sample: EcoGraph) -> None:
    answer = told(sample, "Atelier textile à Mende, on est 6, on veut recycler nos chutes de laine")
    understood = {u.iri.rpartition("/")[2] for u in answer.understood}
    assert understood.isdisjoint({"action-collaborative", "teleassistance"})
    assert "COM-48095" in understood


@pytest.mark.parametrize(
    ("text", "no"),
    [
        ("We make chestnut flour and want to sell it in Germany", "num"),
        ("Hôtel à Florac, dans les Gorges du Tarn, chauffage trop cher", "DEP-81"),
        ("un financement pour un séchoir de plantes", "salaison-charcuterie"),
    ],
)
def test_words_that_name_something_else_are_not_understood(sample: EcoGraph, text: str, no: str) -> None:
    understood = {u.iri.rpartition("/")[2] for u in told(sample, text).understood}
    assert understood
    assert no not in understood


def test_a_competence_asked_for_by_its_name_is_said_once(sample: EcoGraph) -> None:
    answer = told(sample, "Scierie de 25 personnes à Langogne : moderniser le séchage du bois")
    said = [r.text for result in answer.results for r in result.reasons if r.kind == "competence"]
    assert said
    for text in said:
        labels = [label.partition(" (")[0] for label in text.partition(" : ")[2].split("; ")]
        assert len(labels) == len(set(labels)), text


def test_a_headcount_told_is_judged(cases: EcoGraph) -> None:
    answer = told(cases, "Un séchoir à plantes, nous avons 300 salariés")
    met = next(r for r in answer.results if r.iri.endswith("--met"))
    assert met.eligibility is not None
    assert met.eligibility.status is Status.NOT_MET


# Bridges


def test_another_pole_answers_and_says_by_what(sample: EcoGraph) -> None:
    answer = match(sample, "demo--p07")
    assert answer.bridges
    own = {"Chimie durable et chimie du végétal"}
    for bridge in answer.bridges:
        assert not own & set(bridge.pole.split(", "))
        assert bridge.pole in bridge.text
        assert "relie" in bridge.text
        assert any(bridge.need == need.label for need in answer.needs)
    assert len({bridge.result.iri for bridge in answer.bridges}) == len(answer.bridges)
    english = match(sample, "demo--p07", language="en")
    assert [b.result.iri for b in english.bridges] == [b.result.iri for b in answer.bridges]
    assert all(" links " in bridge.text or " link " in bridge.text for bridge in english.bridges)


def test_without_a_pole_there_is_nothing_to_bridge(sample: EcoGraph) -> None:
    assert told(sample, "Propriété industrielle").bridges == ()


# When nothing answers


def test_nothing_here_is_told_from_nothing(cases: EcoGraph) -> None:
    answer = told(cases, "Zymotechnie", {"territory": "48"})
    assert answer.results == ()
    assert names(answer.outside) == names(answer.needs[0].outside) == ["yeast"]
    said = "Rien n’est proposé ici (Lozère), mais une ressource répond ailleurs : Gironde."
    assert answer.notice == answer.needs[0].notice == said
    english = told(cases, "Zymotechnie", {"territory": "48"}, language="en")
    assert english.notice == "Nothing is offered here (Lozère), but one resource answers elsewhere: Gironde."
    assert told(cases, "Zymotechnie", {"territory": "33"}).notice is None
    assert told(cases, "Zymotechnie").notice is None


@pytest.mark.parametrize(
    "text", ["nous cherchons", "le la les", "🎉🎉🎉", "!!!", "<p></p>", "nous sommes en Lozère", "\u200b."]
)
def test_a_text_that_says_nothing_gets_a_hint(sample: EcoGraph, text: str) -> None:
    answer = told(sample, text)
    assert answer.results == ()
    assert answer.notice is not None


def test_words_that_nobody_knows_get_another_hint(sample: EcoGraph) -> None:
    assert "répond à ces mots" in str(told(sample, "xyzzy plugh").notice)
    assert "Nothing in the graph" in str(told(sample, "xyzzy plugh", language="en").notice)


@pytest.mark.parametrize(
    "text",
    [
        "énergie",
        "plantes " * 2_500,
        "<script>alert(1)</script> sécher des plantes <b>vite</b>",
        "Wir suchen einen Partner für die Trocknung von Kräutern",
        "𝕤é𝕔𝕙𝕖𝕣 🌿 plantes 🌿",
        "sécher\x00des\nplantes",
        "(((((((((",
    ],
)
def test_a_hostile_text_is_answered_as_any_other(sample: EcoGraph, text: str) -> None:
    answer = told(sample, text)
    assert answer == told(sample, text)
    assert answer.results or answer.notice
    for result in everything(answer):
        assert math.isclose(result.score, sum(r.contribution for r in result.reasons), abs_tol=1e-6)
