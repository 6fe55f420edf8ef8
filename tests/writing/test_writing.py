"""Writing over HTTP: what is written is seen at once, or nothing is written."""

# ruff: noqa: E501 - one query a line reads better

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from ecograph.app import EcoGraph
from ecograph.graph.home import Home
from ecograph.graph.ledger import Ledger
from ecograph.model import Level

BASE = "http://127.0.0.1:8000"
GRAPH = f"{BASE}/source/essai"
ECO = "https://w3id.org/ecograph/ns#"
NEED = f"""
PREFIX eco: <{ECO}> PREFIX dct: <http://purl.org/dc/terms/>
PREFIX rtype: <https://w3id.org/ecograph/voc/resource-types/>
"""
TURTLE = {"Content-Type": "text/turtle"}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory, opened: Callable[..., EcoGraph]) -> EcoGraph:
    made = opened(tmp_path_factory.mktemp("writing") / "home", write_wait_seconds=1.0, write_bytes=10_000)
    made.writing.prepare()
    return made


@pytest.fixture(scope="module")
def address(graph: EcoGraph, served: Callable[..., object]) -> Iterator[str]:
    with served(graph) as address:
        yield address


Write = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def writer(graph: EcoGraph, address: str) -> Iterator[httpx.Client]:
    _, text = graph.keys.create(level=Level.PUBLIC, may_write=True)
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {text}"}, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def secret(graph: EcoGraph, address: str) -> Iterator[httpx.Client]:
    _, text = graph.keys.create(level=Level.PRIVATE, may_write=True)
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {text}"}, timeout=30) as client:
        yield client


def update(client: httpx.Client, text: str) -> httpx.Response:
    return client.post("/sparql/update", content=text, headers={"Content-Type": "application/sparql-update"})


