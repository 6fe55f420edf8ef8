from __future__ import annotations

import csv
import json
import threading
from urllib.parse import quote

import httpx
import pyoxigraph
import pytest

OPEN = "http://example.org/graph/open"
SELECT = "SELECT * { ?s ?p ?o } LIMIT 3"
CONSTRUCT = "CONSTRUCT WHERE { <http://example.org/open/1> ?p ?o }"


def problem(answer: httpx.Response, status: int) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    content = answer.json()
    assert content["status"] == status
    assert {"type", "title", "detail"} <= content.keys()
    return content


def test_get_form_and_direct_post_answer_alike(http: httpx.Client) -> None:
    answers = [
        http.get("/sparql", params={"query": SELECT}),
        http.post("/sparql", data={"query": SELECT}),
        http.post("/sparql", content=SELECT, headers={"content-type": "application/sparql-query"}),
        http.post(
            "/sparql", content=SELECT, headers={"content-type": "Application/SPARQL-Query; charset=UTF-8"}
        ),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("text/csv;q=0.3, application/sparql-results+xml;q=0.4", "application/sparql-results+xml"),
        ("text/turtle, application/sparql-results+json;q=0.1", "application/sparql-results+json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/sparql-results+json"),
    ],
)
def test_tables_in_the_format_liked_best(http: httpx.Client, accept: str | None, content_type: str) -> None:
    answer = http.get("/sparql", params={"query": SELECT}, headers={"accept": accept} if accept else {})
    assert answer.headers["content-type"] == f"{content_type}; charset=utf-8"
    assert "accept" in answer.headers["vary"].lower()
    if content_type == "text/csv":
        assert len(list(csv.reader(answer.text.splitlines()))) == 4


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "text/turtle"),
        ("application/n-triples", "application/n-triples"),
        ("application/n-quads", "application/n-quads"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/trig", "application/trig"),
        ("application/sparql-results+json, application/rdf+xml;q=0.2", "application/rdf+xml"),
    ],
)
def test_triples_in_the_format_liked_best(http: httpx.Client, accept: str | None, content_type: str) -> None:
    answer = http.get("/sparql", params={"query": CONSTRUCT}, headers={"accept": accept} if accept else {})
    assert answer.headers["content-type"] == f"{content_type}; charset=utf-8"
    syntax = pyoxigraph.RdfFormat.from_media_type(content_type)
    assert len(list(pyoxigraph.parse(answer.content, format=syntax))) == 2


@pytest.mark.parametrize(
    ("query", "accept"), [(SELECT, "text/turtle"), (CONSTRUCT, "text/csv"), (SELECT, "image/*")]
)
def test_not_acceptable(http: httpx.Client, query: str, accept: str) -> None:
    content = problem(http.get("/sparql", params={"query": query}, headers={"accept": accept}), 406)
    assert "This answer comes as" in content["detail"]


def test_json_ld_is_not_acceptable_for_triples_within_triples(http: httpx.Client) -> None:
    within = "CONSTRUCT { <a:s> <a:p> ?t } WHERE { BIND (TRIPLE(<a:s>, <a:p>, 1) AS ?t) }"
    asked, accept = {"query": within}, {"accept": "application/ld+json"}
    content = problem(http.get("/sparql", params=asked, headers=accept), 406)
    assert content["detail"] == "JSON-LD cannot express triples within triples; ask for another format"
    assert http.get("/sparql", params=asked).status_code == 200


@pytest.mark.parametrize(
    ("query", "prefix"),
    [
        ("SELECT * { ?s foaf:name ?o }", "foaf"),
        ("PREFIX a: <a:>\nSELECT * {\n  ?é a:b ?t ; dct-x:ti.tle%20a\\,b ?l }", "dct-x"),
        ("ASK { ?s ?p '1'^^xsd:integer }", "xsd"),
    ],
)
def test_a_prefix_that_nothing_declares_is_named(http: httpx.Client, query: str, prefix: str) -> None:
    content = problem(http.get("/sparql", params={"query": query}), 400)
    assert content["detail"].partition("column ")[2].partition(": ")[2] == (
        f"the prefix {prefix}: is not declared; begin with PREFIX {prefix}: <…>"
    )


