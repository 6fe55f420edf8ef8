"""SPARQL over HTTP: EcoGraph, `oxigraph serve` and Virtuoso on the same graph.

`python -m benchmarks.sparql --quads N [--servers ecograph,oxigraph,virtuoso] [--parts load,queries,edits]
[--json FILE]`

A part may be measured alone: `--parts load --servers ecograph,oxigraph` compares loads, and
`--parts edits --servers ecograph` times edits. Everything is loaded in any case.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks import sparql_floor
from benchmarks import sparql_servers as servers
from benchmarks.processes import processor_seconds, spent
from benchmarks.sparql_client import Client, Job
from benchmarks.sparql_data import Territory
from benchmarks.sparql_edits import visible_after
from benchmarks.sparql_queries import QUERIES, drawn
from benchmarks.sparql_servers import Load, Server, Unavailable

SERVERS = ("ecograph", "oxigraph", "virtuoso")
PARTS = ("load", "queries", "edits")
MANY = 8
_COMPARED = 10
_WARM = 5  # the queries that are repeated


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is measured, and how much is asked: requests of each kind, or as many as the seconds allow."""

    parts: Sequence[str]
    requests: int
    seconds: float
    edits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One query on one server, either cold (each request another parameter) or warm (repeated)."""

    requests: int
    cpu_ms: float
    p50_ms: float
    p95_ms: float
    per_second: float
    per_second_many: float


@dataclass(slots=True)
class Report:
    """All that was measured."""

    quads: int
    figures: dict[str, dict[str, dict[str, Figures]]] = field(default_factory=dict)
    loads: dict[str, Load] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    visible_ms: list[float] = field(default_factory=list)
    rows: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    floor_ms: float | None = None  # of a constant answer from EcoGraph's HTTP server

    def as_json(self) -> dict[str, Any]:
        """The figures that the benchmark promises."""
        return {
            "quads": self.quads,
            "queries": {
                server: {
                    query: {state: _json(figures) for state, figures in states.items()}
                    for query, states in queries.items()
                }
                for server, queries in self.figures.items()
            },
            "load": {name: load.as_json() for name, load in self.loads.items()},
            "visible_ms": self.visible_ms,
            "floor_ms": self.floor_ms,
            "skipped": self.skipped,
        }


class DifferentAnswers(Exception):
    """Two servers do not answer a query alike, so that their times cannot be compared."""


def run(quads: int, wanted: Sequence[str], bounds: Bounds, folder: Path) -> Report:
    """Load and measure the servers that are wanted, one after the other."""
    report = Report(quads)
    territory = Territory(quads)
    (folder / "sources").mkdir()
    files = territory.write(folder / "sources")
    graph = servers.opened(folder / "home")
    report.loads["ecograph"] = servers.load_ecograph(
        graph, {source: files[source.id] for source in territory.sources}
    )
    dump = folder / "public.nq"
    size = servers.public_dump(graph, dump)
    graph.close()
    for name in wanted:
        try:
            with _server(name, folder, dump, size, report) as server, Client() as client:
                servers.settle(server.pid)
                if "queries" in bounds.parts:
                    _measure(name, server, client, territory, bounds, report)
                if name == "ecograph" and "edits" in bounds.parts:
                    report.visible_ms = visible_after(server, folder / "home", territory, bounds.edits)
        except Unavailable as error:
            report.skipped[name] = str(error)
    _compare(report.rows)
    if "queries" in bounds.parts:
        with Client() as client:
            report.floor_ms = sparql_floor.cpu_ms(client)
    return report


@contextmanager
def _server(name: str, folder: Path, dump: Path, size: int, report: Report) -> Iterator[Server]:
    with ExitStack() as stack:
        if name == "ecograph":
            yield stack.enter_context(servers.ecograph(folder / "home"))
        elif name == "oxigraph":
            report.loads[name] = servers.load_oxigraph(dump, folder / name, size)
            yield stack.enter_context(servers.oxigraph(folder / name))
        else:
            server, report.loads[name] = stack.enter_context(servers.virtuoso(dump, folder / name, size))
            yield server


def _measure(
    name: str, server: Server, client: Client, territory: Territory, bounds: Bounds, report: Report
) -> None:
    for query in QUERIES:
        texts = list(islice(drawn(query, territory.known), 4 * bounds.requests))
        asked = _Asked(server, client, bounds)
        # The same first queries on every server; they warm it, and are not asked again while cold.
        report.rows.setdefault(query, {})[name] = asked.rows(texts[:_COMPARED])
        rest = texts[_COMPARED:]
        half = len(rest) // 2
        report.figures.setdefault(name, {})[query] = {
            "cold": asked.figures(rest[:half], rest[half:], repeated=False),
            "warm": asked.figures(texts[:_WARM], texts[:_WARM], repeated=True),
        }


class _Asked:
    """Asks one server, and reads its clock."""

    def __init__(self, server: Server, client: Client, bounds: Bounds) -> None:
        self._server, self._client, self._bounds = server, client, bounds

    def rows(self, texts: Sequence[str]) -> list[int]:
        """Return how many rows each answer has; of an ASK, 1 for true."""
        timed = self._client.run(self._job(texts, count=len(texts), keep=len(texts)))
        return [_rows(json.loads(body)) for body in timed.bodies]

    def figures(self, one: Sequence[str], many: Sequence[str], *, repeated: bool) -> Figures:
        """Ask by one client, then by many."""
        count = self._bounds.requests
        before = processor_seconds(self._server.pid)
        timed = self._client.run(self._job(one, count=count if repeated else min(count, len(one))))
        cpu = spent(before, processor_seconds(self._server.pid))
        among = self._client.run(
            self._job(many, count=count if repeated else min(count, len(many)), clients=MANY)
        )
        done = len(timed.latencies)
        ranked = sorted(timed.latencies)
        return Figures(
            requests=done,
            cpu_ms=1000 * cpu / done,
            p50_ms=1000 * statistics.median(ranked),
            p95_ms=1000 * ranked[min(done - 1, int(0.95 * done))],
            per_second=done / timed.elapsed,
            per_second_many=len(among.latencies) / among.elapsed,
        )

    def _job(self, texts: Sequence[str], *, count: int, clients: int = 1, keep: int = 0) -> Job:
        return Job(
            port=self._server.port,
            path=self._server.path,
            queries=texts,
            count=count,
            seconds=self._bounds.seconds,
            clients=clients,
            keep=keep,
        )


def _rows(answer: Mapping[str, Any]) -> int:
    return int(answer["boolean"]) if "boolean" in answer else len(answer["results"]["bindings"])


def _compare(rows: Mapping[str, Mapping[str, list[int]]]) -> None:
    """Raise `DifferentAnswers` when two servers gave different numbers of rows."""
    for query, by_server in rows.items():
        if len({tuple(counts) for counts in by_server.values()}) > 1:
            told = "; ".join(f"{server} {counts}" for server, counts in by_server.items())
            raise DifferentAnswers(f"{query}: {told}")


def _json(figures: Figures) -> dict[str, float]:
    return {
        "requests": figures.requests,
        "cpu_ms": figures.cpu_ms,
        "p50_ms": figures.p50_ms,
        "p95_ms": figures.p95_ms,
        "requests_per_second_1": figures.per_second,
        "requests_per_second_8": figures.per_second_many,
    }


# The table


def lines(report: Report) -> Iterator[str]:
    """Yield what people read."""
    if report.figures:
        yield from _table(report)
    if report.floor_ms is not None:
        yield f"a constant answer from EcoGraph's HTTP server: {report.floor_ms:.3f} ms of processor time\n"
    for name, load in report.loads.items():
        each = load.as_json()
        yield (
            f"load {name}: {load.held:,} quads, {load.quads:,} written, in {load.wall:.1f} s; each written "
            f"{each['wall_us_per_quad']:.1f} µs, {each['cpu_us_per_quad']:.1f} µs of processor"
        )
    if report.visible_ms:
        told = ", ".join(f"{ms:.0f}" for ms in report.visible_ms)
        yield f"an edited record is visible to a new query after {told} ms"
    for name, reason in report.skipped.items():
        yield f"{name} was left out: {reason}"


def _table(report: Report) -> Iterator[str]:
    numbers = f"{'CPU ms':>9} {'p50 ms':>9} {'p95 ms':>9} {'req/s 1':>8} {'req/s 8':>8}"
    yield f"{'query':13} {'state':5} {'server':9} {numbers}  CPU, times oxigraph's"
    for query in QUERIES:
        for state in ("cold", "warm"):
            for server, queries in report.figures.items():
                figures = queries[query][state]
                yield (
                    f"{query:13} {state:5} {server:9} {figures.cpu_ms:9.3f} {figures.p50_ms:9.2f} "
                    f"{figures.p95_ms:9.2f} {figures.per_second:8.0f} {figures.per_second_many:8.0f}"
                    f"  {_ratio(report, server, query, state)}"
                )
    yield ""


def _ratio(report: Report, server: str, query: str, state: str) -> str:
    theirs = report.figures.get("oxigraph")
    if theirs is None or server == "oxigraph":
        return ""
    return f"x {report.figures[server][query][state].cpu_ms / theirs[query][state].cpu_ms:.3f}"


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> None:
    """Run the benchmark as the command line asks."""
    parser = argparse.ArgumentParser(prog="benchmarks.sparql", description=__doc__)
    parser.add_argument("--quads", type=int, required=True)
    parser.add_argument("--servers", default=",".join(SERVERS))
    parser.add_argument("--parts", default=",".join(PARTS), help="what is measured: load, queries, edits")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--folder", type=Path, help="where the data lie; a temporary folder by default")
    parser.add_argument("--requests", type=int, default=300, help="of each kind, at most")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each kind, at most")
    parser.add_argument("--edits", type=int, default=5)
    given = parser.parse_args(arguments)
    wanted = _chosen(parser, given.servers, SERVERS)
    parts = _chosen(parser, given.parts, PARTS)
    bounds = Bounds(parts=parts, requests=given.requests, seconds=given.seconds, edits=given.edits)
    with tempfile.TemporaryDirectory(prefix="sparql-", dir=given.folder) as folder:
        report = run(given.quads, wanted, bounds, Path(folder))
    for line in lines(report):
        say(line)
    if given.json:
        given.json.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")


def _chosen(parser: argparse.ArgumentParser, given: str, known: Sequence[str]) -> list[str]:
    wanted = given.split(",")
    if unknown := set(wanted) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return wanted


if __name__ == "__main__":
    main()
