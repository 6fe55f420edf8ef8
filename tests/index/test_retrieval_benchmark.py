import json
import math
from pathlib import Path

import pyoxigraph as ox
import pytest

from benchmarks.intervals import paired
from benchmarks.quality import ndcg, precision, recall, reciprocal_rank
from benchmarks.retrieval import measure, opened
from benchmarks.retrieval_corpus import Query, corpus_turtle, id_of, read_rows

GRADES = {"a": 2, "b": 1, "c": 0, "d": 1}


def test_the_best_order_has_gain_one_and_others_less() -> None:
    assert ndcg(["a", "b", "d"], GRADES) == pytest.approx(1)
    best = 3 + 1 / math.log2(3) + 1 / 2
    assert ndcg(["x", "a", "c"], GRADES) == pytest.approx(3 / math.log2(3) / best)
    assert ndcg(["x"] * 10 + ["a"], GRADES) == 0
    assert ndcg(["a"], {"a": 0}) == 0


def test_recall_and_reciprocal_rank_count_grades_from_one() -> None:
    assert recall(["a", "x", "b"], GRADES) == pytest.approx(2 / 3)
    assert recall(["a"], {}) == 0
    assert reciprocal_rank(["c", "x", "d"], GRADES) == pytest.approx(1 / 3)
    assert reciprocal_rank(["c"], GRADES) == 0


def test_precision_counts_empty_places() -> None:
    assert precision(["a", "c", "d", "x", "y", "b"], GRADES) == pytest.approx(2 / 5)
    assert precision(["a"], GRADES) == pytest.approx(1 / 5)


def test_a_sure_gain_lies_above_zero_and_an_unsure_one_does_not() -> None:
    base = {str(n): n / 40 for n in range(40)}
    better = {query: value + 0.1 for query, value in base.items()}
    sure = paired(better, base)
    assert (sure.mean, sure.low, sure.high) == pytest.approx((0.1, 0.1, 0.1))
    mixed = {q: v + (0.1 if int(q) % 2 else -0.09) for q, v in base.items()}
    unsure = paired(mixed, base)
    assert unsure.low < 0 < unsure.high
    assert unsure == paired(mixed, base)
    with pytest.raises(ValueError, match="same queries"):
        paired(base, {"1": 0.5})


def test_figures_are_given_by_style_and_language() -> None:
    queries = [
        Query(id="1", text="a", style="short", language="fr"),
        Query(id="2", text="b", style="short", language="en"),
        Query(id="3", text="c", style="project", language="fr"),
        Query(id="4", text="not judged", style="project", language="fr"),
    ]
    measured = measure(lambda text: [text], queries, {q: {"a": 1} for q in "123"}).as_json()
    assert measured["ndcg@10"] == pytest.approx(1 / 3)
    assert measured["by_style"]["short"] == {"ndcg@10": 0.5, "recall@10": 0.5, "mrr@10": 0.5}
    assert measured["by_style"]["project"]["mrr@10"] == 0
    assert measured["by_language"]["fr"]["recall@10"] == 0.5
    assert measured["ms_per_query"] >= 0


ROWS = [
    {"id": "x:guide", "type": "fiche-projet", "title": 'Le "solaire"', "promise": "", "text": "Un\ntoit\\"},
    {"id": "x:aide é", "type": "programme", "title": "Aide", "promise": "Payer", "text": "moins"},
    {"id": "y:1", "type": "acteur", "title": "Atelier", "promise": "", "text": "Ici"},
    {"id": "z:1", "type": "competence", "title": "Souder", "promise": "", "text": "Fer"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    (tmp_path / "corpus.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "links.tsv").write_text("concept\tresource\nx:guide\tx:aide é\n", encoding="utf-8")
    return tmp_path


def test_the_corpus_is_turtle(folder: Path) -> None:
    turtle = corpus_turtle(folder).encode()
    quads = list(ox.parse(turtle, format=ox.RdfFormat.TURTLE, base_iri="https://example.org/"))
    said = {(q.subject.value, q.predicate.value.split("/")[-1], q.object.value) for q in quads}
    aide = "https://example.org/offer/x--aide%20%C3%A9"
    assert (aide, "relation", "https://example.org/offer/x--guide") in said
    assert (aide, "description", "Payer\nmoins") in said
    assert ("https://example.org/offer/x--guide", "description", "Un\ntoit\\") in said
    assert ("https://example.org/offer/x--guide", "title", 'Le "solaire"') in said
    about = [q.subject.value for q in quads if not q.subject.value.startswith("https://w3id.org/")]
    assert {id_of(iri) for iri in about} == {row["id"] for row in read_rows(folder)}


def test_the_corpus_goes_through_the_loading_path(folder: Path) -> None:
    with opened(folder) as (view, _):
        by_id = {id_of(document.iri): document for document in view.index.documents}
    assert by_id.keys() == {row["id"] for row in ROWS}
    assert [id_of(iri) for iri in by_id["x:aide é"].links] == ["x:guide"]
    assert by_id["x:aide é"].text == "Payer\nmoins"
    assert by_id["x:guide"].passages == ("Un", "toit\\")
