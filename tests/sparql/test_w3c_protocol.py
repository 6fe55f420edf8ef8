"""The W3C suite for the SPARQL 1.1 Protocol, from its own manifest: queries, then updates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pyoxigraph
import pytest
import rdflib
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store
from rdflib.collection import Collection

from ecograph.app import EcoGraph
from ecograph.model import Level

SUITE = Path(__file__).parents[3] / "shared/reference/w3c/sparql11-protocol"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
TESTS = f"""
PREFIX mf: <{MF}>
PREFIX ht: <http://www.w3.org/2011/http#>
PREFIX cnt: <http://www.w3.org/2011/content#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT ?test ?path ?method ?status ?body ?encoding ?type ?boolean ?format {{
  ?test a mf:ProtocolTest ; mf:action/ht:requests ?requests .
  ?requests rdf:rest*/rdf:first ?request .
  ?request ht:absolutePath ?path ; ht:methodName ?method ; ht:resp ?response .
  {{
    SELECT ?response (MIN(STR(?each)) AS ?status) {{ ?response mf:expectedStatus ?each }} GROUP BY ?response
  }}
  OPTIONAL {{ ?request ht:body [ cnt:chars ?body ; cnt:characterEncoding ?encoding ] }}
  OPTIONAL {{
    ?request ht:headers/rdf:rest*/rdf:first [ ht:fieldName ?name ; ht:fieldValue ?type ]
    FILTER(LCASE(?name) = "content-type")
  }}
  OPTIONAL {{ ?response mf:expectedBoolean ?boolean }}
  OPTIONAL {{ ?response mf:expectedFormat ?format }}
}}"""
FORMATS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    },
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml"},
}


def query_tests() -> list[dict[str, str]]:
    manifest = Store()
    manifest.load(
        path=str(SUITE / "manifest.ttl"), format=RdfFormat.TURTLE, base_iri="http://example.org/manifest"
    )
    solutions = manifest.query(TESTS)
    names = [variable.value for variable in solutions.variables]
    found = [
        {name: term.value for name, term in zip(names, solution, strict=True) if term is not None}
        for solution in solutions
    ]
    return sorted((test for test in found if "update" not in test["test"]), key=lambda test: test["test"])


@pytest.fixture(scope="module")
def endpoint(serve, make_pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scratch service that holds the graphs that the manifest names."""
    folder = tmp_path_factory.mktemp("w3c")
    for level in Level:
        (folder / "work").mkdir(exist_ok=True)
        store = Store(str(folder / "work" / level.slug))
        for number in (1, 2, 3):
            graph = NamedNode(f"http://kasei.us/2009/09/sparql/data/data{number}.rdf")
            for quad in pyoxigraph.parse(path=str(SUITE / f"data{number}.nt"), format=RdfFormat.N_TRIPLES):
                store.extend([Quad(*quad.triple, graph), Quad(*quad.triple, DefaultGraph())])
        store.flush()
        (folder / "s1").mkdir(exist_ok=True)
        store.backup(str(folder / "s1" / level.slug))
    with make_pool() as pool, serve(folder / "s1", pool) as address:
        yield f"{address}/sparql"


TESTS_FOUND = query_tests() if SUITE.is_dir() else []


@pytest.mark.skipif(not TESTS_FOUND, reason="../shared/reference, which holds the W3C suite, is not there")
def test_manifest_holds_the_query_tests() -> None:
    assert len({test["test"] for test in TESTS_FOUND}) == 20


@pytest.mark.parametrize("test", TESTS_FOUND, ids=lambda test: test["test"].rpartition("#")[2])
def test_w3c(endpoint: str, test: dict[str, str]) -> None:
    answer = httpx.request(
        test["method"],
        endpoint + test["path"].removeprefix("/sparql/"),
        content=test["body"].encode(test["encoding"]) if "body" in test else None,
        headers={"content-type": test["type"]} if "type" in test else {},
    )
    expected = int(test["status"][-3])
    assert answer.status_code // 100 == expected, answer.text
    if "format" in test:
        assert answer.headers["content-type"].partition(";")[0] in FORMATS[test["format"]]
    if "boolean" in test:
        assert answer.json()["boolean"] is (test["boolean"] == "true")


