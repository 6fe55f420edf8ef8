"""What every store does, whichever it is."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Triple

from ecograph.errors import BadParameter, BadQuery, QueryLimit, ReservedGraph, ServerFailed
from ecograph.graph.plan import Diff
from ecograph.graph.ports import Queries
from ecograph.graph.queries import QueryRequest
from ecograph.graph.terms import canonical
from ecograph.graph.transfer import digest
from ecograph.model import Level
from ecograph.vocab import RDF, XSD

HIDDEN = "only partners read this"


def values(answer: Any) -> list[str]:
    assert isinstance(answer, QuerySolutions)
    return sorted(solution[0].value for solution in answer)


# The writer's side


def test_what_a_source_states_is_read_back(deployment) -> None:
    deployment.load("one", ":a :p 1 . :b :p 2 .")
    store, graph = deployment.store, deployment.graph("one")
    assert store.triples(graph) == deployment.read(":a :p 1 . :b :p 2 .")
    assert store.triples(deployment.graph("none")) == set()
    assert store.graphs() == {graph: Level.PUBLIC}
    assert (store.level_of(graph), store.level_of(deployment.graph("none"))) == (Level.PUBLIC, None)
    node = NamedNode(f"{deployment.base}/a")
    assert store.statements(graph, subject=node) == deployment.read(":a :p 1 .")
    assert store.about(node) == deployment.read(":a :p 1 .")


def test_what_another_source_still_states_stays(deployment) -> None:
    deployment.load("one", ":a :p 1 .")
    deployment.load("two", ":a :p 1 .")
    assert deployment.merged(Level.PUBLIC) == deployment.read(":a :p 1 .")
    deployment.load("one", removed=":a :p 1 .")
    assert deployment.store.triples(deployment.graph("one")) == set()
    assert deployment.merged(Level.PUBLIC) == deployment.read(":a :p 1 .")
    deployment.load("two", removed=":a :p 1 .")
    assert deployment.merged(Level.PUBLIC) == set()


def test_what_follows_is_merged_and_not_stated(deployment) -> None:
    deployment.load("one", ":a a eco:Company ; eco:owns :b .")
    assert deployment.merged(Level.PUBLIC) == deployment.read(
        ":a a eco:Company, eco:Organization, eco:Actor ; eco:owns :b ; eco:holds :b ."
    )
    assert len(deployment.store.triples(deployment.graph("one"))) == 2
    deployment.load("one", removed=":a a eco:Company .")
    assert deployment.merged(Level.PUBLIC) == deployment.read(":a eco:owns :b ; eco:holds :b .")


def test_making_a_change_again_changes_nothing(deployment) -> None:
    change = deployment.change("one", ":a :p 1.50, 'x' . :b :q :a .", level=Level.PARTNERS)
    deployment.store.apply(change)
    before = [digest(deployment.store.dump(level)) for level in Level]
    deployment.store.apply(change)
    assert [digest(deployment.store.dump(level)) for level in Level] == before
    undo = deployment.change("one", removed=":a :p 1.50 .", level=Level.PARTNERS)
    for _ in range(2):
        deployment.store.apply(undo)
        assert deployment.merged(Level.PRIVATE) == deployment.read(":a :p 'x' . :b :q :a .")


def test_a_graph_goes_up_and_down_the_levels(deployment) -> None:
    deployment.load("one", ":a :p 1, 2 .")
    deployment.load("two", ":a :p 2, 3 .")
    whole = deployment.store.triples(deployment.graph("one"))
    deployment.put("one", whole, Level.PRIVATE)
    assert deployment.merged(Level.PUBLIC) == deployment.read(":a :p 2, 3 .")
    assert deployment.merged(Level.PRIVATE) == deployment.read(":a :p 1, 2, 3 .")
    assert deployment.reader().graphs(Level.PARTNERS) == [deployment.graph("two")]
    deployment.put("one", whole, Level.PARTNERS)
    assert deployment.merged(Level.PUBLIC) == deployment.read(":a :p 2, 3 .")
    assert deployment.merged(Level.PARTNERS) == deployment.read(":a :p 1, 2, 3 .")
    deployment.put("one", whole, Level.PUBLIC)
    assert deployment.merged(Level.PUBLIC) == deployment.read(":a :p 1, 2, 3 .")


def test_a_graph_is_dropped(deployment) -> None:
    deployment.load("one", ":a :p 1 . :b :p 1 .")
    deployment.load("two", ":b :p 1 .", level=Level.PARTNERS)
    deployment.store.drop(deployment.graph("one"))
    assert deployment.store.graphs() == {deployment.graph("two"): Level.PARTNERS}
    assert [digest(deployment.store.dump(level)).quads for level in Level] == [0, 2, 2]
    assert deployment.merged(Level.PRIVATE) == deployment.read(":b :p 1 .")


def test_merging_again_repairs_what_follows(deployment, schema) -> None:
    deployment.load("one", ":a a eco:Company . :b a eco:Organization .")
    before = digest(deployment.store.dump(Level.PUBLIC))
    deployment.store.merge_all()
    assert digest(deployment.store.dump(Level.PUBLIC)) == before
    assert before.quads == 2 + 5


def test_nameless_parts_keep_their_names(deployment) -> None:
    part = f"<{deployment.base}/.well-known/genid/one-0123456789abcdef0123>"
    text = f":a eco:holds {part} . {part} a eco:CompetenceClaim ; eco:quote 'dit ici'@fr ."
    deployment.load("one", text)
    assert deployment.store.triples(deployment.graph("one")) == deployment.read(text)
    deployment.load("one", removed=text)
    assert deployment.merged(Level.PRIVATE) == set()


def test_many_resources_at_once(deployment) -> None:
    text = "\n".join(f":r{number} :p {number} ; :q 'texte {number}'@fr ." for number in range(1_500))
    deployment.load("one", text)
    assert deployment.store.triples(deployment.graph("one")) == deployment.read(text)
    assert len(deployment.merged(Level.PUBLIC)) == 3_000
    assert deployment.reader().size(Level.PUBLIC) == 6_000


# Literals


def _typed(name: str, *texts: str) -> list[Literal]:
    return [Literal(text, datatype=NamedNode(XSD + name)) for text in texts]


LITERALS = [
    Literal(""),
    Literal("simple"),
    Literal("d'un « pôle » \"agro\", l'été à l'œuvre 𝄞 ☃ \\ %20 \\u0041"),
    Literal("des lignes\nd'autres\r\net\tune tabulation"),
    Literal('Le "mot" \'\'\' """ fin\\'),
    Literal("long " * 20_000),
    *(Literal("texte", language=tag) for tag in ("fr", "en", "fr-FR", "zh-Hant-TW", "x-sioux")),
    Literal("", language="fr"),
    *_typed("boolean", "true", "false", "1", "0", "TRUE"),
    *_typed(
        "integer", "0", "1", "-5", "007", "+3", "999999999999999999", "123456789012345678901234567890", "abc"
    ),
    *_typed("decimal", "1.5", "1.50", "1.0", "-0.0", ".5", "100000000000000.123456789012345678"),
    *_typed("double", "1.0E0", "1e400", "NaN", "INF", "3.141592653589793"),
    *_typed("float", "3.14"),
    *_typed("date", "2026-01-05", "2026-01-05Z", "-0044-03-15", "2026-13-45"),
    *_typed("dateTime", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00", "2026-01-05T10:00:00.123456789+02:00"),
    *_typed("gYear", "2026", "2026Z"),
    *_typed("gYearMonth", "2026-02"),
    *_typed("time", "10:00:00"),
    *_typed("duration", "P1Y", "PT36H"),
    *_typed("anyURI", "https://example.org/é?a=b&c=%20", "a b"),
    *_typed("nonNegativeInteger", "12"),
    *_typed("hexBinary", "0a0B"),
    Literal("<p>é</p>", datatype=NamedNode(RDF + "HTML")),
    Literal("<p>é", datatype=NamedNode(RDF + "XMLLiteral")),
    Literal("n'importe quoi", datatype=NamedNode("https://example.org/type#é")),
    *(
        Literal(text, datatype=NamedNode("http://www.opengis.net/ont/geosparql#wktLiteral"))
        for text in (
            "POINT(3.5 44.51)",
            "POINT(3.5012345678901 44.51234567890123)",
            "POLYGON((0 0, 1 0, 1 1, 0 0))",
        )
    ),
]


