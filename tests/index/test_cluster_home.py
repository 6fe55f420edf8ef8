"""A home whose index is on a Qdrant cluster: levels apart, writes followed, and a server that goes away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx
import pytest
from qdrant_client import QdrantClient

from ecograph.app import EcoGraph
from ecograph.errors import IndexDown
from ecograph.index.large import remote
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from tests.index.qdrant_server import serving
from tests.index.test_large_home import COMPETENCE, actor, found, load

Served = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def cluster() -> Iterator[ExitStack]:
    """What ends the server of `url` when it is closed."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def url(cluster: ExitStack) -> str:
    return cluster.enter_context(serving())


@pytest.fixture
def graph(tmp_path: Path, opened: Callable[..., EcoGraph], url: str) -> Iterator[EcoGraph]:
    graph = opened(tmp_path / "home", index=url)
    load(graph, "names", Level.PUBLIC, COMPETENCE.replace("NAME", "Quardage"))
    load(graph, "actors", Level.PUBLIC, "".join(actor(n, f"Travail du zorbel {n}") for n in range(12)))
    yield graph
    graph.close()


def collections(url: str) -> set[str]:
    return {
        one.name for one in QdrantClient(url=url, check_compatibility=False).get_collections().collections
    }


def named(graph: EcoGraph) -> set[str]:
    return {remote.read_state(path.parent).collection for path in graph.home.indexes.glob("*/*/cluster.json")}


def test_a_write_is_followed_and_levels_lie_apart(graph: EcoGraph, url: str) -> None:
    assert found(graph, "zorbel") == {f"a--{n}" for n in range(12)}
    answer = graph.search(Level.PUBLIC, "zorbel", Asked(territory=("48",), type=("Organization",)), limit=1)
    assert answer.total == 12
    assert {value.count for value in answer.facets["pole"]} == {12}
    before = collections(url)

    said = "".join(actor(n, "Filature du velours" if n == 7 else f"Travail du zorbel {n}") for n in range(11))
    load(graph, "actors", Level.PUBLIC, said)
    assert found(graph, "velours") == {"a--7"}
    assert found(graph, "zorbel") == {f"a--{n}" for n in range(11)} - {"a--7"}
    assert collections(url) == before == named(graph)  # changed in place

    load(graph, "secret", Level.PRIVATE, actor(900, "Zorbel zibeline"))
    assert found(graph, "zibeline", Level.PRIVATE) == {"a--900"}
    assert not found(graph, "zibeline")
    assert "a--900" not in found(graph, "zorbel")
    assert len(collections(url) - before) == 1

    load(graph, "secret", Level.PRIVATE, actor(901, "Zorbel zibeline"))
    assert found(graph, "zibeline", Level.PRIVATE) == {"a--901"}


def test_what_no_index_names_is_deleted(graph: EcoGraph, url: str) -> None:
    server = remote.Server.of(url, None, graph.home.root)
    server.collection(f"{server.prefix}-public-left", 0).create()  # by a process that was killed
    QdrantClient(url=url, check_compatibility=False).create_collection("of-others", vectors_config={})
    load(graph, "more", Level.PUBLIC, actor(500, "Feutre"))
    assert collections(url) == {*named(graph), "of-others"}


def test_a_server_that_is_gone_stops_search_alone(
    graph: EcoGraph, cluster: ExitStack, served: Served, opened: Callable[..., EcoGraph]
) -> None:
    with served(graph) as address, httpx.Client(base_url=address, timeout=60) as client:
        assert client.get("/health/ready").status_code == 200
        cluster.close()
        with pytest.raises(IndexDown):
            found(graph, "zorbel")
        health = client.get("/health/ready")
        assert health.status_code == 503
        assert [reason["check"] for reason in health.json()["reasons"]] == ["index"]
        told = client.get("/api/search", params={"q": "zorbel"})
        assert (told.status_code, told.headers["content-type"]) == (503, "application/problem+json")
        assert "127.0.0.1" not in told.json().get("detail", "")
        answer = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"})
        assert answer.status_code == 200
        assert client.get("/actor/a--3.ttl").status_code == 200
    graph.close()

    elsewhere = opened(graph.settings.home, index="edge")
    elsewhere.writing.prepare()
    assert len(found(elsewhere, "zorbel")) == 12
    elsewhere.close()


def test_a_server_that_lost_all_is_given_all_again(graph: EcoGraph, url: str) -> None:
    client = QdrantClient(url=url, check_compatibility=False)
    for name in collections(url):
        client.delete_collection(name)
    with pytest.raises(IndexDown):
        found(graph, "zorbel")
    load(graph, "more", Level.PUBLIC, actor(500, "Feutre"))
    assert len(found(graph, "zorbel")) == 12