def test_no_test_names_a_parameter_we_ignore() -> None:
    known = {"query", "default-graph-uri", "named-graph-uri", "update"}
    for test in TESTS_FOUND:
        assert parse_qs(urlsplit(test["path"]).query).keys() <= known


HT = rdflib.Namespace("http://www.w3.org/2011/http#")
CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
Step = dict[str, str]


def update_tests() -> dict[str, list[Step]]:
    """The requests of each update test, in order."""
    manifest = rdflib.Graph().parse(SUITE / "manifest.ttl")
    tests = manifest.subjects(rdflib.RDF.type, rdflib.URIRef(MF + "ProtocolTest"))
    return {
        test.rpartition("#")[2]: [
            step(manifest, request)
            for request in Collection(manifest, manifest.value(manifest.value(test, ACTION), HT.requests))
        ]
        for test in sorted(tests)
        if "update" in test
    }


ACTION = rdflib.URIRef(MF + "action")


def step(manifest: rdflib.Graph, request: rdflib.term.Node) -> Step:
    found = {
        "method": manifest.value(request, HT.methodName),
        "path": manifest.value(request, HT.absolutePath),
    }
    if (body := manifest.value(request, HT.body)) is not None:
        found["body"] = manifest.value(body, CNT.chars)
        found["encoding"] = manifest.value(body, CNT.characterEncoding)
    headers = manifest.value(request, HT.headers)
    for header in Collection(manifest, headers) if headers is not None else ():
        found[manifest.value(header, HT.fieldName).lower()] = manifest.value(header, HT.fieldValue)
    response = manifest.value(request, HT.resp)
    statuses = manifest.objects(response, rdflib.URIRef(MF + "expectedStatus"))
    found["statuses"] = " ".join(sorted(status[-3] for status in statuses))
    if (boolean := manifest.value(response, rdflib.URIRef(MF + "expectedBoolean"))) is not None:
        found["boolean"] = boolean
    return {name: str(value) for name, value in found.items()}


UPDATES_FOUND = update_tests() if SUITE.is_dir() else {}


@pytest.fixture(scope="module")
def scratch(
    tmp_path_factory: pytest.TempPathFactory,
    opened: Callable[..., EcoGraph],
    served: Callable[..., object],
) -> Iterator[tuple[str, str]]:
    """A service of its own with a key that may write, at the level that everybody sees."""
    graph = opened(tmp_path_factory.mktemp("updates") / "home")
    graph.writing.prepare()
    _, key = graph.keys.create(level=Level.PUBLIC, may_write=True)
    with served(graph) as address:
        yield address, key


@pytest.mark.skipif(not UPDATES_FOUND, reason="../shared/reference, which holds the W3C suite, is not there")
def test_manifest_holds_the_update_tests() -> None:
    assert len(UPDATES_FOUND) + len({test["test"] for test in TESTS_FOUND}) == 34


@pytest.mark.parametrize("name", UPDATES_FOUND)
def test_w3c_update(scratch: tuple[str, str], name: str) -> None:
    address, key = scratch
    for request in UPDATES_FOUND[name]:
        asks = request.get("content-type") == "application/sparql-query"
        answer = httpx.request(
            request["method"],
            f"{address}/sparql{'' if asks else '/update'}{request['path'].removeprefix('/sparql/')}",
            content=request["body"].encode(request["encoding"]) if "body" in request else None,
            headers={n: request[n] for n in ("content-type",) if n in request}
            | ({} if asks else {"authorization": f"Bearer {key}"}),
            timeout=30,
        )
        assert str(answer.status_code)[0] in request["statuses"], answer.text
        if "boolean" in request:
            assert answer.json()["boolean"] is (request["boolean"] == "true")
