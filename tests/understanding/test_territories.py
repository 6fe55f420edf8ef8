"""Régions, départements and communes in running text: where a place is meant, and which one."""

from __future__ import annotations

import pytest

from benchmarks.territories import GOLD, known, read_rows, scores, told
from ecograph.understanding.places import Place
from ecograph.understanding.territories import Territories
from ecograph.vocab import concept

SURE = 0.65


def place(notation: str, *names: str, familiar: bool = False) -> Place:
    return Place(concept("territories", notation), notation, names, familiar)


PLACES = (
    *(
        place("DEP-81", "Tarn"),
        place("DEP-33", "Gironde"),
        place("DEP-59", "Nord"),
        place("DEP-86", "Vienne"),
    ),
    *(place("DEP-26", "Drôme"), place("DEP-82", "Tarn-et-Garonne"), place("DEP-23", "Creuse")),
    *(place("REG-04", "La Réunion"), place("DEP-974", "La Réunion"), place("DEP-48", "Lozère")),
    place("DEP-93", "Seine-Saint-Denis"),
    *(place("COM-26362", "Valence", familiar=True), place("COM-82186", "Valence")),
    *(place("COM-48095", "Mende", familiar=True), place("COM-37261", "Tours", familiar=True)),
    *(place("COM-97411", "Saint-Denis"), place("COM-93066", "Saint-Denis"), place("COM-12145", "Millau")),
    *(place("COM-73067", "La Chambre"), place("COM-48131", "Le Rozier"), place("COM-38544", "Vienne")),
    *(place("COM-17050", "Bois"), place("COM-48140", "Saint-Chély-d'Apcher"), place("COM-71270", "Mâcon")),
    *(place("COM-48080", "Langogne"), place("COM-48039", "Chanac")),
)
TERRITORIES = Territories(PLACES, common={"bois", "construction"})


def read(text: str) -> list[str]:
    """What is found surely enough to be stated."""
    return [k.id.rsplit("/", 1)[-1] for k in TERRITORIES.find(text) if k.confidence >= SURE]


@pytest.mark.parametrize(
    "text",
    ["Le Tarn finance", "dans le Tarn", "Une usine de la Gironde", "remis au Tarn", "Creuse : un médecin"],
)
def test_the_land_is_named(text: str) -> None:
    assert len(read(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "la vallée du Tarn",
        "Le club descend le Tarn en canoë",
        "Les saumons remontent la Gironde",
        "un chemin qui longe le Tarn",
        "La Gironde déborde",
        "Le Tarn est en crue",
        "Une passerelle neuve sur le Tarn",
        "Le Tarn, une rivière à truites, se meurt",
        "le vent du Nord",
        "Creuse un puits et tu verras",
        "RÉUNION PUBLIQUE VENDREDI",
    ],
)
def test_a_river_a_direction_or_a_word_is_no_territory(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Un atelier ouvre à Mende.", ["COM-48095"]),
        ("Mende : la médiathèque prolonge ses horaires.", ["COM-48095"]),
        ("L'entreprise de Mende s'agrandit.", ["COM-48095"]),
        ("Chanac : la fête continue.", ["COM-48039"]),
        ("La scierie de Chanac embauche.", ["COM-48039"]),
        ("Le maire du Rozier se plaint.", ["COM-48131"]),
        ("Les aciéries de Saint Chély d'Apcher recrutent.", ["COM-48140"]),
        ("Un bus reliera Millau et Mende.", ["COM-12145", "COM-48095"]),
        ("Le train Mende-Langogne roulera l'été.", ["COM-48095", "COM-48080"]),
        ("Elle s'installe à Tours.", ["COM-37261"]),
        ("À La Chambre, la scierie ferme.", ["COM-73067"]),
        ("Claire Mende s'installe à Mende.", ["COM-48095"]),
        ("Des pompiers de Langogne et de Chanac sont là.", ["COM-48080", "COM-48039"]),
        ("Un incubateur ouvre à La Réunion.", ["REG-04"]),
    ],
)
def test_a_commune_is_named(text: str, found: list[str]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "La Chambre accompagne les repreneurs.",
        "Bois : les prix montent.",
        "Tours de table, tours de passe-passe.",
        "Louis Mende, menuisier, prend sa retraite.",
        "La rue de Mende sera fermée.",
        "Reçu par M. Chanac, maire.",
        "Mme Millau et M. Chanac ont signé. Pour Millau, c'est un début. Chanac, lui, attend.",
        "Claire Millau expose. Ce sera la dernière fois pour Millau.",
        "Mende Volley reçoit le leader.",
        "Le Maçon du Gévaudan. Maçon : un métier qui recrute.",
        "La Rozière de l'année est élue.",
    ],
)
def test_what_is_called_like_a_commune_is_left(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Valence (Drôme) : un salon.", ["COM-26362", "DEP-26"]),
        ("À Valence, en Tarn-et-Garonne, un moulin rouvre.", ["COM-82186", "DEP-82"]),
        ("À Valence, un moulin rouvre.", ["COM-26362"]),
        ("Le Tarn-et-Garonne aide un moulin de la ville de Valence.", ["DEP-82", "COM-82186"]),
        ("Un incubateur ouvre à Saint-Denis.", []),
        ("Saint-Denis (93) rénove ses écoles.", ["COM-93066"]),
        ("Mende (Drôme), un hameau.", ["DEP-26"]),
        ("À Vienne, un festival.", ["COM-38544"]),
        ("Dans la Vienne, un festival.", ["DEP-86"]),
        ("À Vienne, en Autriche, un festival.", []),
    ],
)
def test_of_places_of_one_name_that_is_meant_which_the_text_tells(text: str, found: list[str]) -> None:
    assert read(text) == found


def test_places_are_told_in_the_text_as_it_is_stored() -> None:
    text = "Re\u0301union a\u0300 Mende."
    (link,) = TERRITORIES.find(text)
    assert text[link.start : link.end] == "Mende"


def test_the_gold_items_are_placed() -> None:
    items = read_rows(GOLD / "places.jsonl")
    assert scores(items, told(known(GOLD / "communes.jsonl"), items))["f1"] >= 0.90
