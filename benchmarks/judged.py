"""How well search and matching find what was judged right on the sample territory (`data/judged`).

`python -m benchmarks.judged [--home DIR] [--worst N] [--json FILE]`
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.intervals import Difference, paired
from benchmarks.quality import DEPTH, SCORERS, Measured, Scorer, aligned, language, measure, precision, style
from benchmarks.retrieval_corpus import Judgements, Query, read_judgements, read_queries
from ecograph.app import EcoGraph
from ecograph.assets import located
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from ecograph.settings import Settings

NDCG = "ndcg@10"
MEASURES: Mapping[str, Scorer] = {**SCORERS, "p@5": precision}
# What was judged: a search may also find projects, needs and concepts, which no grade tells about.
_JUDGED_TYPES = ("Resource", "Actor")


def read_set() -> tuple[list[Query], Judgements]:
    """The projects, and the grades of their resources."""
    folder = located("data/judged")
    return read_queries(folder / "projects.jsonl"), read_judgements(folder / "judgements.tsv")


def measured(graph: EcoGraph) -> dict[str, Measured]:
    """What search and matching reach on a home that holds the sample territory."""
    queries, judged = read_set()
    spoken = {query.text: query.language for query in queries}
    asked = Asked(type=_JUDGED_TYPES)

    def search(text: str) -> list[str]:
        answer = graph.search(Level.PUBLIC, text, asked, limit=DEPTH, language=spoken[text])
        return [result.iri for result in answer.results]

    def match(text: str) -> list[str]:
        answer = graph.match_text(Level.PUBLIC, text, Asked(), limit=DEPTH, language=spoken[text])
        return [result.iri for result in answer.results]

    def named(iri: str) -> str:
        return iri.removeprefix(f"{graph.base}/")

    ways = {"search": search, "match": match}
    return {name: measure(way, queries, judged, named=named, scorers=MEASURES) for name, way in ways.items()}


def sureness(m: Measured) -> Difference:
    """The mean nDCG@10, and the bounds that a bootstrap over the projects gives it."""
    values = m.values[NDCG]
    return paired(values, dict.fromkeys(values, 0.0))


def worst(m: Measured, count: int) -> list[str]:
    """The projects that are answered worst, with their nDCG@10."""
    values = m.values[NDCG]
    last = sorted(m.queries, key=lambda query: (values[query.id], query.id))[:count]
    return [f"{values[query.id]:.3f}  {query.id}  {query.text}" for query in last]


def table(systems: Mapping[str, Measured]) -> str:
    """The figures for reading: one line for all projects, for each style and for each language."""
    lines = [["asked by", "projects", *MEASURES, "ms"]]
    for name, m in systems.items():
        figures = m.as_json()
        lines.append([*_line(name, figures, len(m.queries)), f"{figures['ms_per_query']:.1f}"])
        for of in (style, language):
            sizes = [of(query) for query in m.queries]
            lines += [[*_line(f"  {g}", v, sizes.count(g)), ""] for g, v in m.groups(of).items()]
    return aligned(lines)


@contextmanager
def opened(home: Path | None) -> Iterator[EcoGraph]:
    """A home that holds the sample territory: the one given, or a new one that is thrown away."""
    if home is not None:
        yield EcoGraph(Settings(home=home))
        return
    with TemporaryDirectory() as folder:
        graph = EcoGraph(Settings(home=Path(folder)))
        _, failures = graph.writing.load_declared()
        if failures:
            raise SystemExit("\n".join(map(str, failures)))
        yield graph


def main(arguments: Sequence[str] | None = None) -> None:
    """Load, ask, print."""
    options = _options(arguments)
    with opened(options.home) as graph:
        systems = measured(graph)
        words = "words alone" if graph.view(Level.PUBLIC).index.lexical_only else "words, letters and sense"
    print(table(systems))
    for name, m in systems.items():
        sure = sureness(m)
        print(f"{name}: {NDCG} between {sure.low:.3f} and {sure.high:.3f} (95 %); the worst:")
        print("".join(f"  {line}\n" for line in worst(m, options.worst)), end="")
    print(f"{words}; projects that nothing answers, not counted: {', '.join(_unanswerable())}")
    if options.json:
        figures = {name: m.as_json() for name, m in systems.items()}
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _line(name: str, values: Mapping[str, float], count: int) -> list[str]:
    return [name, str(count), *(f"{values[metric]:.3f}" for metric in MEASURES)]


def _unanswerable() -> list[str]:
    queries, judged = read_set()
    return [query.id for query in queries if query.id not in judged]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judged", description=__doc__)
    parser.add_argument("--home", type=Path, help="a home that holds the sample territory")
    parser.add_argument("--worst", type=int, default=5, help="how many projects to name (default: 5)")
    parser.add_argument("--json", type=Path, help="write the figures there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
