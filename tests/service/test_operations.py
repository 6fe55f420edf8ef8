"""Metrics, log, request ids and health, seen from outside."""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ecograph.app import EcoGraph
from ecograph.errors import StorageFailed
from ecograph.model import Level
from ecograph.web.logs import JsonLines, Steps, configure

COUNT = "SELECT (COUNT(*) AS ?secret_word) { ?s ?p ?o }"


def figures(service, **headers: str) -> dict[tuple[str, ...], float]:
    """Return samples by their names and the values of their labels."""
    answer = service.http.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_metrics_tell_what_happened(service) -> None:
    for query in (COUNT, COUNT, "SELECT broken", "SELECT (RAND() AS ?x) {}"):
        service.ask(query)
    service.http.get("/no/such-thing")
    found = figures(service)
    assert found["ecograph_http_requests_total", "/sparql", "200", "GET", "public"] == 3
    assert found["ecograph_http_requests_total", "/sparql", "400", "GET", "public"] == 1
    assert found["ecograph_http_requests_total", "/{kind}/{name}", "404", "GET", "public"] == 1
    assert found["ecograph_http_request_seconds_count", "/sparql", "public"] == 4
    assert found["ecograph_sparql_queries_total", "answered", "public"] == 2
    assert found["ecograph_sparql_queries_total", "cached", "public"] == 1
    assert found["ecograph_sparql_queries_total", "public", "refused"] == 1
    assert found["ecograph_result_cache_hits_total", "public"] == 1
    assert found["ecograph_result_cache_misses_total", "public"] == 2
    assert found["ecograph_result_cache_bytes", "public"] > 0
    assert found["ecograph_worker_events_total", "answered"] == 2
    assert found["ecograph_worker_queries_running",] == 0
    assert found["ecograph_ready",] == 1
    assert found["ecograph_index_lexical_only",] == 1
    assert found["ecograph_resources", "Project"] > 0
    assert found["process_resident_memory_bytes",] > 0
    assert found["process_cpu_seconds_total",] > 0


def test_what_moves_with_every_write_is_told_to_whoever_sees_all(service) -> None:
    names = {"ecograph_snapshot_sequence", "ecograph_snapshot_age_seconds", "ecograph_index_followed"}
    for level in (Level.PUBLIC, Level.PARTNERS):
        assert not names & {name for name, *_ in figures(service, **service.key(level))}
    found = figures(service, **service.key(Level.PRIVATE))
    sequence = int(service.graph.snapshot_id().partition("-")[0])
    assert found["ecograph_snapshot_sequence", "private"] == sequence
    assert found["ecograph_snapshot_age_seconds", "private"] >= 0
    assert found["ecograph_index_followed", "private"] == 1


def test_labels_are_bounded(service) -> None:
    for number in range(5):
        service.http.get(f"/actor/none-{number}")
        service.http.get(f"/a/b/c/{number}")
        service.http.get(f"/static/none-{number}.css")
        service.http.request("PROPFIND", "/about")
    names = {key for key in figures(service) if key[0] == "ecograph_http_requests_total"}
    assert {key[1:] for key in names} == {
        ("/{kind}/{name}", "404", "GET", "public"),
        ("404", "GET", "none", "public"),
        ("/static", "404", "GET", "public"),
        ("/about", "405", "other", "public"),
    }


def test_metrics_tell_nothing_of_higher_levels(service) -> None:
    private, partners = service.key(Level.PRIVATE), service.key(Level.PARTNERS)
    before = figures(service)
    for _ in range(2):
        service.ask(COUNT, **private)
    after = figures(service)
    assert not any(label in {"private", "partners"} for key in after for label in key)
    assert {key: value for key, value in after.items() if "cache" in key[0] or "resources" in key[0]} == {
        key: value for key, value in before.items() if "cache" in key[0] or "resources" in key[0]
    }
    assert figures(service, **private)["ecograph_result_cache_hits_total", "private"] == 1
    assert ("ecograph_result_cache_hits_total", "partners") in figures(service, **partners)
    assert ("ecograph_result_cache_hits_total", "private") not in figures(service, **partners)


