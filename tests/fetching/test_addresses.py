"""What may be connected to: public addresses, by the number that is really used."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ecograph.errors import AddressRefused, FetchFailed
from ecograph.fetching import Client
from ecograph.fetching.address import Guard
from tests.remote import Remote

PUBLIC = ["9.9.9.9", "2620:fe::fe", "64:ff9b::909:909", "::ffff:9.9.9.9", "2002:909:909::1"]
PRIVATE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "2001::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::192.168.0.1",
    "2002:7f00:1::1", "2002:a00:1::1",
]  # fmt: skip


def guarding(*numbers: str, local: Sequence[str] = ()) -> Guard:
    return Guard(local, resolve=lambda host, port: numbers)


@pytest.mark.parametrize("number", PUBLIC)
def test_public_addresses_are_spoken_to(number: str) -> None:
    assert guarding(number).addresses("http://example.org/", "example.org", 80)


@pytest.mark.parametrize("number", PRIVATE)
def test_others_are_not(number: str) -> None:
    with pytest.raises(AddressRefused, match="not a public address"):
        guarding(number).addresses("http://example.org/", "example.org", 80)


def test_the_message_says_once_what_it_is_and_which_setting_allows_it() -> None:
    for host, told in (("192.168.1.1", "it is not"), ("intranet", "intranet is 192.168.1.1, which is not")):
        with pytest.raises(AddressRefused) as caught:
            guarding("192.168.1.1").addresses(f"http://{host}/", host, 80)
        setting = "(one's own networks: ECOGRAPH_FETCH_LOCAL)"
        assert str(caught.value) == f"http://{host}/: {told} a public address {setting}"


def test_one_private_number_among_public_ones_is_enough() -> None:
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1"):
        guarding("9.9.9.9", "10.0.0.1").addresses("http://example.org/", "example.org", 80)


@pytest.mark.parametrize("number", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_named_networks_are_spoken_to_besides(number: str) -> None:
    assert guarding(number, local=["127.0.0.0/8"]).addresses("http://me/", "me", 80)
    with pytest.raises(AddressRefused):
        guarding("10.0.0.1", local=["127.0.0.0/8"]).addresses("http://me/", "me", 80)


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/", "http://0x7f.1/", "http://0x7f000001/", "http://127.1/", "http://0/",
        "http://[::ffff:127.0.0.1]/", "http://[::1]/", "http://localhost/", "http://127。0。0。1/",
        "http://169.254.169.254/latest/meta-data/",
    ],
)  # fmt: skip
def test_every_way_to_write_this_machine_is_refused(url: str) -> None:
    with pytest.raises(FetchFailed):
        Client(Guard(), agent="EcoGraph").get(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("ftp://example.org/", "only http and https"),
        ("gopher://example.org/", "only http and https"),
        ("//example.org/", "only http and https"),
        ("http:///path", "no host"),
        ("http://user:secret@example.org/", "a password"),
        ("http://example.org:22/", "port 22"),
        ("http://example.org:6667/", "port 6667"),
        ("http://example.org/" + "a" * 5_000, "longer than"),
        ("http://exa\nmple.org/", "no address"),
        ("http://[::1/", "no address"),
    ],
)
def test_odd_addresses_are_refused_before_anything_is_asked(url: str, reason: str) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise AssertionError(host)

    with pytest.raises(AddressRefused, match=reason) as caught:
        Client(Guard(resolve=resolve), agent="EcoGraph").get(url)
    assert "secret" not in str(caught.value)


def test_a_name_cannot_change_its_number_between_the_check_and_the_connection(remote: Remote) -> None:
    numbers = [["10.0.0.1"], *[["127.0.0.1"]] * 3]  # for the rules of the host twice, then for the page
    guard = Guard(["127.0.0.1/32"], resolve=lambda host, port: numbers.pop())
    port = remote.url.rpartition(":")[2]
    remote.put("/a", "here")
    client = Client(guard, agent="EcoGraph")
    assert client.get(f"http://example.org:{port}/a").content == b"here"
    assert remote.asked[0].headers["host"] == f"example.org:{port}"
    with pytest.raises(AddressRefused):
        client.get(f"http://example.org:{port}/a", pause=0)


def test_a_host_without_address_is_told() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    with pytest.raises(FetchFailed, match="its host has no address"):
        Client(Guard(resolve=resolve), agent="EcoGraph").get("http://nowhere.example/")


def test_an_address_that_does_not_answer_is_followed_by_the_next(remote: Remote) -> None:
    port = remote.url.rpartition(":")[2]
    remote.put("/a", "here")
    guard = guarding("::1", "127.0.0.1", local=["127.0.0.0/8", "::1/128"])
    assert Client(guard, agent="EcoGraph").get(f"http://example.org:{port}/a").content == b"here"
