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
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import quality
from benchmarks import retrieval_corpus as corpus
from benchmarks.intervals import Difference, paired
from benchmarks.quality import METRICS, Measured, Search, aligned, language, style
from benchmarks.retrieval_ablations import Setup, changes, known_items, out_of_fold
from benchmarks.retrieval_systems import OURS, UNDERSTOOD, baselines, index_searches, understood
from ecograph.app import EcoGraph
from ecograph.index import Index
from ecograph.index.diffusion import STEPS
from ecograph.model import Level
from ecograph.questions.view import View
from ecograph.settings import Settings
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional


@dataclass(frozen=True, slots=True)
class Ablation:
    """A change: its gain over ours, what it reaches, and the share of titles that come first."""

    gap: Difference
    measured: Measured
    titles: float | None

    def as_json(self) -> dict[str, Any]:
        """The figures of one line."""
        return {
            "ndcg@10": self.measured.mean("ndcg@10"),
            "bylanguage": self.measured.by(language, "ndcg@10"),
            "difference": self.gap.as_json(),
            "titles_first": self.titles,
        }


def measure(search: Search, queries: Sequence[corpus.Query], judged: corpus.Judgements) -> Measured:
    """Ask a system every query that was judged."""
    return quality.measure(search, queries, judged, named=corpus.id_of)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[View, float]]:
    """Load the corpus as any source is loaded; give what the public sees, and the seconds that it took."""
    files = [
        File("corpus.ttl", corpus.corpus_turtle(folder).encode()),
        File("vocabulary.nt", corpus.vocabulary().encode()),
    ]
    with TemporaryDirectory() as home:
        graph = EcoGraph(Settings(home=Path(home), index="memory"))
        start = time.perf_counter()
        with graph.writing.open("the benchmark") as writer:
            outcome = writer.load(occasional("benchmark", "public"), files)
        seconds = time.perf_counter() - start
        for rejection in outcome.rejections:
            print(f"rejected: {rejection}")
        yield graph.view(Level.PUBLIC), seconds


def table(
    systems: Mapping[str, Measured], gaps: Mapping[str, Difference], titles: Mapping[str, float]
) -> str:
    """The figures for reading: one line a system."""
    groups = _nuances(systems[OURS])
    head = ["system", *METRICS, *groups, "titles first", "ms", f"{OURS} - it (ndcg, 95 %)"]
    return aligned([head, *(_line(name, m, gaps.get(name), titles.get(name)) for name, m in systems.items())])


def ablation_table(rows: Mapping[str, Ablation]) -> str:
    """The changes for reading: one line each."""
    head = ["change", "ndcg@10", "en", "fr", "it - ours (ndcg, 95 %)", "titles first"]
    return aligned([head, *(_ablation_line(name, row) for name, row in rows.items())])


def ablations(
    index: Index, queries: Sequence[corpus.Query], judged: corpus.Judgements
) -> dict[str, Ablation]:
    """Measure each change, and weights chosen out of fold."""
    ours = measure(index_searches(index)[OURS], queries, judged).values["ndcg@10"]

    def measured(search: Search) -> Mapping[str, float]:
        return measure(search, queries, judged).values["ndcg@10"]

    rows = {}
    for name, setup in changes(index):
        taken = measure(setup.search, queries, judged)
        gap = paired(taken.values["ndcg@10"], ours)
        rows[name] = Ablation(gap, taken, _titles(setup, index))
    chosen = out_of_fold(index, measured)
    taken = replace(taken, values={**taken.values, "ndcg@10": chosen})
    rows["weights chosen out of fold"] = Ablation(paired(chosen, ours), taken, None)
    return rows


def _titles(setup: Setup, index: Index) -> float | None:
    """Titles are asked for again where the change is one of those that move them."""
    is_told = not setup.names or setup.steps != STEPS or setup.lexicon is None
    return known_items(setup.search, index.documents) if is_told else None


def main(arguments: Sequence[str] | None = None) -> None:
    """Build, ask, print."""
    options = _options(arguments)
    queries, judged = corpus.read_queries(options.queries), corpus.read_judgements(options.qrels)
    with opened(options.data) as (view, seconds):
        index = view.index
        assert isinstance(index, Index)
        ours = index_searches(index) | {UNDERSTOOD: understood(view)}
        searches = baselines(index.documents) | ours
        systems = {name: measure(search, queries, judged) for name, search in searches.items()}
        # Thousands of titles take the transformers too long.
        titles = {name: known_items(search, index.documents) for name, search in ours.items()}
        rows = {} if options.quick else ablations(index, queries, judged)
    best = systems[OURS].values["ndcg@10"]
    gaps = {n: paired(best, m.values["ndcg@10"]) for n, m in systems.items() if n != OURS}
    print(table(systems, gaps, titles))
    print(f"{len(index.documents)} documents, loaded and indexed in {seconds:.1f} s; {len(best)} queries")
    print(f"lexicon: {index.meta.lexicon}")
    if rows:
        print("\n" + ablation_table(rows))
    if options.json:
        figures = _figures(systems, gaps, seconds) | {
            "titles_first": titles,
            "ablations": {name: row.as_json() for name, row in rows.items()},
        }
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _nuances(m: Measured) -> dict[str, float]:
    return m.by(style, "ndcg@10") | m.by(language, "ndcg@10")


def _line(name: str, m: Measured, gap: Difference | None, titles: float | None) -> list[str]:
    values = [*(m.mean(metric) for metric in METRICS), *_nuances(m).values()]
    shown = [f"{value:.3f}" for value in values]
    return [name, *shown, _share(titles), f"{statistics.fmean(m.ms):.2f}", str(gap) if gap else ""]


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _ablation_line(name: str, row: Ablation) -> list[str]:
    m, languages = row.measured, row.measured.by(language, "ndcg@10")
    shown = [f"{value:.3f}" for value in (m.mean("ndcg@10"), *(languages.get(n, 0.0) for n in ("en", "fr")))]
    return [name, *shown, str(row.gap), _share(row.titles)]


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
    parser.add_argument("--quick", action="store_true", help="leave the ablations out")
    parser.add_argument("--json", type=Path, help="write the figures there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
