"""Articles that say much the same are one story; those that only share a formula are not."""

from __future__ import annotations

import pytest

from benchmarks.stories import BETWEEN, GOLD, judged, read_items
from ecograph.understanding.stories import MOST_TEXTS, stories

DISPATCH = "La Région finance un séchoir solaire de plantes aromatiques porté par une coopérative de Lozère."


def test_an_article_that_prints_a_dispatch_is_folded_under_it() -> None:
    texts = {
        "a": DISPATCH,
        "b": f"Agriculture : {DISPATCH.upper()} Il ouvrira au printemps, dit-on à Mende.",
        "c": "Une scierie des Cévennes embauche dix personnes pour fabriquer des murs en ossature bois.",
    }
    assert stories(texts) == {"b": "a"}
    assert stories(dict(reversed(texts.items()))) == {"a": "b"}


def test_what_is_alike_by_others_is_one_story() -> None:
    words = DISPATCH.split()
    texts = {"a": " ".join(words[:10]), "b": DISPATCH, "c": " ".join(words[5:])}
    assert stories(texts) == {"b": "a", "c": "a"}


def test_one_wording_that_tells_two_events_is_two_stories() -> None:
    wording = (
        "La Distillerie du {} inaugure à {} un alambic de mille litres pour distiller la lavande et le thym, "
        "un investissement de {} 000 euros soutenu par la Région Occitanie et Bpifrance."
    )
    first, other = wording.format("Gévaudan", "Mende", 400), wording.format("Rouergue", "Rodez", 900)
    again = f"{first} Le chantier, a-t-on appris mardi 3 mars à Marvejols, a duré deux ans."
    assert stories({"a": other, "b": first, "c": again}) == {"c": "b"}
    # A correction of the figure alone tells the same.
    assert stories({"a": first, "b": first.replace("400", "420")}) == {"b": "a"}


def test_short_texts_and_formulas_tell_nothing() -> None:
    assert stories({"a": "Un séchoir à Mende", "b": "Un séchoir à Mende"}) == {}
    formula = "Cliquez ici pour lire la suite de cet article réservé aux abonnés"
    many = {f"{n}": f"{formula} {n}" for n in range(MOST_TEXTS + 1)}
    assert stories(many) == {}
    assert stories({}) == {}


def test_what_is_told_in_another_order_is_one_story() -> None:
    first = (
        "La fromagerie du Causse, à Séverac, double ses caves pour affiner 600 tonnes de bleu par an. "
        "Le chantier de 2,1 millions d'euros durera dix mois."
    )
    again = (
        "Séverac : dix mois de chantier et 2,1 millions d'euros pour les caves du Causse. La fromagerie les "
        "double, afin d'affiner 600 tonnes de bleu par an."
    )
    assert stories({"a": first, "b": again}) == {"b": "a"}


@pytest.mark.parametrize(
    "changed",
    [
        ("Vialas", "Barjac"),  # another place, and no figure
        ("3 avril", "17 avril", "la facturation électronique", "le logiciel libre"),
    ],
)
def test_another_name_or_thing_in_the_same_place_is_another_event(changed: tuple[str, ...]) -> None:
    text = (
        "La chambre organise le 3 avril à Vialas un atelier gratuit sur la facturation électronique, ouvert "
        "aux artisans et aux commerçants. Il faut s'inscrire en ligne avant la fin de la semaine."
    )
    other = text
    for old, new in zip(changed[::2], changed[1::2], strict=True):
        other = other.replace(old, new)
    assert stories({"a": text, "b": other}) == {}


def test_a_date_that_is_put_off_is_the_same_event() -> None:
    text = "La commune lance une enquête sur le séchoir collectif : répondre avant le 15 mars à la mairie."
    assert stories({"a": text, "b": text.replace("15 mars", "30 avril")}) == {"b": "a"}


def test_a_review_of_the_press_makes_no_story_of_all_that_it_tells() -> None:
    texts = {
        "a": DISPATCH,
        "b": "Une scierie des Cévennes embauche dix personnes pour fabriquer des murs en ossature bois.",
        "c": "Le conseil municipal de Florac vote les crédits du nouveau gymnase et ferme la piscine.",
    }
    review = "Lu cette semaine. " + " ".join(texts.values())
    assert stories({**texts, "review": review}) == {}


def test_the_gold_items_are_told_as_stories() -> None:
    told = judged(read_items(GOLD))
    right = sum(right for kind, (right, _) in told.items() if kind not in {BETWEEN, "rewritten"})
    of = sum(of for kind, (_, of) in told.items() if kind not in {BETWEEN, "rewritten"})
    assert right >= 0.9 * of
    assert told[BETWEEN][0] == told[BETWEEN][1]
