"""How good an order of answers is: the measures over graded judgements, query by query."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from benchmarks.retrieval_corpus import Judgements, Query

DEPTH = 10

Search = Callable[[str], Sequence[str]]  # a query -> the IRIs of the first documents
Scorer = Callable[[Sequence[str], Mapping[str, int]], float]  # ids in order, grades -> 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One system: for each metric the value of each query, and the time of each."""

    queries: Sequence[Query]
    values: Mapping[str, Mapping[str, float]]
    ms: Sequence[float]

    def mean(self, metric: str) -> float:
        """The mean over all queries."""
        return statistics.fmean(self.values[metric].values())

    def by(self, of: Callable[[Query], str], metric: str) -> dict[str, float]:
        """The mean for each group of queries, in order of its name."""
        groups: dict[str, list[float]] = {}
        for query in self.queries:
            groups.setdefault(of(query), []).append(self.values[metric][query.id])
        return {name: statistics.fmean(groups[name]) for name in sorted(groups)}

    def groups(self, of: Callable[[Query], str]) -> dict[str, dict[str, float]]:
        """All metrics for each group of queries."""
        means = {metric: self.by(of, metric) for metric in self.values}
        names = next(iter(means.values()))
        return {name: {metric: means[metric][name] for metric in means} for name in names}

    def as_json(self) -> dict[str, Any]:
        """The figures that the benchmark promises."""
        return {
            **{metric: self.mean(metric) for metric in self.values},
            "by_style": self.groups(style),
            "by_language": self.groups(language),
            "ms_per_query": statistics.fmean(self.ms),
        }


def style(query: Query) -> str:
    """How the query is written: short, a sentence, a project."""
    return query.style


def language(query: Query) -> str:
    """The language of the query."""
    return query.language


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


def precision(found: Sequence[str], grades: Mapping[str, int], depth: int = 5) -> float:
    """The share of the first places that hold a document of grade 1 or more; an empty place does not."""
    return sum(grades.get(iri, 0) >= 1 for iri in found[:depth]) / depth


SCORERS: Mapping[str, Scorer] = MappingProxyType(
    {"ndcg@10": ndcg, "recall@10": recall, "mrr@10": reciprocal_rank}
)
METRICS = tuple(SCORERS)


def measure(
    search: Search,
    queries: Sequence[Query],
    judged: Judgements,
    *,
    named: Callable[[str], str],
    scorers: Mapping[str, Scorer] = SCORERS,
) -> Measured:
    """Ask a system, which answers with IRIs, every query that was judged; `named` gives the judged id."""
    asked = [query for query in queries if query.id in judged]
    search(asked[0].text)  # the first search fills caches
    found, ms = {}, []
    for query in asked:
        start = time.perf_counter()
        iris = search(query.text)
        ms.append((time.perf_counter() - start) * 1000)
        found[query.id] = [named(iri) for iri in iris]
    values = {m: {q: score(ids, judged[q]) for q, ids in found.items()} for m, score in scorers.items()}
    return Measured(queries=asked, values=values, ms=ms)


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Columns of equal width."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _discounted(grades: Sequence[int]) -> float:
    return math.fsum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))