def rows(address: str, query: str, **headers: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{address}/sparql", params={"query": query}, headers=headers)
    bindings = answer.json()["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in bindings]


def said(address: str, graph: str) -> set[str] | None:
    answer = httpx.get(
        f"{address}/graphs", params={"graph": graph}, headers={"Accept": "application/n-triples"}
    )
    return None if answer.status_code == 404 else set(answer.text.splitlines())


def test_an_update_is_seen_at_once(writer: httpx.Client, address: str) -> None:
    text = (
        NEED
        + 'INSERT DATA { GRAPH <source/essai> { <need/e--1> a eco:Need ; dct:title "Un besoin"@fr ; eco:needKind rtype:expertise } }'
    )
    answer = update(writer, text)
    assert answer.status_code == 204, answer.text
    assert rows(address, f"SELECT ?g {{ GRAPH ?g {{ ?s a <{ECO}Need> }} }}") == [{"g": GRAPH}]
    register = rows(
        address,
        f"SELECT ?t {{ <{GRAPH}> a <{ECO}Source> ; <http://purl.org/dc/terms/title> ?t FILTER(LANG(?t)='en') }}",
    )
    assert register == [{"t": "Graph “essai”"}]
    form = writer.post("/sparql/update", data={"update": f"DROP GRAPH <{GRAPH}>"})
    assert form.status_code == 204
    assert said(address, GRAPH) is None
    assert not rows(address, f"SELECT * {{ <{GRAPH}> ?p ?o }}")


def test_a_bad_record_refuses_the_whole_update(writer: httpx.Client, address: str) -> None:
    good = '<need/e--2> a eco:Need ; dct:title "Bon"@fr ; eco:needKind rtype:expertise .'
    assert update(writer, NEED + f"INSERT DATA {{ GRAPH <source/essai> {{ {good} }} }}").status_code == 204
    before = said(address, GRAPH)
    for text in (
        "DELETE WHERE { GRAPH <source/essai> { <need/e--2> eco:needKind ?k } }",
        f"INSERT DATA {{ GRAPH <source/essai> {{ <need/e--3> a eco:Need . {good} <x> <y> 1 }} GRAPH <urn:other> {{ <x> <y> 2 }} }}",
        "DELETE WHERE { GRAPH <source/essai> { <need/e--2> ?p ?o } } ; INSERT DATA { GRAPH <source/essai> { <need/e--4> a eco:Need } }",
    ):
        answer = update(writer, NEED + text)
        assert answer.status_code == 400
        problem = answer.json()
        assert problem["type"].endswith("/refused")
        assert all({"fr", "en"} <= found["reason"].keys() for found in problem["rejections"])
        assert said(address, GRAPH) == before
        assert said(address, "urn:other") is None
    assert update(writer, f"DROP GRAPH <{GRAPH}>").status_code == 204


def test_updates_refuse_what_they_cannot_mean(writer: httpx.Client, address: str) -> None:
    ontology = said(address, f"{BASE}/source/ontology")
    for text, status, words in (
        ("LOAD <http://127.0.0.1:1/>", 400, "LOAD is not available"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 400, "SERVICE"),
        ("INSERT DATA { <a> <b> }", 400, "line 1, column"),
        (
            "DELETE { ?s ?p ?o } WHERE { ?s a <http://www.w3.org/2002/07/owl#Class> ; ?p ?o }",
            400,
            "which source",
        ),
        ("CLEAR GRAPH <source/ontology>", 403, "cannot be written"),
        ("INSERT DATA { GRAPH <source/register-public> { <a> <b> 1 } }", 403, "cannot be written"),
        ("SELECT * { ?s ?p ?o }", 400, "expected an update"),
    ):
        answer = update(writer, text)
        assert answer.status_code == status, text
        assert words in answer.json()["detail"]
    assert update(writer, "CLEAR ALL").status_code == 204
    assert said(address, f"{BASE}/source/ontology") == ontology


def test_an_update_that_takes_too_long_is_stopped(
    tmp_path: Path, opened: Callable[..., EcoGraph], served: Callable[..., object]
) -> None:
    graph = opened(tmp_path / "home", query_seconds=1.0)
    graph.writing.prepare()
    _, text = graph.keys.create(level=Level.PUBLIC, may_write=True)
    with (
        served(graph) as address,
        httpx.Client(base_url=address, headers={"Authorization": f"Bearer {text}"}, timeout=30) as client,
    ):
        before = graph.snapshot_id()
        answer = update(
            client,
            "INSERT { <a> <b> ?n } WHERE { SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } }",
        )
        assert answer.status_code == 503
        assert "retry-after" in answer.headers
        assert graph.snapshot_id() == before
        assert update(client, "INSERT DATA { <a> <b> 1 }").status_code == 204


def test_graph_store_protocol(writer: httpx.Client, address: str) -> None:
    where = {"graph": "http://example.org/gsp"}
    assert writer.get("/graphs", params=where).status_code == 404
    assert writer.delete("/graphs", params=where).status_code == 404
    assert writer.put("/graphs", params=where, content="<a> <b> 1 .", headers=TURTLE).status_code == 201
    assert said(address, where["graph"]) == {
        '<http://example.org/a> <http://example.org/b> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .'
    }
    for _ in range(2):
        assert writer.post("/graphs", params=where, content="<a> <b> 2 .", headers=TURTLE).status_code == 204
        assert len(said(address, where["graph"]) or ()) == 2
    assert writer.put("/graphs", params=where, content="<a> <b> 3 .", headers=TURTLE).status_code == 204
    assert len(said(address, where["graph"]) or ()) == 1
    head = writer.head("/graphs", params=where)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == "text/turtle; charset=utf-8"
    tag = writer.get("/graphs", params=where).headers["etag"]
    assert writer.get("/graphs", params=where, headers={"If-None-Match": tag}).status_code == 304
    assert writer.get("/graphs", params=where, headers={"Accept": "image/png"}).status_code == 406
    assert writer.delete("/graphs", params=where).status_code == 204
    assert writer.head("/graphs", params=where).status_code == 404


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("text/turtle", "<http://e/a> <http://e/b> [ <http://e/c> 1 ] ."),
        ("application/n-triples", '<http://e/a> <http://e/b> "x"@fr .'),
        ("application/ld+json", '{"@id": "http://e/a", "http://e/b": 1}'),
        (
            "application/rdf+xml",
            '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
            '<r:Description r:about="http://e/a"><e:b>1</e:b></r:Description></r:RDF>',
        ),
    ],
)
def test_graphs_are_read_in_every_syntax(
    writer: httpx.Client, address: str, media_type: str, content: str
) -> None:
    where = {"graph": "http://example.org/syntax"}
    answer = writer.put(
        "/graphs", params=where, content=content, headers={"Content-Type": f"{media_type}; charset=utf-8"}
    )
    assert answer.status_code in {201, 204}, answer.text
    assert any(line.startswith("<http://e/a> <http://e/b> ") for line in said(address, where["graph"]) or ())
    # The same document again changes nothing, blank nodes included.
    before = said(address, where["graph"])
    assert (
        writer.put("/graphs", params=where, content=content, headers={"Content-Type": media_type}).status_code
        == 204
    )
    assert said(address, where["graph"]) == before


