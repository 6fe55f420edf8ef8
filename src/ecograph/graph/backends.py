"""The kind of store that a deployment has, chosen by one setting; and the one in this process."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ecograph.graph.entailment import Schema
from ecograph.graph.home import Home
from ecograph.graph.ports import Backend, GraphStore, Queries, Reader
from ecograph.graph.queries import Account, Free, QueryOutcome, QueryRequest, Running
from ecograph.graph.snapshot import Snapshot
from ecograph.graph.store import EmbeddedStore
from ecograph.graph.workers import WorkerPool
from ecograph.model import Level
from ecograph.settings import EMBEDDED, Settings

_FREE = Free()


@dataclass(frozen=True, slots=True)
class EmbeddedBackend:
    """Oxigraph in this process: stores in the home, and snapshots of them."""

    home: Home
    name: str = EMBEDDED

    def store(self, schema: Schema, base: str) -> GraphStore:  # noqa: ARG002 - a folder needs no name
        """Open the store for the one who holds the right to write."""
        return EmbeddedStore(self.home.stores, schema)

    def reader(self, snapshot: str, base: str) -> Reader:  # noqa: ARG002 - a folder needs no name
        """Open what was published under an id."""
        return Snapshot(self.home.snapshots / snapshot)

    def queries(self, pool: WorkerPool, *, seconds: float, result_bytes: int) -> Queries:  # noqa: ARG002 - its workers have limits of their own
        """Return what answers SPARQL of strangers."""
        return PoolQueries(pool)

    def close(self) -> None:
        """Folders need no closing."""


@dataclass(frozen=True, slots=True)
class PoolQueries:
    """SPARQL of strangers, evaluated in worker processes on a snapshot."""

    pool: WorkerPool

    def run(
        self,
        reader: Reader,
        request: QueryRequest,
        *,
        lane: Level,
        cancelled: threading.Event | None = None,
        account: Account = _FREE,
    ) -> QueryOutcome:
        """Return a whole answer; blocks. Raises `BadQuery`, `BadParameter`, `QueryLimit`."""
        return self.pool.run(
            request, store=_store(reader.folder, lane), lane=lane, cancelled=cancelled, account=account
        )

    def begin(
        self, reader: Reader, request: QueryRequest, *, lane: Level, account: Account = _FREE
    ) -> Running | None:
        """Begin a query if that takes no waiting, else return None; raises as `run`."""
        return self.pool.begin(request, store=_store(reader.folder, lane), lane=lane, account=account)


@lru_cache(maxsize=16)
def _store(snapshot: Path, level: Level) -> Path:
    return snapshot / level.slug


def open_backend(home: Home, settings: Settings) -> Backend:
    """Return the backend that the settings say."""
    if settings.store == EMBEDDED:
        return EmbeddedBackend(home)
    # Whoever has no server does not wait for the HTTP client to be imported.
    from ecograph.graph.remote_backend import RemoteBackend, servers

    return RemoteBackend(home, servers(settings), name=settings.store)
