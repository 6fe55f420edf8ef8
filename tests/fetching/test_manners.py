"""Manners: turns, pauses, robots.txt, reservations, servers that ask to be left alone."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from ecograph.errors import FetchFailed, OptedOut, TooEarly
from ecograph.fetching import Client, Clock, Guard, Memory
from tests.remote import Page, Remote, Request, serving


@dataclass
class Time:
    """A clock that stands still but for those who sleep."""

    at: datetime = datetime(2026, 3, 2, 8, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.at += timedelta(seconds=seconds)

    def elapsed(self) -> float:
        return self.at.timestamp()

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.at, elapsed=self.elapsed, sleep=self.sleep)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def client(time: Time, tmp_path: Path) -> Client:
    return opened(time, tmp_path)


def opened(time: Time, folder: Path) -> Client:
    return Client(
        Guard(["127.0.0.0/8"]), agent="EcoGraph", memory=Memory(folder / "f.sqlite"), clock=time.clock
    )


def test_there_is_a_pause_between_two_requests_to_a_host(remote: Remote, client: Client, time: Time) -> None:
    url = remote.put("/a", "x")
    client.get(url)
    assert time.slept == []
    client.get(url)
    client.get(url, pause=0.25)
    assert time.slept == [1.0, 0.25]
    with serving() as other:
        client.get(other.put("/a", "x"))
    assert len(time.slept) == 2


def test_a_host_is_asked_once_at_a_time(remote: Remote, client: Client) -> None:
    under_way, most = 0, 0
    lock, met = threading.Lock(), threading.Event()

    def page(_request: Request) -> Page:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        met.wait(0.05)
        with lock:
            under_way -= 1
        return Page(b"x")

    remote.pages["/a"] = page
    client.get(f"{remote.url}/a")
    threads = [threading.Thread(target=client.get, args=(f"{remote.url}/a",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(remote.asked), most) == (5, 1)


def test_robots_are_asked_first_once_a_day(remote: Remote, client: Client, time: Time) -> None:
    remote.put("/robots.txt", "User-agent: *\nDisallow: /private\nAllow: /private/feed\nCrawl-delay: 4")
    for _ in range(2):
        client.get(remote.put("/private/feed", "x"))
    assert time.slept == [4.0]
    with pytest.raises(OptedOut, match=r"/private/a: its robots\.txt does not allow it"):
        client.get(remote.put("/private/a", "x"))

    def robots_asked() -> int:
        return [request.path for request in remote.rules_asked].count("/robots.txt")

    assert robots_asked() == 1
    remote.put("/robots.txt", "")
    time.at += timedelta(hours=25)
    client.get(f"{remote.url}/private/a")
    assert robots_asked() == 2


def test_rules_for_us_count_before_those_for_all(remote: Remote, client: Client) -> None:
    remote.put("/robots.txt", "User-agent: *\nDisallow: /\n\nUser-agent: ecograph\nDisallow: /no")
    client.get(remote.put("/a", "x"))
    with pytest.raises(OptedOut):
        client.get(remote.put("/no", "x"))


def test_an_interface_for_programs_has_no_robots_to_ask(remote: Remote, client: Client) -> None:
    remote.put("/robots.txt", "User-agent: *\nDisallow: /")
    assert client.get(remote.put("/api/datasets", "x"), api=True).content == b"x"


def test_robots_are_asked_where_a_redirect_leads(remote: Remote, client: Client) -> None:
    with serving() as other:
        other.put("/robots.txt", "User-agent: *\nDisallow: /")
        with pytest.raises(OptedOut):
            client.get(remote.put("/a", status=302, location=other.put("/b", "x")))
        assert not other.asked


def test_robots_out_of_reach_forbid_for_half_an_hour(remote: Remote, client: Client, time: Time) -> None:
    remote.put("/robots.txt", status=500)
    url = remote.put("/a", "x")
    for _ in range(2):
        with pytest.raises(FetchFailed, match=r"\(/robots\.txt\) could not be read"):
            client.get(url)
    remote.put("/robots.txt", "")
    time.at += timedelta(minutes=31)
    assert client.get(url).content == b"x"


@pytest.mark.parametrize(("value", "reserved"), [("1", True), ("0", False)])
def test_a_header_reserves_mining(remote: Remote, client: Client, value: str, reserved: bool) -> None:
    url = remote.put("/a", "x", tdm_reservation=value)
    if reserved:
        with pytest.raises(OptedOut, match="reserves text and data mining"):
            client.get(url)
    else:
        assert client.get(url).content == b"x"


TDM = """[{"location": "/news/*", "tdm-reservation": 1, "tdm-policy": "https://example.org/policy"},
          {"location": "/news/open/*", "tdm-reservation": 0}]"""


@pytest.mark.parametrize(
    ("path", "reserved"), [("/news/a", True), ("/news/open/a", False), ("/other", False), ("/news", False)]
)
def test_the_file_of_a_host_reserves_mining(
    remote: Remote, client: Client, path: str, reserved: bool
) -> None:
    remote.put("/.well-known/tdmrep.json", TDM)
    url = remote.put(path, "x")
    if reserved:
        with pytest.raises(OptedOut):
            client.get(url)
    else:
        client.get(url)
    client.get(remote.put(path, "x", tdm_reservation="0"))  # the header says more


@pytest.mark.parametrize(
    "text", ["", "{", "[1, null]", '{"location": "/"}', '[{"location": 3}]', "[" * 100_000]
)
def test_a_file_that_says_nothing_reserves_nothing(remote: Remote, client: Client, text: str) -> None:
    remote.put("/.well-known/tdmrep.json", text)
    assert client.get(remote.put("/a", "x")).content == b"x"


def refusing(times: int, status: int, wait: str) -> object:
    left = [Page(status=status, headers={"Retry-After": wait})] * times

    def page(_request: Request) -> Page:
        return left.pop() if left else Page(b"x")

    return page


def test_a_little_patience_is_shown(remote: Remote, client: Client, time: Time) -> None:
    remote.pages["/a"] = refusing(2, 429, "7")  # type: ignore[assignment]
    assert client.get(f"{remote.url}/a").content == b"x"
    assert time.slept == [7.0, 7.0]


def test_patience_ends(remote: Remote, client: Client, time: Time) -> None:
    remote.pages["/a"] = refusing(9, 503, "7")  # type: ignore[assignment]
    with pytest.raises(TooEarly) as caught:
        client.get(f"{remote.url}/a")
    assert len(remote.asked) == 3
    assert (caught.value.status, caught.value.until) == (503, time.at + timedelta(seconds=7))


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_long_wait_is_kept_across_restarts(remote: Remote, time: Time, tmp_path: Path, form: str) -> None:
    wait = "3600" if form == "seconds" else format_datetime(time.at + timedelta(hours=1), usegmt=True)
    url = remote.put("/a", status=429, retry_after=wait)
    with pytest.raises(TooEarly, match="asks to wait until 2026-03-02 09:00 UTC"):
        opened(time, tmp_path).get(url)
    remote.put("/a", "x")
    again = opened(time, tmp_path)
    with pytest.raises(TooEarly):
        again.get(url)
    with pytest.raises(TooEarly):  # the host asked, not the page
        again.get(remote.put("/b", "x"))
    assert len(remote.asked) == 1
    time.at += timedelta(hours=1)
    assert again.get(url).content == b"x"


def test_nobody_is_waited_for_longer_than_a_week(remote: Remote, client: Client, time: Time) -> None:
    with pytest.raises(TooEarly) as caught:
        client.get(remote.put("/a", status=503, retry_after="99999999999999"))
    assert caught.value.until == time.at + timedelta(days=7)


@pytest.mark.parametrize("wait", ["soon", "", "-3"])
def test_a_wait_that_cannot_be_read_is_a_failure_like_others(
    remote: Remote, client: Client, wait: str
) -> None:
    with pytest.raises(FetchFailed, match="answered 503"):
        client.get(remote.put("/a", status=503, retry_after=wait))


def test_what_was_remembered_is_not_sent_again(remote: Remote, time: Time, tmp_path: Path) -> None:
    def page(request: Request) -> Page:
        same = request.headers.get("if-none-match") == '"1"'
        return Page(status=304) if same else Page(b"x", headers={"ETag": '"1"', "Last-Modified": "yesterday"})

    remote.pages["/a"] = page
    url, client = f"{remote.url}/a", opened(time, tmp_path)
    first = client.get(url, conditional=True)
    assert first.content == b"x"
    assert client.get(url, conditional=True).content == b"x"  # not yet put to use
    client.remember(first)
    client = opened(time, tmp_path)
    again = client.get(url, conditional=True)
    assert (again.not_modified, again.content) == (True, b"")
    assert remote.asked[-1].headers["if-modified-since"] == "yesterday"
    client.remember(again)
    assert client.get(url).content == b"x"
    assert client.get(url, conditional=True).not_modified


def test_an_answer_without_validators_is_forgotten(remote: Remote, client: Client) -> None:
    client.remember(client.get(remote.put("/a", "x", etag='"1"')))
    client.remember(client.get(remote.put("/a", "y")))
    client.get(f"{remote.url}/a", conditional=True)
    assert "if-none-match" not in remote.asked[-1].headers


def test_not_modified_that_nobody_asked_for_is_a_failure(remote: Remote, client: Client) -> None:
    with pytest.raises(FetchFailed, match="answered 304"):
        client.get(remote.put("/a", status=304), conditional=True)
