"""The client: an address in, its content or a reason out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import httpx

from ecograph.errors import AddressRefused, FetchFailed, Gone
from ecograph.fetching.address import Guard, shown
from ecograph.fetching.decoding import ACCEPTED
from ecograph.fetching.response import Response
from ecograph.fetching.wire import Answer, Deadline, Wire

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
# What a request may not say in our name: neither who we are elsewhere, nor how its answer travels.
_RESERVED = frozenset({"host", "cookie", "connection", "accept-encoding", "user-agent", "content-length"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may take: bytes once opened, seconds in all, redirects."""

    content_bytes: int = 50_000_000
    seconds: float = 60.0
    redirects: int = 5


class Client:
    """Fetches from public addresses; holds neither cookies nor passwords, and asks no proxy."""

    def __init__(self, guard: Guard, *, agent: str, limits: Limits | None = None) -> None:
        self._guard, self._agent = guard, agent
        self._limits = limits or Limits()
        self._wire = Wire(guard)

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = _NO_HEADERS,
        limit: int | None = None,
    ) -> Response:
        """Return what is at an address, at most `limit` bytes of it.

        `headers` go to the host that is asked, and to no other that it sends us to. Raises
        `AddressRefused`, `TooLarge`, `Gone`, `FetchFailed`; each names address and reason.
        """
        deadline = Deadline(self._limits.seconds)
        asked = current = self._guard.parsed(url)
        moved: str | None = None
        for_good = True
        for _ in range(self._limits.redirects + 1):
            said = headers if _same_origin(current, asked) else _NO_HEADERS
            answer = self._wire.get(
                current,
                self._headers(said),
                limit=limit or self._limits.content_bytes,
                deadline=deadline,
            )
            if answer.status not in _REDIRECTS:
                _check(answer, str(current))
                return Response(
                    url=str(current),
                    status=answer.status,
                    headers=answer.headers,
                    content=answer.content,
                    not_modified=answer.status == 304,
                    moved=moved,
                )
            current = self._next(current, answer)
            for_good = for_good and answer.status in _FOR_GOOD
            moved = str(current) if for_good else moved
        raise FetchFailed(shown(url), f"it leads to more than {self._limits.redirects} other addresses")

    def _next(self, current: httpx.URL, answer: Answer) -> httpx.URL:
        """Where a redirect leads; it is judged anew, like any address."""
        try:
            following = current.join(answer.headers["location"])
        except KeyError as error:
            raise FetchFailed(shown(str(current)), "it leads elsewhere, but does not say where") from error
        except (httpx.InvalidURL, ValueError) as error:
            raise AddressRefused(shown(str(current)), f"it leads to no address ({error})") from error
        if current.scheme == "https" and following.scheme == "http":
            reason = f"it leads from https to http ({shown(str(following))})"
            raise AddressRefused(shown(str(current)), reason)
        return self._guard.parsed(str(following))

    def _headers(self, said: Mapping[str, str]) -> dict[str, str]:
        given = {name: value for name, value in said.items() if name.lower() not in _RESERVED}
        return {
            "Accept": "*/*",
            **given,
            "Accept-Encoding": ACCEPTED,
            "User-Agent": self._agent,
            "Connection": "close",
        }


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def _check(answer: Answer, url: str) -> None:
    if answer.status == 410:
        raise Gone(shown(url))
    if answer.status >= 300 and answer.status != 304:
        raise FetchFailed(shown(url), f"the server answered {answer.status}", status=answer.status)
