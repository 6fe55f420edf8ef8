"""Updates on a copy of a store: what they change is what the engine itself would change."""

# ruff: noqa: E501 - one query a line reads better

from __future__ import annotations

from itertools import pairwise

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from ecograph.errors import BadParameter, BadQuery
from ecograph.graph.journal import Workplace, carry_out
from ecograph.graph.updates import Dataset, read_update

EX = "http://example.org/"
OWN = EX + "own"
PREFIX = f"PREFIX ex: <{EX}>\n"
MIDDLE = "PREFIX y: <http://example.org/h>"
UPDATES = {
    "insert data": "INSERT DATA { GRAPH ex:g { ex:new ex:p 'GRAPH } {', [ ex:q ( 1 2 ) ] } GRAPH ex:n { ex:a ex:b 'x'@fr } }",
    "delete data": "DELETE DATA { GRAPH ex:g { ex:s1 ex:p 1 ; ex:none 5 } }",
    "delete where": "DELETE WHERE { GRAPH ?g { ?s ex:p ?o } }",
    "modify": "DELETE { GRAPH ?g { ?s ex:p ?o } } INSERT { GRAPH ?g { ?s ex:p ?n } . GRAPH ex:log { ?s ex:was ?o } }"
    " WHERE { GRAPH ?g { ?s ex:p ?o } BIND(?o + 100 AS ?n) }",
    "with": "WITH ex:g DELETE { ?s ?p ?o . GRAPH ex:h { ?s ?p ?o } } INSERT { ?s ex:q ?o } WHERE { ?s ?p ?o FILTER(?o < 3) }",
    "using": "INSERT { GRAPH ex:n { ?s ex:in ?g ; ex:p ?o } } USING ex:g USING NAMED ex:h WHERE { ?s ex:p ?o OPTIONAL { GRAPH ?g { ?s ?q ?r } } }",
    "comments": "INSERT # a } comment\n { GRAPH ex:g { ex:a ex:b 1 # {\n } # .\n . GRAPH ex:h { ex:a ex:b 2 } } WHERE # x\n { # y\n }",
    "sub-select": "INSERT { GRAPH ex:n { ex:total ex:is ?n } } WHERE { SELECT (SUM(?o) AS ?n) { GRAPH ?g { ?s ex:p ?o } } }",
    "unbound": "INSERT { GRAPH ?x { ?s ex:p 9 } GRAPH ex:n { ?s ex:x ?y } } WHERE { GRAPH ex:g { ?s ex:p 1 } OPTIONAL { ?s ex:none ?x, ?y } }",
    "literal graph": "INSERT { GRAPH ?o { ?s ex:p 9 } } WHERE { GRAPH ex:g { ?s ex:p ?o } }",
    "base": "BASE <http://example.org/> INSERT DATA { GRAPH <g> { <s1> <p> <#x> } }",
    "sequence": "INSERT DATA { GRAPH ex:n { ex:a ex:b 1 } } ; DELETE { GRAPH ex:n { ?s ?p ?o } } INSERT { GRAPH ex:m { ?s ?p ?o } }"
    " WHERE { GRAPH ex:n { ?s ?p ?o } } ; PREFIX y: <http://example.org/h> DELETE WHERE { GRAPH y: { ?s ?p ?o } } ;",
    "undone": "DELETE WHERE { GRAPH ex:g { ?s ?p ?o } } ; INSERT DATA { GRAPH ex:g { ex:s1 ex:p 1 } }",
    "bnodes": "INSERT { GRAPH ex:n { _:x ex:of ?s } GRAPH ex:m { _:x ex:of ?s } } WHERE { GRAPH ex:g { ?s ex:p ?o } }",
    "clear": "CLEAR GRAPH ex:g",
    "clear silent": "CLEAR SILENT GRAPH ex:none",
    "drop named": "DROP NAMED",
    "create": "CREATE SILENT GRAPH ex:g ; CREATE GRAPH ex:new",
    "copy": "COPY ex:g TO GRAPH ex:h",
    "copy to itself": "COPY ex:g TO ex:g",
    "move": "MOVE GRAPH ex:g TO ex:new",
    "add": "ADD ex:g TO ex:h",
    "add silent": "ADD SILENT ex:none TO ex:h",
    "nothing": "# only a comment",
}


def store() -> Store:
    """Two graphs that share a statement; the default graph holds their merge."""
    made = Store()
    for graph, start in (("g", 1), ("h", 3)):
        for number in range(start, start + 3):
            subject, value = NamedNode(f"{EX}s{number}"), Literal(number)
            for context in (NamedNode(EX + graph), None):
                made.add(Quad(subject, NamedNode(EX + "p"), value, *([context] if context else [])))
    return made


def carried_out(text: str, dataset: Dataset = Dataset(), at: Store | None = None) -> set[Quad]:  # noqa: B008 - a value
    """Return the named graphs after an update, by way of its changes."""
    before = at or store()
    place = Workplace(store=Store(), base=EX, own_graph=OWN, kept_graphs=frozenset({EX + "kept"}))
    place.store.extend(before)
    operations = read_update(PREFIX + text, dataset=dataset, limit=100_000)
    changes = carry_out(place, operations)
    assert not changes.added & changes.removed
    assert not changes.added & set(before)
    assert changes.removed <= set(before)
    return named((set(before) - changes.removed) | changes.added)


def named(quads: set[Quad] | Store) -> set[Quad]:
    return {quad for quad in quads if isinstance(quad.graph_name, NamedNode)}