def test_a_write_that_expects_another_graph_changes_nothing(writer: httpx.Client, address: str) -> None:
    where, content = {"graph": "http://example.org/expected"}, "<a> <b> 1 ."

    def status(method: str, **headers: str) -> int:
        body = {} if method == "DELETE" else {"content": content}
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return writer.request(method, "/graphs", params=where, headers=TURTLE | names, **body).status_code

    for method in ("PUT", "POST", "DELETE"):
        assert status(method, If_Match="*") == 412
        assert status(method, If_Match='"stale"') == 412
    assert said(address, where["graph"]) is None
    assert status("PUT", If_None_Match="*") == 201
    before, content = said(address, where["graph"]), "<a> <b> 2 ."
    old = writer.get("/graphs", params=where).headers["etag"]
    for method in ("PUT", "POST", "DELETE"):
        for condition in (
            {"If_Match": '"stale"'},
            {"If_Match": "stale"},
            {"If_None_Match": "*"},
            {"If_None_Match": f'"other", {old}'},
            {"If_Match": "*", "If_None_Match": old},
        ):
            assert status(method, **condition) == 412
    assert said(address, where["graph"]) == before
    assert status("POST", If_Match=f'"other", {old}', If_None_Match='"other"') == 204
    assert len(said(address, where["graph"]) or ()) == 2
    refused = writer.put("/graphs", params=where, content=content, headers={**TURTLE, "If-Match": old})
    assert refused.status_code == 412
    assert refused.json()["type"].endswith("/precondition-failed")
    assert status("DELETE", If_Match="*") == 204


def test_a_tag_holds_as_it_was_given(writer: httpx.Client, address: str) -> None:
    where = {"graph": "http://example.org/long"}
    long = " ".join(f"<a> <b> {number} ." for number in range(100))
    assert writer.put("/graphs", params=where, content=long, headers=TURTLE).status_code == 201
    for accept in ("text/turtle", "application/ld+json"):
        for coding in ("gzip", "identity"):
            for key in (None, writer.headers["Authorization"]):
                headers = {"Accept": accept, "Accept-Encoding": coding}
                headers |= {"Authorization": key} if key else {}
                tag = httpx.get(f"{address}/graphs", params=where, headers=headers).headers["etag"]
                more = writer.post(
                    "/graphs",
                    params=where,
                    content=f"<a> <c> <{len(tag)}> .",
                    headers={**TURTLE, "If-Match": tag},
                )
                assert more.status_code == 204, (tag, more.text)
    assert writer.delete("/graphs", params=where, headers={"If-Match": "*"}).status_code == 204


