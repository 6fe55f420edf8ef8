"""Articles that say much the same are one story; those that only share a formula are not."""

from __future__ import annotations

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
