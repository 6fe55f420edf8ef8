"""What is asked of every request before a route has it, at whatever place."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from ecograph.model import Level
from ecograph.web import wire
from ecograph.web.logs import JsonLines

PLACES = (
    "/health/live",
    "/health/ready",
    "/metrics",
    "/api/search?q=eau",
    "/api/gaps",
    "/api/feedback",
    "/templates/Project.csv",
    "/queries",
    "/queries/poles-overview",
    "/sparql",
    "/sparql?query=ASK%7B%7D",
    "/graphs?default",
    "/openapi.json",
    "/",
    "/search",
    "/match",
    "/gaps",
    "/about",
    "/actor/national--iteipmai",
    "/voc/poles",
    "/static/style.css",
    "/no/where",
    "/sparql/update",
)
# These differ from one answer to the next.
_OWN = {"x-request-id", "date", "content-length"}


def said(service, sent: bytes) -> tuple[int, bytes]:
    """Return the status and the body that bytes are answered with, to the end of the connection."""
    address = urlsplit(str(service.http.base_url))
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(sent)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root, own = logging.getLogger(), logging.getLogger("ecograph")
    root.addHandler(handler)
    own.setLevel("INFO")
    yield stream
    root.removeHandler(handler)
    own.setLevel("NOTSET")


def test_head_is_answered_as_get_is(service, log: io.StringIO) -> None:
    for place in PLACES:
        for accept in ("text/html", "*/*"):
            got = service.http.get(place, headers={"Accept": accept})
            head = service.http.head(place, headers={"Accept": accept})
            assert (head.status_code, head.content) == (got.status_code, b""), place
            assert dict(head.headers).keys() == dict(got.headers).keys()
            for name in head.headers.keys() - _OWN:
                assert re.sub("[0-9]", "", head.headers[name]) == re.sub("[0-9]", "", got.headers[name])
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    told = {line["route"] for line in lines if line.get("method") == "HEAD"}
    assert {"/sparql", "/queries/{name}", "/health/live", "/{kind}/{name}"} <= told
    assert "HEAD" in service.http.patch("/api/gaps").headers["allow"]


def test_scripts_of_other_sites_may_send_a_key_to_the_api(service) -> None:
    asked = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    for place, method in (("/api/match", "POST"), ("/api/search", "GET"), ("/api/review/x", "POST")):
        answer = service.http.options(place, headers=asked)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "*"
        assert method in answer.headers["access-control-allow-methods"].split(", ")
        assert "Authorization" in answer.headers["access-control-allow-headers"]
    for place in ("/api/search", "/api/resources?iri=http://127.0.0.1:8000/offer/national--cir", "/queries"):
        assert service.http.get(place).headers["access-control-allow-origin"] == "*"
    assert "If-Match" in service.http.options("/graphs").headers["access-control-allow-headers"]
    assert service.http.options("/api/no/such/place").status_code == 404
    assert "access-control-allow-origin" not in service.http.get("/search").headers


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET /health/live HTTP/1.1\r\n", 400),
        ("GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400),
        ("GET /health/live HTTP/1.0\r\nHost: a\r\nHost: a\r\n", 400),
        ("GET /health/live HTTP/1.0\r\n", 200),
        ("GET /health/live HTTP/1.1\r\nHost: a\r\n", 200),
    ],
)
def test_a_request_names_one_host(service, head: str, status: int) -> None:
    found, body = said(service, f"{head}Connection: close\r\n\r\n".encode())
    assert found == status
    assert json.loads(body)["status"] in {"ok", 400}


def test_a_compressed_body_is_refused_as_such(service) -> None:
    for place in ("/api/match", "/graphs?graph=http://e/", "/sparql"):
        answer = service.http.post(place, content=b"x", headers={"Content-Encoding": "gzip"})
        assert answer.status_code == 415
        assert answer.headers["accept-encoding"] == "identity"
        assert "Content-Encoding" in answer.json()["detail"]
    plain = {"Content-Encoding": "identity", "Content-Type": "application/sparql-query"}
    assert service.http.post("/sparql", content=b"ASK {}", headers=plain).status_code == 200


def test_a_body_has_a_bound_everywhere(service) -> None:
    _, key = service.graph.keys.create(level=Level.PUBLIC, may_write=True)
    form = "application/x-www-form-urlencoded"
    for place, kind in (
        ("/api/match", "application/json"),
        ("/api/match", "text/plain"),
        ("/api/feedback", "application/json"),
        ("/match", form),
        ("/feedback", form),
        ("/review", form),
    ):
        headers = {"Content-Type": kind, "Authorization": f"Bearer {key}"}
        whole = service.http.post(place, content=b"a" * 1_100_000, headers=headers)
        parts = service.http.post(place, content=iter([b"a" * 100_000] * 11), headers=headers)
        assert (whole.status_code, parts.status_code) == (413, 413), (place, kind)
    words = service.http.post("/api/read", json={"text": "L’ADEME aide. " * 1_000})
    assert words.status_code == 200


@pytest.mark.parametrize("length", [70_000, 700_000])
def test_an_address_that_is_too_long_is_told_so(service, length: int) -> None:
    status, body = said(service, b"GET /?" + b"a" * length + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (status, json.loads(body)["status"]) == (414, 414)


def test_headers_without_end_are_refused(service) -> None:
    start = b"GET / HTTP/1.1\r\nHost: a\r\n"
    for endless in (b"X: " + b"a" * 500_000, (b"X: " + b"a" * 1_000 + b"\r\n") * 500):
        status, body = said(service, start + endless)
        assert (status, json.loads(body)["status"]) == (431, 431)
    status, body = said(service, b"no request at all\r\n\r\n")
    assert (status, json.loads(body)["status"]) == (400, 400)


def test_who_leaves_in_the_midst_of_a_body_leaves_no_trace(service, log: io.StringIO) -> None:
    address = urlsplit(str(service.http.base_url))
    _, key = service.graph.keys.create(level=Level.PUBLIC, may_write=True)
    for number, (place, kind) in enumerate(
        (
            ("/sparql", "application/sparql-query"),
            ("/graphs?graph=http://e/", "text/turtle"),
            ("/api/match", "application/json"),
            ("/match", "application/x-www-form-urlencoded"),
        ),
        start=1,
    ):
        with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
            head = (
                f"POST {place} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nAuthorization: Bearer {key}\r\n"
            )
            connection.sendall(f"{head}Content-Length: 1000\r\n\r\nASK".encode())
        limit = time.monotonic() + 30
        while log.getvalue().count('"method": "POST"') < number:
            assert time.monotonic() < limit
            time.sleep(0.02)
    assert "Traceback" not in log.getvalue()


@pytest.mark.parametrize(
    "given",
    ["pole=agro&pole=chimie", "pole=%ff", "pole=%ed%a0%80", "pole=%00", "lang=fr&lang=en"],
)
def test_parameters_of_saved_queries_are_read_strictly(service, given: str) -> None:
    answer = service.http.get(f"/queries/actors-by-pole?{given}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_empty_query_is_called_empty(service) -> None:
    direct = {"Content-Type": "application/sparql-query"}
    for answer in (
        service.http.get("/sparql?query="),
        service.http.get("/sparql?query=%20%0A"),
        service.http.post("/sparql", content=b"", headers=direct),
    ):
        assert answer.status_code == 400
        assert answer.json()["detail"] == "the query is empty"


HEAD = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"


@pytest.mark.parametrize(
    ("begun", "answered"),
    [
        (b"", b"HTTP/1.1 408 "),
        (b"GET /spa", b"HTTP/1.1 408 "),
        (HEAD + b"X-Slow: ", b"HTTP/1.1 408 "),
        (HEAD + b"Content-Length: 100\r\n\r\nASK", b""),
        (b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n" + HEAD, b"HTTP/1.1 200 "),
    ],
)
def test_who_sends_too_slowly_is_left(service, monkeypatch, begun: bytes, answered: bytes) -> None:
    monkeypatch.setattr(wire, "REQUEST_SECONDS", 0.4)
    address = urlsplit(str(service.http.base_url))
    started, received, is_open = time.monotonic(), b"", True
    with socket.create_connection((address.hostname, address.port), timeout=0.1) as connection:
        connection.sendall(begun)
        while is_open and time.monotonic() < started + 20:
            try:
                received += (part := connection.recv(65_536))
                is_open = bool(part)
            except TimeoutError:
                if begun.endswith((b": ", b"ASK")):
                    connection.sendall(b"a")  # drop by drop, as if it still came
            except ConnectionError:
                is_open = False
    assert not is_open
    assert received.startswith(answered)
    assert service.http.get("/health/live").status_code == 200


def test_what_comes_steadily_or_is_only_kept_open_is_not_late(service, monkeypatch) -> None:
    monkeypatch.setattr(wire, "REQUEST_SECONDS", 0.4)
    query = b"ASK {}" + b" " * 2_000

    def drops() -> Iterator[bytes]:
        for start in range(0, len(query), 200):
            time.sleep(0.1)
            yield query[start : start + 200]

    headers = {"Content-Type": "application/sparql-query"}
    assert service.http.post("/sparql", content=drops(), headers=headers).json()["boolean"]
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?c = CONCAT(STR(?f), 'x')) }"
    # The answer may take as long as it takes.
    assert service.ask(slow + " LIMIT 1").status_code in {200, 503}
    time.sleep(1)
    assert service.ask("ASK {}").status_code == 200
