"""Processor time that each client may use: so many seconds a minute, saved up for one minute.

A query is charged when it ends, by what it used, so a balance may fall below zero; nothing more
is started for that client until it has grown back.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from ecograph.errors import BudgetSpent

MINUTE = 60.0
_REMEMBERED = 10_000
# Of an IPv6 address, what its owner cannot choose.
_NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class _Balance:
    """What a client had left at some time."""

    seconds: float
    at: float


class Budget:
    """What each client has left; only clients that used something lately are remembered.

    When more than `remembered` are, the one that was charged longest ago is forgotten.
    """

    def __init__(
        self,
        per_minute: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        remembered: int = _REMEMBERED,
    ) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._room = remembered
        self._lock = threading.Lock()
        self._balances: OrderedDict[str, _Balance] = OrderedDict()

    def __len__(self) -> int:
        return len(self._balances)

    def account(self, client: str, *, share: float = 1.0) -> Account:
        """Return a client's account; `share` is how many times the usual it may use."""
        return Account(self, client, share * self._per_minute)

    def left(self, client: str, per_minute: float) -> float:
        """Return the seconds that a client may still use; below zero when it used too many."""
        with self._lock:
            return self._left(client, per_minute, self._clock())

    def charge(self, client: str, per_minute: float, seconds: float) -> None:
        """Take what a client used from its balance."""
        with self._lock:
            now = self._clock()
            self._balances[client] = _Balance(self._left(client, per_minute, now) - seconds, now)
            self._balances.move_to_end(client)
            if len(self._balances) > self._room:
                self._balances.popitem(last=False)

    def _left(self, client: str, per_minute: float, now: float) -> float:
        balance = self._balances.get(client)
        if balance is None:
            return per_minute
        return min(per_minute, balance.seconds + (now - balance.at) * per_minute / MINUTE)


class Meter:
    """What the request at hand used, which nobody pays for."""

    client = ""

    def __init__(self) -> None:
        self.seconds = 0.0

    @property
    def used(self) -> float:
        """Seconds used lately, by which the waiting are ranked."""
        return self.seconds

    def check(self) -> None:
        """Let it go on."""

    def charge(self, seconds: float) -> None:
        """Add what was used."""
        self.seconds += seconds


class Account(Meter):
    """What the request at hand used, paid for by one client's share of a budget."""

    def __init__(self, budget: Budget, client: str, per_minute: float) -> None:
        super().__init__()
        self._budget, self.client, self._per_minute = budget, client, per_minute

    @property
    def used(self) -> float:
        """Seconds that the client used and has not got back yet."""
        return self._per_minute - self._budget.left(self.client, self._per_minute)

    def check(self) -> None:
        """Raise `BudgetSpent` when the client has nothing left."""
        left = self._budget.left(self.client, self._per_minute)
        if left <= 0:
            wait = math.ceil(-left * MINUTE / self._per_minute)
            raise BudgetSpent(self._per_minute, retry_after=max(1, wait))

    def charge(self, seconds: float) -> None:
        """Take what was used from what the client has left."""
        super().charge(seconds)
        if seconds > 0:
            self._budget.charge(self.client, self._per_minute, seconds)


@lru_cache(maxsize=1_000)
def network_of(address: str) -> str:
    """Return what stands for an address: an IPv4 address, or the network of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    rest = 128 - _NETWORK_BITS
    return f"{IPv6Address(int(found) >> rest << rest)}/{_NETWORK_BITS}"
