import pytest

from ecograph.index.analysis import STOP, terms, tokens, words
from ecograph.understanding.words import fold


def test_tokens_are_the_words_in_order() -> None:
    assert tokens("L’œuvre d'ÉCO-conception : 30 m² de CO₂") == [
        "l", "oeuvre", "d", "éco", "conception", "30", "m2", "de", "co2",
    ]  # fmt: skip


def test_research_and_development_is_one_word() -> None:
    assert words("la R&D du B&B") == ["r&d", "b&b"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("énergies renouvelables", "energie renouvelable"),
        ("activités", "ACTIVITE"),
        ("œuvres", "oeuvre"),
        ("faisabilité", "faisabilite"),
        ("Éco-matériaux", "eco materiau"),
        ("e\u0301nergie", "énergie"),
    ],
)
def test_accents_plurals_and_case_do_not_matter(one: str, other: str) -> None:
    assert terms(one) == terms(other)


def test_function_words_and_requests_are_left_out_with_or_without_accents() -> None:
    assert terms("Nous souhaiterions être aidés : où ? We are looking for") == terms("aidés")
    assert terms("etre deja ou") == []
    assert {fold(word) for word in ("être", "même", "très")} <= STOP


def test_words_that_tell_something_are_kept() -> None:
    assert words("aide au prêt pour une entreprise côté projet") == [
        "aide", "prêt", "entreprise", "côté", "projet",
    ]  # fmt: skip
