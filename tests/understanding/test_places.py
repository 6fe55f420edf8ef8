"""Places by name, code and postcode; and towns in texts, where they are meant as such."""

from __future__ import annotations

import pytest

from ecograph.understanding.places import Gazetteer, Place
from ecograph.vocab import concept


def place(notation: str, *names: str, familiar: bool = False) -> Place:
    return Place(concept("territories", notation), notation, names, familiar)


LARGER = (
    *(place("DEP-48", "Lozère", "48"), place("DEP-30", "Gard", "30"), place("DEP-75", "Paris")),
    *(place("DEP-93", "Seine-Saint-Denis"), place("DEP-974", "La Réunion"), place("DEP-51", "Marne")),
    *(place("DEP-17", "Charente-Maritime"), place("DEP-71", "Saône-et-Loire"), place("FR", "France")),
)
TOWNS = (
    place("COM-48095", "Mende", familiar=True),
    place("COM-48080", "Langogne"),
    place("COM-48092", "Marvejols"),
    place("COM-48140", "Saint-Chély-d'Apcher"),
    place("COM-48100", "Montbel"),
    place("COM-43157", "Le Puy-en-Velay", familiar=True),
    place("COM-30311", "Sauve"),
    place("COM-17050", "Bois"),
    place("COM-71343", "Paris-l'Hôpital"),
    place("COM-93066", "Saint-Denis"),
    place("COM-97411", "Saint-Denis"),
    place("COM-37261", "Tours", familiar=True),
    place("COM-00001", "La Grange"),
)
POSTCODES = (
    *(place("COM-48095", "Mende", "48000", familiar=True), place("COM-48005", "Badaroux", "48000")),
    *(place("COM-48092", "Marvejols", "48100"), place("COM-48100", "Montbel", "48170")),
    *(place("COM-48080", "Langogne", "48300"), place("DEP-48", "Lozère", "48")),
)
known, posted = Gazetteer([*LARGER, *TOWNS]), Gazetteer(POSTCODES)


def notation(iri: str | None) -> str | None:
    return iri.rsplit("/", 1)[-1] if iri else None


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Mende", "COM-48095"),
        ("mende (lozère)", "COM-48095"),
        ("St Chély d'Apcher", "COM-48140"),
        ("Puy-en-Velay", "COM-43157"),
        ("COM-48095", "COM-48095"),
        ("Saint-Denis", None),
        ("Saint-Denis (974)", "COM-97411"),
        ("Saint-Denis, Seine-Saint-Denis", "COM-93066"),
        ("Saint-Denis (Gard)", None),
        ("Paris", "DEP-75"),
        ("48", "DEP-48"),
        ("48100", "DEP-48"),  # without postcodes nobody knows which of the two it is
        ("2A004", None),
        ("nulle part", None),
    ],
)
def test_a_field_names_a_place(said: str, found: str | None) -> None:
    assert notation(known.resolve(said)) == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("48300", "COM-48080"),
        ("48000", "DEP-48"),  # of two communes
        ("48100", "DEP-48"),  # the postcode of one, the code of another
        ("48095", "COM-48095"),
        ("48999", "DEP-48"),
    ],
)
def test_postcodes_name_a_commune_where_they_have_but_one(code: str, found: str) -> None:
    assert notation(posted.resolve(code)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("entreprise à Langogne", ["COM-48080"]),
        ("entreprise à langogne", ["COM-48080"]),
        ("un atelier près de Marvejols", ["COM-48092"]),
        ("une scierie à saint-chély-d'apcher", ["COM-48140"]),
        ("subvention Mende", ["COM-48095"]),
        ("isoler des bureaux à mende", ["COM-48095"]),
        ("une société au Puy-en-Velay", ["COM-43157"]),
        ("a company based in Mende", ["COM-48095"]),
        ("Bois (Charente-Maritime)", ["COM-17050"]),
        ("30610 Sauve", ["COM-30311"]),
        ("ferme à Saint-Denis (93)", ["COM-93066"]),
        ("atelier à Paris-l'Hôpital", ["COM-71343"]),
        ("à Saint-Denis", []),  # which one?
        ("à Saint-Denis (Gard)", []),
        ("Sauve qui peut", []),
        ("cela nous sauve", []),
        ("machine à bois", []),
        ("une chaudière à bois près de chez nous", []),
        ("Pôle Bois", []),
        ("notre ferme La Grange", []),
        ("Neuilly-sur-Marne", []),
        ("des pièces faites aux tours", []),
        ("l'université de Mende", []),  # others than its neighbours work with it
        ("le salon à Mende", []),
        ("un prêt de 48000 euros", []),
    ],
)
def test_a_text_names_towns_where_they_are_meant(text: str, found: list[str]) -> None:
    assert [notation(town.target) for _, _, town in known.find(text) if town] == found


def test_a_text_may_give_a_postcode() -> None:
    assert [notation(town.target) for _, _, town in posted.find("CP 48300") if town] == ["COM-48080"]


def test_a_long_name_hides_the_short_ones_in_it() -> None:
    text = "Paris-l'Hôpital cherche un repreneur"
    assert [(start, end) for start, end, _ in known.find(text)] == [(0, len("Paris-l'Hôpital"))]
