"""Linking, phenomenon by phenomenon, and as a whole on the gold sentences."""

from __future__ import annotations

import time
import unicodedata
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


# Names and words of their own: what is tested is how texts write them.
WRITTEN = Linker(
    [
        entity("Chambre de Commerce et d'Industrie du Tarn", "CCI Tarn"),
        entity("Chambre d'Agriculture du Tarn"),
        entity("Chambre de Métiers et de l'Artisanat du Tarn", "CMA Tarn"),
        entity("CCI Gers"),
        entity("Département du Tarn"),
        entity("Département du Gers"),
        entity("Région Bretagne"),
        entity("Office national des forêts", "ONF"),
        entity("Agence nationale de la cohésion des territoires"),
        entity("Villefranche-de-Rouergue"),
        entity("Université de Perpignan"),
        entity("Union des industries textiles", "UIT"),
        entity("INRAE"),
        entity("CNES"),
        entity("Crédit Agricole"),
        entity("Boralia"),
        entity("Brume"),
        entity("Lanterne magique"),
        entity("Vitrines"),
        entity("Tarn Habitat"),
        entity("signal vibratoire", proper=False),
        entity("boyaux naturels", proper=False),
        entity("travaux souterrains", proper=False),
        entity("réseaux locaux", proper=False),
        entity("chapeaux de paille", proper=False),
        entity("apiculture", proper=False),
        entity("géothermie", proper=False),
        entity("photographie", proper=False),
        entity("habitat participatif", proper=False),
        entity("hydroélectricité", proper=False),
        entity("gestion de l'eau", proper=False),
        entity("gestion des déchets", proper=False),
        entity("filière bois-énergie", proper=False),
        entity("intelligence artificielle", "IA", proper=False),
        entity("solaire photovoltaïque", "PV", proper=False),
        entity("pompe à chaleur", "PAC", proper=False),
    ],
    places=["Tarn", "Gers", "Bretagne", "Normandie", "Aude", "Lot"],
)


def read(text: str) -> list[tuple[str, str]]:
    return [(text[link.start : link.end], link.id) for link in WRITTEN.find(text)]


CCI, CMA, FARMERS = (
    "Chambre de Commerce et d'Industrie du Tarn",
    "Chambre de Métiers et de l'Artisanat du Tarn",
    "Chambre d'Agriculture du Tarn",
)


@pytest.mark.parametrize(
    ("text", "quote", "name"),
    [
        # the plurals in -aux: of -al, -au and -ail
        ("des signaux vibratoires", "signaux vibratoires", "signal vibratoire"),
        ("le boyau naturel", "boyau naturel", "boyaux naturels"),
        ("un travail souterrain", "travail souterrain", "travaux souterrains"),
        ("ce réseau local", "réseau local", "réseaux locaux"),
        ("un chapeau de paille", "chapeau de paille", "chapeaux de paille"),
        # endings that a reader may choose
        ("réseau(x) local(aux)", "réseau(x) local(aux)", "réseaux locaux"),
        # look-alikes of apostrophe, hyphen and space; signs without width; an accent apart
        *((f"Chambre d{sign}Agriculture du Tarn",) * 2 + (FARMERS,) for sign in "’‘´`ʼ′\x92"),
        *((f"Villefranche{sign}de{sign}Rouergue",) * 2 + ("Villefranche-de-Rouergue",) for sign in "‐‑−"),
        ("le Crédit\u202fAgricole", "Crédit\u202fAgricole", "Crédit Agricole"),
        ("la géo\u00adther\u00admie", "géo\u00adther\u00admie", "géothermie"),
        ("chez Boralia\u200b, hier", "Boralia", "Boralia"),
        ("chez Bora\u200blia", "Bora\u200blia", "Boralia"),
        # lines that end
        ("Office natio-\nnal des forêts", "Office natio-\nnal des forêts", "Office national des forêts"),
        ("l'hydro\u00ad\n  électricité", "hydro\u00ad\n  électricité", "hydroélectricité"),
        ("à Villefranche-\nde-Rouergue", "Villefranche-\nde-Rouergue", "Villefranche-de-Rouergue"),
        ("le Crédit\r\n  Agricole", "Crédit\r\n  Agricole", "Crédit Agricole"),
        # slips of the pen
        ("l'Office natonal des forêts", "Office natonal des forêts", "Office national des forêts"),
        ("la géotermie", "géotermie", "géothermie"),
        ("l'apicultre", "apicultre", "apiculture"),
        (
            "Agence natonale de la cohéson des territoires",
            "Agence natonale de la cohéson des territoires",
            "Agence nationale de la cohésion des territoires",
        ),
        # dots
        ("un agent de l'O.N.F. patrouille", "O.N.F.", "Office national des forêts"),
        ("avec l'I.N.R.A.E", "I.N.R.A.E", "INRAE"),
        ("une visite de l'ONF.", "ONF", "Office national des forêts"),
        ("Univ. de Perpignan", "Univ. de Perpignan", "Université de Perpignan"),
        ("le Dpt du Tarn", "Dpt du Tarn", "Département du Tarn"),
        # hashtags, accounts, cells, lists
        ("#CréditAgricole", "CréditAgricole", "Crédit Agricole"),
        ("#GestionDesDéchets", "GestionDesDéchets", "gestion des déchets"),
        ("merci @boralia", "boralia", "Boralia"),
        ("thème;IA;2024", "IA", "intelligence artificielle"),
        ("géothermie, IA et robotique", "IA", "intelligence artificielle"),
        ("filière bois/énergie", "filière bois/énergie", "filière bois-énergie"),
        ("partenaire : cci tarn", "cci tarn", CCI),
        ("un projet INRAE-CNES", "INRAE", "INRAE"),
        ("Boralia SAS recrute", "Boralia", "Boralia"),
        ("Boralia Tél. 05 00", "Boralia", "Boralia"),
        # two letters after a noun, or beside what they stand for
        ("des toits PV", "PV", "solaire photovoltaïque"),
        ("Hangars PV", "PV", "solaire photovoltaïque"),
        ("l'intelligence artificielle (IA)", "IA", "intelligence artificielle"),
        ("le PV en toiture", "PV", "solaire photovoltaïque"),
        # a capital that opens a sentence
        ("Brume recrute. Brume d'abord.", "Brume", "Brume"),
        ("Selon Boralia, tout va", "Boralia", "Boralia"),
        ("la société Brume", "Brume", "Brume"),
        ("on aide Boralia en Bretagne", "Boralia", "Boralia"),
        # a title and a text, with a blank line between them or with none
        ("Salon\nLe Boralia embauche", "Boralia", "Boralia"),
        ("Un séchoir\n\nLe Boralia embauche", "Boralia", "Boralia"),
        ("Un séchoir\n\nDemain Boralia embauche", "Boralia", "Boralia"),
        # the body, and not the land
        ("aidé par le département du Tarn", "département du Tarn", "Département du Tarn"),
    ],
)
def test_a_name_is_found_as_feeds_minutes_and_tables_write_it(text: str, quote: str, name: str) -> None:
    assert (quote, name) in read(text)


