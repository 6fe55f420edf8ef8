"""The client against a real server: redirects, sizes, times, encodings."""

from __future__ import annotations

import gzip
import threading
import time
import tracemalloc
import zlib
from http.server import BaseHTTPRequestHandler

import pytest

from ecograph.errors import AddressRefused, FetchFailed, Gone, TooLarge
from ecograph.fetching import Client, Limits
from ecograph.fetching.address import Guard
from tests.remote import Page, Remote, serving

LOCAL = Guard(["127.0.0.0/8"])


@pytest.fixture
def client() -> Client:
    return Client(LOCAL, agent="EcoGraph (+http://base.example)", limits=Limits(seconds=10, pause=0))


def test_content_and_what_is_said_of_it(remote: Remote, client: Client) -> None:
    url = remote.put("/a?b=c#d", "é".encode("latin-1"), content_type="Text/HTML; charset=ISO-8859-1")
    remote.pages["/a?b=c"] = remote.pages.pop("/a?b=c#d")
    response = client.get(url)
    assert (response.url, response.status) == (f"{remote.url}/a?b=c", 200)
    assert response.content == b"\xe9"
    assert (response.media_type, response.charset) == ("text/html", "iso-8859-1")
    assert not response.not_modified
    assert response.moved is None


def test_no_media_type_is_no_media_type(remote: Remote, client: Client) -> None:
    response = client.get(remote.put("/a", "text"))
    assert (response.media_type, response.charset) == ("", None)


def test_a_request_says_who_asks_and_nothing_else(
    remote: Remote, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1/")
    url = remote.put("/a", "x", set_cookie="session=1")
    for _ in range(2):
        client.get(url, headers={"Accept": "text/csv", "Cookie": "a=b", "User-Agent": "other"})
    assert [dict(request.headers) for request in remote.asked] == 2 * [
        {
            "host": remote.url.removeprefix("http://"),
            "accept": "text/csv",
            "accept-encoding": "gzip, deflate",
            "user-agent": "EcoGraph (+http://base.example)",
            "connection": "close",
        }
    ]


@pytest.mark.parametrize(
    ("status", "moved"), [(301, True), (308, True), (302, False), (303, False), (307, False)]
)
def test_redirects_are_followed(remote: Remote, client: Client, status: int, moved: bool) -> None:
    remote.put("/b/new", "here")
    response = client.get(remote.put("/old", status=status, location="b/new"))
    assert (response.url, response.content) == (f"{remote.url}/b/new", b"here")
    assert response.moved == (response.url if moved else None)


def test_what_moved_for_a_while_did_not_move(remote: Remote, client: Client) -> None:
    remote.put("/3", "here")
    remote.put("/2", status=302, location="/3")
    assert client.get(remote.put("/1", status=301, location="/2")).moved == f"{remote.url}/2"


def test_redirects_end(remote: Remote, client: Client) -> None:
    with pytest.raises(FetchFailed, match="more than 5"):
        client.get(remote.put("/a", status=302, location="/a"))
    assert len(remote.asked) == 6


@pytest.mark.parametrize(
    "place",
    ["http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::1]/", "file:///etc/passwd", "http://u:p@127.0.0.1/"],
)  # fmt: skip
def test_every_hop_is_judged(remote: Remote, client: Client, place: str) -> None:
    with pytest.raises(AddressRefused):
        client.get(remote.put("/a", status=302, location=place))


def test_a_redirect_without_an_address_is_told(remote: Remote, client: Client) -> None:
    with pytest.raises(FetchFailed, match="does not say where"):
        client.get(remote.put("/a", status=302))


def test_headers_are_for_the_host_that_is_asked(remote: Remote, client: Client) -> None:
    with serving() as other:
        remote.put("/same", status=302, location=other.put("/b", "x"))
        client.get(remote.put("/a", status=302, location="/same"), headers={"X-Api-Key": "secret"})
        assert [request.headers.get("x-api-key") for request in remote.asked] == ["secret", "secret"]
        assert "x-api-key" not in other.asked[0].headers


def test_gone_and_other_failures(remote: Remote, client: Client) -> None:
    with pytest.raises(Gone) as caught:
        client.get(remote.put("/gone", status=410))
    assert caught.value.url == f"{remote.url}/gone"
    for status in (400, 404, 500, 300):
        with pytest.raises(FetchFailed, match=f"answered {status}") as failed:
            client.get(remote.put("/a", status=status))
        assert failed.value.status == status
    with pytest.raises(FetchFailed, match="refused"):
        client.get("http://127.0.0.1:1024/")


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "raw", "identity"])
def test_compressed_content_is_opened(remote: Remote, client: Client, encoding: str) -> None:
    text = b"France 2030 \xc3\xa9 " * 10_000
    bare = zlib.compressobj(wbits=-15)
    body = {
        "gzip": gzip.compress(text),
        "x-gzip": gzip.compress(text[:5]) + gzip.compress(text[5:]),
        "deflate": zlib.compress(text),
        "raw": bare.compress(text) + bare.flush(),
        "identity": text,
    }[encoding]
    name = "deflate" if encoding == "raw" else encoding
    assert client.get(remote.put("/a", body, content_encoding=name)).content == text