def test_literals_of_every_kind_come_back_as_they_were(deployment) -> None:
    written = {
        Triple(NamedNode(f"{deployment.base}/l{number}"), NamedNode(f"{deployment.base}/p"), literal)
        for number, literal in enumerate(LITERALS)
    }
    deployment.put("one", written)
    written = canonical(written)  # numbers are kept by value, everywhere alike
    assert deployment.store.triples(deployment.graph("one")) == written
    assert deployment.merged(Level.PUBLIC) == written
    reader = deployment.reader()
    for triple in written:
        assert set(reader.merged(Level.PUBLIC, triple.subject.value)) == {triple}
    deployment.store.apply(replace(deployment.change("one"), diff=Diff(frozenset(), frozenset(written))))
    assert deployment.store.triples(deployment.graph("one")) == set()
    assert deployment.merged(Level.PUBLIC) == set()


def test_literals_of_one_property_are_kept_apart(deployment) -> None:
    deployment.load("one", ":a :p 1, 1.0, 1e0, '1'^^xsd:float, '1', '1'@fr, true .")
    assert len(deployment.store.triples(deployment.graph("one"))) == 7
    deployment.load("one", removed=":a :p 1.0, '1' .")
    wanted = canonical(deployment.read(":a :p 1, 1e0, '1'^^xsd:float, '1'@fr, true ."))
    assert deployment.store.triples(deployment.graph("one")) == wanted
    deployment.load("one", removed=":a :p 1e0, '1'^^xsd:float .")
    assert deployment.merged(Level.PUBLIC) == deployment.read(":a :p 1, '1'@fr, true .")


