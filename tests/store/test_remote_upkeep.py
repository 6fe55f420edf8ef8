"""Writing over HTTP, backup, restore and verification, with the graph on a SPARQL server."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import Refused, StorageFailed, StoreTaken, UnknownGraph
from ecograph.graph.keys import Key
from ecograph.graph.remote_backend import servers
from ecograph.graph.remote_http import Endpoint, Server
from ecograph.graph.reserved import owner
from ecograph.graph.updates import Dataset
from ecograph.model import Level
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

RECORD = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<actor/small--filature> a eco:Company ; rdfs:label "Filature d'essai"@fr ; eco:headcount 12 ;
  eco:actorType <https://w3id.org/ecograph/voc/actor-types/pme> .
"""
Open = Callable[..., EcoGraph]
WHOLE = Dataset(default=(), named=())


def settings_of(server: Server) -> dict[str, Any]:
    return {
        "store": server.query,
        "store_update": server.update,
        "store_user": server.user,
        "store_password": server.password,
        "store_auth": "digest" if server.digest else "basic",
    }


@pytest.fixture(params=["oxigraph", "virtuoso"])
def remote(request: pytest.FixtureRequest, tmp_path: Path, opened: Open) -> Iterator[EcoGraph]:
    server = request.getfixturevalue(request.param)
    base = f"http://{uuid.uuid4().hex}.example.org"
    graph = opened(tmp_path / "remote", base_iri=base, **settings_of(server))
    graph.writing.load_files(occasional("small", "private"), [File("small.ttl", RECORD.encode())])
    yield graph
    graph.close()


def key_of(graph: EcoGraph, level: Level) -> Key:
    key, _ = graph.keys.create(level=level, may_write=True)
    return key


def counts(graph: EcoGraph) -> dict[Level, dict[str, int]]:
    return {level: dict(graph.snapshot().counts(level)) for level in Level}


def test_updates_and_whole_graphs_are_written_and_seen(remote: EcoGraph) -> None:
    public, private = key_of(remote, Level.PUBLIC), key_of(remote, Level.PRIVATE)
    writing, name = remote.writing, f"{remote.base}/source/essai"
    writing.update(public, f"INSERT DATA {{ GRAPH <{name}> {{ <a> <b> 1 , 'deux'@fr }} }}", WHOLE)
    assert all(counts(remote)[level][name] == 2 for level in Level)
    writing.update(public, f"DELETE WHERE {{ GRAPH <{name}> {{ <a> <b> 1 }} }}", WHOLE)
    assert counts(remote)[Level.PUBLIC][name] == 1
    text = f"INSERT DATA {{ GRAPH <{name}> {{ <n> a <https://w3id.org/ecograph/ns#Need> }} }}"
    with pytest.raises(Refused):
        writing.update(public, text, WHOLE)
    assert counts(remote)[Level.PUBLIC][name] == 1
    hidden = f"{remote.base}/source/cache"
    assert writing.put_graph(private, hidden, b"<a> <b> 3 .", ".ttl") is True
    assert writing.post_graph(private, hidden, b"<a> <b> 4 .", ".ttl") is False
    assert counts(remote)[Level.PRIVATE][hidden] == 2
    assert hidden not in counts(remote)[Level.PARTNERS]
    with pytest.raises(UnknownGraph):
        writing.delete_graph(public, hidden)
    writing.delete_graph(private, hidden)
    writing.delete_graph(public, name)
    assert not {name, hidden} & counts(remote)[Level.PRIVATE].keys()
    with pytest.raises(UnknownGraph):
        writing.delete_graph(private, hidden)


def test_a_backup_of_a_server_is_restored_elsewhere_and_both_are_sound(
    remote: EcoGraph, tmp_path: Path, opened: Open
) -> None:
    remote.writing.put_graph(
        key_of(remote, Level.PARTNERS), f"{remote.base}/source/essai", b"<a> <b> 1.5 .", ".ttl"
    )
    assert remote.upkeep.verify().problems == ()
    remote.upkeep.backup(tmp_path / "backup")
    there = opened(tmp_path / "embedded")
    there.upkeep.restore(tmp_path / "backup")
    assert there.base == remote.base
    assert there.upkeep.verify().problems == ()
    assert counts(there) == counts(remote)
    for level in Level:
        assert set(there.snapshot().merged(level)) == set(remote.snapshot().merged(level))
    there.close()


def test_a_second_home_with_the_same_base_writes_nothing(
    remote: EcoGraph, tmp_path: Path, opened: Open
) -> None:
    """It knows nothing of what is private in the first one, and would have merged it for everybody."""
    before, backup = counts(remote), tmp_path / "b.tar"
    asked = remote.settings.model_dump(exclude_unset=True, exclude={"home"})
    second = opened(tmp_path / "second", **asked)
    load = partial(
        second.writing.load_files, occasional("small", "public"), [File("small.ttl", RECORD.encode())]
    )
    with pytest.raises(StoreTaken, match="another home writes the graphs of"):
        load()
    remote.upkeep.backup(backup)
    with closing(opened(tmp_path / "third", **asked)) as third, pytest.raises(StoreTaken):
        third.upkeep.restore(backup)
    assert {path.name for path in third.home.root.iterdir()} == {"write.lock"}
    moving = opened(tmp_path / "moving", **{**asked, "store": "embedded"})
    moving.writing.load_files(occasional("small", "public"), [File("small.ttl", RECORD.encode())])
    with pytest.raises(StoreTaken):
        moving.upkeep.copy_store(remote.settings.store)
    assert counts(remote) == before
    assert remote.upkeep.verify().problems == ()
    with closing(Endpoint(servers(remote.settings)[Level.PRIVATE])) as endpoint:  # the first one is given up
        endpoint.update(f"CLEAR GRAPH <{owner(remote.base)}>")
    load()
    second.close()
    with closing(opened(tmp_path / "remote", **asked)) as first, pytest.raises(StoreTaken):
        first.writing.load_files(occasional("more", "public"), [File("more.ttl", RECORD.encode())])


def test_half_of_a_change_is_told_from_damage(remote: EcoGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed process leaves it on the server, where it can be seen until the next write finishes it."""
    send = Endpoint.update

    def failing(endpoint: Endpoint, text: str) -> None:
        send(endpoint, text.partition(" ;\n")[0])
        raise StorageFailed("write to the SPARQL server", "the process was killed")

    monkeypatch.setattr(Endpoint, "update", failing)
    with pytest.raises(StorageFailed):
        remote.writing.load_files(
            occasional("small", "private"), [File("small.ttl", RECORD.replace("12", "13").encode())]
        )
    monkeypatch.undo()
    found = remote.upkeep.verify()
    assert found.pending == 1
    assert any("merged graph of level private" in problem for problem in found.problems)
    assert found.problems[-1].startswith("store: a change was begun on the server and not finished")
    remote.writing.load_declared(["ontology"])
    assert remote.upkeep.verify().problems == ()