@pytest.mark.parametrize("text", ["l'Université de Perpignan", "Le Crédit Agricole", "l'hydroélectricité"])
def test_places_are_those_of_the_text_as_stored(text: str) -> None:
    apart = unicodedata.normalize("NFD", f"« {text} » : présentée")
    (link,) = WRITTEN.find(apart)
    assert apart[link.start : link.end] == unicodedata.normalize("NFD", link.id)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Les CCI du Tarn et du Gers", [("CCI du Tarn", CCI), ("Gers", "CCI Gers")]),
        ("la CCI du Lot et du Tarn", [("Tarn", CCI)]),
        ("les CCI Tarn et Gers", [("CCI Tarn", CCI), ("Gers", "CCI Gers")]),
        (
            "Les départements de l'Aude, du Gers et du Tarn",
            [("Gers", "Département du Gers"), ("Tarn", "Département du Tarn")],
        ),
        ("les CCI et CMA du Tarn", [("CCI", CCI), ("CMA du Tarn", CMA)]),
        (
            "Les chambres de commerce et d'industrie et d'agriculture du Tarn",
            [("chambres de commerce et d'industrie", CCI), ("agriculture du Tarn", FARMERS)],
        ),
        (
            "la gestion de l'eau et des déchets",
            [("gestion de l'eau", "gestion de l'eau"), ("déchets", "gestion des déchets")],
        ),
        # an article of its own, other words between, another body, where
        ("la CCI du Tarn et le Gers", [("CCI du Tarn", CCI)]),
        ("La CCI reçoit les patrons du Gers et du Tarn", []),
        ("la CCI du Gers et de Tarn Habitat", [("CCI Gers", "CCI Gers"), ("Tarn Habitat", "Tarn Habitat")]),
        ("la CCI du Lot où Tarn et Gers se retrouvent", []),
        ("La CCI du Lot et du Tarn Sud", []),
        ("la gestion du temps et des déchets", []),
        ("Le maire et le département du Tarn", [("département du Tarn", "Département du Tarn")]),
    ],
)
def test_names_share_words(text: str, links: list[tuple[str, str]]) -> None:
    expected = [(quote.replace("CCI Gers", "CCI du Gers"), name) for quote, name in links]
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # cells, list items, paragraphs and sentences end a name
        "Crédit\tAgricole",
        "- Crédit\n- Agricole",
        "l'Office national des\n\nforêts",
        "à crédit. Agricole, le lycée recrute",
        # other words: of the stem, and far from it
        "l'aviculture",
        "une photographe",
        "l'habitant participatif",
        "une boyauderie naturelle",
        "Agence natonale de la cohésion des territoirs",  # another ending
        # addresses
        "https://exemple.fr/INRAE/CNES.html",
        "boralia@exemple.fr, contact@boralia.exemple",
        # the same letters for something else
        "UIT (Unité d'imagerie thermique) ; l'UIT est au sous-sol",
        "UIT : unité d'imagerie thermique. L'UIT est au sous-sol",
        "le PV du conseil municipal est adopté",
        "un PV pour stationnement",
        "12 PV",
        "l'IA et ses semences de taureau",
        "la PAC soutient les éleveurs",
        "le bilan (IA)",
        # the land
        "dans le département du Tarn",
        "en région Bretagne",
        "les habitants du département du Gers",
        # common words, people, streets, other bodies
        "Brume de chaleur sur la plaine",
        "la brume se lève ; les vitrines sont pleines",
        "Mme Brume et Paul Brume",
        "Christophe Brume est élu",
        "sur Radio Brume",
        "on écoute\nRadio Brume",
        "Il connaît Jean\xa0Le Brume",
        "un mélange Bio-Brume",
        "Le Brume-kayak club descend la rivière",
        "Brume ! dit-il",
        "le restaurant Brume ouvre",
        "12 avenue du Crédit Agricole",
        "Boralia Conseil",
        "INRAE-Transfert",
        "LE CRÉDIT AGRICOLE NORMANDIE RECRUTE",
    ],
)
def test_what_feeds_minutes_and_tables_write_alike_is_left(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("La R&D coûte cher.", "R&D"),
        ("Une politique de recherche et développement (R&D).", "recherche et développement|R&D"),
        ("La RD 906 est coupée.", ""),
        ("Avec Bio-Nov+, rien ne change.", "Bio-Nov+"),
        ("Le site bionov+ est ouvert : Bio Nov+ !", "Bio Nov+"),
        ("L'Esprit du Causse reçoit.", "L'Esprit du Causse"),
        ("Un repas à l'Esprit du Causse.", "Esprit du Causse"),
        ("L’Esprit du Causse reçoit.", "L’Esprit du Causse"),
        ("« Des pierres et des bois » replante.", "Des pierres et des bois"),
        ("Fibra grand est ouvre un bureau.", "Fibra grand est"),
        ("La fibra grand ouverte laisse passer l'air.", ""),
    ],
)
def test_articles_and_signs_belong_to_the_names_that_have_them(text: str, said: str) -> None:
    linker = Linker(
        [
            Entity(id="r&d", names=("recherche et développement", "R&D"), proper=False),
            Entity(id="nov", names=("Bio-Nov+",), proper=True),
            Entity(id="esprit", names=("L'Esprit du Causse",), proper=True),
            Entity(id="pierres", names=("Des pierres et des bois",), proper=True),
            Entity(id="fibra", names=("Fibra Grand Est",), proper=True),
        ],
        places=["Grand Est"],
    )
    assert "|".join(text[link.start : link.end] for link in linker.find(text)) == said


