"""Which of the names that a model spots are proposed as organisations: none of them a person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ecograph.understanding.kinds import is_company, kind_of
from ecograph.understanding.spotting import SpacySpotter, is_installed
from ecograph.understanding.unknown import (
    COMMON,
    NOUN,
    PROPER,
    Spot,
    key_of,
    read_spots,
    unknown,
    write_spots,
)

GOLD = Path(__file__).parent / "gold"


def names(text: str, *spotted: str, label: str = "ORG", **known: object) -> list[str]:
    """The names that are proposed when a model spots some."""
    spots = [Spot(text.index(one), text.index(one) + len(one), label) for one in spotted]
    return [one.name for one in unknown(text, spots, **known)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "spotted", "name"),
    [
        ("Le bois va à la Scierie Engelvin.", "Scierie Engelvin", "Scierie Engelvin"),
        ("La start-up Agrivolta SAS lève des fonds.", "Agrivolta SAS", "Agrivolta SAS"),
        ("Le CEREMA ouvre une antenne.", "CEREMA", "CEREMA"),
        ("Aidée par Naturalia, elle exporte.", "Naturalia", "Naturalia"),
        ("Avec la Fondation Marie Durand.", "Fondation Marie Durand", "Fondation Marie Durand"),
        ("Avec la Chambre de Métiers de la Creuse.", "Chambre de Métiers", "Chambre de Métiers de la Creuse"),
        ("À l'« Institut Carnot ».", "« Institut Carnot »", "Institut Carnot"),
        ("Le syndicat des navigants (PNC) proteste.", "PNC", "PNC"),
    ],
)
def test_what_is_written_as_a_body_is_proposed(text: str, spotted: str, name: str) -> None:
    assert names(text, spotted) == [name]
    found = next(iter(unknown(text, [Spot(text.index(spotted), text.index(spotted) + len(spotted), "ORG")])))
    assert text[found.start : found.end] == name


@pytest.mark.parametrize(
    ("text", "spotted"),
    [
        ("Pour Marie Durand, la filière bouge.", "Marie Durand"),
        ("Pour Jean-Paul Sabatier, la filière bouge.", "Jean-Paul Sabatier"),
        ("Pour Hadrian Vaquié, la filière bouge.", "Hadrian Vaquié"),
        ("Merci à Mme Vaquié.", "Vaquié"),
        ("« Oui », dit Vaquié, directrice du site.", "Vaquié"),
        ("La maire Vaquié inaugure.", "Vaquié"),
        ("Vers Vaquié, explique-t-on.", "Vaquié"),
        ("Selon Marie Conseil, tout va.", "Marie Conseil"),
    ],
)
def test_what_may_be_a_person_is_not(text: str, spotted: str) -> None:
    assert names(text, spotted) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("L'entreprise Alcapsy s'installe.", "Alcapsy"),
        ("Le groupe espagnol Gestamp recule.", "Gestamp"),
        ("Avec le Groupe Arcadie.", "Groupe Arcadie"),
        ("Au lycée agricole François-Rabelais.", "lycée agricole François-Rabelais"),
        ("La clinique du Gévaudan rouvre.", "clinique du Gévaudan"),
        ("Les établissements Rieu et Fils ferment.", "établissements Rieu et Fils"),
        ("L'entreprise adaptée Cap Vert embauche.", "Cap Vert"),
        ("Le bureau d'études Eau & Paysages mesure.", "Eau & Paysages"),
        ("Un collectif, Alcapsy, appelle à manifester.", "Alcapsy"),
        (
            "L'Association Lozérienne pour l'Étude et la Protection de l'Environnement recense.",
            "Association Lozérienne pour l'Étude et la Protection de l'Environnement",
        ),
    ],
)
def test_what_a_text_introduces_needs_no_model(text: str, name: str) -> None:
    assert names(text) == [name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Solvéa lève 4 millions d'euros.", ["Solvéa"]),
        ("Rachetée en 2021 par Biolandes, la distillerie garde son nom.", ["Biolandes"]),
        ("Saveurs Paysannes, groupement d'éleveurs, ouvre une boutique.", ["Saveurs Paysannes"]),
        ("Un partenariat avec Sensorys est signé.", ["Sensorys"]),
        ("Elle travaille chez Ratier depuis mai.", ["Ratier"]),
        ("Le musée est géré par la SOMIVAL.", ["SOMIVAL"]),
        ("Les Vergers du Quercy lancent une compote.", ["Les Vergers du Quercy"]),
        ("Présents : Mme Aubin (Habitat Vallée Verte), M. Long (Ussel).", ["Habitat Vallée Verte"]),
        ("Le fabricant corrézien de vérandas Sothys recule.", ["Sothys"]),
        ("La boulangerie Roumagnac rouvre.", ["boulangerie Roumagnac"]),
        ("Thermocoax (Flers) et Kerlann fusionnent.", ["Kerlann", "Thermocoax"]),
    ],
)
def test_what_only_bodies_do_and_are_makes_a_name_a_body_s(text: str, expected: list[str]) -> None:
    common = [word for word in ("Saveurs", "Paysannes", "Présents") if word in text]
    spots = [Spot(text.index(word), text.index(word) + len(word), COMMON) for word in common]
    assert sorted(one.name for one in unknown(text, spots)) == sorted(
        name.removeprefix("Les ") for name in expected
    )


@pytest.mark.parametrize(
    "text",
    [
        "Rachetée par Paul Martin, la ferme revit.",
        "Auprès de Cyprienne Long, on apprend.",
        "Tugdual Moulin, la coopérative et la mairie ont signé.",
        "Kylian Poisson exporte ses couteaux.",
        "Hadrian Bois et Amélie Vendredi fusionnent leurs fermes.",
        "L'ouvrière de la savonnerie Zoé Vaquié raconte sa journée.",
        "Présents : Mme Vaquié (Ussel), M. Bréchet (PS).",
        "Vaquié recrute son successeur.",
        "Mme Vaquié lève 2 millions d'euros.",
    ],
)
def test_who_does_what_bodies_do_is_somebody(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "spotted"),
    [
        ("Le Plan Forêt avance.", "Plan Forêt"),
        ("Au Forum des Métiers.", "Forum des Métiers"),
        ("Un Fendt a brûlé.", "Fendt"),
        ("Le Berlingo plaît.", "Berlingo"),
        ("Ambition 2040 sera présentée.", "Ambition 2040"),
        ("Le Conseil municipal vote.", "Conseil municipal"),
        ("La DETR paie.", "DETR"),
        ("Inscription sur Eventbrite.", "Eventbrite"),
        ("La rue Colbert ferme.", "Colbert"),
    ],
)
def test_programmes_products_organs_and_sites_are_no_bodies(text: str, spotted: str) -> None:
    assert names(text, spotted) == []


def test_what_a_noun_tells_of_is_what_the_noun_says() -> None:
    text = "La bière Jenlain et le géant Nokia."
    spots = [Spot(9, 16, "ORG"), Spot(29, 34, "ORG"), Spot(3, 8, NOUN), Spot(23, 28, NOUN)]
    assert [one.name for one in unknown(text, spots)] == ["Nokia"]


def test_an_inn_and_what_stands_between_bodies_are_bodies() -> None:
    text = "Solvéa exporte. La SOMIVAL, Kerlann (Brest) et le CEREMA publient un guide avec Chez Marcelle."
    spots = [Spot(text.index(one), text.index(one) + len(one), "ORG") for one in ("SOMIVAL", "CEREMA")]
    at = text.index("Kerlann")
    assert {one.name for one in unknown(text, [*spots, Spot(at, at + 7, "LOC")])} == {
        *("Solvéa", "SOMIVAL", "Kerlann", "CEREMA", "Chez Marcelle"),
    }
    assert names("Chez Marcelle, on mange bien.") == []
    assert "Kerlann" not in {one.name for one in unknown("Kerlann publie un guide.", [])}


@pytest.mark.parametrize(
    ("text", "common", "expected"),
    [
        ("Un guide écrit avec Toiles Paysannes.", ("Toiles", "Paysannes"), ["Toiles Paysannes"]),
        ("Vient ensuite Toiles Paysannes.", ("Toiles", "Paysannes"), []),
        ("Un four signé TerraCuite.", (), ["TerraCuite"]),
        ("Un récit de McVaquié.", (), []),
        ("Un avis de Vidéos sur TerraCuite.", (), []),
    ],
)
def test_how_a_name_is_written_tells_a_body(text: str, common: tuple[str, ...], expected: list[str]) -> None:
    spots = [Spot(text.index(word), text.index(word) + len(word), COMMON) for word in common]
    assert [one.name for one in unknown(text, spots)] == expected


def test_capitals_on_common_words_make_no_name() -> None:
    text = "Vient ensuite le Compte Rendu."
    spots = [Spot(17, 29, "ORG"), Spot(17, 23, COMMON), Spot(24, 29, COMMON)]
    assert list(unknown(text, spots)) == []


@pytest.mark.parametrize(
    "text",
    [
        "La directrice du laboratoire Zoé Vaquié ouvre la séance.",
        "Le patron de l'entreprise Hadrian Vaquié se retire.",
        "Le club Marie Durand joue.",
        "L'entreprise recrute Hadrian Vaquié.",
    ],
)
def test_who_is_named_beside_a_body_is_not_introduced_as_one(text: str) -> None:
    assert names(text) == []
    assert names(text, re.search(r"\w+ (?:Vaquié|Durand)", text)[0]) == []  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "label", "common"),
    [
        ("Bernard Matériaux livre.", "PER", ()),
        ("Avec Schneider Electric.", "ORG", ()),
        ("Ambiance Bois embauche.", "PER", ("Ambiance", "Bois")),
        ("Michel Brun Traiteur ouvre.", "PER", ()),
        ("Initiative Lozère prête.", "ORG", ("Initiative",)),
    ],
)
def test_a_name_with_a_trade_or_a_common_word_is_nobody_s(
    text: str, label: str, common: tuple[str, ...]
) -> None:
    name = re.search(r"(?:[A-ZÀ-Ý][\w]+ ?){2,3}", text.removeprefix("Avec "))[0].strip()  # type: ignore[index]
    spots = [Spot(text.index(name), text.index(name) + len(name), label)]
    spots += [Spot(text.index(word), text.index(word) + len(word), COMMON) for word in common]
    assert [one.name for one in unknown(text, spots)] == [name]


@pytest.mark.parametrize("name", ["Hadrian Bois", "Kylian Poisson", "Zoé Forestier", "Xuan Jardin"])
def test_a_surname_that_is_a_common_word_is_a_surname(name: str) -> None:
    text = f"Selon {name}, la filière bouge."
    spots = [Spot(6, 6 + len(name), "ORG"), Spot(6 + name.index(" ") + 1, 6 + len(name), COMMON)]
    assert list(unknown(text, spots)) == []


def test_what_opens_a_sentence_is_a_name_where_it_is_no_word() -> None:
    text = "Nexans souffre. Produits laitiers : la filière bouge."
    spots = [Spot(0, 6, "ORG"), Spot(0, 6, PROPER), Spot(16, 24, "ORG"), Spot(16, 24, COMMON)]
    assert [one.name for one in unknown(text, spots)] == ["Nexans"]
    assert list(unknown(text, spots[:1])) == []


def test_a_surname_that_stands_alone_is_that_of_whom_the_text_names() -> None:
    text = "Olga Vaquié dirige l'atelier. Depuis, Vaquié recrute."
    spots = [Spot(0, 11, "PER"), Spot(38, 44, "ORG")]
    assert text[38:44] == "Vaquié"
    assert list(unknown(text, spots)) == []


@pytest.mark.parametrize(
    ("text", "spotted"),
    [
        ("Fonderie d'art et pièces mécaniques.", "Fonderie"),
        ("Bureau d'études en environnement.", "Bureau d'études en environnement"),
        ("Une Agence de développement aide.", "Agence de développement"),
        ("Les TPE et les PME innovent.", "TPE"),
        ("La menuiserie obtient le label RGE.", "RGE"),
        ("Le projet « PMI en AQT » avance.", "AQT"),
        ("On teste la compatibilité électromagnétique (EMC) des cartes.", "EMC"),
        ("La Région Occitanie finance.", "Région Occitanie"),
        ("L'Occitanie finance.", "Occitanie"),
        ("Une autre\nligne", "autre\nligne"),
        ("X" * 90, "X" * 90),
    ],
)
def test_what_is_no_body_is_left(text: str, spotted: str) -> None:
    assert names(text, spotted, places={"occitanie"}) == []


def test_what_is_known_is_not_proposed_again() -> None:
    text = "La Scierie Engelvin et le CEREMA. La scierie Engelvin SAS recrute."
    assert names(text, "Scierie Engelvin", "CEREMA", "scierie Engelvin SAS") == ["Scierie Engelvin", "CEREMA"]
    assert names("Le CEREMA recrute.", "CEREMA", known={key_of("Cerema")}) == []
    assert names("La Scierie Engelvin.", "Scierie Engelvin", taken=[(11, 19)]) == []
    assert names("Avec Zoé Engelvin.", "Zoé Engelvin", label="PER") == []


def test_what_a_model_found_is_kept_in_a_line() -> None:
    spots = [Spot(0, 3, "ORG"), Spot(5, 9, "PER")]
    assert read_spots(write_spots(spots)) == spots


def test_a_name_tells_its_kind() -> None:
    assert kind_of("Université de Bordeaux") == "universite"
    assert kind_of("Engelvin") == "entreprise"
    assert is_company("Agrivolta SAS")
    assert not is_company("Agrivolta")


@pytest.mark.skipif(not is_installed(), reason="spaCy's French model is not installed")
@pytest.mark.parametrize(
    "name", ["organisations", "organisations-press", "organisations-minutes", "organisations-briefs"]
)
def test_the_model_proposes_no_person_and_few_wrong_names(name: str) -> None:
    rows = [json.loads(line) for line in (GOLD / f"{name}.jsonl").read_text("utf-8").splitlines()]
    right = wrong = 0
    for row, spots in zip(rows, SpacySpotter().spot([row["text"] for row in rows]), strict=True):
        for one in unknown(row["text"], spots):
            meant = [extent for extents in row["names"] for extent in extents]
            people = () if one.name in meant else row.get("people", ())
            assert not any(one.name in person or person in one.name for person in people)
            right += one.name in meant
            wrong += one.name not in meant
    assert right / (right + wrong) >= 0.8


GIVEN = "Hadrian Orphée Ysaline Tugdual Kylian Ozgur Cyprienne Nolwen Xuan Sékou Théotime Jean Amélie"
SURNAMES = "Moulin Boulanger Petit Fontaine Long Rivière Bois Forestier Vaquié Jardin Poisson Roche Vendredi"
ASTRAY = (
    "{0} lance une application pour les bergers.",
    "Selon {0}, la filière va mieux.",
    "La directrice du laboratoire {0} ouvre la séance.",
    "{0} recrute deux salariés.",
    "Le patron de l'entreprise {0} se retire.",
    "Chez {0}, on fait le pain au levain.",
    "La présidente de l'association {0} a démissionné.",
    "Le groupe de travail animé par {0} se réunit.",
    "Rachetée par {0}, la ferme revit.",
    "{0} exporte ses couteaux jusqu'au Japon.",
    "{0}, la coopérative et la mairie ont signé.",
    "Auprès de {0}, ils ont levé 2 millions d'euros.",
    "INRAE et {0} publient un guide.",
)


@pytest.mark.skipif(not is_installed(), reason="spaCy's French model is not installed")
def test_nobody_is_proposed_whatever_their_name() -> None:
    pairs = list(zip(GIVEN.split(), SURNAMES.split(), strict=True))
    pairs += [(given, surname) for (given, _), (_, surname) in zip(pairs, pairs[3:] + pairs[:3], strict=True)]
    texts = [said.format(f"{given} {surname}") for said in ASTRAY for given, surname in pairs]
    for text, spots in zip(texts, SpacySpotter().spot(texts), strict=True):
        assert [one.name for one in unknown(text, spots) if one.name != "INRAE"] == [], text


@pytest.mark.skipif(not is_installed(), reason="spaCy's French model is not installed")
def test_the_model_tells_common_words_from_names() -> None:
    text = "Produits laitiers : Nexans et Dubois en Matériaux."
    (spots,) = SpacySpotter().spot([text])
    told = {text[spot.start : spot.end]: spot.label for spot in spots if spot.label in (COMMON, PROPER)}
    assert told == {"Produits": COMMON, "Nexans": PROPER, "Dubois": PROPER, "Matériaux": COMMON}


class Read(list[Any]):
    """A text in which the stand-in finds no name and no word."""

    def __init__(self, text: str) -> None:
        self.ents: list[Any] = []
        self.text = text.lower()


class Zone:
    """A stand-in for spaCy's model: it finds nothing, and its vocabulary is empty."""

    def __init__(self) -> None:
        self.vocab = SimpleNamespace(vectors={}, strings={})

    def memory_zone(self) -> AbstractContextManager[None]:
        return nullcontext()

    def pipe(self, texts: Sequence[str], batch_size: int) -> Iterator[Read]:
        return (Read(text) for text in texts)


def test_the_model_is_loaded_once_and_only_for_texts() -> None:
    loads = []

    def load() -> Zone:
        loads.append(1)
        return Zone()

    spotter = SpacySpotter(load)
    assert list(spotter.spot([])) == []
    assert not loads
    assert list(spotter.spot(["Un texte.", "Un autre."])) == [(), ()]
    assert list(spotter.spot(["Encore un."] * 100)) == [()] * 100
    assert len(loads) == 1


def test_where_something_is_names_no_body() -> None:
    assert names("Le projet PMI en AQT avance.", "AQT") == []


def test_a_shorter_way_to_write_a_name_is_not_proposed_beside_it() -> None:
    text = "Le CPIE recrute. Le CPIE du Haut-Languedoc forme aux plantes."
    assert names(text, "CPIE", "CPIE du Haut-Languedoc") == ["CPIE du Haut-Languedoc"]
