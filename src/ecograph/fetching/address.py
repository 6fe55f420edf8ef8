"""Which addresses may be spoken to: public ones, judged by the number that is connected to.

What a name stands for is looked up once and the connection goes to that very number, so that a name
cannot be public when it is judged and private when it is used (DNS rebinding).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import httpx

from ecograph.errors import AddressRefused, FetchFailed
from ecograph.fetching.telling import shown

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""Return the numbers that a name stands for; raises `OSError`."""

_PORTS = frozenset({80, 443})
_PRIVILEGED = 1024
# Above that, what browsers speak to neither (Fetch standard, “bad port”).
_BAD_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566}
    | {6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
)
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = IPv6Network("::/96")
_LONGEST_URL = 4_000


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system what a name stands for, each number once, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


class Guard:
    """Says where one deployment may connect to; `local` are networks that it may besides public ones."""

    def __init__(self, local: Iterable[str] = (), *, resolve: Resolve = system_resolve) -> None:
        self._local: tuple[Network, ...] = tuple(map(ip_network, local))
        self._resolve = resolve

    def parsed(self, url: str) -> httpx.URL:
        """Return an address that may be asked for; raises `AddressRefused` for its form alone."""
        parsed = _parsed(url)
        if parsed.scheme not in {"http", "https"}:
            raise AddressRefused(shown(url), "only http and https are fetched")
        if not parsed.host:
            raise AddressRefused(shown(url), "it names no host")
        if parsed.userinfo:
            raise AddressRefused(shown(url), "it holds a user name or a password")
        port = parsed.port
        if port is not None and (port in _BAD_PORTS or (port < _PRIVILEGED and port not in _PORTS)):
            raise AddressRefused(shown(url), f"port {port} is not one of the web")
        return parsed.copy_with(fragment=None)

    def addresses(self, url: str, host: str, port: int) -> list[str]:
        """Return the numbers to connect to, all of them allowed.

        Raises `AddressRefused` where one is not: a name with public and private numbers is a trick.
        """
        try:
            found = [ip_address(number) for number in self._resolve(host, port)]
        except (OSError, UnicodeError, ValueError) as error:
            raise FetchFailed(shown(url), f"its host has no address ({error})") from error
        if not found:
            raise FetchFailed(shown(url), "its host has no address")
        for address in found:
            if not self._allowed(address):
                which = "it" if host == str(address) else f"{host} is {address}, which"
                reason = f"{which} is not a public address (one's own networks: ECOGRAPH_FETCH_LOCAL)"
                raise AddressRefused(shown(url), reason)
        return [str(address) for address in found]

    def _allowed(self, address: Address) -> bool:
        meant = [address, *_embedded(address)]
        if any(one in network for one in meant for network in self._local):
            return True
        return all(_public(one) for one in meant[1:] or meant)


def _parsed(url: str) -> httpx.URL:
    if len(url) > _LONGEST_URL:
        raise AddressRefused(shown(url), f"it is longer than {_LONGEST_URL:,} characters")
    try:
        parsed = httpx.URL(url)
        _ = parsed.host, parsed.port  # which are read here first
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise AddressRefused(shown(url), f"it is no address ({error})") from error
    return parsed


def _embedded(address: Address) -> list[Address]:
    """The IPv4 address that an IPv6 one leads to: mapped, compatible, 6to4, NAT64."""
    if isinstance(address, IPv4Address):
        return []
    last = IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        return [address.sixtofour]
    if any(address in network for network in _NAT64):
        return [last]
    return [last] if address in _COMPATIBLE and int(address) > 1 else []


def _public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