def test_a_long_text_is_read_as_its_sentences_are() -> None:
    sentence = "Avec Brume, tout change. Avec Radio Brume, on écoute. Dans la rue Brume, rien. "
    linker = Linker([Entity(id="brume", names=("Brume",), proper=True)])
    once = [link.start for link in linker.find(sentence)]
    assert len(once) == 1
    many = [link.start for link in linker.find(sentence * 20)]
    assert many == [at + len(sentence) * number for number in range(20) for at in once]


def test_reading_takes_time_by_the_length_of_a_text() -> None:
    linker = Linker([Entity(id="tarn", names=("Tarn",), proper=True)])
    seconds = []
    for times in (500, 5_000):
        text = "Une usine du Tarn embauche. " * times
        start = time.process_time()
        assert len(linker.find(text)) == times
        seconds.append(time.process_time() - start)
    assert seconds[1] < 40 * seconds[0]  # ten times the text; a hundred where each name reads it all


OWN = Path(__file__).parent / "gold"


@pytest.mark.parametrize(
    ("entities", "sentences", "least"),
    [
        pytest.param(
            GOLD / "entities.jsonl",
            GOLD / "linking.jsonl",
            0.97,
            marks=pytest.mark.skipif(not GOLD.is_dir(), reason="the gold sentences are not here"),
        ),
        (OWN / "linking-entities.jsonl", OWN / "linking.jsonl", 0.97),
        (OWN / "linking-held-out-entities.jsonl", OWN / "linking-held-out.jsonl", 0.95),
        (OWN / "linking-grand-est-entities.jsonl", OWN / "linking-grand-est.jsonl", 0.97),
    ],
)
def test_the_gold_sentences_are_linked(entities: Path, sentences: Path, least: float) -> None:
    linker = Linker(read_entities(entities), places=places())
    gold = read_sentences(sentences)
    links = {s.id: frozenset((k.start, k.end, k.id) for k in linker.find(s.text)) for s in gold}
    assert scores(gold, links)["f1"] >= least
