"""The other way round, and what is missing: both by the same signs as a match."""

from __future__ import annotations

import math

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import BadParameter, ResourceNotFound
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from ecograph.questions.gaps import COVERED
from ecograph.questions.signs import substance


@pytest.mark.parametrize(
    "name", ["offer/national--cifre", "actor/national--iteipmai", "offer/demo--essais-extraction"]
)
def test_both_directions_say_the_same(sample: EcoGraph, name: str) -> None:
    iri = f"{sample.base}/{name}"
    fits = sample.candidates(Level.PUBLIC, iri, limit=4)
    assert fits
    keys = [(-fit.result.score, fit.result.iri) for fit in fits]
    assert keys == sorted(keys)
    for fit in fits:
        assert fit.result.type == "Project"
        assert math.isclose(fit.result.score, sum(r.contribution for r in fit.result.reasons), abs_tol=1e-6)
        forward = sample.match_project(Level.PUBLIC, fit.result.iri, Asked(), limit=100)
        need = next(need for need in forward.needs if need.iri == fit.need_iri)
        same = next(result for result in need.results if result.iri == iri)
        assert (same.reasons, same.eligibility) == (fit.result.reasons, fit.result.eligibility)


def test_who_carries_a_project_does_not_fit_it(sample: EcoGraph) -> None:
    fits = sample.candidates(Level.PUBLIC, f"{sample.base}/actor/demo--alambics-margevaux", limit=100)
    assert f"{sample.base}/project/demo--p01" not in {fit.result.iri for fit in fits}


def test_an_offer_of_another_territory_fits_none_here(cases: EcoGraph) -> None:
    assert cases.candidates(Level.PUBLIC, f"{cases.base}/offer/cases--elsewhere", limit=10) == ()
    assert cases.candidates(Level.PUBLIC, f"{cases.base}/offer/cases--around", limit=10)


def test_only_what_helps_fits(sample: EcoGraph) -> None:
    for name in ("project/demo--p01", "source/demo"):
        with pytest.raises(BadParameter, match="a resource or an actor"):
            sample.candidates(Level.PUBLIC, f"{sample.base}/{name}", limit=1)
    with pytest.raises(ResourceNotFound):
        sample.candidates(Level.PUBLIC, f"{sample.base}/offer/none", limit=1)


def test_gaps_are_the_needs_that_nothing_covers(sample: EcoGraph) -> None:
    answer = sample.gaps(Level.PUBLIC, Asked(), limit=1_000)
    assert 0 < answer.total == len(answer.gaps) < answer.needs
    for gap in answer.gaps:
        forward = sample.match_project(Level.PUBLIC, gap.project, Asked(), limit=100)
        need = next(need for need in forward.needs if need.iri == gap.need)
        assert all(substance(result.reasons) < COVERED for result in need.results)
        assert gap.nearest is None or gap.nearest.iri in {result.iri for result in need.results}
        assert gap.elsewhere is None or substance(gap.elsewhere.reasons) >= COVERED
    assert sample.gaps(Level.PUBLIC, Asked(), limit=1_000) == answer


def test_gaps_are_counted_by_pole_axis_and_territory(sample: EcoGraph) -> None:
    answer = sample.gaps(Level.PUBLIC, Asked(), limit=3)
    for value in answer.facets["pole"]:
        narrowed = sample.gaps(Level.PUBLIC, Asked(pole=(value.value,)), limit=1)
        assert narrowed.total == value.count
    assert {value.label for value in answer.facets["territory"]} & {"Lozère", "Gironde", "Aveyron"}
    english = sample.gaps(Level.PUBLIC, Asked(), limit=3, language="en")
    assert english.total == answer.total
    assert [gap.need for gap in english.gaps] == [gap.need for gap in answer.gaps]


def test_a_need_covered_in_reach_is_no_gap(cases: EcoGraph) -> None:
    labels = {gap.label for gap in cases.gaps(Level.PUBLIC, Asked(), limit=100).gaps}
    assert "Régler un séchoir à plantes" not in labels
