import numpy as np
import pytest

from ecograph.index import Document
from ecograph.index.letters import Letters, runs_of
from ecograph.index.wording import worded

DOCUMENTS = [
    Document(iri="a", title="Méthanisation à la ferme", text="Produire du gaz avec du fumier."),
    Document(iri="b", title="Gaz vert", text="La méthanisation en collectif."),
    Document(iri="c", title="Menuiserie bois", text="Portes et fenêtres."),
    Document(iri="d", title="Porte d'atelier", text="Menuiseries en aluminium."),
]


@pytest.fixture(scope="module")
def letters() -> Letters:
    return Letters.of(DOCUMENTS)


def test_runs_stay_inside_their_word() -> None:
    assert runs_of("bois")[:4] == (" bo", "boi", "ois", "is ")
    assert runs_of("a") == (" a ", " a ", " a ")


def test_a_mistyped_word_finds_what_was_meant(letters: Letters) -> None:
    assert letters.scores(worded("methanisatoin")).argmax() == 0
    assert letters.scores(worded("menuisrie")).argmax() == 2


def test_the_title_counts_more_than_the_text(letters: Letters) -> None:
    scores = letters.scores(worded("méthanisation"))
    assert scores[0] > scores[1] > 10 * scores[2]


def test_rows_have_length_one_and_scores_are_cosines(letters: Letters) -> None:
    norms = np.sqrt(np.asarray(letters.rows.multiply(letters.rows).sum(axis=1)))
    assert norms.ravel() == pytest.approx(1.0)
    assert letters.scores(worded("porte menuiserie")).max() <= 1


def test_words_without_meaning_and_unknown_letters_find_nothing(letters: Letters) -> None:
    assert not letters.scores(worded("nous cherchons pour le")).any()
    assert not letters.scores(worded("zzzqqq")).any()


def test_no_documents_is_no_error() -> None:
    assert Letters.of([]).scores(worded("bois")).shape == (0,)
