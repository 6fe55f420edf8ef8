"""How well the right resources are found, against plain BM25 on the same texts.

`python -m benchmarks.retrieval --data DIR --queries FILE --qrels FILE [--json FILE]`
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks import quality
from benchmarks import retrieval_corpus as corpus
from benchmarks.intervals import Difference, paired
from benchmarks.quality import DEPTH, METRICS, Measured, Search, aligned, language, style
from ecograph.app import EcoGraph
from ecograph.index import Document, Filters, Index
from ecograph.index.wording import worded
from ecograph.model import Level
from ecograph.settings import Settings
from ecograph.sources.declaration import occasional
from ecograph.sources.read import File

OURS = "ecograph"


def measure(search: Search, queries: Sequence[corpus.Query], judged: corpus.Judgements) -> Measured:
    """Ask a system every query that was judged."""
    return quality.measure(search, queries, judged, named=corpus.id_of)


def bm25s_search(rows: Sequence[Document]) -> Search:
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
    retriever.index(cut([f"{d.title}\n{d.text}" for d in rows]), show_progress=False)

    def search(query: str) -> list[str]:
        numbers, _ = retriever.retrieve(cut([query]), k=DEPTH, show_progress=False)
        return [rows[number].iri for number in numbers[0]]

    return search


def index_searches(index: Index) -> dict[str, Search]:
    """The whole index, and each of its channels alone."""
    iris = [document.iri for document in index.documents]

    def first(scores: Any) -> list[str]:
        return [iris[number] for number in np.argsort(-scores, kind="stable")[:DEPTH]]

    def whole(query: str) -> list[str]:
        return [hit.iri for hit in index.search(query, filters=Filters(), limit=DEPTH).hits]

    searches: dict[str, Search] = {"bm25f": lambda query: first(index.lexical.scores(worded(query)))}
    dense = index.dense
    if dense is not None:
        searches["dense"] = lambda query: first(dense.cosines(worded(query)))
    return searches | {OURS: whole}


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Index, float]]:
    """Load the corpus as any source is loaded; give its index, and the seconds that it took."""
    files = [
        File("corpus.ttl", corpus.corpus_turtle(folder).encode()),
        File("vocabulary.nt", corpus.vocabulary_texts().encode()),
    ]
    with TemporaryDirectory() as home:
        graph = EcoGraph(Settings(home=Path(home)))
        start = time.perf_counter()
        with graph.writing.open("the benchmark") as writer:
            outcome = writer.load(occasional("benchmark", "public"), files)
        seconds = time.perf_counter() - start
        for rejection in outcome.rejections:
            print(f"rejected: {rejection}")
        yield graph.view(Level.PUBLIC).index, seconds


def table(systems: Mapping[str, Measured], gaps: Mapping[str, Difference]) -> str:
    """The figures for reading: one line a system."""
    groups = _nuances(systems[OURS])
    head = ["system", *METRICS, *(f"ndcg {g}" for g in groups), "ms", f"{OURS} - it (ndcg, 95 %)"]
    lines = [head] + [_line(name, m, gaps.get(name)) for name, m in systems.items()]
    return aligned(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Build, ask, print."""
    options = _options(arguments)
    queries, judged = corpus.read_queries(options.queries), corpus.read_judgements(options.qrels)
    with opened(options.data) as (index, seconds):
        searches = {"bm25s": bm25s_search(index.documents)} | index_searches(index)
        systems = {name: measure(search, queries, judged) for name, search in searches.items()}
    ours = systems[OURS].values["ndcg@10"]
    gaps = {n: paired(ours, m.values["ndcg@10"]) for n, m in systems.items() if n != OURS}
    print(table(systems, gaps))
    print(f"{len(index.documents)} documents, loaded and indexed in {seconds:.1f} s; {len(ours)} queries")
    if options.json:
        options.json.write_text(
            json.dumps(_figures(systems, gaps, seconds), indent=1) + "\n", encoding="utf-8"
        )


def _nuances(m: Measured) -> dict[str, float]:
    return m.by(style, "ndcg@10") | m.by(language, "ndcg@10")


def _line(name: str, m: Measured, gap: Difference | None) -> list[str]:
    values = [*(m.mean(metric) for metric in METRICS), *_nuances(m).values()]
    shown = [f"{value:.3f}" for value in values]
    return [name, *shown, f"{statistics.fmean(m.ms):.2f}", str(gap) if gap else ""]


def _figures(
    systems: Mapping[str, Measured], gaps: Mapping[str, Difference], seconds: float
) -> dict[str, Any]:
    return {
        "systems": {name: measured.as_json() for name, measured in systems.items()},
        OURS: OURS,
        "differences": {name: gap.as_json() for name, gap in gaps.items()},
        "build_seconds": seconds,
    }


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds corpus.jsonl and links.tsv")
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--qrels", type=Path, required=True)
    parser.add_argument("--json", type=Path, help="write the figures there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
