"""What is sent again and what is not, and what a server's strange answers become."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ecograph.errors import BadQuery, QueryLimit, StorageFailed
from ecograph.graph.remote_http import JSON, Dataset, Endpoint, Server
from ecograph.graph.transfer import copy, digest
from ecograph.model import Level

EMPTY = b'{"head": {"vars": ["x"]}, "results": {"bindings": []}}'
EVERYTHING = Dataset(("urn:g",), ())


@dataclass
class Script:
    """What a server answers, one after the other; the last answer is repeated."""

    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def next(self) -> tuple[int, dict[str, str], bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def endpoint(script: Script) -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            script.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            status, headers, body = script.next()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def version_string(self) -> str:
            return "Virtuoso/07.20"

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    with closing(Endpoint(Server(query=address, update=address, seconds=5))) as opened:
        script.answers = [(200, {}, EMPTY)]
        assert opened.dialect.name == "virtuoso"
        script.asked.clear()
        yield opened
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_read_is_sent_again_while_the_server_is_away(endpoint: Endpoint, script: Script) -> None:
    script.answers = [(503, {}, b""), (502, {}, b""), (200, {}, EMPTY)]
    assert list(endpoint.select("SELECT ?x { ?x ?x ?x }")) == []
    assert len(script.asked) == 3
    script.answers = [(503, {}, b"later")]
    with pytest.raises(QueryLimit):
        list(endpoint.select("SELECT ?x { ?x ?x ?x }"))


def test_an_update_is_sent_once(endpoint: Endpoint, script: Script) -> None:
    script.answers = [(503, {}, b"later")]
    with pytest.raises(StorageFailed):
        endpoint.update("CLEAR GRAPH <urn:g>")
    assert script.asked == ["CLEAR GRAPH <urn:g>"]


def test_who_cannot_be_reached_is_told(endpoint: Endpoint) -> None:
    nobody = Server(query="http://127.0.0.1:9/", update="http://127.0.0.1:9/", seconds=2)
    with closing(Endpoint(nobody)) as opened:
        for call in (
            lambda: list(opened.select("SELECT ?x { ?x ?x ?x }")),
            lambda: opened.update("CLEAR ALL"),
        ):
            with pytest.raises(StorageFailed):
                call()


def test_a_partial_answer_is_none(endpoint: Endpoint, script: Script) -> None:
    script.answers = [(200, {"X-SQL-State": "S1TAT"}, EMPTY)]
    with pytest.raises(QueryLimit):
        endpoint.fetch("SELECT ?x {}", EVERYTHING, JSON)


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (400, "Virtuoso 37000 Error SP030: SPARQL compiler, line 1: syntax error", BadQuery),
        (500, "Virtuoso 37000 Error TR...: transitive start not given", BadQuery),
        (500, "Virtuoso 42000 Error The estimated execution time 9 (sec) exceeds the limit", QueryLimit),
        (500, "Virtuoso S1000 Error: disk full", StorageFailed),
        (401, "", StorageFailed),
    ],
)
def test_errors_are_told_apart(
    endpoint: Endpoint, script: Script, status: int, text: str, error: type[Exception]
) -> None:
    script.answers = [(status, {}, text.encode())]
    with pytest.raises(error):
        endpoint.fetch("SELECT ?x {}", EVERYTHING, JSON)


def test_what_is_no_result_is_told(endpoint: Endpoint, script: Script) -> None:
    script.answers = [(200, {}, b"<html>a proxy's page</html>")]
    with pytest.raises(StorageFailed):
        list(endpoint.select("SELECT ?x { ?x ?x ?x }"))


@pytest.mark.parametrize("kind", ["oxigraph", "virtuoso"])
def test_an_interrupted_copy_goes_on(
    kind: str, deploy: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = deploy("embedded")
    source.load("one", "\n".join(f":r{n} a eco:Company ; :p {n}, {n}.5 ." for n in range(350)))
    source.load("two", ":a :p 'x'@fr, 1.0, 1 .", level=Level.PARTNERS)
    target = deploy(kind, source.base)
    target.load("stale", ":z :p 1 .")
    send, left = Endpoint.update, [3]

    def failing(self: Endpoint, text: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise StorageFailed("write to the SPARQL server", "the cable was pulled")
        send(self, text)

    monkeypatch.setattr(Endpoint, "update", failing)
    with pytest.raises(StorageFailed):
        copy(source.store, target.store)
    left[0] = 10_000
    digests = copy(source.store, target.store)
    assert target.store.graphs() == source.store.graphs()
    assert digests == {level: digest(source.store.dump(level)) for level in Level}
    before = left[0]
    assert copy(target.store, source.store) == digests
    assert left[0] == before


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/html; charset=utf-8"}])
def test_a_page_is_no_answer(endpoint: Endpoint, script: Script, headers: dict[str, str]) -> None:
    """Of a proxy that wants a log-in: nothing that strangers are given, nothing that was written."""
    script.answers = [(200, headers, b"<html>Log in</html>")]
    with pytest.raises(StorageFailed):
        endpoint.fetch("SELECT ?x {}", EVERYTHING, JSON)


def test_what_a_page_answers_was_not_written(endpoint: Endpoint, script: Script) -> None:
    script.answers = [(200, {"Content-Type": "text/html"}, b"<html>Log in</html>")]
    with pytest.raises(StorageFailed, match="HTML"):
        endpoint.update("CLEAR GRAPH <urn:g>")
    script.answers = [(200, {"Content-Type": JSON}, EMPTY)]
    endpoint.update("CLEAR GRAPH <urn:g>")
