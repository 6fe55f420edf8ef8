"""The cache, seen from outside."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.sources.content import File
from ecograph.sources.declaration import accepting_losses, occasional

Open = Callable[..., EcoGraph]
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
NOTE = """
<document/mine--note> a <http://xmlns.com/foaf/0.1/Document> ; <http://purl.org/dc/terms/title> "%s"@fr .
"""
TITLES = "SELECT ?t { <http://127.0.0.1:8000/document/mine--note> <http://purl.org/dc/terms/title> ?t }"


def note(graph: EcoGraph, text: str) -> None:
    graph.writing.load_files(occasional("mine", "public"), [File("note.ttl", (NOTE % text).encode())])


def cache(service, level: Level = Level.PUBLIC) -> dict[str, int]:
    return dict(service.graph.endpoint.cache_figures(level))


def test_second_call_is_a_hit_with_the_same_bytes(service) -> None:
    first, second = service.ask(COUNT), service.ask(COUNT)
    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert cache(service)["hits"] == 1
    assert service.graph.endpoint.worker_figures["answered"] == 1


def test_levels_formats_and_queries_are_apart(service) -> None:
    tags = {service.ask(COUNT).headers["etag"]}
    tags.add(service.ask(COUNT, Accept="text/csv").headers["etag"])
    tags.add(service.ask(COUNT.replace("?n", "?m")).headers["etag"])
    tags.add(service.ask(COUNT, **service.key(Level.PRIVATE)).headers["etag"])
    assert len(tags) == 4
    assert cache(service)["hits"] == 0
    assert cache(service, Level.PRIVATE) | {"bytes": 0} == {
        "hits": 0,
        "misses": 1,
        "evictions": 0,
        "bytes": 0,
    }
    service.ask(COUNT, **service.key(Level.PRIVATE))
    assert cache(service, Level.PRIVATE)["hits"] == 1


def test_not_modified_asks_nobody(service) -> None:
    tag = service.ask(COUNT).headers["etag"]
    again = service.ask(COUNT, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert service.ask(COUNT, Accept="text/csv", **{"If-None-Match": tag}).status_code == 200


def test_new_snapshot_is_a_miss(service) -> None:
    before = service.ask(COUNT)
    with service.graph.writing.open("test") as writer:
        writer.load(accepting_losses(service.graph.writing.declarations()["lozere"]), [])
    after = service.ask(COUNT)
    assert after.headers["etag"] != before.headers["etag"]
    assert after.content != before.content
    assert cache(service)["hits"] == 0
    assert cache(service)["misses"] == 2


@pytest.mark.parametrize("function", ["RAND()", "UUID()", "STRUUID()", "NOW()", "BNODE()"])
def test_answers_that_differ_each_time_are_never_kept(service, function: str) -> None:
    query = f"SELECT ({function} AS ?x) {{}}"
    answers = {service.ask(query).content for _ in range(2)}
    assert len(answers) == 2 or function in {"NOW()", "BNODE()"}
    assert cache(service)["hits"] == cache(service)["misses"] == 0


def test_errors_and_limits_are_not_kept(serve) -> None:
    service = serve(query_seconds=0.3)
    for _ in range(2):
        assert service.ask("SELECT * { broken").status_code == 400
        assert service.ask("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }").status_code == 503
    assert cache(service)["hits"] == 0
    assert cache(service)["bytes"] == 0


def test_bytes_are_bounded(serve) -> None:
    service = serve(cache_bytes=40_000)
    for number in range(60):
        assert service.ask(f"SELECT * {{ ?s a ?class }} LIMIT {number % 7}#{number}").status_code == 200
    figures = cache(service)
    assert figures["evictions"] > 0
    assert 0 < figures["bytes"] <= 40_000


def test_saved_queries_profit(service) -> None:
    name = next(
        name for name, saved in service.graph.queries.items() if not any(p.required for p in saved.parameters)
    )
    first, second = (service.http.get(f"/queries/{name}.csv") for _ in range(2))
    assert first.status_code == 200
    assert first.content == second.content
    assert cache(service)["hits"] == 1
    assert service.http.get(f"/queries/{name}.json").headers["content-type"].startswith("application/json")
    assert cache(service)["hits"] == 1


def test_a_restored_home_that_went_on_otherwise_has_other_tags(service, opened: Open, tmp_path: Path) -> None:
    """As many changes, other content: what clients and this service kept is of the other home."""
    graph, home = service.graph, service.graph.home.root
    graph.upkeep.backup(tmp_path / "b.tar")
    restored = opened(tmp_path / "restored")
    restored.upkeep.restore(tmp_path / "b.tar")
    note(graph, "un")
    said = service.ask(TITLES)
    assert "un" in said.text
    note(restored, "deux")
    home.rename(tmp_path / "lost")
    (tmp_path / "restored").rename(home)
    for headers in ({}, {"If-None-Match": said.headers["etag"]}):
        answer = service.ask(TITLES, **headers)
        assert answer.status_code == 200
        assert answer.headers["etag"] != said.headers["etag"]
        assert "deux" in answer.text
        assert "un" not in answer.json()["results"]["bindings"][0]["t"]["value"]


def test_a_copied_home_that_went_on_otherwise_has_other_tags(opened: Open, fresh_copy: Path) -> None:
    copied = Path(shutil.copytree(fresh_copy, fresh_copy.with_name("copied")))
    graphs = [opened(fresh_copy), opened(copied)]
    assert len({graph.snapshot_id() for graph in graphs}) == 1
    for graph in graphs:
        note(graph, str(graph.home.root))
    assert len({graph.snapshot_id() for graph in graphs}) == 2
