"""The search index follows the graph in a child process, and nobody waits for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.progress import quiet
from ecograph.questions.filtering import Asked
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

LIMIT = 60.0
SOURCE = "okapi"

# A service that is killed while its child indexes.
SERVICE = """
import sys, time
from pathlib import Path
from ecograph.app import EcoGraph
from ecograph.settings import Settings
from ecograph.sources.declaration import occasional
from ecograph.sources.content import File

graph = EcoGraph(Settings(home=Path(sys.argv[1]), embedding="none", spotting="none", _env_file=None))
graph.warm()

def progress(step, _done, _total):
    if "indexing" in step:
        print(graph.writing._follower._process.pid, flush=True)

with graph.writing.open("a test", progress) as writer:
    writer.load(occasional("okapi", "public"), [File("okapi.ttl", Path(sys.argv[2]).read_bytes())])
time.sleep(600)
"""


def actor(name: str) -> bytes:
    return f"""<actor/okapi--{name}> a <https://w3id.org/ecograph/ns#Organization> ;
        <http://www.w3.org/2000/01/rdf-schema#label> "Okapi {name}"@fr ;
        <http://purl.org/dc/terms/description> "Un atelier."@fr ;
        <https://w3id.org/ecograph/ns#actorType> <https://w3id.org/ecograph/voc/actor-types/association> .
    """.encode()


def write(graph: EcoGraph, *names: str, level: str = "public") -> None:
    with graph.writing.open("a test") as writer:
        content = b"\n".join(map(actor, names))
        outcome = writer.load(occasional(SOURCE, level), [File("okapi.ttl", content)])
    assert not outcome.rejections


def found(graph: EcoGraph, word: str) -> int:
    return graph.search(Level.PUBLIC, f"okapi {word}", Asked(), limit=5).total


def stated(graph: EcoGraph, word: str) -> bool:
    return bool(graph.rows(Level.PUBLIC, f'SELECT ?s {{ ?s ?p "Okapi {word}"@fr }}'))


def wait(until: Callable[[], object]) -> None:
    limit = time.monotonic() + LIMIT
    while not until():
        assert time.monotonic() < limit, "it takes too long"
        time.sleep(0.02)


def child(graph: EcoGraph) -> int:
    """The process that indexes, once there is one."""
    follower = graph.writing._follower
    wait(lambda: follower._process)
    return int(follower._process.pid)


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def graph(opened: Callable[..., EcoGraph], fresh_copy: Path) -> Iterator[EcoGraph]:
    """A deployment that is ready to serve."""
    made = opened(fresh_copy, query_workers=1)
    made.warm()
    yield made
    made.close()


def test_a_write_waits_for_no_index_and_search_follows(graph: EcoGraph) -> None:
    write(graph, "un")
    pid = child(graph)
    os.kill(pid, signal.SIGSTOP)  # however long it takes...
    try:
        write(graph, "un", "deux")
        assert stated(graph, "deux")
        assert not found(graph, "deux")
    finally:
        os.kill(pid, signal.SIGCONT)
    wait(lambda: found(graph, "deux"))
    assert graph.writing.index_failure is None
    assert not runs(pid)


def test_a_child_that_is_killed_is_started_again(graph: EcoGraph) -> None:
    write(graph, "un")
    os.kill(child(graph), signal.SIGKILL)
    wait(lambda: found(graph, "un"))
    wait(lambda: graph.writing.index_failure is None)


def test_what_keeps_the_index_from_following_is_told(
    serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    service = serve()
    service.graph.warm()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/bin/false")
        write(service.graph, "un")
        wait(lambda: service.graph.writing.index_failure)
    answer = service.http.get("/health/ready")
    assert answer.status_code == 503
    assert "index" in [reason["check"] for reason in answer.json()["reasons"]]
    assert "the index does not follow the graph: its process ended with status 1" in caplog.text
    assert stated(service.graph, "un")
    assert found(service.graph, "") == 0
    write(service.graph, "un", "deux")
    wait(lambda: found(service.graph, "deux"))
    wait(lambda: service.http.get("/health/ready").status_code == 200)


def test_closing_ends_the_child_and_the_next_one_goes_on(
    graph: EcoGraph, opened: Callable[..., EcoGraph]
) -> None:
    write(graph, "un")
    pid = child(graph)
    os.kill(pid, signal.SIGSTOP)
    graph.close()
    assert not runs(pid)
    again = opened(graph.home.root)
    assert again.upkeep.verify().problems == ()
    again.writing.prepare()
    assert found(again, "un")
    assert not list(again.home.indexes.glob(".*"))


def test_the_child_ends_with_a_service_that_is_killed(
    fresh_copy: Path, opened: Callable[..., EcoGraph], tmp_path: Path
) -> None:
    (tmp_path / "okapi.ttl").write_bytes(actor("un"))
    command = [sys.executable, "-c", SERVICE, str(fresh_copy), str(tmp_path / "okapi.ttl")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        pid = int(service.stdout.readline())
        os.kill(pid, signal.SIGSTOP)
        service.kill()
        service.wait()
        wait(lambda: not runs(pid))
    again = opened(fresh_copy)
    again.writing.prepare()
    assert found(again, "un")


def test_an_index_of_another_process_is_taken_over(
    graph: EcoGraph, opened: Callable[..., EcoGraph], fresh_copy: Path
) -> None:
    write(opened(fresh_copy), "un")
    assert stated(graph, "un")
    wait(lambda: found(graph, "un"))


def test_no_index_from_before_tells_what_was_hidden(
    graph: EcoGraph, opened: Callable[..., EcoGraph], fresh_copy: Path
) -> None:
    write(opened(fresh_copy), "un")
    wait(lambda: found(graph, "un"))
    write(opened(fresh_copy), "un", level="private")
    assert not found(graph, "un")
    assert graph.search(Level.PRIVATE, "okapi un", Asked(), limit=5).total


def test_following_ends_however_often_others_write(opened: Callable[..., EcoGraph], fresh_copy: Path) -> None:
    graph = opened(fresh_copy)

    def publish(name: str) -> str:
        """Write and publish; whoever does so follows later."""
        with graph.writing._session("a test", quiet) as writer:
            writer.load(occasional(SOURCE, "public"), [File("okapi.ttl", actor(name))])
            graph.writing._publish(writer, quiet)
        return graph.snapshot_id()

    asked, later = publish("un"), []

    def report(step: str) -> None:
        if step == "indexing":
            assert not later, "it goes on"
            later.append(publish("deux"))

    graph._publication.follow(report)
    current = graph.home.current()
    assert current is not None
    assert (current.index, [current.snapshot]) == (asked, later)
    graph._publication.follow(lambda step: None)
    assert found(graph, "deux")
    graph.close()