def test_iris_of_every_kind_come_back_as_they_were(deployment) -> None:
    iris = ["é☃", "a%C3%A9%20b", "a'b(c)", "x?y=1&z=2#f", "l" * 1_000, "~!$*+,;=:@"]
    written = {
        Triple(
            NamedNode(f"{deployment.base}/{iri}"),
            NamedNode(f"{deployment.base}/p"),
            NamedNode(f"urn:x:{iri}"),
        )
        for iri in iris
    }
    deployment.put("one", written)
    assert deployment.store.triples(deployment.graph("one")) == written
    found = [deployment.store.about(triple.subject) for triple in written]
    assert found == [{triple} for triple in written]


def test_an_iri_that_would_be_cut_is_refused(deploy) -> None:
    deployment = deploy("virtuoso")
    with pytest.raises(ServerFailed, match="cuts IRIs"):
        deployment.load("one", f":a :p <urn:x:{'l' * 3_000}> .")
    assert deployment.merged(Level.PUBLIC) == set()


@pytest.mark.parametrize("server", ["oxigraph", "virtuoso"])
def test_a_name_of_the_servers_own_graphs_is_refused(deploy, server: str) -> None:
    """A home from before names were reserved may hold such a graph, and be copied to a server."""
    deployment = deploy(server)
    deployment.load("one", ":a :p 1 .", level=Level.PRIVATE)
    for name in (f"{deployment.base}/level/private", deployment.graph("one") + "#exact"):
        change = replace(deployment.change("two", ":a :p 2 ."), graph=name)
        with pytest.raises(ReservedGraph, match="keep for themselves"):
            deployment.store.apply(change)
    assert deployment.merged(Level.PUBLIC) == set()


def test_numbers_can_be_computed_with(deployment) -> None:
    deployment.load("one", ":a :p 1.50 . :b :p 2 . :c :p 30e-1 .")
    p = f"<{deployment.base}/p>"
    rows = deployment.reader().rows(Level.PUBLIC, f"SELECT (SUM(?v) AS ?s) {{ ?x {p} ?v FILTER(?v > 1.2) }}")
    assert float(rows[0]["s"].value) == 6.5


# The reader's side


def test_a_reader_tells_who_states_what(deployment) -> None:
    deployment.load("one", ":a a eco:Company ; :p :b .")
    deployment.load("two", ":a :p :b, 'x' . :c :p :b .", level=Level.PARTNERS)
    reader, a, b = deployment.reader(), f"{deployment.base}/a", f"{deployment.base}/b"
    one, two = deployment.graph("one"), deployment.graph("two")
    assert [quad.graph_name.value for quad in reader.stated(Level.PUBLIC, a)] == [one, one]
    assert len(reader.stated(Level.PARTNERS, a)) == 4
    assert {quad.graph_name.value for quad in reader.referring(Level.PUBLIC, b)} == {one}
    assert len(reader.referring(Level.PARTNERS, b)) == 3
    assert reader.graphs(Level.PARTNERS) == sorted([one, two])
    assert dict(reader.counts(Level.PRIVATE)) == {one: 2, two: 3}
    assert reader.size(Level.PUBLIC) == 2 + 4
    assert reader.stated(Level.PUBLIC, f"{deployment.base}/none") == []