def test_empty_content_is_no_bomb(remote: Remote, client: Client) -> None:
    assert client.get(remote.put("/a", b"", content_encoding="gzip")).content == b""


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (b"plain", "gzip", "not compressed as it says"),
        (gzip.compress(b"x" * 100_000, mtime=0)[:-9], "gzip", "cut short"),
        (b"\x8b\x05\x80", "br", "'br', which was not asked for"),
        (gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "gzip, gzip", "not asked for"),
    ],
)
def test_content_that_cannot_be_opened(
    remote: Remote, client: Client, body: bytes, encoding: str, reason: str
) -> None:
    with pytest.raises(FetchFailed, match=reason):
        client.get(remote.put("/a", body, content_encoding=encoding))


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_dropped_while_it_opens(remote: Remote, client: Client, encoding: str) -> None:
    bomb = zlib.compressobj(9, wbits=31 if encoding == "gzip" else 15)
    body = b"".join([*(bomb.compress(bytes(1_000_000)) for _ in range(500)), bomb.flush()])
    url = remote.put("/a", body, content_encoding=encoding)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="larger than 1,000,000 bytes"):
            client.get(url, limit=1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_large_answer_is_not_read_to_its_end(remote: Remote, client: Client) -> None:
    url = remote.put("/a", bytes(2_000_000))
    with pytest.raises(TooLarge) as caught:
        client.get(url, limit=1_000)
    assert url in str(caught.value)
    assert len(client.get(url, limit=2_000_000).content) == 2_000_000


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        try:
            handler.wfile.write(b"X-Pad: a\r\n")
        except OSError:
            return
        time.sleep(0.05)


def test_a_server_that_drips_is_left(remote: Remote) -> None:
    remote.pages["/a"] = Page(write=dripping)
    client = Client(LOCAL, agent="EcoGraph", limits=Limits(seconds=0.4, pause=0))
    with pytest.raises(FetchFailed, match=r"more than 0\.4 seconds"):
        client.get(f"{remote.url}/a")


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nbegin")
    handler.close_connection = True


def nonsense(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\x01 hello\r\n\r\n")
    handler.close_connection = True


def silent(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


@pytest.mark.parametrize("write", [cut, nonsense, silent])
def test_a_broken_answer_is_a_failure(remote: Remote, client: Client, write: object) -> None:
    remote.pages["/a"] = Page(write=write)  # type: ignore[arg-type]
    with pytest.raises(FetchFailed, match="/a: "):
        client.get(f"{remote.url}/a")


def test_a_name_that_is_looked_up_too_long_is_within_the_limit_of_time(remote: Remote) -> None:
    answered = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        answered.wait(30)
        return ["127.0.0.1"]

    client = Client(Guard(["127.0.0.0/8"], resolve=slow), agent="EcoGraph", limits=Limits(seconds=0.2))
    port = remote.url.rpartition(":")[2]
    try:
        with pytest.raises(FetchFailed, match=r"http://slow\.example:\d+/a: it took more than 0\.2 seconds"):
            client.get(f"http://slow.example:{port}/a")
        assert not answered.is_set()  # nobody waited for the resolver
    finally:
        answered.set()


def test_a_name_that_cannot_be_looked_up_is_told_as_before() -> None:
    def broken(host: str, port: int) -> list[str]:
        raise TimeoutError("the resolver gave up")

    with pytest.raises(FetchFailed, match=r"its host has no address \(the resolver gave up\)"):
        Client(Guard(resolve=broken), agent="EcoGraph").get("http://slow.example/")
