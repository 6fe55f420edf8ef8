import numpy as np
import pytest

from ecograph.index.bm25f import K1, MOST_TERMS, Bm25f
from ecograph.index.documents import Document
from ecograph.index.wording import worded

DOCUMENTS = (
    Document(iri="a", title="Chaufferie bois", text="Remplacer le fioul par des plaquettes."),
    Document(iri="b", title="Réseau de chaleur", text="Le bois et la géothermie."),
    Document(iri="c", title="Cogénération", labels=("bois énergie", "wood energy"), text="Vapeur."),
    Document(iri="d", title="Formation", text="Apprendre la soudure."),
)
INDEX = Bm25f.of(DOCUMENTS)


def test_a_title_goes_before_another_name_and_a_name_before_the_text() -> None:
    assert [DOCUMENTS[n].iri for n in np.argsort(-INDEX.scores(worded("bois")))][:3] == ["a", "c", "b"]
    assert INDEX.scores(worded("bois"))[3] == 0


def test_the_score_is_the_formula() -> None:
    lengths = {"a": 2, "b": 2, "c": 1, "d": 1}
    frequency = 8 / (1 - 0.3 + 0.3 * lengths["a"] / 1.5)
    idf = np.log(1 + (4 - 3 + 0.5) / (3 + 0.5))
    assert INDEX.scores(worded("bois"))[0] == pytest.approx(idf * frequency / (K1 + frequency))


def test_a_repeated_word_weighs_more_but_not_twice() -> None:
    once, twice = INDEX.scores(worded("soudure"))[3], INDEX.scores(worded("soudure soudure"))[3]
    assert once < twice < 2 * once


def test_many_labels_do_not_harm_a_document() -> None:
    wordy = Document(iri="e", title="Séchoir", labels=("étuve", *(f"mot{n}" for n in range(50))))
    short = Document(iri="f", title="Séchoir", labels=("étuve",))
    scores = Bm25f.of([wordy, short]).scores(worded("étuve"))
    assert scores[0] == scores[1] > 0


def test_what_matched_adds_up_to_the_score() -> None:
    query = "Une chaufferie au bois plutôt que le fioul, et des soudures"
    for number in range(len(DOCUMENTS)):
        matched = INDEX.matched(worded(query), number)
        assert sum(m.weight for m in matched) == pytest.approx(INDEX.scores(worded(query))[number])


def test_what_matched_says_which_word_and_where() -> None:
    matched = {m.word: set(m.fields) for m in INDEX.matched(worded("chaufferies fioul vapeur"), 0)}
    assert matched == {"chaufferies": {"title"}, "fioul": {"text"}}


def test_no_document_scores_more_than_the_best() -> None:
    query = "bois bois chaufferie fioul géothermie inconnu"
    assert 0 < INDEX.scores(worded(query)).max() < INDEX.best(worded(query))


def test_unknown_and_empty_queries_score_nothing() -> None:
    for query in ("", "le la les", "xqzt", "!?"):
        assert not INDEX.scores(worded(query)).any()
        assert INDEX.best(worded(query)) == 0
        assert INDEX.matched(worded(query), 0) == ()


def test_a_very_long_query_keeps_the_terms_that_tell_most() -> None:
    many = [f"mot{n}" for n in range(MOST_TERMS + 50)]
    common = Document(iri="a", title="banal", text=" ".join(many))
    index = Bm25f.of([common, Document(iri="b", title="banal"), Document(iri="c", title="banal")])
    assert index.scores(worded("banal"))[1] > 0
    assert index.scores(worded("banal " + " ".join(many)))[1] == 0


def test_no_documents_at_all() -> None:
    assert Bm25f.of([]).scores(worded("bois")).shape == (0,)
    assert Bm25f.of([Document(iri="a", title="")]).scores(worded("bois")).tolist() == [0.0]


def test_profiles_have_length_one() -> None:
    products = (INDEX.profiles @ INDEX.profiles.T).toarray()
    assert np.allclose(np.diag(products), 1)
    assert products[0, 1] > products[0, 3] == 0
