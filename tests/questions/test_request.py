"""What is read in the words of a search, what it does, and how it is set aside."""

import math

import pytest

from ecograph.app import EcoGraph
from ecograph.model import Level, SearchAnswer
from ecograph.questions.filtering import Asked
from ecograph.questions.search import Understanding
from ecograph.questions.view import View
from ecograph.vocab import concept

LOZERE, BRETAGNE = concept("territories", "DEP-48"), concept("territories", "REG-53")


def ask(
    sample: EcoGraph, text: str, *without: str, understand: bool = True, limit: int = 100
) -> SearchAnswer:
    reading = Understanding(understand=understand, without=frozenset(without))
    return sample.search(Level.PUBLIC, text, Asked(), limit=limit, reading=reading)


def read(sample: EcoGraph, text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in ask(sample, text, limit=0).understood:
        found.setdefault(one.facet, set()).add(one.iri.rsplit("/", 1)[-1])
    return found


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("subvention bois Lozère", {"kind": {"financement"}, "territory": {"DEP-48"}}),
        ("formation en lozère", {"kind": {"formation"}, "territory": {"DEP-48"}}),
        ("laboratoire de chimie", {"kind": {"laboratoire"}}),
        ("aides pour une PME en Bretagne", {"size": {"pme"}, "territory": {"REG-53"}}),
        ("une usine de 40 salariés", {"size": {"pme"}}),
        ("une usine de 1 200 salariés", {"size": {"eti"}}),
        ("a workshop of 8 people", {"size": {"tpe"}}),
        ("notre boulangerie", {"activity": {"10"}}),
        ("le pain de la boulangerie", {}),
        ("huiles essentielles", {"competence": {"huiles-essentielles"}}),
        ("respecter l'accord de Paris", {}),
        ("une aide française", {}),
        ("on perd une certaine somme, pas cher", {}),
        ("", {}),
    ],
)
def test_places_sizes_activities_kinds_and_competences_are_read(
    sample: EcoGraph, text: str, understood: dict[str, set[str]]
) -> None:
    assert read(sample, text) == understood


def test_a_long_text_tells_who_asks_and_not_what_is_sought(sample: EcoGraph) -> None:
    text = (
        "Notre hôtel de 30 chambres à Mende, en Lozère, emploie 12 salariés ; nous voulons rénover la "
        "chaudière, les fenêtres, et former l'équipe au service en salle."
    )
    assert set(read(sample, text)) == {"territory", "size", "activity"}


def test_a_place_keeps_what_is_for_it_and_what_names_none(sample: EcoGraph, view: View) -> None:
    answer = ask(sample, "bois Lozère")
    plain = ask(sample, "bois", understand=False)
    assert 0 < answer.total < plain.total
    for result in answer.results:
        places = view.index.document(result.iri).territories
        assert not places or LOZERE in places
    # National schemes can be used in Lozère.
    assert any(r.type == "FundingOffer" for r in answer.results)


def test_a_place_counts_in_the_facets_too(sample: EcoGraph) -> None:
    answer = ask(sample, "bois Lozère")
    assert sum(v.count for v in answer.facets["type"] if v.value == "Actor") == sum(
        r.type == "Actor" for r in answer.results
    )


@pytest.mark.parametrize("aside", ["territory", "DEP-48", LOZERE])
def test_what_was_read_can_be_set_aside(sample: EcoGraph, aside: str) -> None:
    answer = ask(sample, "bois Lozère", aside)
    assert not [one for one in answer.understood if one.facet == "territory"]
    assert answer.total > ask(sample, "bois Lozère").total


def test_nothing_is_read_when_asked_not_to(sample: EcoGraph) -> None:
    assert ask(sample, "formation bois Lozère", understand=False).understood == ()


def test_a_territory_that_is_filtered_by_is_not_read_again(sample: EcoGraph) -> None:
    asked = Asked(territory=("REG-53",))
    answer = sample.search(Level.PUBLIC, "bois Lozère", asked, limit=0)
    assert [one.facet for one in answer.understood] == []


def test_a_title_that_holds_another_place_is_found(sample: EcoGraph, view: View) -> None:
    """Every title, place names included, still comes first when it is typed."""
    for document in view.index.documents:
        found = ask(sample, document.title, limit=1).results[0]
        assert found.label.casefold() == document.title.casefold()


def test_the_kind_asked_for_comes_first_and_says_so(sample: EcoGraph) -> None:
    first = ask(sample, "formation numérique").results[0]
    assert first.kind == "Formation"
    assert "le genre demandé : Formation" in {reason.text for reason in first.reasons}
    for result in ask(sample, "formation numérique en Lozère").results:
        assert math.isclose(result.score, sum(r.contribution for r in result.reasons), abs_tol=1e-6)


def test_a_competence_brings_what_is_linked_to_those_below(sample: EcoGraph, view: View) -> None:
    asked = concept("competences", "plantes-parfum-aromatiques")
    below = set(view.concepts.descendants(asked)) - {asked}
    label = view.label(asked, "fr")
    answer = ask(sample, label)
    linked = {
        d.iri
        for d in view.index.documents
        if below & {*d.links, *d.competences} and d.types[0] != "Competence"
    }
    assert linked
    assert linked <= {result.iri for result in answer.results}
    told = [r for r in answer.results if r.iri in linked]
    assert all(f"répond à : {label}" in {reason.text for reason in r.reasons} for r in told)


def test_who_asks_is_told_what_is_met(sample: EcoGraph) -> None:
    told = [r.eligibility for r in ask(sample, "aide pour une PME").results]
    assert any(told)
    assert not any(r.eligibility for r in ask(sample, "aide").results)
