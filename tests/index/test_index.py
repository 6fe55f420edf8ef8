import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecograph.errors import EmbeddingUnavailable
from ecograph.index import Document, Filters, Found, Index, IndexUnusable

NONSENSE = ("xqzt zorglub", "blabla foo bar", "qwrtp", "!!! ???", "le la les")


@pytest.fixture(params=["by_words", "taught"])
def index(request: pytest.FixtureRequest) -> Index:
    found: Index = request.getfixturevalue(request.param)
    return found


def _iris(found: Found) -> list[str]:
    return [hit.iri.removeprefix("https://example.org/") for hit in found.hits]


def test_the_named_offer_comes_first(index: Index) -> None:
    for query in ("appui scierie", "Une scierie cherche un appui", "SCIERIES"):
        assert _iris(index.search(query, limit=3))[0] == "offer/bois-0"


def test_channels_add_up_to_the_score(index: Index) -> None:
    found = index.search("une laiterie de montagne et ses capteurs", limit=50)
    assert found.hits
    for hit in found.hits:
        assert sum(hit.channels.values()) == pytest.approx(hit.score, abs=1e-9)
        assert 0 < hit.score <= 1
    assert [h.score for h in found.hits] == sorted((h.score for h in found.hits), reverse=True)


def test_a_hit_tells_the_words_it_matched(index: Index) -> None:
    hit = index.search("des charpentes, un serveur", limit=1).hits[0]
    assert hit.matched
    assert set(hit.matched) <= {"charpentes", "serveur"}


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_finds_nothing(index: Index, query: str) -> None:
    found = index.search(query, limit=10)
    assert (found.hits, found.total) == ((), 0)
    assert not any(found.facets.values())


def test_an_empty_query_lists_everything_by_title(index: Index) -> None:
    found = index.search("  ", limit=100)
    assert found.total == len(index.documents) == 24
    titles = {d.iri: d.title for d in index.documents}
    listed = [titles[hit.iri] for hit in found.hits]
    assert listed[:3] == ["Agroalimentaire", "Appui algorithme", "Appui application"]
    assert listed[-1] == "Santé"
    assert {hit.score for hit in found.hits} == {0}
    assert found.facets["type"] == {"Resource": 20, "SupportOffer": 20, "Competence": 4}


def test_pages_follow_each_other(index: Index) -> None:
    whole = index.search("atelier", limit=100)
    pages = [index.search("atelier", limit=5, offset=at) for at in range(0, 30, 5)]
    assert [h for page in pages for h in page.hits] == list(whole.hits)
    assert {page.total for page in pages} == {whole.total}


def test_filters_and_facets_go_together(index: Index) -> None:
    agro = Filters(poles=("https://example.org/pole/agro",))
    found = index.search("appui", filters=agro, limit=100)
    assert found.total == 5
    assert all("agro" in iri for iri in _iris(found))
    assert set(found.facets["pole"].values()) == {5}
    assert len(found.facets["pole"]) == 4
    assert found.facets["territory"] == {"FR": 5, "DEP-48": 2}


def test_a_text_of_ten_thousand_characters(index: Index) -> None:
    text = ("La scierie veut sécher le bois de charpente. " * 300)[:10_000]
    first = _iris(index.search(text, limit=3))
    assert set(first) == {"concept/bois", "offer/bois-0", "offer/bois-1"}


def test_order_of_arrival_does_not_matter(corpus: list[Document], by_words: Index) -> None:
    shuffled = Index.build([*corpus[::-1], *corpus[:3]], teacher=None)
    assert shuffled.documents == by_words.documents
    assert shuffled.search("appui atelier", limit=50) == by_words.search("appui atelier", limit=50)


def test_equal_documents_go_by_iri() -> None:
    twins = [Document(iri=iri, title="Prêt d'honneur") for iri in ("c", "a", "b")]
    found = Index.build(twins, teacher=None).search("prêt", limit=3)
    assert [hit.iri for hit in found.hits] == ["a", "b", "c"]


