"""How fast a large index answers: `python -m benchmarks.search --documents N [--json FILE]`.

Makes N French-like documents, indexes them in a process of its own, and asks with two filters, without
and with all facets, from the text of the query to the hits. With `--folder FOLDER` the index stays there,
and is only asked the next time: building takes a quarter of an hour for a million documents, asking two
minutes. `--picture FILE figures.json …` draws what was measured, `--table FILE figures.json …` tells it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.search_corpus import BASE, GENERAL, THEME_WORDS, THEMES, Corpus
from benchmarks.search_picture import drawn
from benchmarks.search_table import told
from ecograph.index import Filters
from ecograph.index.hits import Meta
from ecograph.index.large import LargeIndex
from ecograph.index.large.folder import create, open_large, update
from ecograph.understanding.embedding import Table

WIDTH = 300
QUERIES, WRITES = 200, 5
HEAVY = ("torch", "spacy", "sentence_transformers")
FILTERS = Filters(poles=(f"{BASE}pole/2",), territories=("DEP-48",))


def table_of(corpus: Corpus) -> Table:
    """A table as teaching leaves it: words of one theme lie near each other."""
    random = np.random.default_rng(corpus.seed)
    words = corpus.language()
    rows = random.normal(size=(len(words), WIDTH)).astype(np.float32)
    themes = random.normal(size=(THEMES, WIDTH)).astype(np.float32)
    rows[GENERAL:] = 0.8 * np.repeat(themes, THEME_WORDS, axis=0) + 0.6 * rows[GENERAL:]
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return Table("benchmark", {word: n for n, word in enumerate(words)}, unit.astype(np.float16))


def build(folder: Path, size: int) -> None:
    """Index the documents, and tell what that took."""
    corpus, start = Corpus(size), time.perf_counter()

    def progress(said: str) -> None:
        print(f"{time.perf_counter() - start:8.1f} s  {said}", file=sys.stderr, flush=True)

    meta = Meta(sequence=1)
    create(folder, corpus.documents(), table=table_of(corpus), lexicon=None, meta=meta, progress=progress)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "build_seconds": time.perf_counter() - start,
        "build_cpu_seconds": used.ru_utime + used.ru_stime,
        "build_memory_mb": used.ru_maxrss / 1024,
    }
    print(json.dumps(told))


def ask(folder: Path, size: int) -> None:
    """Ask the questions, write some documents, and tell what that took."""
    corpus = Corpus(size)
    queries = corpus.queries(QUERIES)
    start = time.perf_counter()
    index = open_large(folder)
    opened = time.perf_counter() - start
    told = {
        "open_ms": 1000 * opened,
        "filtered": _asked(queries, lambda query: index.search(query, filters=FILTERS, facets=False)),
        "facets": _asked(queries, lambda query: index.search(query, filters=FILTERS)),
        "everything": _asked(queries, index.search),
        "memory": _memory(),
        "heavy_imports": [name for name in HEAVY if name in sys.modules],
        "writes": [_written(folder, corpus, number) for number in range(WRITES)],
        "disk_mb": sum(p.stat().st_blocks * 512 for p in folder.rglob("*") if p.is_file()) / 1e6,
    }
    print(json.dumps(told))


def _asked(queries: Sequence[str], search: Callable[[str], Any]) -> dict[str, float]:
    """Milliseconds of the clock and of the processor, from the text to the hits.

    Each query is asked twice: a word that nobody asked for before is read from the disk.
    """
    (first, _), (walls, cpu) = (_timed(queries, search) for _ in range(2))
    return {
        "p50": statistics.median(walls),
        "p95": float(np.quantile(walls, 0.95)),
        "first_p95": float(np.quantile(first, 0.95)),
        "cpu": statistics.mean(cpu),
        "cpu_p95": float(np.quantile(cpu, 0.95)),
    }


def _timed(queries: Sequence[str], search: Callable[[str], Any]) -> tuple[list[float], list[float]]:
    walls, cpu = [], []
    for query in queries:
        start, before = time.perf_counter(), time.process_time()
        search(query)
        cpu.append(1000 * (time.process_time() - before))
        walls.append(1000 * (time.perf_counter() - start))
    return walls, cpu


def _written(folder: Path, corpus: Corpus, number: int) -> dict[str, float]:
    """Milliseconds, of the clock and of the processor, from a changed document to a search that finds it."""
    document = corpus.document(number, edition=1)
    after = folder.with_name(f"after-{number}")
    start, before = time.perf_counter(), time.process_time()
    update(folder, after, {document.iri: document})
    index: LargeIndex = open_large(after)
    assert index.search(document.title, limit=1).hits[0].iri == document.iri
    taken = {"clock": time.perf_counter() - start, "cpu": time.process_time() - before}
    shutil.rmtree(after)
    return {name: 1000 * seconds for name, seconds in taken.items()}


def _memory() -> dict[str, float]:
    """What this process holds: by itself, and of files that the system may drop."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    found = dict(line.split(":", 1) for line in lines)
    return {
        name: int(found[key].split()[0]) / 1024
        for name, key in (("anonymous_mb", "RssAnon"), ("files_mb", "RssFile"))
    }


def measure(size: int, folder: Path) -> dict[str, Any]:
    """Build where that was not done before, and ask, each in a process of its own."""
    built = folder.with_name(f"{folder.name}.json")
    if not built.exists():
        built.write_text(_run("build", size, folder), encoding="utf-8")
    before = os.getloadavg()[0]
    asked = json.loads(_run("ask", size, folder))
    figures = {"documents": size, "processors": os.cpu_count(), "load_before": before}
    return {**figures, **json.loads(built.read_text(encoding="utf-8")), **asked, "load": os.getloadavg()[0]}


def _run(part: str, size: int, folder: Path) -> str:
    command = [sys.executable, "-m", "benchmarks.search", "--documents", str(size), part, str(folder)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, draw."""
    options = _options(arguments)
    if options.picture or options.table:
        runs = [json.loads(path.read_text(encoding="utf-8")) for path in map(Path, options.part)]
        (options.picture or options.table).write_text((drawn if options.picture else told)(runs), "utf-8")
        return
    if options.part:
        part, folder = options.part
        {"build": build, "ask": ask}[part](Path(folder), options.documents)
        return
    with TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        figures = json.dumps(measure(options.documents, folder / "index"), indent=1)
    print(figures)
    if options.json:
        options.json.write_text(figures + "\n", encoding="utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--folder", type=Path, help="keep the index there, or ask the one that is there")
    parser.add_argument("--table", type=Path, help="tell the figures of these files there")
    parser.add_argument("--picture", type=Path, help="draw the figures of these files there")
    parser.add_argument("part", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