def test_figures_of_two_services_are_apart(serve) -> None:
    first, second = serve(), serve()
    first.ask("ASK {}")
    assert ("ecograph_sparql_queries_total", "answered", "public") in figures(first)
    assert ("ecograph_sparql_queries_total", "answered", "public") not in figures(second)


def test_request_ids_go_with_answers_and_problems(service) -> None:
    mine = service.ask("ASK {}", **{"X-Request-Id": "trace-1.a_B"})
    assert mine.headers.get_list("x-request-id") == ["trace-1.a_B"]
    for bad in ("a b", "x" * 65, "é".encode().decode("latin-1"), "<script>"):
        made = service.http.get("/health/live", headers={b"X-Request-Id": bad.encode("latin-1")})
        assert re.fullmatch("[0-9a-f]{16}", made.headers["x-request-id"])
    problem = service.ask("SELECT broken", **{"X-Request-Id": "p1"})
    assert problem.json()["request_id"] == problem.headers["x-request-id"] == "p1"
    assert problem.json()["instance"] == "/sparql"


def test_bugs_have_a_request_id_too(service, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> list:
        raise ZeroDivisionError

    monkeypatch.setattr(service.graph, "related", broken)
    answer = service.http.get(
        "/api/related", params={"iri": "x:y"}, headers={"X-Request-Id": "b1", "Connection": "close"}
    )
    assert answer.status_code == 500
    assert answer.headers.get_list("x-request-id") == ["b1"] == [answer.json()["request_id"]]
    assert figures(service)["ecograph_http_requests_total", "/api/related", "500", "GET", "public"] == 1


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the service writes to its log."""
    stream, logger = io.StringIO(), logging.getLogger("ecograph")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.setLevel(level)
    logger.removeHandler(handler)


def requests(log: io.StringIO, route: str) -> list[dict]:
    """Return the lines about a route; the last is written just after its answer was sent."""
    limit = time.monotonic() + 2
    while time.monotonic() < limit:
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        found = [line for line in lines if line.get("route") == route]
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(log.getvalue())


def test_each_request_is_one_json_line(service, log: io.StringIO) -> None:
    service.http.get("/actor/none?token=abc", headers={"X-Request-Id": "r1"})
    (line,) = requests(log, "/{kind}/{name}")
    assert line.pop("ms") >= 0
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "severity": "info",
        "logger": "ecograph.web.observation",
        "message": "request",
        "request_id": "r1",
        "method": "GET",
        "route": "/{kind}/{name}",
        "status": 404,
        "level": "public",
        "client": "127.0.0.1",
    }


def test_queries_are_told_by_digest_cost_and_outcome(service, log: io.StringIO) -> None:
    service.ask(COUNT)
    service.ask(COUNT)
    limit = time.monotonic() + 2
    while len(lines := requests(log, "/sparql")) < 2 and time.monotonic() < limit:
        time.sleep(0.01)
    first, second = (line["query"] for line in lines)
    assert first["digest"] == second["digest"]
    assert first["cpu_seconds"] > 0
    assert (first["outcome"], second["outcome"], second["cpu_seconds"]) == ("answered", "cached", 0)


def test_log_holds_no_key_and_no_query(service, log: io.StringIO) -> None:
    key = service.key(Level.PRIVATE)
    secret = key["Authorization"].removeprefix("Bearer ")
    service.ask(COUNT, **key)
    service.ask(COUNT, Authorization=f"Bearer {secret[:-4]}wxyz")
    service.http.get(f"/about?key={secret}", headers={"Cookie": f"k={secret}"})
    requests(log, "/about")
    assert requests(log, "/sparql")[0]["level"] == "private"
    for word in (secret, secret[-20:-4], "secret_word", "SELECT"):
        assert word not in log.getvalue()


def test_records_are_lines_with_their_exception() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.Logger("test")  # noqa: LOG001 - not one that others share
    logger.addHandler(handler)
    try:
        raise ValueError("line one\nline two")
    except ValueError:
        logger.exception("it failed: %s", "é")
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert told["message"] == "it failed: é"
    assert "line two" in told["exception"]


def test_level_of_the_log_is_a_setting() -> None:
    root, ours = logging.getLogger(), logging.getLogger("ecograph")
    before = root.handlers[:], root.level, ours.level
    try:
        stream = io.StringIO()
        configure("warning", stream)
        Steps()("indexing", 0, 0)
        configure("info", stream)
        logging.getLogger("other").info("not ours")
        steps = Steps()
        steps("indexing", 0, 0)
        steps("indexing", 1, 0)
        assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["indexing"]
    finally:
        root.handlers[:], root.level, ours.level = before
        logging.captureWarnings(capture=False)


def test_ready_line_on_standard_output_log_on_standard_error(fresh_copy: Path) -> None:
    command = [sys.executable, "-m", "ecograph", "serve", "--home", str(fresh_copy), "--port", "18473"]
    process = subprocess.Popen(
        ["env", "ECOGRAPH_EMBEDDING=none", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=fresh_copy,
    )
    ready = process.stdout.readline()
    subprocess.run(["/usr/bin/env", "python3", "-c", _FETCH], check=True)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert ready == "EcoGraph is ready: http://127.0.0.1:18473\n"
    assert out == ""
    lines = [json.loads(line) for line in err.splitlines()]
    assert any(line.get("route") == "/health/live" for line in lines)


_FETCH = "import urllib.request as r; r.urlopen('http://127.0.0.1:18473/health/live').read()"


def wrong(service) -> dict[str, str]:
    answer = service.http.get("/health/ready")
    if answer.status_code == 200:
        return {}
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    told = answer.json()
    assert told["status"] == "unavailable"
    assert str(service.graph.home.root) not in answer.text
    assert all(found["reason"] in told["reason"] for found in told["reasons"])
    return {found["check"]: found["reason"] for found in told["reasons"]}


def test_ready_when_nothing_is_wrong(service) -> None:
    assert service.http.get("/health/ready").json() == {
        "status": "ok",
        "snapshot": service.graph.state(Level.PUBLIC),
    }


def test_live_whatever_is_wrong(service) -> None:
    shutil.rmtree(service.graph.home.root)
    assert service.http.get("/health/live").json()["status"] == "ok"
    assert set(wrong(service)) == {"graph", "disk"}
    assert figures(service)["ecograph_ready",] == 0


def test_says_that_nothing_is_loaded(service) -> None:
    (service.graph.home.root / "current.json").unlink()
    assert wrong(service) == {"graph": "nothing is loaded and indexed yet: run `ecograph load`"}


def test_says_that_the_index_cannot_be_used(service) -> None:
    shutil.rmtree(service.graph.home.indexes)
    assert set(wrong(service)) == {"index"}


def test_says_that_the_store_cannot_be_read(service) -> None:
    shutil.rmtree(service.graph.home.snapshots)
    assert set(wrong(service)) == {"store"}


def test_says_that_the_store_does_not_answer(service, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(level: Level, query: str) -> list:
        raise StorageFailed("ask the store", "connection refused")

    monkeypatch.setattr(service.graph, "rows", unreachable)
    assert set(wrong(service)) == {"store"}


def test_says_that_the_disk_is_almost_full(serve) -> None:
    assert wrong(serve(free_bytes=10**18)) == {"disk": "the disk is almost full"}


def test_says_that_no_worker_starts(service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    service.graph.warm()
    limit = time.monotonic() + 20
    while not (found := wrong(service)) and time.monotonic() < limit:
        time.sleep(0.05)
    assert set(found) == {"workers"}
    monkeypatch.undo()
    while wrong(service) and time.monotonic() < limit:
        time.sleep(0.05)
    assert wrong(service) == {}


def test_what_is_wrong_is_logged_once(serve, log: io.StringIO) -> None:
    service = serve(free_bytes=10**18)
    for _ in range(3):
        wrong(service)
    told = [line for line in log.getvalue().splitlines() if "not ready" in line]
    assert len(told) == 1
    assert "bytes are free" in told[0]


def test_a_service_that_is_ready_has_a_worker(opened: Callable[..., EcoGraph], fresh_copy: Path) -> None:
    graph = opened(fresh_copy)
    graph.warm()
    assert graph.endpoint.worker_figures["started"] >= 1
    graph.close()
