"""What clients that are programs find: compression, statistics, each saved query in the API's description."""

import httpx
import pyoxigraph as ox
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


def test_each_saved_query_is_described_with_its_parameters(app: FastAPI, graph: EcoGraph) -> None:
    paths = app.openapi()["paths"]
    for saved in graph.queries.values():
        operation = paths[f"/queries/{saved.name}"]["get"]
        assert operation["summary"] == saved.title["en"]
        assert [p["name"] for p in operation["parameters"]] == [p.name for p in saved.parameters]
    required = paths["/queries/offers-by-territory"]["get"]["parameters"]
    assert {p["name"] for p in required if p["required"]} == {"territory"}
