"""What people judge of matches: kept as decisions, counted in later answers, switched off, reported."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import BadParameter, ResourceNotFound, TooLarge
from ecograph.graph.keys import Key
from ecograph.index.harvest import harvest
from ecograph.index.lessons import answers
from ecograph.model import Level, Result
from ecograph.questions.filtering import Asked
from ecograph.questions.signs import FEEDBACK, FEEDBACK_ELSEWHERE
from ecograph.settings import Settings
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional
from ecograph.vocab import eco
from tests.mentions.conftest import PREFIXES

Open = Callable[[Path], EcoGraph]
START = datetime(2026, 1, 15, 9, tzinfo=UTC)


def key(name: str = "adviser", level: Level = Level.PUBLIC) -> Key:
    return Key(id="0", name=name, level=level, may_write=True, created_at="2026-01-01")


def opened(home: Path, step: int = 1, **settings: object) -> EcoGraph:
    """A deployment whose clock moves so many minutes at each look."""
    moments = (START + timedelta(minutes=step * n) for n in range(1_000))
    given = Settings(home=home, embedding="none", _env_file=None, **settings)
    return EcoGraph(given, today=START.date, now=lambda: next(moments))


@pytest.fixture
def graph(fresh_copy: Path) -> EcoGraph:
    return opened(fresh_copy)


def results(graph: EcoGraph, level: Level = Level.PUBLIC) -> dict[str, Result]:
    iri = f"{graph.base}/project/demo--p03"
    found = graph.match_project(level, iri, Asked(), limit=100).results
    return {result.iri.rpartition("--")[2]: result for result in found}


def judge(graph: EcoGraph, resource: str, verdict: str, by: str = "adviser", **more: object) -> str:
    about = f"{graph.base}/project/demo--p03"
    return graph.feedback.give(key(by), about, f"{graph.base}/offer/{resource}", verdict, **more).need


def said(result: Result) -> float:
    return sum(reason.contribution for reason in result.reasons if reason.kind == "feedback")


def test_a_judgement_counts_from_then_on_and_is_a_reason(graph: EcoGraph) -> None:
    before = results(graph)
    judge(graph, "national--cifre", "helpful", reason="La thèse a démarré.")
    judge(graph, "national--inpi-pass-pi", "not-relevant")
    after = results(graph)
    assert said(after["cifre"]) == pytest.approx(FEEDBACK / 2)
    assert said(after["inpi-pass-pi"]) == pytest.approx(-FEEDBACK / 2)
    assert [r.text for r in after["cifre"].reasons if r.kind == "feedback"] == [
        "jugé utile pour ce besoin (1)"
    ]
    assert list(after).index("cifre") < list(before).index("cifre")
    for result in after.values():
        assert math.isclose(result.score, sum(r.contribution for r in result.reasons), abs_tol=1e-6)


def test_of_one_person_the_last_counts_and_several_add_up(graph: EcoGraph) -> None:
    judge(graph, "national--cifre", "helpful")
    judge(graph, "national--cifre", "not-relevant")
    assert said(results(graph)["cifre"]) == pytest.approx(-FEEDBACK / 2)
    judge(graph, "national--cifre", "helpful", by="another")
    assert said(results(graph)["cifre"]) == 0
    judge(graph, "national--cifre", "helpful", by="a third")
    assert said(results(graph)["cifre"]) == pytest.approx(FEEDBACK / 4)
    report = graph.feedback.report(Level.PUBLIC)
    assert (report.decisions, report.helpful, report.not_relevant) == (3, 2, 1)


def test_for_other_needs_it_counts_little(graph: EcoGraph) -> None:
    judge(graph, "national--cifre", "helpful")
    answer = graph.match_text(Level.PUBLIC, "un doctorant dans une entreprise", Asked(), limit=20)
    (cifre,) = [result for result in answer.results if result.iri.endswith("--cifre")]
    assert said(cifre) == pytest.approx(FEEDBACK_ELSEWHERE / 4)


def test_the_report_tells_whose_rank_is_another(graph: EcoGraph) -> None:
    assert graph.feedback.report(Level.PUBLIC).moved == ()
    need = judge(graph, "national--inpi-pass-pi", "not-relevant")
    report = graph.feedback.report(Level.PUBLIC)
    label = graph.view(Level.PUBLIC).label(need, "fr")
    moved = [m for m in report.moved if m.iri.endswith("--inpi-pass-pi") and m.need == label]
    assert moved
    assert moved[0].after > moved[0].before
    assert graph.feedback.report(Level.PUBLIC) == report


def test_it_can_be_switched_off(graph: EcoGraph) -> None:
    before = results(graph)
    judge(graph, "national--cifre", "helpful")
    off = opened(graph.home.root, feedback="off")
    assert results(off) == before
    report = off.feedback.report(Level.PUBLIC)
    assert (report.decisions, report.in_use) == (1, False)
    assert report.moved == graph.feedback.report(Level.PUBLIC).moved


def test_it_is_kept_as_a_decision_with_its_reason(graph: EcoGraph) -> None:
    about = f"{graph.base}/project/demo--p03"
    kept = graph.feedback.give(
        key(), about, f"{graph.base}/offer/national--cifre", "helpful", reason="La  thèse\na démarré."
    )
    facts = graph.view(Level.PUBLIC).facts(kept.decision)
    assert "Decision" in facts.classes
    stated = [facts.literals(eco(name))[0].value for name in ("reason", "decidedBy", "decidedOn")]
    assert stated[:2] == ["La thèse a démarré.", "adviser"]
    assert datetime.fromisoformat(stated[2]) == START
    assert f"{graph.base}/source/decisions-public" in graph.graphs(Level.PUBLIC)


def test_a_level_hides_its_judgements_from_those_below(graph: EcoGraph) -> None:
    about, cifre = f"{graph.base}/project/demo--p03", f"{graph.base}/offer/national--cifre"
    before = results(graph)
    graph.feedback.give(key(level=Level.PARTNERS), about, cifre, "helpful")
    assert results(graph) == before
    assert said(results(graph, Level.PARTNERS)["cifre"]) > 0
    assert graph.feedback.report(Level.PUBLIC).decisions == 0
    graph.feedback.give(key(level=Level.PARTNERS), about, cifre, "helpful", level=Level.PUBLIC)
    assert said(results(graph)["cifre"]) > 0
    with pytest.raises(BadParameter, match="level"):
        graph.feedback.give(key(), about, cifre, "helpful", level=Level.PRIVATE)


def test_what_helped_teaches(graph: EcoGraph) -> None:
    need = judge(graph, "national--cifre", "helpful")
    judge(graph, "national--inpi-pass-pi", "not-relevant")
    (pair,) = answers(harvest(graph.snapshot(), Level.PUBLIC))
    assert (pair.source, pair.target) == (need, f"{graph.base}/offer/national--cifre")
    assert pair.anchor.startswith(graph.view(Level.PUBLIC).label(need, "fr"))
    assert "CIFRE" in pair.positive


def test_what_cannot_be_judged_is_refused(graph: EcoGraph) -> None:
    project, cifre = f"{graph.base}/project/demo--p03", f"{graph.base}/offer/national--cifre"
    for about, resource, verdict, reason, error in (
        (f"{graph.base}/project/none", cifre, "helpful", "", ResourceNotFound),
        (project, f"{graph.base}/offer/none", "helpful", "", ResourceNotFound),
        (cifre, cifre, "helpful", "", BadParameter),
        (project, project, "helpful", "", BadParameter),
        (project, cifre, "perhaps", "", BadParameter),
        (project, cifre, "helpful", "x" * 1_001, TooLarge),
    ):
        with pytest.raises(error):
            graph.feedback.give(key(), about, resource, verdict, reason=reason)
    assert graph.feedback.report(Level.PUBLIC).decisions == 0


def test_it_goes_up_with_the_need_that_it_is_about(graph: EcoGraph) -> None:
    content = (
        f"<{graph.base}/project/okapi> a eco:Project ; dct:title 'Okapi'@fr ; "
        "eco:stage <https://w3id.org/ecograph/voc/project-stages/idee> ; "
        f"eco:hasNeed <{graph.base}/need/okapi> . "
        f"<{graph.base}/need/okapi> a eco:Need ; dct:title 'Une thèse sur le séchage'@fr ; "
        "eco:needKind <https://w3id.org/ecograph/voc/resource-types/expertise> ."
    )
    file = File("okapi.ttl", (PREFIXES + content).encode())
    graph.writing.load_files(occasional("okapi", "public"), [file])
    cifre = f"{graph.base}/offer/national--cifre"
    kept = graph.feedback.give(key(), f"{graph.base}/project/okapi", cifre, "helpful", reason="Vu.")
    assert graph.feedback.report(Level.PUBLIC).decisions == 1
    graph.writing.load_files(occasional("okapi", "partners"), [file])
    assert graph.feedback.report(Level.PUBLIC).decisions == 0
    assert graph.feedback.report(Level.PARTNERS).decisions == 1
    public = {str(quad) for quad in graph.snapshot()._stores[Level.PUBLIC]}
    assert not any("okapi" in quad or kept.decision in quad for quad in public)


def test_the_last_judgement_counts_though_the_clock_went_back(fresh_copy: Path) -> None:
    graph = opened(fresh_copy, step=-1)
    before = said(results(graph)["cifre"])
    for verdict in ("not-relevant", "helpful"):
        judge(graph, "national--cifre", verdict)
    assert said(results(graph)["cifre"]) > before
