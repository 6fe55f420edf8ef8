"""What becomes of queries in workers: an answer, or the error that says why there is none; counted."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Mapping

from ecograph.errors import (
    BadInput,
    BadParameter,
    BadQuery,
    EcographError,
    NotExpressible,
    QueryLimit,
    StorageFailed,
)
from ecograph.graph.framing import Message
from ecograph.graph.process import Bounds, WorkerDied
from ecograph.graph.queries import QueryOutcome

_log = logging.getLogger(__name__)


class Outcomes:
    """Reads what workers say, within the bounds that they were given."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def count(self, name: str) -> None:
        """Count one more of something."""
        with self._lock:
            self._counts[name] += 1

    def counts(self) -> Mapping[str, int]:
        """Return how many there were of each: answered, refused, displaced, stopped by each cause."""
        with self._lock:
            return dict(self._counts)

    def answered(self, answer: Message) -> QueryOutcome:
        """Return what a worker answered.

        Raises `BadQuery`, `BadParameter`, `QueryLimit` and `StorageFailed` where it says why it did not.
        """
        header, body = answer
        match header.get("error"):
            case None:
                self.count("answered")
                return QueryOutcome(media_type=header["media_type"], body=body, seconds=header["seconds"])
            case "query":
                raise self.refused(
                    BadQuery(header["message"], line=header.get("line"), column=header.get("column"))
                )
            case "format":
                raise self.refused(NotExpressible(header["form"], header["what"]))
            case "graph":
                name = "default-graph-uri or named-graph-uri"
                raise self.refused(BadParameter(name, header["message"], "an absolute IRI"))
            case "size" | "memory" as cause:
                raise self._limit(cause)
        raise StorageFailed("read the snapshot", header["message"])

    def died(self, death: WorkerDied) -> EcographError:
        """Return the error that a worker's death means to who asked."""
        if death.cause == "stack":
            return self.refused(BadQuery("the query is too long or too nested to be evaluated"))
        if death.cause == "crash":
            _log.error("%s", death)
        return self._limit(death.cause)

    def refused(self, error: BadInput) -> BadInput:
        """Count a query that cannot be answered, and return why."""
        self.count("refused")
        return error

    def stopped(self, cause: str, reason: str) -> QueryLimit:
        """Count a query that was stopped, and return why."""
        self.count(f"stopped_{cause}")
        return QueryLimit(reason)

    def _limit(self, cause: str) -> QueryLimit:
        bounds = self._bounds
        reasons = {
            "time": f"it needs more than {bounds.seconds:g} seconds of processor time",
            "memory": f"it needs more than {bounds.memory_bytes:,} bytes of memory",
            "size": f"its answer is larger than {bounds.result_bytes:,} bytes",
        }
        return self.stopped(cause, reasons.get(cause, "its worker failed"))
