"""What a cell says, function by function: what is taken, what it becomes, what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import Literal, NamedNode

from ecograph.sources import values
from ecograph.sources.values import BadValue, Term
from ecograph.understanding.places import Gazetteer, Place
from ecograph.vocab import concept


def place(notation: str, *names: str) -> Place:
    return Place(f"https://w3id.org/{notation}", notation, names)


PLACES = Gazetteer(
    [
        *(place("DEP-48", "Lozère"), place("DEP-01"), place("DEP-2A"), place("DEP-971"), place("FR")),
        Place(concept("territories", "COM-48095"), "COM-48095", ("Mende",)),
    ]
)


def lookup(scheme: str, name: str) -> str | None:
    if scheme == "territories":
        return PLACES.resolve(name)
    return "https://w3id.org/naf/20" if name == "20" else None


@pytest.mark.parametrize(
    ("function", "text", "value"),
    [
        (values.integer, "1 250", "1250"),
        (values.integer, "1\u202f250", "1250"),
        (values.integer, "12,0", "12"),
        (values.decimal, "1 250,50 €", "1250.50"),
        (values.decimal, "-3.5", "-3.5"),
        (values.decimal, "20 %", "20"),
        (values.share, "20 %", "0.2"),
        (values.share, "12,5%", "0.125"),
        (values.share, "100 %", "1"),
        (values.share, "0,50", "0.50"),
        (values.boolean, "Oui", "true"),
        (values.boolean, "non", "false"),
        (values.date, "31/12/2026", "2026-12-31"),
        (values.date, "2026-12-31", "2026-12-31"),
        (values.date, "31.12.2026", "2026-12-31"),
        (values.date, "1er mars 2024", "2024-03-01"),
        (values.date, "lundi 12 févr. 2024", "2024-02-12"),
        (values.url, "www.exemple.fr/a", "https://www.exemple.fr/a"),
        (values.url, "http://exemple.fr", "http://exemple.fr"),
        (values.siren_number, "732 829 320", "732829320"),
        (values.siret_number, "732 829 320 00074", "73282932000074"),
        (values.siret_number, "356 000 000 49837", "35600000049837"),  # La Poste has a rule of its own
        (lambda text: values.territory(text, lookup), "48000", "https://w3id.org/DEP-48"),
        (lambda text: values.territory(text, lookup), "48", "https://w3id.org/DEP-48"),
        (lambda text: values.territory(text, lookup), "20000", "https://w3id.org/DEP-2A"),
        (lambda text: values.territory(text, lookup), "1000", "https://w3id.org/DEP-01"),  # 01000
        (lambda text: values.territory(text, lookup), "2A004", "https://w3id.org/DEP-2A"),
        (lambda text: values.territory(text, lookup), "97100", "https://w3id.org/DEP-971"),
        (lambda text: values.territory(text, lookup), "Lozère", "https://w3id.org/DEP-48"),
        (lambda text: values.territory(text, lookup), "FR", "https://w3id.org/FR"),
        (lambda text: values.territory(text, lookup), "Mende", concept("territories", "COM-48095")),
        (lambda text: values.commune(text, lookup), "48095", concept("territories", "COM-48095")),
        (lambda text: values.commune(text, lookup), "48080", "https://w3id.org/DEP-48"),
        (lambda text: values.commune(text, lookup), "1004", "https://w3id.org/DEP-01"),
        (lambda text: values.naf(text, lookup), "20.53Z", "https://w3id.org/naf/20"),
        (lambda text: values.naf(text, lookup), "2053z", "https://w3id.org/naf/20"),
    ],
)
def test_a_cell_becomes_a_term(function: Callable[[str], Term], text: str, value: str) -> None:
    term = function(text)
    assert isinstance(term, Literal | NamedNode)
    assert term.value == value


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (values.integer, "douze"),
        (values.integer, "12,5"),
        (values.decimal, "1,2,3"),
        (values.boolean, "peut-être"),
        (values.date, "31/02/2026"),
        (values.date, "bientôt"),
        (values.url, "exemple"),
        (values.url, "javascript:alert(1)"),
        (values.url, "http://[::1"),
        (values.url, "https:///x"),
        (values.url, "https://x"),
        (values.url, "https://exemple.fr:99999/"),
        (values.url, "https://exemple.fr:0/"),
        (values.url, "https://exemple..fr/"),
        (values.url, "https://exa mple.fr/"),
        (values.url, "https://exemple.fr/a b"),
        (values.url, "https://u:p@exemple.fr/"),
        (values.url, "https://u@exemple.fr/"),
        (values.siren_number, "732829321"),
        (values.siret_number, "73282932000075"),
        (lambda text: values.territory(text, lookup), "Atlantide"),
        (lambda text: values.naf(text, lookup), "agriculture"),
        (lambda text: values.concept(text, "poles", lookup), "agro"),
    ],
)
def test_a_cell_that_cannot_be_one_says_why_in_both_languages(
    function: Callable[[str], Term], text: str
) -> None:
    with pytest.raises(BadValue) as caught:
        function(text)
    assert caught.value.reason.keys() == {"fr", "en"}


def test_a_date_may_have_a_form_of_its_own() -> None:
    assert values.date("12-31-2026", "%m-%d-%Y").value == "2026-12-31"
    with pytest.raises(BadValue):
        values.date("31/12/2026", "%Y%m%d")
