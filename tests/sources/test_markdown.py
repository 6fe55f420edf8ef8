"""Descriptions that are written in Markdown, as a person reads them."""

from __future__ import annotations

import time

import pytest

from ecograph.sources.markdown import without_marks


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("**Gras** et [lien](https://x.fr/1) *penché*", "Gras et lien penché"),
        ("# Titre\n\n> cité\n\n* un\n+ deux\n- trois", "Titre\n\ncité\n\n- un\n- deux\n- trois"),
        ("Titre\n=====\nTexte\n\n---\nSuite", "Titre\nTexte\n\n\nSuite"),
        ('[![logo](http://a.fr/b.png)](http://a.fr/c_(d)) et [un](x "titre")', "logo et un"),
        ("Voir <https://a.fr/b_c_d>.", "Voir https://a.fr/b_c_d."),
        ("`code` et ***fort*** et __fort__", "code et fort et fort"),
        (
            "nom_de_colonne, 2 * 3 * 4, 5*6*7, #hashtag, [1]",
            "nom_de_colonne, 2 * 3 * 4, 5*6*7, #hashtag, [1]",
        ),
        ("https://a.fr/_b_/c__d__e", "https://a.fr/_b_/c__d__e"),
        (r"\*une étoile\* et \_un trait\_", "*une étoile* et _un trait_"),
        ("```\na;b\n```", "\na;b\n"),
        ("x < 3 et y > 2 ; 1. un", "x < 3 et y > 2 ; 1. un"),
    ],
)
def test_marks_go_and_words_stay(text: str, said: str) -> None:
    assert without_marks(text) == said


@pytest.mark.parametrize(
    "piece", ["*", "[", "_", "[a](", "__a ", "`", "> ", "\n", "**a", "<http://", "![a](b "]
)
def test_no_text_takes_long(piece: str) -> None:
    start = time.process_time()
    without_marks(piece * 50_000)
    assert time.process_time() - start < 5
