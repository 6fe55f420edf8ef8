"""Manners: one request a host at a time, with a pause between two, and no more than its rules allow.

robots.txt is read as RFC 9309 says: missing, everything is allowed; out of reach, nothing is.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

import httpx
from protego import Protego

from ecograph.errors import FetchFailed, OptedOut, TooEarly, TooLarge
from ecograph.fetching.memory import Memory
from ecograph.fetching.telling import shown
from ecograph.fetching.wire import Answer

ROBOT = "EcoGraph"
_KEPT = timedelta(days=1)
_KEPT_FAILURE = timedelta(minutes=30)
_LONGEST_PAUSE = 30.0
_LONGEST_WAIT = timedelta(days=7)
_RESERVATION = "tdm-reservation"

ReadRules = Callable[[str], Answer]
"""Fetch a small file of rules, redirects followed."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is, for those who wait; a test brings its own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    elapsed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Manners:
    """How one deployment behaves towards the hosts that it asks."""

    def __init__(self, memory: Memory, clock: Clock, read: ReadRules) -> None:
        self._memory, self._clock, self._read = memory, clock, read
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._last: dict[str, float] = {}

    @contextmanager
    def turn(self, url: httpx.URL, pause: float) -> Iterator[float]:
        """Hold a host to oneself, `pause` seconds after its last answer; raises `TooEarly`.

        Gives how long that had to be waited for, in seconds.
        """
        host = origin(url)
        begun = self._clock.elapsed()
        with self._locks[host]:
            self._check_wait(url)
            left = self._last.get(host, -math.inf) + pause - self._clock.elapsed()
            if left > 0:
                self._clock.sleep(left)
            try:
                yield self._clock.elapsed() - begun
            finally:
                self._last[host] = self._clock.elapsed()

    def pause(self, url: httpx.URL) -> float:
        """Return the pause that a host asks for, in seconds; raises `OptedOut` where it wants no program.

        Raises `FetchFailed` while its rules are out of reach.
        """
        robots = self._rules(url, "/robots.txt")
        if robots is None:
            return 0.0
        parsed = _parsed(robots)
        if not parsed.can_fetch(str(url), ROBOT):
            raise OptedOut(shown(str(url)), "its robots.txt does not allow it")
        return min(float(parsed.crawl_delay(ROBOT) or 0.0), _LONGEST_PAUSE)

    def check_mining(self, url: httpx.URL, headers: Mapping[str, str]) -> None:
        """Raise `OptedOut` where the publisher reserves text and data mining (TDMRep).

        The header of an answer says more than the file of its host.
        """
        said = headers.get(_RESERVATION)
        if said is None:
            text = self._rules(url, "/.well-known/tdmrep.json", required=False)
            reserved = text is not None and _reserves(text, url)
        else:
            reserved = said.strip().startswith("1")
        if reserved:
            raise OptedOut(shown(str(url)), "its publisher reserves text and data mining (tdm-reservation)")

    def delay(self, answer: Answer) -> timedelta | None:
        """How long a server that is not ready asks to be left alone, where it says so; a week at most."""
        said = answer.headers.get("retry-after", "").strip()
        if answer.status not in {429, 503} or not said:
            return None
        if said.isdecimal():
            return min(timedelta(seconds=int(said[:9])), _LONGEST_WAIT)
        try:
            date = parsedate_to_datetime(said)
        except ValueError:
            return None
        known = date if date.tzinfo else date.replace(tzinfo=UTC)
        return min(max(known - self._clock.now(), timedelta(0)), _LONGEST_WAIT)

    def leave_alone(self, url: httpx.URL, delay: timedelta, status: int) -> TooEarly:
        """Keep away from an origin for a time, restarts included; return what to raise."""
        until = self._clock.now() + delay
        self._memory.wait(origin(url), until)
        return TooEarly(shown(str(url)), until, status=status)

    def _check_wait(self, url: httpx.URL) -> None:
        until = self._memory.until(origin(url))
        if until is not None and until > self._clock.now():
            raise TooEarly(shown(str(url)), until)

    def _rules(self, url: httpx.URL, path: str, *, required: bool = True) -> str | None:
        """What a file of rules says; None where there is none. Read once a day, whatever it said.

        Raises `FetchFailed` and its kin where the host cannot be asked, or not now and it is `required`.
        """
        place = str(url.copy_with(raw_path=path.encode(), fragment=None))
        now = self._clock.now()
        known = self._memory.rules(place)
        if known is not None and now - known[0] < (_KEPT if known[1] < 500 else _KEPT_FAILURE):
            status, text = known[1], known[2]
        else:
            try:
                status, text = self._fetched(place)
            except FetchFailed as error:  # so would be what was asked for
                raise type(error)(shown(str(url)), error.reason) from error
            self._memory.keep_rules(place, now, status, text)
        if status >= 500 and required:
            raise FetchFailed(shown(str(url)), f"the rules of its host ({path}) could not be read")
        return text.decode("utf-8", "replace") if status < 300 else None

    def _fetched(self, place: str) -> tuple[int, bytes]:
        try:
            answer = self._read(place)
        except TooLarge:
            return 404, b""  # nobody's rules are that long
        except FetchFailed as error:
            if error.status is None:
                raise
            return error.status, b""
        return answer.status, answer.content


def origin(url: httpx.URL) -> str:
    """Return what is asked for an address: its scheme, host and port, as rules and waits are said of it."""
    return f"{url.scheme}://{url.netloc.decode()}"


@lru_cache(maxsize=100)
def _parsed(text: str) -> Protego:
    return Protego.parse(text)


def _reserves(text: str, url: httpx.URL) -> bool:
    """Whether the file of a host reserves an address: of several patterns, the longest counts.

    Patterns are those of robots.txt, so what is reserved is read as what would be disallowed there.
    """
    try:
        entries = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return False
    lines = ["User-agent: *"]
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(location := entry.get("location"), str):
            pattern = "".join(location.split())
            verb = "Disallow" if str(entry.get(_RESERVATION)) == "1" else "Allow"
            lines.append(f"{verb}: {pattern if pattern.startswith(('/', '*')) else '/' + pattern}")
    return not Protego.parse("\n".join(lines)).can_fetch(str(url), ROBOT)
