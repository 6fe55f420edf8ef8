"""From a declaration to its files: of this machine, or fetched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import BadDeclaration, BadListing, FetchFailed, MalformedFile, TooLarge
from ecograph.fetching import Client, Clock, Guard, Limits
from ecograph.model import Level
from ecograph.sources.declaration import Declaration, occasional
from ecograph.sources.gather import Gathering, gather, is_remote
from tests.remote import Remote

TURTLE = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<actor/x--a> a eco:Organization ; rdfs:label "{name}"@fr ;
    eco:actorType <https://w3id.org/ecograph/voc/actor-types/cluster> .
"""
DECLARATION = """
id = "{id}"
kind = "rdf"
location = ["{location}"]
visibility = "public"
licence = "https://example.org/licence"
requires = ["ontology"]
title = {{ fr = "Une source", en = "A source" }}
description = {{ fr = "Pour l'exemple.", en = "For the example." }}
publisher = {{ name = "Quelqu'un" }}
"""


def declared(*locations: str) -> Declaration:
    return occasional("x", "public").model_copy(update={"location": locations})


@pytest.fixture
def client() -> Client:
    return Client(Guard(["127.0.0.0/8"]), agent="EcoGraph", clock=Clock(sleep=lambda seconds: None))


def test_files_of_this_machine_need_nothing_that_goes_out(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.ttl").write_text(name)
    source = declared(f"{tmp_path}/*.ttl", "data/lozere/lozere.ttl")
    files = gather(source, Gathering(None, limit=10_000_000))
    assert [file.name for file in files] == [
        f"{tmp_path}/a.ttl",
        f"{tmp_path}/b.ttl",
        "data/lozere/lozere.ttl",
    ]
    assert [file.content for file in files[:2]] == [b"a", b"b"]
    assert not is_remote(source)


def test_files_that_hold_less_than_they_announce_are_not_all(tmp_path: Path) -> None:
    said = occasional("x", "public").model_dump() | {
        "kind": "ckan",
        "location": [f"{tmp_path}/page*.json"],
    }
    source = Declaration.model_validate(said)
    page = '{"result": {"count": 3, "results": %s}}'
    (tmp_path / "page1.json").write_text(page % '[{"id": "a"}, {"id": "b"}]')
    with pytest.raises(BadListing, match=r"page\*\.json: it announces 3 records and gives 2"):
        gather(source, Gathering(None, limit=10_000))
    (tmp_path / "page2.json").write_text(page % '[{"id": "c"}]')
    assert len(gather(source, Gathering(None, limit=10_000))) == 2
    (tmp_path / "page3.json").write_text(page.replace("3", '"many"') % "[]")
    with pytest.raises(BadListing, match=r"page3.json: no number of records at \$\.result\.count"):
        gather(source, Gathering(None, limit=10_000))


def test_addresses_are_fetched(remote: Remote, client: Client) -> None:
    remote.put("/new", "<a> <b> <c> .", content_type="text/turtle; charset=utf-8", etag="1")
    old = remote.put("/old?x=1.csv", status=301, location="/new")
    gathering = Gathering(client, limit=100)
    [file] = gather(declared(old), gathering)
    assert is_remote(declared(old))
    assert (file.name, file.url, file.suffix, file.charset) == (old, f"{remote.url}/new", ".ttl", "utf-8")
    assert gathering.moved == {old: f"{remote.url}/new"}
    assert not gathering.unchanged


@pytest.mark.parametrize(
    ("path", "media_type", "suffix"),
    [
        ("/a.ttl", "text/plain", ".ttl"),
        ("/a.ttl?b=c.nt", "", ".ttl"),
        ("/export", "text/csv", ".csv"),
        ("/a.xml", "application/rdf+xml", ".rdf"),
        ("/a", "text/html", ""),
    ],
)
def test_what_a_file_is_shows_in_its_type_or_its_name(
    remote: Remote, client: Client, path: str, media_type: str, suffix: str
) -> None:
    headers = {"content_type": media_type} if media_type else {}
    [file] = gather(declared(remote.put(path, "x", **headers)), Gathering(client, limit=100))
    assert file.suffix == suffix


def test_a_feed_may_hold_ten_thousand_items_and_not_everything(remote: Remote) -> None:
    feed = declared(remote.put("/f", b"x" * 8_600_000)).model_copy(update={"kind": "feed"})
    client = Client(Guard(["127.0.0.0/8"]), agent="EcoGraph")
    assert len(gather(feed, Gathering(client, limit=100))[0].content) == 8_600_000
    small = Client(Guard(["127.0.0.0/8"]), agent="EcoGraph", limits=Limits(content_bytes=1_000_000, pause=0))
    for limited, size in ((client, 20_000_001), (small, 1_000_001)):
        remote.put("/f", b"x" * size)
        with pytest.raises(TooLarge, match=f"/f is larger than {size - 1:,} bytes"):
            gather(feed, Gathering(limited, limit=100))


def own(home: Path, name: str, location: str, **changes: str) -> Path:
    folder = home / "loaders"
    folder.mkdir(exist_ok=True)
    text = DECLARATION.format(id=name, location=location)
    for old, new in changes.items():
        text = text.replace(old, new)
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


Opened = Callable[..., EcoGraph]


def test_a_deployment_has_declarations_of_its_own(fresh_copy: Path, opened: Opened) -> None:
    (fresh_copy / "files").mkdir()
    (fresh_copy / "files" / "a.ttl").write_text(TURTLE.format(name="Ici"))
    own(fresh_copy, "ours", "files/*.ttl")
    own(fresh_copy, "broken", "x", kind="sort")
    own(fresh_copy, "demo", "x")
    graph = opened(fresh_copy)
    declared = graph.writing.declared()
    assert declared.own.keys() == {"ours"}
    assert declared.broken.keys() == {"broken", "demo"}
    assert "of EcoGraph's own" in str(declared.broken["demo"])
    outcomes, failures = graph.writing.load_declared()
    assert "ours" not in {outcome.source for outcome in outcomes}  # only what is shipped is loaded unasked
    assert not failures
    outcomes, failures = graph.writing.load_declared(["ours", "broken"])
    assert [(o.source, o.records) for o in outcomes if not o.unchanged] == [("ours", 3)]
    assert [name for name, _ in failures] == ["broken"]
    assert isinstance(failures[0][1], BadDeclaration)
    assert graph.describe(Level.PUBLIC, f"{graph.base}/actor/x--a").label == "Ici"


def test_a_source_is_loaded_from_the_web(fresh_copy: Path, opened: Opened, remote: Remote) -> None:
    own(fresh_copy, "web", remote.put("/a", TURTLE.format(name="Là"), content_type="text/turtle"))
    outcomes, failures = opened(fresh_copy).writing.load_declared(["web"])
    assert isinstance(failures[0][1], FetchFailed)  # this machine is not asked unless one says so
    assert not remote.asked
    graph = opened(fresh_copy, fetch_local="127.0.0.0/8")
    outcomes, failures = graph.writing.load_declared(["web"])
    assert not failures
    assert outcomes[-1].records == 3
    assert remote.asked[0].headers["user-agent"].startswith("EcoGraph/")
    assert f"(+{graph.base})" in remote.asked[0].headers["user-agent"]


def test_what_cannot_be_fetched_does_not_stop_the_rest(
    fresh_copy: Path, opened: Opened, remote: Remote
) -> None:
    own(fresh_copy, "a", f"{remote.url}/none")
    own(fresh_copy, "b", remote.put("/b.ttl", TURTLE.format(name="B")))
    own(fresh_copy, "c", remote.put("/c", "<html>", content_type="text/html"))
    outcomes, failures = opened(fresh_copy, fetch_local="127.0.0.0/8").writing.load_declared(["a", "b", "c"])
    assert [o.source for o in outcomes if not o.unchanged] == ["b"]
    assert {name: type(error) for name, error in failures} == {"a": FetchFailed, "c": MalformedFile}
