"""A list that is whole by its form and holds too little: the old graph stays until a person insists."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from fastapi.testclient import TestClient

from ecograph.app import EcoGraph
from ecograph.errors import TooManyLost
from ecograph.model import Level
from ecograph.sources.content import File
from ecograph.sources.declaration import filled, occasional
from ecograph.web.service import create_app
from tests.refresh.desk import Desk, feed, item, only, titles, values
from tests.remote import Remote

DECLARATION = """
id = "reseau"
kind = "json"
location = ["{location}"]
visibility = "public"
licence = "https://example.org/licence"
schedule = "hourly"
max_error_share = 1.0
{options}
title = {{ fr = "Un réseau", en = "A network" }}
description = {{ fr = "Pour l'exemple.", en = "For the example." }}
publisher = {{ name = "{publisher}" }}

[json]
records = "$"

[[records]]
kind = "actor"
class = "eco:Organization"
id = ["code"]
[records.properties]
"rdfs:label" = {{ column = "nom", lang = "fr", required = true }}
"dct:description" = {{ column = "nom", lang = "fr" }}
"eco:actorType" = {{ constant = "https://w3id.org/ecograph/voc/actor-types/association", as = "iri" }}
"""


def listing(*numbers: int) -> str:
    return json.dumps([{"code": f"A{n}", "nom": f"Atelier d'essai {n}"} for n in numbers])


def found(graph: EcoGraph) -> set[str]:
    query = "SELECT ?t { ?a a eco:Organization ; dct:description ?t FILTER (STRSTARTS(?t, 'Atelier d')) }"
    return {row[0].rpartition(" ")[2] for row in values(graph, query)}


def declare(desk: Desk, location: str, options: str = "", publisher: str = "Quelqu'un") -> Path:
    path = desk.home / "loaders" / "reseau.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(DECLARATION.format(location=location, options=options, publisher=publisher), "utf-8")
    return path


def test_an_empty_list_keeps_the_graph_and_is_recorded(desk: Desk, graph: EcoGraph, remote: Remote) -> None:
    declare(desk, remote.put("/l", listing(1, 2, 3, 4)))
    assert only(graph).outcome == "written"
    before = graph.snapshot_id()
    remote.put("/l", "[]")
    desk.later(hours=1)
    run = only(graph)
    assert run.outcome == "failed"
    assert "4 of its 4 records are gone, none is found" in run.message
    assert "--accept-losses" in run.message
    assert graph.snapshot_id() == before
    assert found(graph) == set("1234")
    [state] = graph.refresh.states(Level.PUBLIC)
    assert (state.failures, state.last) == (1, run)
    [insisted] = graph.refresh.run(["reseau"], accept_losses=True)
    assert insisted.outcome == "written"
    assert found(graph) == set()
    remote.put("/l", listing(7))  # there is nothing to lose any more
    assert only(graph, "reseau").outcome == "written"


def test_the_service_accepts_losses_of_named_sources_alone(
    desk: Desk, graph: EcoGraph, remote: Remote
) -> None:
    declare(desk, remote.put("/l", listing(1, 2, 3, 4)))
    only(graph)
    remote.put("/l", listing(5))
    _, writes = graph.keys.create(level=Level.PUBLIC, may_write=True, name="writer")
    client = TestClient(create_app(graph), headers={"Authorization": f"Bearer {writes}"})
    refused = client.post("/api/refresh", json={"accept_losses": True})
    assert refused.status_code == 400
    assert "`accept_losses` needs the `sources` that may lose records" in refused.text
    for asked, outcome in [({}, "failed"), ({"accept_losses": True}, "written")]:
        begun = client.post("/api/refresh", json={"sources": ["reseau"], **asked})
        assert (begun.status_code, begun.json()) == (202, {"started": ["reseau"]})
        for thread in graph.refresh._threads:
            thread.join()
        [state] = client.get("/api/refresh").json()
        assert state["last"]["outcome"] == outcome
    assert found(graph) == set("5")


def test_a_feed_that_renamed_its_items_is_brought_to_what_it_names(
    desk: Desk, graph: EcoGraph, remote: Remote
) -> None:
    address = remote.put("/f", feed(item("1", "Un"), item("2", "Deux")))
    desk.declare("presse", address)
    only(graph)
    remote.put("/f", feed(item("n1", "Un"), item("n2", "Deux")))
    only(graph, "presse")
    assert titles(graph) == ["Deux", "Deux", "Un", "Un"]
    desk.declare("presse", address, more="complete = true")
    assert [run.outcome for run in graph.refresh.run(["presse"], accept_losses=True)] == ["written"]
    assert titles(graph) == ["Deux", "Un"]
    desk.declare("presse", address)
    assert only(graph, "presse").outcome in {"unchanged", "written"}
    assert titles(graph) == ["Deux", "Un"]


def test_a_list_that_is_cut_short_keeps_the_graph(desk: Desk, graph: EcoGraph, remote: Remote) -> None:
    declare(desk, remote.put("/l", listing(1, 2, 3, 4)))
    only(graph)
    for numbers, outcome in [((4,), "failed"), ((3, 4), "written"), ((5, 6, 7), "failed")]:
        remote.put("/l", listing(*numbers))
        run = only(graph, "reseau")
        assert run.outcome == outcome, run.message
    assert "2 of its 2 records are gone, more than the 50% that it may lose at once (3 found)" in run.message
    assert found(graph) == set("34")
    declare(desk, f"{remote.url}/l", "max_lost_share = 1.0")
    assert only(graph, "reseau").outcome == "written"
    assert found(graph) == set("567")
    remote.put("/l", "[]")  # which is another matter
    assert only(graph, "reseau").outcome == "failed"
    declare(desk, f"{remote.url}/l", "may_be_empty = true")
    assert only(graph, "reseau").outcome == "written"
    assert found(graph) == set()


def test_what_is_rejected_or_not_complete_is_not_lost(desk: Desk, graph: EcoGraph, remote: Remote) -> None:
    declare(desk, remote.put("/l", listing(1, 2)))
    only(graph)
    nameless = [{**record, "nom": ""} for record in json.loads(listing(1, 2))]
    remote.put("/l", json.dumps(nameless))
    assert only(graph, "reseau").outcome == "written"
    assert found(graph) == set("12")
    declare(desk, remote.put("/l", "[]"), "complete = false", publisher="Quelqu'un d'autre")
    assert only(graph, "reseau").outcome == "written"
    assert found(graph) == set("12")


def test_what_a_person_gives_replaces_what_was_given_unless_it_is_empty(graph: EcoGraph) -> None:
    def load(text: str) -> None:
        graph.writing.load_files(occasional("notes", "public", kind="document"), [File("n.txt", b"x")])
        graph.writing.load_files(occasional("mine", "public"), [File("m.ttl", text.encode())])

    actor = """<actor/mine--{0}> a <https://w3id.org/ecograph/ns#Organization> ;
        <http://www.w3.org/2000/01/rdf-schema#label> "Atelier d'essai {0}"@fr ;
        <http://purl.org/dc/terms/description> "Atelier d'essai {0}"@fr ;
        <https://w3id.org/ecograph/ns#actorType> <https://w3id.org/ecograph/voc/actor-types/association> ."""
    load(actor.format(1))
    load(actor.format(2))
    assert found(graph) == {"2"}
    with pytest.raises(TooManyLost) as caught:
        load("")
    assert (caught.value.lost, caught.value.held, caught.value.found) == (1, 1, 0)
    assert found(graph) == {"2"}
    assert not filled("x", "public", "Project").complete