def test_a_reader_answers_each_form_of_query(deployment) -> None:
    deployment.load("one", ":a :p 'x'@fr, true . :b :p 2 .")
    reader, p = deployment.reader(), f"<{deployment.base}/p>"
    assert values(reader.query(Level.PUBLIC, f"SELECT ?v {{ ?s {p} ?v }}")) == ["2", "true", "x"]
    yes, no = (reader.query(Level.PUBLIC, f"ASK {{ ?s {p} {value} }}") for value in ("2", "3"))
    assert isinstance(yes, QueryBoolean)
    assert (bool(yes), bool(no)) == (True, False)
    built = reader.query(Level.PUBLIC, f"CONSTRUCT {{ ?v ?s ?s }} {{ ?s {p} ?o BIND(?s AS ?v) }}")
    assert isinstance(built, QueryTriples)
    with pytest.raises(BadQuery):
        reader.query(Level.PUBLIC, "SELECT ?x WHERE { ?x")
    with pytest.raises(BadQuery):
        reader.rows(Level.PUBLIC, "ASK {}")


def test_long_answers_are_whole(deployment) -> None:
    deployment.load("one", "\n".join(f":r{number} :p :o{number % 7} ." for number in range(175)))
    base, p = deployment.base, f"<{deployment.base}/p>"
    text = f"PREFIX : <{base}/>\nSELECT ?a ?b ?c {{ ?a {p} :o1 . ?b {p} :o2 . ?c {p} :o3 }} # long"
    rows = deployment.reader().rows(Level.PUBLIC, text)
    assert len(rows) == len({tuple(row.values()) for row in rows}) == 25**3


def test_a_long_construct_is_whole_or_refused(deployment) -> None:
    deployment.load("one", "\n".join(f":r{number} :p :o{number % 7} ." for number in range(175)))
    base, p = deployment.base, f"<{deployment.base}/p>"
    where = f"{{ ?a {p} :o1 . ?b {p} :o2 . ?c {p} :o3 BIND(IRI(CONCAT(STR(?a), STR(?b))) AS ?x) }}"
    text = f"PREFIX : <{base}/> CONSTRUCT {{ ?x :q ?c }} WHERE {where}"
    reader = deployment.reader()
    if deployment.kind == "virtuoso":
        with pytest.raises(QueryLimit, match="more than the 10000 rows"):
            reader.query(Level.PUBLIC, text)
    else:
        assert sum(1 for _ in reader.query(Level.PUBLIC, text)) == 25**3


# Levels

ROADS = (
    "SELECT ?o { ?s ?p ?o }",
    "SELECT ?o { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?o { GRAPH <%(secret)s> { ?s ?p ?o } }",
    "PREFIX s: <%(base)s/source/> SELECT ?o { GRAPH s:two { ?s ?p ?o } }",
    "BASE <%(base)s/> SELECT ?o { GRAPH <source/two> { ?s ?p ?o } }",
    "SELECT ?o FROM <%(secret)s> { ?s ?p ?o }",
    "SELECT ?o FROM <%(merged)s> { ?s ?p ?o }",
    "SELECT ?o FROM NAMED <%(secret)s> { GRAPH ?g { ?s ?p ?o } }",
    "PREFIX s: <%(base)s/source/> SELECT ?o FROM s:two FROM NAMED s:two"
    " { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }",
    "SELECT ?o FROM <%(merged)s> FROM NAMED <%(merged)s> { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?o { GRAPH <%(merged)s> { ?s ?p ?o } }",
    "SELECT ?o { GRAPH <%(secret)s#exact> { ?s ?p ?o } }",
    "SELECT ?o { { SELECT ?o { GRAPH ?g { ?s ?p ?o } } } }",
    "SELECT ?o { VALUES ?g { <%(secret)s> <%(merged)s> } GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?o { BIND(<%(secret)s> AS ?g) GRAPH ?g { ?s ?p ?o } }",
    "SELECT (<%(base)s/seen> AS ?o) { ?x ?y ?z FILTER EXISTS { GRAPH <%(secret)s> { ?s ?p ?o } } }",
    "SELECT (<%(base)s/seen> AS ?o) { ?x ?y ?z FILTER EXISTS { GRAPH <%(merged)s> { ?s <%(base)s/q> ?o } } }",
    "SELECT ?o { GRAPH <%(secret)s> { <%(base)s/b> (<%(base)s/p>|<%(base)s/q>)+ ?o } }",
    "SELECT ?o { <%(base)s/b> <%(base)s/q>* ?o . FILTER(isLiteral(?o)) }",
    "SELECT (GROUP_CONCAT(STR(?o); SEPARATOR='|') AS ?all) { GRAPH ?g { ?s ?p ?o } }",
    "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?o { OPTIONAL { GRAPH <%(secret)s> { ?s ?p ?o } } }",
    "SELECT ?s { ?s ?p ?o MINUS { GRAPH <%(secret)s> { ?s ?p ?o } } FILTER(?o = '%(hidden)s') }",
)
GRAPH_ROADS = (
    "CONSTRUCT { ?s ?p ?o } { GRAPH ?g { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } { GRAPH <%(secret)s> { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } FROM <%(secret)s> { ?s ?p ?o }",
    "DESCRIBE <%(base)s/b>",
    "DESCRIBE ?s FROM <%(secret)s> { ?s ?p ?o }",
)
Ask = Callable[..., str]