def test_of_two_who_have_seen_the_same_one_writes(writer: httpx.Client, address: str) -> None:
    where = {"graph": "http://example.org/race"}
    assert writer.put("/graphs", params=where, content="<a> <b> 0 .", headers=TURTLE).status_code == 201
    tag = writer.get("/graphs", params=where).headers["etag"]
    answers: list[int] = []

    def write(number: int) -> None:
        headers = {**TURTLE, "If-Match": tag, "Authorization": writer.headers["Authorization"]}
        content = f"<a> <b> {number} ."
        answers.append(
            httpx.put(
                f"{address}/graphs", params=where, content=content, headers=headers, timeout=30
            ).status_code
        )

    threads = [threading.Thread(target=write, args=[number]) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [204, 412, 412, 412]
    assert writer.delete("/graphs", params=where).status_code == 204


def test_an_empty_document_makes_no_graph(writer: httpx.Client, address: str) -> None:
    where = {"graph": "http://example.org/empty"}
    for method in ("PUT", "POST"):
        assert writer.request(method, "/graphs", params=where, content="", headers=TURTLE).status_code == 204
        assert said(address, where["graph"]) is None
    assert writer.put("/graphs", params=where, content="<a> <b> 1 .", headers=TURTLE).status_code == 201
    assert writer.put("/graphs", params=where, content="", headers=TURTLE).status_code == 204
    assert said(address, where["graph"]) is None


def test_graph_store_refusals(writer: httpx.Client, address: str) -> None:
    where = {"graph": "http://example.org/no"}
    for status, answer in (
        (415, writer.put("/graphs", params=where, content="x", headers={"Content-Type": "text/plain"})),
        (415, writer.put("/graphs", params=where, content="x")),
        (400, writer.put("/graphs", params=where, content="<a> <b", headers=TURTLE)),
        (400, writer.put("/graphs", content="", headers=TURTLE)),
        (400, writer.put("/graphs", params={"graph": "no iri"}, content="", headers=TURTLE)),
        (400, writer.get("/graphs")),
        (400, writer.get("/graphs", params={"graph": "http://e/", "default": ""})),
        (403, writer.put("/graphs", params={"default": ""}, content="", headers=TURTLE)),
        (403, writer.delete("/graphs", params={"default": ""})),
        (403, writer.delete("/graphs", params={"graph": f"{BASE}/source/ontology"})),
        (400, writer.put("/graphs", params=where, content=f"<a> a <{ECO}Need> .", headers=TURTLE)),
        (413, writer.put("/graphs", params=where, content=b"#" * 20_000, headers=TURTLE)),
        (405, writer.patch("/graphs", params=where)),
    ):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert said(address, where["graph"]) is None
    assert httpx.get(f"{address}/graphs?default").status_code == 200
    assert httpx.options(f"{address}/graphs").headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST, PUT"
    assert (
        "line 1, column"
        in writer.put("/graphs", params=where, content="<a> <b", headers=TURTLE).json()["detail"]
    )


@pytest.mark.parametrize(
    "name",
    [f"{BASE}/level/private", f"{BASE}/level/of-mine", f"{BASE}/source/a#exact", "urn:ecograph:inserted:x"],
)
def test_the_names_of_stores_are_nobody_elses(name: str, writer: httpx.Client, address: str) -> None:
    """A server that holds several levels would take such a graph for the merge of one."""
    before = rows(address, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    put = writer.put(
        "/graphs", params={"graph": name}, content="<http://e/a> <http://e/b> 1 .", headers=TURTLE
    )
    for answer in (
        put,
        update(writer, f"INSERT DATA {{ GRAPH <{name}> {{ <http://e/a> <http://e/b> 1 }} }}"),
    ):
        assert answer.status_code == 403
        assert "has a name that stores keep for themselves" in answer.json()["detail"]
    assert rows(address, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == before


KEPT = ["decisions", "named", "stories", "notes-understood"]


@pytest.mark.parametrize("name", [*(f"{kept}-private" for kept in KEPT), "decisions-partners"])
def test_what_is_kept_for_a_level_is_begun_at_that_level(name: str, writer: httpx.Client) -> None:
    """Whoever made the graph of private decisions first would read all that are made from then on."""
    where = {"graph": f"{BASE}/source/{name}"}
    put = writer.put("/graphs", params=where, content="<a> <b> 1 .", headers=TURTLE)
    added = update(writer, f"INSERT DATA {{ GRAPH <{where['graph']}> {{ <a> <b> 1 }} }}")
    table = {"Content-Type": "text/csv"}
    filled = writer.post(f"/templates/Project?source={name}&visibility=public", content="x", headers=table)
    assert [put.status_code, added.status_code, filled.status_code] == [403, 403, 403]
    assert writer.get("/graphs", params=where).status_code == 404


def test_what_is_kept_for_a_lower_level_is_begun_there(secret: httpx.Client, writer: httpx.Client) -> None:
    where = {"graph": f"{BASE}/source/essai-understood-public"}
    assert secret.put("/graphs", params=where, content="<a> <b> 1 .", headers=TURTLE).status_code == 201
    assert writer.get("/graphs", params=where).status_code == 200
    assert writer.delete("/graphs", params=where).status_code == 204


def test_nobody_begins_the_source_of_the_updates_of_others(
    graph: EcoGraph, writer: httpx.Client, address: str
) -> None:
    key, text = graph.keys.create(level=Level.PRIVATE, may_write=True)
    taken = f"{BASE}/source/updates-{key.id}"
    assert update(writer, f"INSERT DATA {{ GRAPH <{taken}> {{ <a> <b> 1 }} }}").status_code == 403
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {text}"}) as other:
        assert update(other, "INSERT DATA { <a> <b> 'murmured' }").status_code == 204
        assert other.get("/graphs", params={"graph": taken}).status_code == 200
        assert other.delete("/graphs", params={"graph": taken}).status_code == 204
    assert writer.get("/graphs", params={"graph": taken}).status_code == 404


def test_claims_give_and_take_what_rests_on_them(writer: httpx.Client, address: str) -> None:
    actor = """@prefix eco: <https://w3id.org/ecograph/ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    <http://e/a> a eco:Organization ; rdfs:label "A"@fr ; eco:actorType <https://w3id.org/ecograph/voc/actor-types/laboratoire> .
    """
    where = {"graph": "http://example.org/claims"}
    assert writer.put("/graphs", params=where, content=actor, headers=TURTLE).status_code == 201
    claim = f"""PREFIX eco: <{ECO}> INSERT DATA {{ GRAPH <http://example.org/claims> {{ [] a eco:CompetenceClaim ;
      eco:claimant <http://e/a> ; eco:claimedCompetence <https://w3id.org/ecograph/voc/competences/huiles-essentielles> ;
      eco:level <https://w3id.org/ecograph/voc/claim-levels/declare> }} }}"""
    answer = update(writer, claim)
    assert answer.status_code == 204, answer.text
    offers = (
        f"SELECT ?c {{ GRAPH <http://example.org/claims> {{ <http://e/a> <{ECO}offersCompetence> ?c }} }}"
    )
    assert len(rows(address, offers)) == 1
    drop = f"PREFIX eco: <{ECO}> DELETE WHERE {{ GRAPH <http://example.org/claims> {{ ?c a eco:CompetenceClaim ; ?p ?o }} }}"
    assert update(writer, drop).status_code == 204
    assert not rows(address, offers)
    assert writer.delete("/graphs", params=where).status_code == 204


def test_xml_is_well_formed_whatever_is_written(writer: httpx.Client, address: str) -> None:
    where = {"graph": "http://example.org/odd"}
    odd = r'<http://e/a> <http://e/p> "a\u0001b\uFFFEc\rd\n<]]>&", "\U0001F600" .'
    assert writer.put("/graphs", params=where, content=odd, headers=TURTLE).status_code == 201
    query = "SELECT ?o { GRAPH <http://example.org/odd> { ?s ?p ?o } }"
    solutions = httpx.get(
        f"{address}/sparql", params={"query": query}, headers={"Accept": "application/sparql-results+xml"}
    )
    triples = httpx.get(f"{address}/graphs", params=where, headers={"Accept": "application/rdf+xml"})
    for answer in (solutions, triples):
        assert answer.status_code == 200
        texts = {node.text for node in ElementTree.fromstring(answer.content).iter() if node.text}
        assert {"a\ufffdb\ufffdc\rd\n<]]>&", "\U0001f600"} <= texts
    # JSON can hold all of it.
    assert {row["o"] for row in rows(address, query)} == {"a\x01b\ufffec\rd\n<]]>&", "\U0001f600"}
    assert writer.delete("/graphs", params=where).status_code == 204


@pytest.mark.parametrize("predicate", ["http://e/1/", "http://e/123", "http://e/a?b=1&c=2"])
def test_rdf_xml_names_the_predicate_that_it_cannot_write(
    predicate: str, writer: httpx.Client, address: str
) -> None:
    where = {"graph": "http://example.org/odd"}
    content = f"<http://e/a> <{predicate}> 1 ."
    assert writer.put("/graphs", params=where, content=content, headers=TURTLE).status_code == 201
    answer = httpx.get(f"{address}/graphs", params=where, headers={"Accept": "application/rdf+xml"})
    assert answer.status_code == 406
    assert answer.json()["detail"] == (
        f"RDF/XML cannot express the predicate <{predicate}>, which ends with no XML name; "
        "ask for another format"
    )
    assert httpx.get(f"{address}/graphs", params=where).status_code == 200
    assert writer.delete("/graphs", params=where).status_code == 204


def test_a_level_writes_at_its_level(writer: httpx.Client, secret: httpx.Client, address: str) -> None:
    where = {"graph": "http://example.org/private"}
    assert secret.put("/graphs", params=where, content="<a> <b> 1 .", headers=TURTLE).status_code == 201
    assert secret.get("/graphs", params=where).status_code == 200
    assert writer.get("/graphs", params=where).status_code == 404
    assert writer.delete("/graphs", params=where).status_code == 404
    # A name is of one graph: this alone tells that it is taken.
    assert writer.put("/graphs", params=where, content="<a> <b> 2 .", headers=TURTLE).status_code == 403
    assert update(secret, "INSERT DATA { <a> <b> 'hushed' }").status_code == 204
    assert "hushed" not in str(rows(address, "SELECT * { ?s ?p ?o }"))
    # What a private key adds to a public graph becomes public, which is what its holder says.
    shared = {"graph": "http://example.org/shared"}
    assert writer.put("/graphs", params=shared, content="<a> <b> 1 .", headers=TURTLE).status_code == 201
    assert secret.post("/graphs", params=shared, content="<a> <b> 2 .", headers=TURTLE).status_code == 204
    assert len(said(address, shared["graph"]) or ()) == 2
    assert secret.delete("/graphs", params=shared).status_code == 204
    assert secret.delete("/graphs", params=where).status_code == 204


def test_the_change_log_tells_whose_key_it_was(graph: EcoGraph, writer: httpx.Client) -> None:
    ledger = Ledger(graph.home.ledger)
    before = ledger.last()
    assert (
        update(
            writer, "INSERT DATA { GRAPH <http://e/1> { <a> <b> 1 } GRAPH <http://e/2> { <a> <b> 1 } }"
        ).status_code
        == 204
    )
    changes = list(ledger.since(before))
    ledger.close()
    known = {key.id for key in graph.keys.list()}
    assert {change.graph for change in changes} >= {"http://e/1", "http://e/2"}
    assert all(change.author in known for change in changes)


def test_a_writer_waits_and_is_not_told_for_whom(graph: EcoGraph, writer: httpx.Client) -> None:
    # The name of a graph, or of a source, may be all that others must not know.
    with Home(graph.settings.home).writing("PUT http://e/secret, with key 123"):
        answer = update(writer, "INSERT DATA { <a> <b> 'late' }")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "Somebody else is writing: try again in a moment."
    assert "retry-after" in answer.headers


def test_writers_take_turns(
    tmp_path: Path, opened: Callable[..., EcoGraph], served: Callable[..., object]
) -> None:
    graph = opened(tmp_path / "home", write_wait_seconds=30.0)
    graph.writing.prepare()
    _, text = graph.keys.create(level=Level.PUBLIC, may_write=True)
    statuses: list[int] = []
    with served(graph) as address:

        def write(number: int) -> None:
            with httpx.Client(
                base_url=address, headers={"Authorization": f"Bearer {text}"}, timeout=60
            ) as client:
                statuses.append(update(client, f"INSERT DATA {{ <s> <p> {number} }}").status_code)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [204] * 4
        assert len(rows(address, f"SELECT ?o {{ <{BASE}/s> <{BASE}/p> ?o }}")) == 4