def test_head_has_the_headers_of_get_and_no_body(http: httpx.Client) -> None:
    get = http.get("/sparql", params={"query": SELECT})
    head = http.head("/sparql", params={"query": SELECT})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "vary", "access-control-allow-origin"):
        assert head.headers[name] == get.headers[name]


def test_options_and_cors(http: httpx.Client) -> None:
    preflight = http.options(
        "/sparql", headers={"origin": "https://example.com", "access-control-request-method": "POST"}
    )
    assert preflight.status_code == 204
    assert preflight.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    answer = http.get("/sparql", params={"query": SELECT}, headers={"origin": "https://example.com"})
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed(http: httpx.Client, method: str) -> None:
    answer = http.request(method, "/sparql", params={"query": SELECT})
    problem(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_etag_is_exact_for_snapshot_level_and_format(http: httpx.Client) -> None:
    first = http.get("/sparql", params={"query": SELECT})
    tag = first.headers["etag"]
    again = http.get("/sparql", params={"query": SELECT}, headers={"if-none-match": f'W/"x", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = http.get(
        "/sparql", params={"query": SELECT}, headers={"if-none-match": tag, "accept": "text/csv"}
    )
    assert other.status_code == 200
    assert other.headers["etag"] != tag


def test_bad_query_is_no_match_for_a_known_tag(http: httpx.Client) -> None:
    tag = http.get("/sparql", params={"query": SELECT}).headers["etag"]
    problem(http.get("/sparql", params={"query": "SERVICE"}, headers={"if-none-match": tag}), 400)


def test_answers_that_change_are_not_kept(http: httpx.Client) -> None:
    answer = http.get("/sparql", params={"query": "SELECT (NOW() AS ?now) {}"})
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "url",
    [
        "/sparql?default-graph-uri=http%3A%2F%2Fexample.org%2Fa",
        "/sparql?query=ASK%20%7B%7D&query=ASK%20%7B%7D",
        "/sparql?update=CLEAR%20ALL",
        "/sparql?query=ASK%20%7B%7D&update=CLEAR%20ALL",
        "/sparql?query=ASK%20%7B",
        "/sparql?query=%FF",
        "/sparql?query=CLEAR%20ALL",
        "/sparql?query=ASK%20%7B%7D&default-graph-uri=nonsense",
    ],
)
def test_bad_requests(http: httpx.Client, url: str) -> None:
    problem(http.get(url), 400)


def test_too_many_graphs(http: httpx.Client) -> None:
    graphs = [f"http://example.org/{number}" for number in range(101)]
    problem(http.get("/sparql", params={"query": "ASK {}", "default-graph-uri": graphs}), 400)


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        ("", "application/x-www-form-urlencoded", 400),
        ("query=ASK%20%7B%7D&query=ASK%20%7B%7D", "application/x-www-form-urlencoded", 400),
        ("update=CLEAR%20ALL", "application/x-www-form-urlencoded", 400),
        ("query=%FF", "application/x-www-form-urlencoded", 400),
        ("CLEAR ALL", "application/sparql-update", 400),
        ("ASK {}", "text/plain", 415),
        ("ASK {}", "", 415),
        ("ASK {}".encode("utf-16"), "application/sparql-query; charset=UTF-16", 415),
        (b"ASK { # \xff\n}", "application/sparql-query", 400),
        ("", "application/sparql-query", 400),
    ],
)
def test_bad_posts(http: httpx.Client, content: str, content_type: str, status: int) -> None:
    headers = {"content-type": content_type} if content_type else {}
    problem(http.post("/sparql", content=content, headers=headers), status)


