"""The client: an address in, its content or a reason out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import httpx

from ecograph.errors import AddressRefused, FetchFailed, Gone
from ecograph.fetching.address import Guard
from ecograph.fetching.decoding import ACCEPTED
from ecograph.fetching.keys import Keys
from ecograph.fetching.manners import Clock, Manners, origin
from ecograph.fetching.memory import Memory
from ecograph.fetching.response import Response
from ecograph.fetching.telling import shown
from ecograph.fetching.wire import Answer, Deadline, Wire

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
# What a request may not say in our name: neither who we are elsewhere, nor how its answer travels.
RESERVED = frozenset({"host", "cookie", "connection", "accept-encoding", "user-agent", "content-length"})
_RULES_BYTES = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may take: bytes once opened, seconds in all, redirects; and how patient we are.

    `pause` is what lies between two requests to a host; a server that asks for no more than `patience`
    is waited for, `tries` times. All are in seconds.
    """

    content_bytes: int = 50_000_000
    seconds: float = 60.0
    redirects: int = 5
    pause: float = 1.0
    patience: float = 30.0
    tries: int = 3


@dataclass(frozen=True, slots=True)
class _Request:
    """What does not change from one hop to the next; `api` is for programs, whatever robots.txt says.

    Only what is asked of the origins in `trusted` has keys, and headers other than `Accept`.
    """

    headers: Mapping[str, str]
    trusted: frozenset[str]
    validators: Mapping[str, str]
    limit: int
    deadline: Deadline
    pause: float
    api: bool