def shape(quads: set[Quad]) -> list[str]:
    """Statements with blank nodes all alike, which is enough to compare these."""
    mask = lambda node: "_" if isinstance(node, BlankNode) else str(node)  # noqa: E731
    return sorted(" ".join(map(mask, quad)) for quad in quads)


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_changes_what_the_engine_would(name: str) -> None:
    engine = store()
    # The engine takes no prologue but the first.
    engine.update(
        PREFIX + UPDATES[name].replace(MIDDLE, "").replace("y:", "<http://example.org/h>"), base_iri=EX
    )
    assert shape(carried_out(UPDATES[name])) == shape(named(engine))


def test_one_blank_node_is_one_in_all_graphs() -> None:
    added = carried_out(UPDATES["bnodes"]) - named(store())
    by_graph = [{q.subject for q in added if q.graph_name == NamedNode(EX + g)} for g in ("n", "m")]
    assert by_graph[0] == by_graph[1]
    assert len(by_graph[0]) == 3


def test_what_names_no_graph_goes_to_the_own_one() -> None:
    added = carried_out("INSERT DATA { ex:a ex:b 1 }") - named(store())
    assert {quad.graph_name for quad in added} == {NamedNode(OWN)}
    copied = carried_out("INSERT DATA { ex:a ex:b 1 } ; COPY DEFAULT TO ex:n ; CLEAR DEFAULT")
    assert {q.graph_name.value for q in copied - named(store())} == {EX + "n"}


@pytest.mark.parametrize("verb", ["COPY", "MOVE", "ADD"])
def test_what_is_not_there_replaces_nothing(verb: str) -> None:
    with pytest.raises(BadQuery, match="DEFAULT is here the source of your key, which says nothing yet"):
        carried_out(f"{verb} DEFAULT TO ex:g")
    kept = named(set(store()))
    for source in ("DEFAULT", "ex:none"):
        assert named(carried_out(f"{verb} SILENT {source} TO ex:g")) == kept


def test_what_others_say_is_not_deleted_by_the_way() -> None:
    with pytest.raises(BadQuery, match="which source"):
        carried_out("DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }")


def test_later_operations_see_the_merge() -> None:
    after = carried_out(
        "INSERT DATA { GRAPH ex:n { ex:a ex:b 1 } } ; INSERT { GRAPH ex:m { ?s ?p ?o } } WHERE { ?s ?p ?o FILTER(?s = ex:a) }"
    )
    assert Quad(NamedNode(EX + "a"), NamedNode(EX + "b"), Literal(1), NamedNode(EX + "m")) in after


def test_all_leaves_what_is_kept() -> None:
    at = store()
    kept = Quad(NamedNode(EX + "a"), NamedNode(EX + "b"), Literal(1), NamedNode(EX + "kept"))
    at.add(kept)
    for text in ("CLEAR ALL", "DROP ALL", "DROP NAMED"):
        assert carried_out(text, at=at) == {kept}


def test_the_request_says_what_is_read() -> None:
    text = "INSERT { GRAPH ex:n { ?s ex:in ?g } } WHERE { { ?s ex:p ?o BIND('default' AS ?g) } UNION { GRAPH ?g { ?s ex:p ?o } } }"
    added = carried_out(text, Dataset(default=(EX + "g",), named=(EX + "h",))) - named(store())
    said = {(quad.subject.value[-2:], quad.object.value) for quad in added}
    assert said == {(f"s{n}", "default") for n in (1, 2, 3)} | {(f"s{n}", EX + "h") for n in (3, 4, 5)}


@pytest.mark.parametrize("clause", ["USING ex:g", "USING NAMED ex:g"])
def test_two_datasets_are_one_too_many(clause: str) -> None:
    with pytest.raises(BadQuery, match="give one of them"):
        carried_out(f"INSERT {{ }} {clause} WHERE {{ }}", Dataset(named=(EX,)))
    with pytest.raises(BadQuery, match="give one of them"):
        carried_out("WITH ex:g INSERT { } WHERE { }", Dataset(default=(EX,)))
    with pytest.raises(BadParameter):
        Dataset(default=("http://e/> WHERE {} ; CLEAR ALL #",))


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://127.0.0.1:1/>",
        "LOADSILENT <http://127.0.0.1:1/>",
        "INSERT { } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "INSERT { } WHERE { } LOAD <http://127.0.0.1:1/>",
        "SELECT * { ?s ?p ?o }",
        "CLEAR XYZ",
        "CLEAR GRAPH ex:none",
        "CREATE GRAPH ex:g",
        "COPY ex:none TO ex:g",
        "INSERT DATA { GRAPH ex:g { ex:a ex:b",
        "INSERT DATA { ex:a ex:b 1 } DELETE DATA { ex:a ex:b 1 }",
        "DELETE { } ",
        "INSERT { GRAPH { } } WHERE { }",
        "INSERT DATA { GRAPH ex:g }",
        "CREATE SILENT DEFAULT",
        "ADD ALL TO ex:g",
        "INSERT { " + "{" * 200 + "}" * 200 + " } WHERE { }",
    ],
)
def test_what_is_no_update_here_is_refused(text: str) -> None:
    with pytest.raises((BadQuery, SyntaxError)):
        carried_out(text)


def test_updates_differ() -> None:
    """The control: no two of the updates compared above are the same."""
    assert all(one != other for one, other in pairwise(sorted(UPDATES.values())))