def test_the_commands_tell_and_take_an_order(
    desk: Desk, invoke: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "liste.json"
    file.write_text(listing(1, 2, 3))
    path = declare(desk, str(file))
    home = ("--home", desk.home)
    assert invoke(*home, "load", "--source", "reseau").exit_code == 0
    file.write_text("[]")
    tried = invoke(*home, "source", "try", path)
    assert "3 of the 3 records of before would be gone" in tried.stdout
    for command in (["load", "--source", "reseau"], ["refresh", "reseau"]):
        refused = invoke(*home, *command)
        assert refused.exit_code == 1
        assert "3 of its 3 records are gone" in refused.stderr
        assert invoke(*home, command[0], "--accept-losses").exit_code == 2
    assert found(desk.open()) == set("123")
    assert invoke(*home, "load", "--source", "reseau", "--accept-losses").exit_code == 0
    assert found(desk.open()) == set()
    (tmp_path / "mine.ttl").write_text("")
    assert invoke(*home, "load", tmp_path / "mine.ttl", "--accept-losses").exit_code == 0


def test_a_declaration_that_says_what_it_cannot_lose_is_faulty(
    desk: Desk, invoke: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "liste.json"
    file.write_text(listing(1))
    for options, fault in (
        ("complete = false\nmax_lost_share = 0.1", "`max_lost_share` says nothing"),
        ("complete = false\nmay_be_empty = true", "`may_be_empty` says nothing"),
        ("max_lost_share = 2", "max_lost_share: at most 1 is expected"),
        ("max_losses = 1", "no such key"),
    ):
        checked = invoke("--home", desk.home, "source", "check", declare(desk, str(file), options))
        assert checked.exit_code == 1
        assert fault in checked.stdout
    path = declare(desk, str(file), "max_lost_share = 0.1")
    assert invoke("--home", desk.home, "source", "check", path).exit_code == 0
