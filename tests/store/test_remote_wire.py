"""A server that takes its time: how long it is waited for, and that what is well is left to finish."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from ecograph.errors import EcographError, QueryLimit, ServerFailed
from ecograph.graph.dialects import Standard
from ecograph.graph.remote_http import JSON, Dataset, Endpoint, Server

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"
ROW = b'{"x": {"type": "literal", "value": "' + b"x" * 1_000 + b'"}}'
SELECT = "SELECT ?x { ?x ?x ?x }"
SECONDS = 1.0
Talk = Callable[[socket.socket], None]


@contextmanager
def speaking(talk: Talk) -> Iterator[Endpoint]:
    """An endpoint whose server takes a request, does what a test says, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):  # the listener is closed, or the client left
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    talk(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with closing(Endpoint(Server(query=address, update=address, seconds=SECONDS))) as endpoint:
            endpoint.dialect = Standard()  # which is asked for otherwise
            yield endpoint
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def received(connection: socket.socket) -> bytes:
    """A whole request: who hangs up on the rest of one resets the connection."""
    head, _, body = connection.recv(65_536).partition(b"\r\n\r\n")
    size = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    while size and len(body) < int(size[1]):
        body += connection.recv(65_536)
    return head


def drip(connection: socket.socket, content: bytes) -> None:
    for byte in content:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def dripping_head(connection: socket.socket) -> None:
    received(connection)
    drip(connection, HEAD * 2)


def dripping_body(connection: socket.socket) -> None:
    received(connection)
    connection.sendall(HEAD + b"Content-Length: 500\r\n\r\n")
    drip(connection, b" " * 500)


def dripping_chunks(connection: socket.socket) -> None:
    received(connection)
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    drip(connection, b"1\r\n \r\n" * 20)


def hardly_listening(connection: socket.socket) -> None:
    for _ in range(50):
        connection.recv(2_000)
        time.sleep(0.05)


CALLS: dict[str, Callable[[Endpoint], object]] = {
    "select": lambda endpoint: list(endpoint.select(SELECT)),
    "fetch": lambda endpoint: endpoint.fetch(SELECT, Dataset(("urn:g",), ()), JSON),
    "strangers": lambda endpoint: endpoint.fetch(SELECT, Dataset(("urn:g",), ()), JSON, seconds=SECONDS),
    "update": lambda endpoint: endpoint.update("CLEAR GRAPH <urn:g>"),
}


@pytest.mark.parametrize("talk", [dripping_head, dripping_body, dripping_chunks])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_answer_that_drips_is_not_waited_for(talk: Talk, call: Callable[[Endpoint], object]) -> None:
    with speaking(talk) as endpoint:
        started = time.monotonic()
        with pytest.raises((QueryLimit, ServerFailed)):
            call(endpoint)
        assert SECONDS <= time.monotonic() - started < SECONDS + 4


def test_a_server_that_hardly_listens_is_not_waited_for() -> None:
    with speaking(hardly_listening) as endpoint:
        started = time.monotonic()
        with pytest.raises(ServerFailed, match=r"longer than 1 seconds|timed out"):
            endpoint.update("#" * 20_000_000)
        assert time.monotonic() - started < SECONDS + 4


def test_a_long_answer_is_read_to_its_end() -> None:
    """A dump takes longer than any other request, and may: as long as it comes."""
    rows = 1_000

    def talk(connection: socket.socket) -> None:
        received(connection)
        body = b'{"head": {"vars": ["x"]}, "results": {"bindings": [' + b", ".join([ROW] * rows) + b"]}}"
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 50_000):
            connection.sendall(body[start : start + 50_000])
            time.sleep(0.1)

    with speaking(talk) as endpoint:
        started = time.monotonic()
        assert sum(1 for _ in endpoint.select(SELECT)) == rows
        assert time.monotonic() - started > 2 * SECONDS
        with pytest.raises(QueryLimit):  # strangers have no more than their time
            CALLS["strangers"](endpoint)


def test_time_that_we_take_ourselves_does_not_count() -> None:
    def talk(connection: socket.socket) -> None:
        received(connection)
        body = b'{"head": {"vars": ["x"]}, "results": {"bindings": [' + b", ".join([ROW] * 500) + b"]}}"
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    with speaking(talk) as endpoint:
        rows = endpoint.select(SELECT)
        next(rows)
        time.sleep(SECONDS * 1.5)
        assert sum(1 for _ in rows) == 499


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_a_proxy_of_the_environment_is_asked(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        asked.append(received(connection))
        body = b'{"head": {"vars": ["x"]}, "results": {"bindings": []}}'
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    with speaking(talk) as direct:
        address = direct._server.query.removeprefix("http://")
        monkeypatch.setenv("http_proxy", f"{scheme}me:secret@{address}")
        monkeypatch.setenv("no_proxy", "")
        there = "http://sparql.example/query"
        with closing(Endpoint(Server(query=there, update=there, seconds=SECONDS))) as endpoint:
            endpoint.dialect = Standard()
            assert list(endpoint.select(SELECT)) == []
    assert asked[0].startswith(b"POST http://sparql.example/query HTTP/1.1")
    assert b"Proxy-Authorization: Basic" in asked[0]


def test_who_hangs_up_is_told() -> None:
    with speaking(lambda connection: None) as endpoint, pytest.raises(EcographError):
        endpoint.update("CLEAR ALL")