@pytest.fixture
def ask(deployment, outside: Queries) -> Ask:
    """Ask as a stranger does, and return the answer as text."""
    deployment.load("one", ":a :p 'open'@fr ; a eco:Company .")
    deployment.load("two", f":b :q '{HIDDEN}', 7.50 . :a :p '{HIDDEN}' .", level=Level.PARTNERS)
    reader = deployment.reader()
    names = {
        "base": deployment.base,
        "secret": deployment.graph("two"),
        "merged": f"{deployment.base}/level/partners",
        "hidden": HIDDEN,
    }

    def run(text: str, level: Level = Level.PUBLIC, **asked: Any) -> str:
        asked = {name: tuple(iri % names for iri in iris) for name, iris in asked.items()}
        request = QueryRequest(text=text % names, base=deployment.base + "/", **asked)
        return outside.run(reader, request, lane=level).body.decode()

    return run


def test_nothing_of_partners_is_public(ask: Ask) -> None:
    for road in (*ROADS, *GRAPH_ROADS):
        answer = ask(road)
        for secret in (HIDDEN, "7.5", "/seen", "source/two"):
            assert secret not in answer, road


@pytest.mark.parametrize("name", ["default_graphs", "named_graphs"])
def test_nothing_of_partners_is_public_by_the_protocol(ask: Ask, name: str) -> None:
    for graph in ("%(secret)s", "%(merged)s", "%(secret)s#exact", "urn:none"):
        answer = ask("SELECT ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", **{name: (graph,)})
        assert json.loads(answer)["results"]["bindings"] == []


def test_partners_see_it(ask: Ask) -> None:
    for road in (ROADS[0], ROADS[1], ROADS[2], ROADS[3], ROADS[5], ROADS[7]):
        assert HIDDEN in ask(road, Level.PARTNERS), road
    assert HIDDEN in ask(ROADS[0], Level.PARTNERS, default_graphs=("%(secret)s",))


def test_an_unknown_and_a_forbidden_graph_look_the_same(ask: Ask) -> None:
    for text in ("ASK {{ GRAPH <{}> {{ ?s ?p ?o }} }}", "SELECT * FROM <{}> {{ ?s ?p ?o }}"):
        assert ask(text.format("%(secret)s")) == ask(text.format("urn:none"))
    assert json.loads(ask("ASK { GRAPH <%(secret)s> { ?s ?p ?o } }"))["boolean"] is False


def test_from_keeps_what_may_be_seen(ask: Ask) -> None:
    one = "%(base)s/source/one"
    text = f"SELECT ?s FROM <{one}> FROM <%(secret)s> {{ ?s ?p ?o }}"
    assert len(json.loads(ask(text))["results"]["bindings"]) == 2
    text = f"SELECT ?g FROM NAMED <{one}> FROM NAMED <%(secret)s> {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert len(json.loads(ask(text))["results"]["bindings"]) == 2