def test_query_in_url_and_body_is_two_queries(http: httpx.Client) -> None:
    headers = {"content-type": "application/sparql-query"}
    problem(http.post("/sparql?query=ASK%20%7B%7D", content="ASK {}", headers=headers), 400)


def test_syntax_errors_have_line_and_column(http: httpx.Client) -> None:
    content = problem(http.get("/sparql", params={"query": "SELECT * {\n ?s }"}), 400)
    assert content["line"] == 2
    assert content["column"] > 0
    assert content["type"].endswith("/bad-query")


def test_long_queries_and_bodies(http: httpx.Client) -> None:
    for size in (100_001, 1_000_000):
        headers = {"content-type": "application/sparql-query"}
        problem(http.post("/sparql", content="ASK {} #" + "a" * size, headers=headers), 413)


def test_limit_is_503_with_retry_after_and_no_part_of_an_answer(http: httpx.Client) -> None:
    answer = http.get("/sparql", params={"query": "SELECT * { ?a ?b ?c . ?d ?e ?f }"})
    assert "larger than" in problem(answer, 503)["detail"]
    assert int(answer.headers["retry-after"]) > 0
    assert "etag" not in answer.headers


def test_datasets_from_url_and_body_add_up(http: httpx.Client) -> None:
    query = f"ASK {{ GRAPH <{OPEN}> {{ <http://example.org/open/1> ?p ?o }} }}"
    everything = http.get("/sparql", params={"query": query})
    nothing = http.post("/sparql?named-graph-uri=" + quote("http://example.org/none"), data={"query": query})
    both = http.post(
        "/sparql?named-graph-uri=" + quote("http://example.org/none"),
        data={"query": query, "named-graph-uri": OPEN},
    )
    assert [answer.json()["boolean"] for answer in (everything, nothing, both)] == [True, False, True]


def test_relative_iris_resolve_against_the_base(http: httpx.Client) -> None:
    answer = http.get("/sparql", params={"query": "ASK { <open/1> ?p ?o }"})
    assert answer.json()["boolean"] is True


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/ld+json", "application/rdf+xml", "text/html", None]
)
def test_service_description(http: httpx.Client, accept: str | None) -> None:
    answer = http.get("/sparql", headers={"accept": accept} if accept else {})
    assert answer.status_code == 200
    syntax = pyoxigraph.RdfFormat.from_media_type(answer.headers["content-type"].partition(";")[0])
    triples = {
        (quad.predicate.value.rpartition("#")[2], quad.object.value)
        for quad in pyoxigraph.parse(answer.content, format=syntax)
    }
    assert ("endpoint", f"{http.base_url}/sparql") in triples
    assert ("name", OPEN) in triples
    assert not any("secret" in value for _, value in triples)
    assert (
        http.get(
            "/sparql",
            headers={"if-none-match": answer.headers["etag"], **({"accept": accept} if accept else {})},
        ).status_code
        == 304
    )


def test_service_description_is_rdf_only(http: httpx.Client) -> None:
    problem(http.get("/sparql", headers={"accept": "text/csv"}), 406)


def test_unknown_places_are_problems_too(http: httpx.Client) -> None:
    problem(http.get("/nowhere"), 404)


def test_client_that_leaves_frees_its_worker(serve, make_pool, snapshot) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with make_pool(seconds=20, workers=1, spare=0) as pool, serve(snapshot, pool) as address:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{address}/sparql", params={"query": slow}, timeout=0.5)
        freed = threading.Event()
        for _ in range(40):
            if pool.figures.get("stopped_cancelled") and not pool.figures["running"]:
                break
            freed.wait(0.05)
        assert pool.figures["stopped_cancelled"] == 1
        assert httpx.get(f"{address}/sparql", params={"query": "ASK {}"}, timeout=2).json()["boolean"] is True


def test_openapi_describes_both_methods(http: httpx.Client) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    assert set(paths["/sparql"]) == {"get", "post"}
    assert json.dumps(paths["/sparql"]).count("named-graph-uri") == 2