def test_relevance_is_between_zero_and_one_and_agrees_with_the_text(index: Index) -> None:
    relevance = index.relevance("appui à une laiterie et à la fabrication de fromage")
    assert set(relevance) == {d.iri for d in index.documents}
    assert all(0 <= value <= 1 for value in relevance.values())
    assert max(relevance, key=lambda iri: relevance[iri]).startswith("https://example.org/offer/agro")
    assert set(index.relevance("xqzt").values()) == {0}
    some = "https://example.org/offer/agro-0"
    assert index.relevance("laiterie", [some, "unknown"]).keys() == {some}


def test_relevance_of_a_document_does_not_hang_on_the_others_asked(by_words: Index) -> None:
    some = "https://example.org/offer/num-1"
    alone = by_words.relevance("un capteur", [some])[some]
    assert alone == by_words.relevance("un capteur")[some] > 0


def test_similar_documents_share_words_and_links(index: Index) -> None:
    hits = index.similar("https://example.org/offer/sante-1", limit=4)
    assert [h.iri.split("/")[-1].split("-")[0] for h in hits] == ["sante"] * 4
    assert "https://example.org/offer/sante-1" not in [h.iri for h in hits]
    for hit in hits:
        assert sum(hit.channels.values()) == pytest.approx(hit.score)
        assert "links" in hit.channels


def test_nothing_is_similar_to_what_is_unknown(index: Index) -> None:
    assert index.similar("unknown") == []


def test_a_mistyped_word_still_finds(index: Index) -> None:
    assert _iris(index.search("charpante", limit=1)) == ["offer/bois-1"]


def test_a_title_comes_first_when_asked_for_by_name(index: Index) -> None:
    for document in index.documents:
        if " " in document.title:
            assert index.search(document.title, limit=1).hits[0].iri == document.iri


def test_an_index_comes_back_as_it_was(index: Index, tmp_path: Path) -> None:
    index.save(tmp_path / "index")
    index.save(tmp_path / "index")
    assert [p.name for p in tmp_path.iterdir()] == ["index"]
    back = Index.load(tmp_path / "index")
    assert back.documents == index.documents
    assert back.meta == index.meta
    assert (back.meta.sequence, back.lexical_only) == (7, index.lexical_only)
    query = "la laiterie et le bois"
    assert back.search(query, limit=50) == index.search(query, limit=50)
    some = index.documents[0].iri
    assert back.matched(query, some) == index.matched(query, some)


@pytest.mark.parametrize("name", ["meta.json", "documents.jsonl", "words.npz"])
def test_a_damaged_index_says_so(by_words: Index, tmp_path: Path, name: str) -> None:
    by_words.save(tmp_path / "index")
    (tmp_path / "index" / name).write_bytes(b"{broken")
    with pytest.raises(IndexUnusable, match="damaged"):
        Index.load(tmp_path / "index")
    (tmp_path / "index" / name).unlink()
    with pytest.raises(IndexUnusable, match="missing"):
        Index.load(tmp_path / "index")


def test_an_index_of_another_analyzer_is_refused(by_words: Index, tmp_path: Path) -> None:
    by_words.save(tmp_path / "index")
    meta = tmp_path / "index" / "meta.json"
    meta.write_text(json.dumps(json.loads(meta.read_text()) | {"analyzer": "fr-0"}))
    with pytest.raises(IndexUnusable, match=r"analyzer is fr-0, not .*; the next load makes it again"):
        Index.load(tmp_path / "index")


def test_no_documents(tmp_path: Path) -> None:
    def teacher(*_: object, **__: object) -> None:
        raise AssertionError("there is nothing to teach")

    index = Index.build([], teacher=teacher)
    index.save(tmp_path / "index")
    for empty in (index, Index.load(tmp_path / "index")):
        assert empty.search("bois").total == empty.search("").total == 0
        assert empty.relevance("bois") == {}


def test_a_teacher_that_cannot_teach_is_heard(corpus: list[Document]) -> None:
    def teacher(*_: object, **__: object) -> None:
        raise EmbeddingUnavailable("torch is not installed")

    with pytest.raises(EmbeddingUnavailable):
        Index.build(corpus, teacher=teacher)


@given(st.text(max_size=200), st.integers(-3, 40), st.integers(-3, 40))
def test_any_text_may_be_asked(by_words: Index, query: str, limit: int, offset: int) -> None:
    found = by_words.search(query, limit=limit, offset=offset)
    assert len(found.hits) <= min(max(limit, 0), found.total) <= len(by_words.documents)