class Client:
    """Fetches from public addresses; holds neither cookies nor passwords, and asks no proxy."""

    def __init__(
        self,
        guard: Guard,
        *,
        agent: str,
        limits: Limits | None = None,
        memory: Memory | None = None,
        clock: Clock | None = None,
        keys: Keys | None = None,
    ) -> None:
        self._guard, self._agent, self._keys = guard, agent, keys or Keys()
        self._limits = limits or Limits()
        self._wire = Wire(guard)
        self._memory = memory or Memory()
        self._clock = clock or Clock()
        self._manners = Manners(self._memory, self._clock, self._read_rules)

    @property
    def content_bytes(self) -> int:
        """The largest answer that is fetched where nothing else is said."""
        return self._limits.content_bytes

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = _NO_HEADERS,
        to: Collection[str] = (),
        limit: int | None = None,
        conditional: bool = False,
        pause: float | None = None,
        api: bool = False,
    ) -> Response:
        """Return what is at an address, at most `limit` bytes of it.

        `headers`, and the keys whose places are in them and in the address, go to the hosts of the addresses
        in `to`, by default to the one that is asked, and to no other that it sends us to; of headers, others
        are told `Accept`. With `conditional`, content that was remembered is not sent again
        (`Response.not_modified`). `pause` is the time between two requests to the host, in seconds. An `api`
        is made for programs: robots.txt, which is for those that follow links, is not asked. Raises
        `AddressRefused`, `OptedOut`, `TooEarly`, `TooLarge`, `Gone`, `FetchFailed`; each names address and
        reason. Nothing that comes back holds a key.
        """
        asked = self._parsed(url)
        request = _Request(
            {name.lower(): value for name, value in headers.items()},
            frozenset(origin(self._parsed(one)) for one in to or (url,)),
            self._memory.validators(str(asked)) if conditional else _NO_HEADERS,
            limit or self._limits.content_bytes,
            Deadline(self._limits.seconds),
            self._limits.pause if pause is None else pause,
            api,
        )
        current, answer, moved = self._followed(asked, request)
        _check(answer, str(current), conditional=bool(request.validators))
        self._manners.check_mining(current, answer.headers)
        return Response(
            asked=str(asked),
            url=str(current),
            status=answer.status,
            headers=answer.headers,
            content=self._keys.hidden_in(answer.content),
            not_modified=answer.status == 304,
            moved=moved,
        )

    def remember(self, response: Response) -> None:
        """Keep what tells whether an answer is still current; to be called once its content is put to use."""
        if not response.not_modified:
            said = response.headers
            self._memory.keep_validators(response.asked, said.get("etag", ""), said.get("last-modified", ""))

    def close(self) -> None:
        """Close the file in which what is known of hosts is kept."""
        self._memory.close()

    def _followed(self, asked: httpx.URL, request: _Request) -> tuple[httpx.URL, Answer, str | None]:
        """Follow redirects; return where they lead, what is there, and the address if it is a new one."""
        current, moved, for_good = asked, None, True
        for _ in range(self._limits.redirects + 1):
            answer = self._polite(current, request)
            if answer.status not in _REDIRECTS:
                return current, answer, moved
            current = self._next(current, answer)
            for_good = for_good and answer.status in _FOR_GOOD
            moved = str(current) if for_good else moved
        raise FetchFailed(
            shown(str(asked)), f"it leads to more than {self._limits.redirects} other addresses"
        )

    def _parsed(self, url: str) -> httpx.URL:
        return self._guard.parsed(self._keys.hidden(url))

    def _polite(self, url: httpx.URL, request: _Request) -> Answer:
        """Ask once it is our turn, and again where the server asks for a little patience."""
        target, said = self._sent(url, request)
        pause = max(request.pause, 0.0 if request.api else self._manners.pause(url))
        for left in reversed(range(self._limits.tries)):
            with self._manners.turn(url, pause) as waited:
                request.deadline.extend(waited)
                answer = self._wire.get(
                    url, said, limit=request.limit, deadline=request.deadline, target=target
                )
                delay = self._manners.delay(answer)
            if delay is None:
                return answer
            if left == 0 or delay.total_seconds() > self._limits.patience:
                raise self._manners.leave_alone(url, delay, answer.status)
            self._clock.sleep(delay.total_seconds())
            request.deadline.extend(delay.total_seconds())
        raise AssertionError(url)  # the last try returns or raises

    def _sent(self, url: httpx.URL, request: _Request) -> tuple[str, Mapping[str, str]]:
        """What is asked of a host, and the headers; raises `FetchFailed` for a key that is not set."""
        target = url.raw_path.decode("ascii")
        if origin(url) not in request.trusted:
            accept = {name: value for name, value in request.headers.items() if name == "accept"}
            return target, self._headers({**accept, **request.validators})
        said = {name: self._keys.in_header(text, str(url)) for name, text in request.headers.items()}
        return self._keys.in_path(target, str(url)), self._headers({**said, **request.validators})

    def _read_rules(self, place: str) -> Answer:
        """Fetch a file of rules from its own host; its redirects are judged like any."""
        current = self._guard.parsed(place)
        deadline = Deadline(self._limits.seconds)
        for _ in range(self._limits.redirects + 1):
            answer = self._wire.get(current, self._headers({}), limit=_RULES_BYTES, deadline=deadline)
            if answer.status not in _REDIRECTS:
                return answer
            current = self._next(current, answer)
        raise FetchFailed(shown(place), "it leads to too many other addresses", status=404)

    def _next(self, current: httpx.URL, answer: Answer) -> httpx.URL:
        """Where a redirect leads; it is judged anew, like any address."""
        try:
            following = current.join(self._keys.hidden(answer.headers["location"]))
        except KeyError as error:
            raise FetchFailed(shown(str(current)), "it leads elsewhere, but does not say where") from error
        except (httpx.InvalidURL, ValueError) as error:
            raise AddressRefused(shown(str(current)), f"it leads to no address ({error})") from error
        if current.scheme == "https" and following.scheme == "http":
            reason = f"it leads from https to http ({shown(str(following))})"
            raise AddressRefused(shown(str(current)), reason)
        return self._guard.parsed(str(following))

    def _headers(self, said: Mapping[str, str]) -> dict[str, str]:
        given = {name: value for name, value in said.items() if name.lower() not in RESERVED}
        return {
            "accept": "*/*",
            **given,
            "Accept-Encoding": ACCEPTED,
            "User-Agent": self._agent,
            "Connection": "close",
        }


def _check(answer: Answer, url: str, *, conditional: bool) -> None:
    if answer.status == 410:
        raise Gone(shown(url))
    if answer.status >= 300 and not (answer.status == 304 and conditional):
        raise FetchFailed(shown(url), f"the server answered {answer.status}", status=answer.status)
