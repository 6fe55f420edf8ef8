"""Poles suggested for texts: what votes, what is left to people, and how well as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store

from benchmarks.classification import french_table, notions, read_items, scores
from ecograph.assets import ONTOLOGY
from ecograph.graph.ports import Row, solutions_of
from ecograph.index.analysis import terms
from ecograph.model import Level
from ecograph.questions.gazetteer import read_gazetteer
from ecograph.understanding.poles import ONE_WORD, Notion, PoleClassifier

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "nlp" / "classification.jsonl"

SMALL = PoleClassifier(
    [
        Notion(names=("scierie", "ossature bois"), poles=("ecomat",)),
        Notion(names=("fromage", "laiterie"), poles=("agro",)),
        Notion(names=("capteur d'humidité",), poles=("num", "agro")),
    ],
    analyze=terms,
)

SHIPPED = PoleClassifier(notions(), analyze=terms)


def poles(text: str) -> list[str]:
    return [suggestion.pole for suggestion in SMALL.suggest(text)]


def test_names_vote_in_any_form() -> None:
    assert poles("Des scieries") == ["ecomat"]
    assert poles("Une laiterie et ses fromages") == ["agro"]


def test_a_text_may_be_about_several_poles() -> None:
    assert set(poles("La laiterie construit en ossature bois")) == {"agro", "ecomat"}
    assert set(poles("Un capteur d'humidité")) == {"agro", "num"}


def test_a_text_that_says_nothing_is_left_to_people() -> None:
    assert poles("Le rallye traversera la vallée") == []
    assert poles("") == []


def test_what_one_field_has_in_plenty_takes_nothing_from_another() -> None:
    plenty = "La scierie vend son ossature bois à une autre scierie, qui la revend en ossature bois"
    assert poles(plenty) == ["ecomat"]
    assert set(poles(f"{plenty} ; un fromage de laiterie")) == {"ecomat", "agro"}


def test_one_word_alone_is_never_sure() -> None:
    # One that stands there as it is and one that has but the stem of another name.
    (one,) = SMALL.suggest("une scierie, des scies, un fromageur")
    assert one.confidence <= ONE_WORD
    (several,) = SMALL.suggest("une scierie monte une ossature bois")
    assert several.confidence > ONE_WORD
    # A name of several words is more than one word.
    assert SHIPPED.suggest("une maison en ossature bois")[0].confidence > ONE_WORD


@pytest.mark.parametrize(
    "text",
    [
        "Une large palette de dispositifs",
        "Portrait : Olivier Dalle, dirigeant",
        "Olivier DALLE et Mme Bois, dirigeants",
        "Pierre Fabre et Jean-Marc Bois ont gagné",
        "L'antenne ouvre, et le volet social suit",
    ],
)
def test_what_is_said_of_no_field_and_names_of_people_do_not_vote(text: str) -> None:
    assert SHIPPED.suggest(text) == []


def test_a_trade_after_a_common_word_votes() -> None:
    assert [one.pole for one in SHIPPED.suggest("Le Cluster Bois réunit les charpentiers")] == ["ecomat"]


def test_more_evidence_is_surer() -> None:
    once, twice = (SMALL.suggest(text)[0].confidence for text in ("un fromage", "un fromage de laiterie"))
    assert 0 < once < twice < 1


@pytest.mark.parametrize(
    "path",
    [
        HERE / "gold" / "poles.jsonl",
        HERE / "gold" / "poles-press.jsonl",
        HERE / "gold" / "poles-held-out.jsonl",
        HERE / "gold" / "poles-needs.jsonl",
        pytest.param(SHARED, marks=pytest.mark.skipif(not SHARED.is_file(), reason="it is not here")),
    ],
    ids=["own", "press", "held-out", "needs", "shared"],
)
def test_the_gold_items_are_sorted(path: Path) -> None:
    table = french_table()
    if table is None:
        pytest.skip("the French word vectors are not installed")
    classifier = PoleClassifier(notions(), analyze=terms, table=table)
    items = read_items(path)
    found = {item.id: frozenset(s.pole for s in classifier.suggest(item.text)) for item in items}
    assert scores(items, found)["micro_f1"] >= 0.80


@pytest.mark.parametrize(
    "text",
    [
        "Un parc éolien de six mâts.",
        "Une fonderie coule des cloches.",
        "Un train touristique longe la vallée.",
    ],
)
def test_what_engineers_work_on_is_of_no_pole(text: str) -> None:
    assert SHIPPED.suggest(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Le bilan de l'accident s'alourdit.",
        "La carte scolaire prévoit six fermetures.",
        "Le pont sera fermé une nuit.",
        "Un pilote de rallye s'engage.",
    ],
)
def test_a_word_of_several_senses_is_not_enough(text: str) -> None:
    assert SHIPPED.suggest(text) == []


def test_a_word_of_several_senses_counts_beside_others() -> None:
    alone, beside = (SHIPPED.votes(text)["num"] for text in ("Un capteur.", "La mesure d'un capteur."))
    assert beside > alone


class _Ontology:
    """The shipped lists, as a graph that answers."""

    def __init__(self) -> None:
        self._store = Store()
        for path in (ONTOLOGY / "schemes").glob("*.ttl"):
            self._store.load(path=str(path), format=RdfFormat.TURTLE, base_iri="https://w3id.org/ecograph/")

    def rows(self, level: Level, text: str) -> list[Row]:
        answer = self._store.query(text)
        assert isinstance(answer, QuerySolutions)
        return solutions_of(answer)


def test_the_graph_tells_poles_by_what_is_measured() -> None:
    read = read_gazetteer(_Ontology(), Level.PUBLIC).notions
    assert {frozenset(notion.names) for notion in read} == {frozenset(notion.names) for notion in notions()}
