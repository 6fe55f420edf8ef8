"""How the service waits for answers: on the spot, a moment on the event loop, or in a thread.

A thread, and the way to it and back, costs more than a short query; so a query goes straight to a worker
that is free, and most are answered before the event loop could have turned to anything else. Only what is
not answered soon, or has to wait for a worker, is left to a thread.
"""

from __future__ import annotations

import asyncio
import select
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Protocol, TypeVar

from starlette.requests import Request
from starlette.types import Receive, Scope

from ecograph.errors import QueryLimit
from ecograph.graph.ports import State
from ecograph.graph.queries import Account, QueryOutcome, QueryRequest, Running
from ecograph.model import Level
from ecograph.web.lines import TOTAL, Entrance
from ecograph.web.observation import account_of, query_noted

T = TypeVar("T")

# More than may be under way: the lines and the pool, not a queue of threads, choose who is refused.
_THREADS = 2 * TOTAL + 100
# So long everything waits for a query that has begun, in milliseconds. While it does, the next query finds
# this one's worker free again; it would else be left to a thread, which takes as long.
_ON_THE_SPOT = 1
# A query that takes longer than this is left to a thread, and its client is watched: it may leave.
_SOON = 0.05


class Published(State, Protocol):
    """One published state of the graph, and what is said of it."""

    @property
    def base(self) -> str:
        """Base of the resources' IRIs, without a final slash."""

    @property
    def counts(self) -> Callable[[Level], Mapping[str, int]]:
        """Return the named graphs that a level may see, each with its number of triples."""

    @property
    def size(self) -> Callable[[Level], int]:
        """Return the number of quads that a level may see, those of the merge of its graphs included."""


class Endpoint(Protocol):
    """What evaluates queries."""

    @property
    def query_bytes(self) -> int:
        """Longest query accepted."""

    def published(self) -> Published:
        """Return what is published now; may have to open it."""

    def at_hand(self) -> Published | None:
        """Return what is published now if it is open already; never waits."""

    def begin(
        self, level: Level, request: QueryRequest, *, on: Published, account: Account = ...
    ) -> QueryOutcome | Running | None:
        """Return the answer that is kept, or begin to make it; None when `answer` has to wait."""

    def answer(
        self,
        level: Level,
        request: QueryRequest,
        *,
        on: Published | None = None,
        cancelled: threading.Event | None = None,
        account: Account = ...,
    ) -> QueryOutcome:
        """Answer a query at a level; blocks."""


class Asking:
    """Has queries answered by one endpoint."""

    def __init__(self, endpoint: Endpoint, entrance: Entrance | None = None) -> None:
        self.endpoint = endpoint
        self._entrance = entrance or Entrance()
        self._waiting = threading.Semaphore(_THREADS)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="sparql")
        # Of those that run there are as many as seats in the pool: none of them waits for a thread.
        self._running = ThreadPoolExecutor(_THREADS, thread_name_prefix="sparql-running")

    async def published(self) -> Published:
        """Return what is published now."""
        published = self.endpoint.at_hand()
        return await self.in_thread(self.endpoint.published) if published is None else published

    async def answer(
        self, level: Level, query: QueryRequest, *, on: Published, account: Account, receive: Receive
    ) -> QueryOutcome:
        """Answer a query; one that takes a while is stopped when its client leaves.

        `receive` tells of the client, whose request must have been read.
        """
        begun = self.endpoint.begin(level, query, on=on, account=account)
        if isinstance(begun, QueryOutcome):
            return begun
        if begun is not None:
            outcome = await _soon(begun)
            return outcome or await _unless_gone(
                receive, lambda gone: asyncio.wrap_future(self._running.submit(begun.wait, gone))
            )
        ask = partial(self.endpoint.answer, level, query, on=on, account=account)
        async with self._entrance.of(level).place(account.client):
            return await _unless_gone(receive, lambda gone: self.in_thread(partial(ask, cancelled=gone)))

    async def answer_noted(
        self, scope: Scope, receive: Receive, level: Level, query: QueryRequest, *, digest: str, on: Published
    ) -> QueryOutcome:
        """Answer the query of a request at whose expense it is, and leave with it what became of it."""
        account = account_of(scope)
        with query_noted(scope, digest, account) as note:
            outcome = await self.answer(level, query, on=on, account=account, receive=receive)
            note.outcome = "cached" if outcome.cached else "answered"
            return outcome

    async def in_thread(self, call: Callable[[], T]) -> T:
        """Return what a call gives that blocks; raises `QueryLimit` rather than wait for a thread."""
        if not self._waiting.acquire(blocking=False):
            raise QueryLimit("too many queries wait")
        future = self._threads.submit(call)
        # When the thread is done, and not when its client has gone.
        future.add_done_callback(lambda _: self._waiting.release())
        return await asyncio.wrap_future(future)


def asking_of(request: Request) -> Asking:
    """Return what answers the queries of the application that took a request."""
    asking: Asking = request.app.state.asking
    return asking


async def _soon(running: Running) -> QueryOutcome | None:
    """Return the answer if it comes soon; nobody listens to its process any more afterwards."""
    if _is_told(running.fileno()) and (outcome := running.take()) is not None:
        return outcome
    loop = asyncio.get_running_loop()
    limit = loop.time() + _SOON
    try:
        while await _readable(running.fileno(), limit - loop.time()):
            # Whoever has the answer has given the process back, and may not listen to it.
            if (outcome := running.take()) is not None:
                return outcome
    except asyncio.CancelledError:
        running.stop()
        raise
    return None


def _is_told(descriptor: int) -> bool:
    """Wait on the spot until something can be read, and tell whether it can."""
    answers = select.poll()
    answers.register(descriptor, select.POLLIN)
    return bool(answers.poll(_ON_THE_SPOT))


async def _readable(descriptor: int, seconds: float) -> bool:
    """Wait until something can be read, but no longer than that; tell whether it can."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[bool] = loop.create_future()

    def tell(readable: bool) -> None:  # noqa: FBT001 - called by the loop
        if not told.done():
            told.set_result(readable)

    loop.add_reader(descriptor, tell, True)  # noqa: FBT003 - what `tell` is told
    late = loop.call_later(seconds, tell, False)  # noqa: FBT003
    try:
        return await told
    finally:
        loop.remove_reader(descriptor)
        late.cancel()


async def _unless_gone(
    receive: Receive, begin: Callable[[threading.Event], Awaitable[QueryOutcome]]
) -> QueryOutcome:
    """Wait for a query that runs in a thread; stop it when its client leaves."""
    gone = threading.Event()
    watch = asyncio.create_task(_watch(receive, gone))
    try:
        return await begin(gone)
    finally:
        gone.set()
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


async def _watch(receive: Receive, gone: threading.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()
