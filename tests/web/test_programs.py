"""What clients that are programs find: compression, statistics, each saved query in the API's description."""

import gzip

import httpx
import pyoxigraph as ox
import pytest
from fastapi import FastAPI

from ecograph.app import EcoGraph
from ecograph.model import Level

VOID = "http://rdfs.org/ns/void#"


def test_a_long_answer_is_compressed_when_the_client_takes_it(address: str) -> None:
    asked = {"query": "SELECT * WHERE { ?s ?p ?o } LIMIT 200"}
    plain = httpx.get(f"{address}/sparql", params=asked, headers={"Accept-Encoding": "identity"})
    packed = httpx.get(f"{address}/sparql", params=asked, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert "Accept-Encoding" in packed.headers["vary"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("GZIP", "gzip"),
        ("br;q=1, gzip;q=0.8, identity;q=0.5", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0", None),
        ("notgzip, br", None),
        ("gzip;q=0.1, identity;q=1", None),
        ("gzip;q=high", None),
        ("", None),
    ],
)
def test_a_client_gets_the_coding_that_it_takes(address: str, accepted: str, coding: str | None) -> None:
    asked = {"query": "SELECT * WHERE { ?s ?p ?o } LIMIT 200"}
    answer = httpx.get(f"{address}/sparql", params=asked, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("content-encoding") == coding
    assert len(answer.json()["results"]["bindings"]) == 200


def test_a_large_answer_comes_compressed_whole_and_again_the_same(address: str) -> None:
    asked = {"query": "SELECT * WHERE { ?s ?p ?o } LIMIT 3000"}
    plain = httpx.get(f"{address}/sparql", params=asked, headers={"Accept-Encoding": "identity"})
    assert len(plain.content) > 300_000
    for _ in range(2):
        with httpx.stream("GET", f"{address}/sparql", params=asked) as answer:
            raw = b"".join(answer.iter_raw())
        assert int(answer.headers["content-length"]) == len(raw) < len(plain.content) / 2
        assert gzip.decompress(raw) == plain.content
        assert answer.headers["etag"] == f"W/{plain.headers['etag']}"


def test_the_service_description_counts_what_each_graph_holds(address: str, graph: EcoGraph) -> None:
    answer = httpx.get(f"{address}/sparql", headers={"Accept": "text/turtle"})
    store = ox.Store()
    store.load(answer.content, format=ox.RdfFormat.TURTLE)
    rows = store.query(
        "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX void: <http://rdfs.org/ns/void#>"
        "SELECT ?name ?n WHERE { ?named sd:name ?name ; sd:graph [ void:triples ?n ] }"
    )
    assert isinstance(rows, ox.QuerySolutions)
    counted = {row["name"].value: int(row["n"].value) for row in rows}
    assert counted == dict(graph.counts(Level.PUBLIC))
    assert sum(counted.values()) > 10_000
    whole = store.query(f"SELECT ?n {{ [] <{VOID}sparqlEndpoint> ?s ; <{VOID}triples> ?n }}")
    asked = {"query": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"}
    assert isinstance(whole, ox.QuerySolutions)
    (row,) = httpx.get(f"{address}/sparql", params=asked).json()["results"]["bindings"]
    assert [found["n"].value for found in whole] == [row["n"]["value"]]


def test_each_saved_query_is_described_with_its_parameters(app: FastAPI, graph: EcoGraph) -> None:
    paths = app.openapi()["paths"]
    for saved in graph.queries.values():
        operation = paths[f"/queries/{saved.name}"]["get"]
        assert operation["summary"] == saved.title["en"]
        assert [p["name"] for p in operation["parameters"]] == [p.name for p in saved.parameters]
    required = paths["/queries/offers-by-territory"]["get"]["parameters"]
    assert {p["name"] for p in required if p["required"]} == {"territory"}


def test_a_saved_query_is_answered_by_a_process_that_may_be_stopped(address: str, graph: EcoGraph) -> None:
    for accepted in ("text/csv", "text/html"):
        before = graph.endpoint.worker_figures["answered"]
        asked = {"pole": "agro" if accepted == "text/csv" else "sante"}
        answer = httpx.get(f"{address}/queries/poles-overview", params=asked, headers={"Accept": accepted})
        assert answer.status_code == 200
        assert graph.endpoint.worker_figures["answered"] == before + 1


def test_each_operation_has_a_name_of_its_own(app: FastAPI) -> None:
    operations = [one["operationId"] for path in app.openapi()["paths"].values() for one in path.values()]
    assert len(set(operations)) == len(operations)


def test_an_update_that_is_asked_for_tells_what_is_allowed(address: str) -> None:
    for method in ("GET", "HEAD"):
        answer = httpx.request(method, f"{address}/sparql/update")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "OPTIONS, POST"


def test_a_compressed_answer_has_a_weak_tag_that_is_known_again(address: str) -> None:
    asked = {"query": "SELECT * WHERE { ?s ?p ?o } LIMIT 200"}
    plain = httpx.get(f"{address}/sparql", params=asked, headers={"Accept-Encoding": "identity"})
    packed = httpx.get(f"{address}/sparql", params=asked, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["etag"] == f"W/{plain.headers['etag']}"
    assert not plain.headers["etag"].startswith("W/")
    for tag in (plain.headers["etag"], packed.headers["etag"], f'"other", {packed.headers["etag"]}'):
        again = httpx.get(f"{address}/sparql", params=asked, headers={"If-None-Match": tag}, timeout=60)
        assert (again.status_code, again.headers["etag"]) == (304, tag.removeprefix('"other", '))
        assert again.headers["vary"] == packed.headers["vary"]


def test_whoever_has_any_answer_is_told_that_there_is_one(address: str) -> None:
    for path in ("/sparql?query=ASK{}", "/queries/poles-overview.csv"):
        answer = httpx.get(f"{address}{path}", headers={"If-None-Match": "*"}, timeout=60)
        assert answer.status_code == 304


def test_a_saved_query_is_not_answered_twice_to_who_has_the_answer(address: str) -> None:
    first = httpx.get(f"{address}/queries/poles-overview.csv", timeout=60)
    tag = first.headers["etag"]
    again = httpx.get(f"{address}/queries/poles-overview.csv", headers={"If-None-Match": tag}, timeout=60)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = httpx.get(f"{address}/queries/poles-overview.json", headers={"If-None-Match": tag}, timeout=60)
    assert other.status_code == 200
    assert other.headers["etag"] != tag


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("match", r'{"text": "un s\ud800choir"}'),
        ("match", r'{"project": "http://127.0.0.1:8000/project/\udfff"}'),
        ("match", r'{"text": "un séchoir", "without": ["\ud800"]}'),
        ("read", r'{"text": "un s\ud800choir"}'),
    ],
)
def test_half_a_character_is_refused(address: str, route: str, body: str) -> None:
    answer = httpx.post(
        f"{address}/api/{route}", content=body.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert "surrogates" in answer.json()["detail"]
