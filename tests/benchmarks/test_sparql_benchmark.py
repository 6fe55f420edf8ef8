"""The SPARQL benchmark runs, small, from the data to the table."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph
import pytest

from benchmarks.processes import processor_seconds, spent
from benchmarks.sparql import DifferentAnswers, _compare, main
from benchmarks.sparql_data import SOURCES, Territory
from benchmarks.sparql_queries import QUERIES, drawn
from ecograph.model import Level


def test_the_territory_has_as_many_quads_as_asked_and_is_the_same_every_time(tmp_path: Path) -> None:
    territory = Territory(5_000)
    first = {name: path.read_bytes() for name, path in territory.write(tmp_path).items()}
    quads = [q for content in first.values() for q in pyoxigraph.parse(content, pyoxigraph.RdfFormat.N_QUADS)]
    assert len(quads) == len(set(quads)) == 5_000
    assert len({quad.graph_name for quad in quads}) == SOURCES
    assert {name: path.read_bytes() for name, path in Territory(5_000).write(tmp_path).items()} == first
    sizes = [source.quads for source in territory.sources]
    assert sizes == sorted(sizes, reverse=True)
    assert {source.level for source in territory.sources} == set(Level)


def test_no_query_is_drawn_twice() -> None:
    territory = Territory(5_000)
    for source in territory.sources:
        list(territory.facts(source))
    for name in QUERIES:
        texts = [text for text, _ in zip(drawn(name, territory.known), range(100), strict=False)]
        assert len(texts) == len(set(texts)) > 50
        assert texts == [text for text, _ in zip(drawn(name, territory.known), range(100), strict=False)]


def test_time_that_a_process_uses_is_counted() -> None:
    import os

    before = processor_seconds(os.getpid())
    sum(range(2_000_000))
    assert spent(before, processor_seconds(os.getpid())) > 0


def test_servers_that_answer_otherwise_are_told() -> None:
    _compare({"ask": {"one": [1, 0], "two": [1, 0]}})
    with pytest.raises(DifferentAnswers, match="ask: one"):
        _compare({"ask": {"one": [1, 0], "two": [1, 1]}})


def test_the_whole_runs_small(tmp_path: Path) -> None:
    lines: list[str] = []
    arguments = "--quads 20000 --servers ecograph,oxigraph --requests 12 --seconds 0.3 --edits 1"
    figures = tmp_path / "figures.json"
    main([*arguments.split(), "--json", str(figures), "--folder", str(tmp_path)], lines.append)
    found = json.loads(figures.read_text())
    assert found["queries"].keys() == {"ecograph", "oxigraph"}
    for queries in found["queries"].values():
        assert queries.keys() == QUERIES.keys()
        for states in queries.values():
            for state in ("cold", "warm"):
                assert states[state]["requests"] > 0
                assert states[state]["cpu_ms"] > 0
                assert states[state]["p50_ms"] <= states[state]["p95_ms"]
                assert states[state]["requests_per_second_8"] > 0
    assert found["load"]["ecograph"]["quads_held"] > 60_000
    assert len(found["visible_ms"]) == 1
    assert not found["skipped"]
    assert lines[0].startswith("query")


def test_a_part_is_measured_alone(tmp_path: Path) -> None:
    lines: list[str] = []
    main(
        ["--quads", "2000", "--servers", "ecograph", "--parts", "load", "--folder", str(tmp_path)],
        lines.append,
    )
    assert len(lines) == 1
    assert lines[0].startswith("load ecograph: ")
    with pytest.raises(SystemExit):
        main(["--quads", "2000", "--parts", "lod"])
