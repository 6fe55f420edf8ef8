"""The two kinds of store that a deployment can have, and what opens them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from ecograph.graph.catalogue import Catalogue
from ecograph.graph.entailment import Schema
from ecograph.graph.home import Home
from ecograph.graph.ports import Backend, GraphStore, Queries, Reader
from ecograph.graph.queries import Account, Free, QueryOutcome, QueryRequest
from ecograph.graph.remote import Layout, RemoteStore
from ecograph.graph.remote_http import Endpoint, Server
from ecograph.graph.remote_read import RemoteQueries, RemoteReader
from ecograph.graph.snapshot import Snapshot
from ecograph.graph.store import EmbeddedStore
from ecograph.graph.workers import WorkerPool
from ecograph.model import Level
from ecograph.settings import Settings

_FREE = Free()


@dataclass(frozen=True, slots=True)
class EmbeddedBackend:
    """Oxigraph in this process: stores in the home, and snapshots of them."""

    home: Home

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
        store = reader.folder / lane.slug
        return self.pool.run(request, store=store, lane=lane, cancelled=cancelled, account=account)


class RemoteBackend:
    """A SPARQL server, or one for each level."""

    def __init__(self, home: Home, servers: Mapping[Level, Server]) -> None:
        self._home = home
        self._catalogue = Catalogue(home.stores / "graphs.json")
        opened = {server: Endpoint(server) for server in servers.values()}
        self._endpoints = {level: opened[servers[level]] for level in Level}

    def store(self, schema: Schema, base: str) -> GraphStore:
        """Open the store for the one who holds the right to write."""
        return RemoteStore(Layout(self._endpoints, base), self._catalogue, schema)

    def reader(self, snapshot: str, base: str) -> Reader:
        """Open what was published under an id."""
        return RemoteReader(self._home.snapshots / snapshot, Layout(self._endpoints, base), self._catalogue)

    def queries(self, pool: WorkerPool, *, seconds: float, result_bytes: int) -> Queries:
        """Return what answers SPARQL of strangers."""
        return RemoteQueries(
            pool, self._home.stores / "empty", seats=4, seconds=seconds, result_bytes=result_bytes
        )

    def close(self) -> None:
        """Close connections."""
        for endpoint in self._endpoints.values():
            endpoint.close()


def open_backend(home: Home, settings: Settings) -> Backend:
    """Return the backend that the settings say."""
    if settings.store == "embedded":
        return EmbeddedBackend(home)
    return RemoteBackend(home, {level: _server(settings, level) for level in Level})


def _server(settings: Settings, level: Level) -> Server:
    password = settings.store_password
    return Server(
        query=settings.store.replace("{level}", level.slug),
        update=(settings.store_update or settings.store).replace("{level}", level.slug),
        user=settings.store_user,
        password=password.get_secret_value() if password else None,
        digest=settings.store_auth == "digest",
        seconds=settings.store_seconds,
        connections=settings.store_connections,
    )
