"""Linking, phenomenon by phenomenon, and as a whole on the gold sentences."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.linking import places, read_entities, read_sentences, scores
from ecograph.understanding.linking import Entity, Linker

GOLD = Path(__file__).parents[3] / "shared" / "nlp"


def entity(name: str, *others: str, proper: bool = True) -> Entity:
    return Entity(id=name, names=(name, *others), proper=proper)


LINKER = Linker(
    [
        entity("Lozère Développement", "agence de développement de la Lozère"),
        entity("Chambre de Commerce et d'Industrie de la Lozère", "CCI de la Lozère", "CCI 48"),
        entity("UIMM", "Union des industries et métiers de la métallurgie"),
        entity("UIMM Aquitaine"),
        entity("POLeN", "Pôle lozérien d'économie numérique", "pôle d'économie numérique de Mende"),
        entity("ADEME", "Agence de la transition écologique"),
        entity("Environnement Massif Central", "EMC"),
        entity("Communauté de communes Cœur de Lozère", "Cœur de Lozère"),
        entity("Jeune Montagne"),
        entity("Xylofutur"),
        entity("Parc national des Cévennes"),
        entity("ArcelorMittal Saint-Chély-d'Apcher", "ArcelorMittal Saint-Chély"),
        entity("AD'OCC"),
        entity("intelligence artificielle", "IA", proper=False),
        entity("éco-matériaux", "écomatériaux", proper=False),
        entity("système d'information géographique", "SIG", proper=False),
        entity("thermalisme", proper=False),
        entity("télémédecine", proper=False),
        entity("plantes à parfum, aromatiques et médicinales", "PPAM", proper=False),
        Entity(id="one", names=("Cap Rural",), proper=True),
        Entity(id="other", names=("Cap rural",), proper=True),
    ],
    places=["Lozère", "Gers", "Gironde", "Aveyron", "Nouvelle-Aquitaine"],
)


def found(text: str) -> list[tuple[str, str]]:
    return [(text[link.start : link.end], link.id) for link in LINKER.find(text)]


@pytest.mark.parametrize(
    ("text", "quote", "name"),
    [
        ("L’agence LOZERE-DEVELOPPEMENT", "LOZERE-DEVELOPPEMENT", "Lozère Développement"),
        ("avec Lozère développement", "Lozère développement", "Lozère Développement"),
        ("avec Lozère Devellopement", "Lozère Devellopement", "Lozère Développement"),
        ("la CCI Lozère", "CCI Lozère", "Chambre de Commerce et d'Industrie de la Lozère"),
        ("la CCI48", "CCI48", "Chambre de Commerce et d'Industrie de la Lozère"),
        (
            "une chambre de comerce & d’industrie de la Lozère",
            "chambre de comerce & d’industrie de la Lozère",
            "Chambre de Commerce et d'Industrie de la Lozère",
        ),
        ("l’Uimm et ses adhérents", "Uimm", "UIMM"),
        ("au Polen de Mende", "Polen", "POLeN"),
        ("le Coeur de Lozère", "Coeur de Lozère", "Communauté de communes Cœur de Lozère"),
        ("chez xylofutur", "xylofutur", "Xylofutur"),
        ("le parc national des cévennes", "parc national des cévennes", "Parc national des Cévennes"),
        ("Arcelor Mittal St-Chély", "Arcelor Mittal St-Chély", "ArcelorMittal Saint-Chély-d'Apcher"),
        ("et AD’OCC aussi", "AD’OCC", "AD'OCC"),
        ("l'IA générative", "IA", "intelligence artificielle"),
        ("#IntelligenceArtificielle", "IntelligenceArtificielle", "intelligence artificielle"),
        ("les éco matériaux", "éco matériaux", "éco-matériaux"),
        ("des systèmes d’information géographiques", "systèmes d’information géographiques", "SIG"),
        ("la télémédcine", "télémédcine", "télémédecine"),
        ("L’agence (ADEME) finance", "ADEME", "ADEME"),
        ("l’Ademe (Agence de la transition écologique)", "Ademe", "ADEME"),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, quote: str, name: str) -> None:
    meant = "système d'information géographique" if name == "SIG" else name
    assert (quote, meant) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "le développement de la Lozère",
        "L'UIMM Lorraine et l'UIMM du Gers",
        "la compatibilité électromagnétique (EMC) des cartes",
        "EMC (compatibilité électromagnétique)",
        "L'éleveur recourt à l'IA (insémination animale)",
        "au cœur de la Lozère",
        "la jeune montagne enneigée",
        "Environnement du Massif Central : un colloque",
        "Le pollen de bouleau",
        "un thermaliste",
        "le nombre ia",
        "www.xylofutur.fr et contact@xylofutur.fr",
        "Cap Rural",  # the name of two
        "",
        "« . ? !",
    ],
)
def test_what_only_looks_like_a_name_is_left(text: str) -> None:
    assert found(text) == []


def test_the_longest_name_wins_and_nothing_overlaps() -> None:
    text = "L'UIMM Aquitaine, l'UIMM, et des plantes à parfum, aromatiques et médicinales"
    links = LINKER.find(text)
    assert [link.id for link in links] == [
        "UIMM Aquitaine",
        "UIMM",
        "plantes à parfum, aromatiques et médicinales",
    ]
    assert all(a.end <= b.start for a, b in pairwise(links))


def test_a_slip_is_less_sure_than_the_name() -> None:
    (exact,), (slip,) = LINKER.find("chez Xylofutur"), LINKER.find("la télémédcine")
    assert slip.confidence < exact.confidence


@pytest.mark.skipif(not GOLD.is_dir(), reason="the gold sentences are not here")
def test_the_gold_sentences_are_linked() -> None:
    linker = Linker(read_entities(GOLD / "entities.jsonl"), places=places())
    sentences = read_sentences(GOLD / "linking.jsonl")
    links = {s.id: frozenset((k.start, k.end, k.id) for k in linker.find(s.text)) for s in sentences}
    assert scores(sentences, links)["f1"] >= 0.95