REFUSED = (
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "LOAD <http://127.0.0.1:1/>",
    "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    "DROP ALL",
    "SELECT ?x WHERE { ?x",
    "SELECT ?x { ?x undeclared:p ?y }",
)
OWN_WAYS = (
    'define get:soft "replacing" SELECT * FROM <http://127.0.0.1:1/> { ?s ?p ?o }',
    "SELECT (bif:http_get('http://127.0.0.1:1/') AS ?x) {}",
    "PREFIX x: <bif:> SELECT (x:concat('a', 'b') AS ?x) {}",
    "PREFIX x: <b> SELECT (x:if\\:concat('a', 'b') AS ?x) {}",
    "SELECT (<bif:concat>('a', 'b') AS ?x) {}",
    "SELECT (<\\u0062if:concat>('a', 'b') AS ?x) {}",
    "SELECT (<sql:user>() AS ?x) {}",
    "SELECT * { ?s ?p ?o OPTION (transitive) }",
    "SELECT * \\u0046ROM <urn:x> { ?s ?p ?o }",
)


def test_what_may_not_run_is_refused(deployment, ask: Ask) -> None:
    # Embedded, there is no server behind whose own ways would have to be refused.
    for text in REFUSED if deployment.kind == "embedded" else (*REFUSED, *OWN_WAYS):
        with pytest.raises(BadQuery):
            ask(text)


def test_a_graph_without_an_iri_is_refused(ask: Ask) -> None:
    with pytest.raises(BadParameter):
        ask("ASK {}", default_graphs=("not an iri",))


@pytest.mark.parametrize(
    ("media_type", "start"),
    [
        ("application/sparql-results+json", b"{"),
        ("application/sparql-results+xml", b"<?xml"),
        ("text/csv", b"o\r\n"),
        ("text/tab-separated-values", b"?o\n"),
    ],
)
def test_answers_come_in_each_format(deployment, outside: Queries, media_type: str, start: bytes) -> None:
    deployment.load("one", ":a :p 'é'@fr, true, 1.5 .")
    request = QueryRequest(text="SELECT ?o { ?s ?p ?o }", results_format=media_type)
    outcome = outside.run(deployment.reader(), request, lane=Level.PUBLIC)
    assert outcome.media_type == media_type
    assert outcome.body.startswith(start)
    assert "é".encode() in outcome.body
    graph = QueryRequest(text="CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", graph_format="application/n-triples")
    assert outside.run(deployment.reader(), graph, lane=Level.PUBLIC).body.count(b" .\n") == 3


def test_limits_stop_a_query(deployment, outside: Queries, pool) -> None:
    # Servers finish what nobody waits for any more: long for the limit, not for the tests that follow.
    deployment.load("one", "\n".join(f":r{n} :p {n} ; :q {n * 7} ." for n in range(450)))
    product = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c > ?f && ?f > ?i) }"
    with pytest.raises(QueryLimit):
        outside.run(deployment.reader(), QueryRequest(text=product), lane=Level.PUBLIC)
    small = deployment.backend.queries(pool, seconds=3.0, result_bytes=10_000)
    request = QueryRequest(text="SELECT * { ?a ?b ?c }")
    if deployment.kind != "embedded":  # there the workers hold the limit, not the caller
        with pytest.raises(QueryLimit):
            small.run(deployment.reader(), request, lane=Level.PUBLIC)
        gone = threading.Event()
        gone.set()
        with pytest.raises(QueryLimit):
            outside.run(deployment.reader(), request, lane=Level.PUBLIC, cancelled=gone)


# Dump and restore


def test_a_dump_is_restored(deployment, deploy) -> None:
    deployment.load("one", ":a a eco:Company ; :p 1.50, 'é\\n'@fr, 007 .")
    deployment.load("two", ":a :p 1.50 . :b :q true .", level=Level.PARTNERS)
    levels = dict(deployment.store.graphs())
    before = [digest(deployment.store.dump(level)) for level in Level]
    kept = list(deployment.store.dump(Level.PRIVATE))
    deployment.load("three", ":c :p 3 .")
    deployment.load("one", removed=":a :p 007 .")
    deployment.store.restore(iter(kept), levels)
    assert deployment.store.graphs() == levels
    assert [digest(deployment.store.dump(level)) for level in Level] == before
    elsewhere = deploy("embedded", deployment.base)
    elsewhere.store.restore(iter(kept), levels)
    assert [digest(elsewhere.store.dump(level)) for level in Level] == before
