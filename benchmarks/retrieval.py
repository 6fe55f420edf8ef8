"""How well the right resources are found, against plain BM25 on the same texts.

`python -m benchmarks.retrieval --data DIR --queries FILE --qrels FILE [--json FILE]`
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks import retrieval_corpus as corpus
from benchmarks.intervals import Difference, paired
from ecograph.app import EcoGraph
from ecograph.index import Document, Filters, Index
from ecograph.index.wording import worded
from ecograph.model import Level
from ecograph.settings import Settings
from ecograph.sources.declaration import occasional
from ecograph.sources.read import File

DEPTH = 10
OURS = "ecograph"
METRICS = ("ndcg@10", "recall@10", "mrr@10")

Search = Callable[[str], Sequence[str]]  # a query -> the IRIs of the first documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One system: for each metric the value of each query, and the time of each."""

    queries: Sequence[corpus.Query]
    values: Mapping[str, Mapping[str, float]]
    ms: Sequence[float]

    def mean(self, metric: str) -> float:
        """The mean over all queries."""
        return statistics.fmean(self.values[metric].values())

    def by(self, of: Callable[[corpus.Query], str], metric: str) -> dict[str, float]:
        """The mean for each group of queries, in order of its name."""
        groups: dict[str, list[float]] = {}
        for query in self.queries:
            groups.setdefault(of(query), []).append(self.values[metric][query.id])
        return {name: statistics.fmean(groups[name]) for name in sorted(groups)}

    def as_json(self) -> dict[str, Any]:
        """The figures that the benchmark promises."""
        return {
            **{metric: self.mean(metric) for metric in METRICS},
            "by_style": self._groups(_style),
            "by_language": self._groups(_language),
            "ms_per_query": statistics.fmean(self.ms),
        }

    def _groups(self, of: Callable[[corpus.Query], str]) -> dict[str, dict[str, float]]:
        means = {metric: self.by(of, metric) for metric in METRICS}
        return {name: {m: means[m][name] for m in METRICS} for name in means[METRICS[0]]}


def ndcg(found: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """Discounted gain of the first documents, over the best possible; a gain is 2^grade - 1."""
    ideal = _discounted(sorted(grades.values(), reverse=True)[:depth])
    return _discounted([grades.get(iri, 0) for iri in found[:depth]]) / ideal if ideal else 0.0


def recall(found: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """The share of the documents of grade 1 or more that are among the first."""
    wanted = {iri for iri, grade in grades.items() if grade >= 1}
    return len(wanted.intersection(found[:depth])) / len(wanted) if wanted else 0.0


def reciprocal_rank(found: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """One over the rank of the first document of grade 1 or more; 0 when there is none."""
    ranks = (rank for rank, iri in enumerate(found[:depth], 1) if grades.get(iri, 0) >= 1)
    return 1 / next(ranks, math.inf)


def measure(search: Search, queries: Sequence[corpus.Query], judged: corpus.Judgements) -> Measured:
    """Ask a system, which answers with IRIs, every query that was judged."""
    asked = [query for query in queries if query.id in judged]
    search(asked[0].text)  # the first search fills caches
    found, ms = {}, []
    for query in asked:
        start = time.perf_counter()
        found[query.id] = search(query.text)
        ms.append((time.perf_counter() - start) * 1000)
    scorers = zip(METRICS, (ndcg, recall, reciprocal_rank), strict=True)
    named = {query: [corpus.id_of(iri) for iri in iris] for query, iris in found.items()}
    values = {m: {q: score(ids, judged[q]) for q, ids in named.items()} for m, score in scorers}
    return Measured(queries=asked, values=values, ms=ms)


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
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


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


def _style(query: corpus.Query) -> str:
    return query.style


def _language(query: corpus.Query) -> str:
    return query.language


def _discounted(grades: Sequence[int]) -> float:
    return math.fsum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


def _nuances(m: Measured) -> dict[str, float]:
    return m.by(_style, "ndcg@10") | m.by(_language, "ndcg@10")


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
