"""A deployment whose graph is on a SPARQL server."""

from __future__ import annotations

from collections.abc import Mapping

from ecograph.graph.catalogue import Catalogue
from ecograph.graph.entailment import Schema
from ecograph.graph.home import Home
from ecograph.graph.owner import claim
from ecograph.graph.ports import GraphStore, Queries, Reader
from ecograph.graph.remote import Layout, RemoteStore
from ecograph.graph.remote_http import Endpoint, Server
from ecograph.graph.remote_read import RemoteQueries, RemoteReader
from ecograph.graph.workers import WorkerPool
from ecograph.model import Level
from ecograph.settings import Settings


class RemoteBackend:
    """A SPARQL server, or one for each level."""

    def __init__(self, home: Home, servers: Mapping[Level, Server], *, name: str) -> None:
        self.name = name
        self._home = home
        self._catalogue = Catalogue(home.stores / "graphs.json")
        self._claimed: set[str] = set()
        opened = {server: Endpoint(server) for server in servers.values()}
        self._endpoints = {level: opened[servers[level]] for level in Level}

    def store(self, schema: Schema, base: str) -> GraphStore:
        """Open the store for the one who holds the right to write; raises `StoreTaken`."""
        if base not in self._claimed:
            own = self._home.stores / "owner"
            claim(self._endpoints[Level.PRIVATE], base, own, server=self.name)
            self._claimed.add(base)
        layout = Layout(self._endpoints, base)
        reader = RemoteReader(self._home.stores, layout, self._catalogue)
        return RemoteStore(layout, self._catalogue, schema, reader.rows)

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


def servers(settings: Settings) -> dict[Level, Server]:
    """Return the server of each level, as the settings say."""
    return {level: _server(settings, level) for level in Level}


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
