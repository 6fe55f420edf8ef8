"""What a query asks of the graph, and what it gets back, in bytes ready to send."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """One SPARQL query, its dataset and the two formats its answer may take.

    Without any graph named, the query runs on the whole dataset of its level. As soon as one of
    the two lists is given the other is empty, as in the SPARQL Protocol, and `FROM` is ignored.
    """

    text: str
    base: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    results_format: str = "application/sparql-results+json"
    graph_format: str = "text/turtle"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOutcome:
    """A whole answer; `seconds` is the processor time that it took, none when it was kept."""

    media_type: str
    body: bytes
    seconds: float
    cached: bool = False


class Running(Protocol):
    """A query that has begun; its answer is taken, or waited for, or the query stopped.

    All but `stop` raise what it means to ask: `BadQuery`, `BadParameter`, `QueryLimit`, `StorageFailed`.
    """

    def fileno(self) -> int:
        """Return the descriptor that can be read from when something of the answer has come."""

    def take(self) -> QueryOutcome | None:
        """Return the answer once it is whole; never waits."""

    def wait(self, cancelled: threading.Event) -> QueryOutcome:
        """Return the answer; blocks until then. Setting `cancelled` stops the query."""

    def stop(self) -> None:
        """Give the query up."""


class Account(Protocol):
    """Whoever pays for the processor time of a query."""

    @property
    def client(self) -> str:
        """Whose it is; the same for all that belong to nobody."""

    @property
    def used(self) -> float:
        """Seconds used lately, by which the waiting are ranked."""

    def check(self) -> None:
        """Raise an `EcographError` when nothing may be started."""

    def charge(self, seconds: float) -> None:
        """Take what was used, whether there was an answer or not."""


class Free:
    """An account that never ends."""

    client = ""
    used = 0.0

    def check(self) -> None: ...

    def charge(self, seconds: float) -> None: ...
