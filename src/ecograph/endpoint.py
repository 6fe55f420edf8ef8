"""The SPARQL endpoint: queries from outside, in processes that may be killed, with exact answers kept."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property, partial

from ecograph.errors import QueryLimit
from ecograph.graph.admission import admit
from ecograph.graph.ports import Backend, Queries, State
from ecograph.graph.queries import Account, Free, QueryOutcome, QueryRequest, Running
from ecograph.graph.result_cache import CacheKey, ResultCache
from ecograph.graph.workers import WorkerPool
from ecograph.model import Level
from ecograph.publication import Publication, Published
from ecograph.settings import Settings

_FREE = Free()
_READY_SECONDS = 5.0


class Endpoint:
    """What answers SPARQL for one deployment."""

    def __init__(self, settings: Settings, backend: Backend, publication: Publication) -> None:
        self._settings, self._backend, self._publication = settings, backend, publication
        self._cache = ResultCache(settings.cache_bytes)

    @property
    def query_bytes(self) -> int:
        """The longest SPARQL query accepted from outside."""
        return self._settings.query_bytes

    def published(self) -> Published:
        """Return what is published now; may have to open it. Raises `NothingLoaded`."""
        return self._publication.now()

    def at_hand(self) -> Published | None:
        """Return what is published now if it is open already; never waits."""
        return self._publication.read()

    def answer(
        self,
        level: Level,
        request: QueryRequest,
        *,
        on: State | None = None,
        cancelled: threading.Event | None = None,
        account: Account = _FREE,
    ) -> QueryOutcome:
        """Answer a query from outside: as before, or in a worker process; blocks.

        Raises `BadQuery`, `QueryLimit`, and what the account raises when it cannot pay.
        """
        published = on or self.published()
        make = partial(
            self._outside.run,
            published.snapshot,
            request,
            lane=level,
            cancelled=cancelled,
            account=account,
        )
        if not admit(request.text, limit=self.query_bytes).steady:
            return make()
        key = CacheKey(state=published.states[level], level=level, request=request)
        return self._cache.answer(key, make, cancelled=cancelled)

    def begin(
        self, level: Level, request: QueryRequest, *, on: State, account: Account = _FREE
    ) -> QueryOutcome | Running | None:
        """Return the answer that is kept, or begin to make it; None when `answer` has to wait.

        Never waits; raises as `answer` does.
        """
        start = partial(self._outside.begin, on.snapshot, request, lane=level, account=account)
        if not admit(request.text, limit=self.query_bytes).steady:
            return start()
        return self._cache.begin(CacheKey(state=on.states[level], level=level, request=request), start)

    def cache_figures(self, level: Level) -> Mapping[str, int]:
        """Return what became of the answers kept for a level: hits, misses, evictions, bytes."""
        return self._cache.figures(level)

    @property
    def worker_figures(self) -> Mapping[str, int]:
        """What query workers did until now; nothing before they are started."""
        return self._pool.figures if "_pool" in self.__dict__ else {}

    @property
    def worker_failure(self) -> str | None:
        """Why no query worker starts; None while they do."""
        return self._pool.failure if "_pool" in self.__dict__ else None

    @cached_property
    def _pool(self) -> WorkerPool:
        return WorkerPool(
            workers=self._settings.query_workers,
            seconds=self._settings.query_seconds,
            memory_bytes=self._settings.query_memory_bytes,
            result_bytes=self._settings.query_result_bytes,
            query_bytes=self._settings.query_bytes,
        )

    @cached_property
    def _outside(self) -> Queries:
        return self._backend.queries(
            self._pool, seconds=self._settings.query_seconds, result_bytes=self._settings.query_result_bytes
        )

    def start(self) -> None:
        """Start the worker processes before the first query asks for them."""
        _ = self._pool

    def wait_ready(self) -> None:
        """Wait for the first worker, some seconds at the most: under a flood it would be long in coming."""
        with suppress(QueryLimit):  # why none starts is told by `worker_failure`
            self._pool.wait_ready(_READY_SECONDS)

    def close(self) -> None:
        """Stop the worker processes, if any was started."""
        if "_pool" in self.__dict__:
            self._pool.close()
