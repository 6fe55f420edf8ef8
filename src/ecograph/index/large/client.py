"""The client of a Qdrant cluster (extra `cluster`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from qdrant_client import QdrantClient
from qdrant_client.http.exceptions import ApiException

from ecograph.errors import IndexDown

_SECONDS = 10  # of one request


class Guarded:
    """A client whose failures are ours."""

    def __init__(self, client: QdrantClient, url: str) -> None:
        self._client, self._url = client, url

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            try:
                return getattr(self._client, name)(*given, **named)
            except ApiException as error:
                raise IndexDown(self._url, str(error)) from error

        return call


@lru_cache(maxsize=4)
def client_of(url: str, key: str | None) -> QdrantClient:
    """Return a client of a server; asks nothing yet."""
    client = QdrantClient(url=url, api_key=key, timeout=_SECONDS, check_compatibility=False)
    return Guarded(client, url)  # type: ignore[return-value]  # it answers to the same calls
