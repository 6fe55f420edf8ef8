"""The reading side of a graph on a server: our own queries, and those of strangers.

Each query runs on the merged graph of its level, and may name the source graphs that its level
sees. What was written can be seen at once: a published state is not frozen, as embedded ones are.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import cast

import pyoxigraph
from pyoxigraph import (
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse_query_results,
)

from ecograph.errors import QueryLimit, ServerFailed, StorageFailed
from ecograph.graph.admission import admit
from ecograph.graph.aliases import Aliases
from ecograph.graph.catalogue import Catalogue
from ecograph.graph.dataset import page_of, restrict, rows_of
from ecograph.graph.dialects import Dialect
from ecograph.graph.ports import Answer, Reader, Row, solutions_of
from ecograph.graph.queries import Account, Free, QueryOutcome, QueryRequest
from ecograph.graph.remote import Layout, read_aliases, triples_of
from ecograph.graph.remote_http import JSON
from ecograph.graph.remote_write import Held, read_resources
from ecograph.graph.terms import in_graph, resource, subject_of
from ecograph.graph.workers import WorkerPool
from ecograph.graph.xml import is_xml, well_formed
from ecograph.model import Level

Fetch = Callable[..., tuple[bytes, Mapping[str, str]]]

NTRIPLES = "application/n-triples"
_GRAPH_FORMS = frozenset({"CONSTRUCT", "DESCRIBE"})
_OWN_QUERY_BYTES = 10_000_000
_FREE = Free()
_ALL = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"


class RemoteReader:
    """What a server holds, at every level."""

    def __init__(self, folder: Path, layout: Layout, catalogue: Catalogue) -> None:
        self.id = folder.name
        self.folder = folder
        self._layout, self._catalogue = layout, catalogue
        self._aliases: dict[Level, Aliases] = {}

    def query(self, level: Level, text: str) -> Answer:
        """Evaluate a query of ours; what users write goes through `RemoteQueries`."""
        body, form = self.answer(level, QueryRequest(text=text))
        try:
            if form in _GRAPH_FORMS:
                return _triples(body)
            return cast("Answer", parse_query_results(body, format=QueryResultsFormat.JSON))
        except SyntaxError as error:
            raise ServerFailed("read the SPARQL server's answer", error) from error

    def answer(
        self,
        level: Level,
        request: QueryRequest,
        *,
        seconds: float | None = None,
        limit: int | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> tuple[bytes, str | None]:
        """Return a query's answer as standard JSON or N-Triples, and the form of the query."""
        form = admit(request.text, limit=_OWN_QUERY_BYTES).form
        endpoint = self._layout.endpoints[level]
        sent = restrict(request, merged=self._layout.merged(level), visible=self._catalogue.visible(level))
        fetch = partial(endpoint.fetch, dataset=sent.dataset, seconds=seconds, limit=limit, check=check)
        if form in _GRAPH_FORMS:
            body, _ = fetch(sent.text, accept=NTRIPLES)
            if form == "CONSTRUCT" and body.count(b"\n") >= endpoint.dialect.silent_rows:
                self._refuse_cut(fetch(rows_of(sent.text), accept=JSON)[1], endpoint.dialect)
            return body, form
        body, headers = fetch(sent.text, accept=JSON)
        page = endpoint.dialect.page(headers)
        if page is None:
            return endpoint.dialect.results(body, form), form
        return self._paged(fetch, sent.text, body, endpoint.dialect, page), form

    @staticmethod
    def _refuse_cut(headers: Mapping[str, str], dialect: Dialect) -> None:
        if (page := dialect.page(headers)) is not None:
            raise QueryLimit(f"its triples come from more than the {page} rows that the SPARQL server gives")

    def _paged(self, fetch: Fetch, text: str, body: bytes, dialect: Dialect, page: int) -> bytes:
        """Return the whole answer of a SELECT that the server cut: from its start, in a known order."""
        answer = json.loads(body)
        answer["results"]["bindings"] = bindings = []
        offset: int | None = 0
        while offset is not None:
            asked = page_of(text, answer["head"]["vars"], limit=page, offset=offset)
            body, headers = fetch(asked, accept=JSON)
            bindings += json.loads(dialect.results(body, "SELECT"))["results"]["bindings"]
            offset = offset + page if dialect.page(headers) else None
        return json.dumps(answer, ensure_ascii=False).encode()

    def rows(self, level: Level, text: str) -> list[Row]:
        """Return the solutions of a SELECT, each with its bound variables only."""
        return solutions_of(self.query(level, text))

    def stated(self, level: Level, subject: str) -> list[Quad]:
        """Return what each source states of a resource, in a steady order."""
        visible, aliases = self._catalogue.visible(level), self.aliases(level)
        members = aliases.members(resource(subject))
        held = read_resources(self._layout.endpoints[level], members, visible) if members else Held({})
        quads = (in_graph(triple, NamedNode(graph)) for graph in visible for triple in held.triples(graph))
        return sorted(set(map(aliases.apply_to, quads)), key=str)

    def aliases(self, level: Level) -> Aliases:
        """Return which records are one, as a level sees it."""
        if level not in self._aliases:
            visible = self._catalogue.visible(level)
            self._aliases[level] = read_aliases(self._layout.endpoints[level], visible)
        return self._aliases[level]

    def stated_in(self, level: Level, graph: str) -> Iterator[Triple]:
        """Yield what one source states, as a level sees it."""
        if graph in self._catalogue.visible(level):
            yield from triples_of(self._layout.endpoints[level], graph)

    def merged(self, level: Level, subject: str | None = None) -> Iterator[Triple]:
        """Yield what all sources together say, and what follows: of one, or of one after the other."""
        node = resource(subject) if subject else None
        found = triples_of(self._layout.endpoints[level], self._layout.merged(level), node)
        yield from sorted(found, key=lambda triple: subject_of(triple).value)

    def referring(self, level: Level, target: str) -> list[Quad]:
        """Return what sources state of others that points to a resource, in a steady order."""
        visible, aliases = self._catalogue.visible(level), self.aliases(level)
        names = " ".join(map(str, aliases.members(resource(target))))
        if not names:
            return []
        text = f"SELECT ?g ?s ?p ?o {{ VALUES ?o {{ {names} }} GRAPH ?g {{ ?s ?p ?o }} }}"
        found = self._layout.endpoints[level].select(text, visible)
        rows = (cast("tuple[NamedNode, ...]", row) for row in found)
        quads = (Quad(s, p, o, g) for g, s, p, o in rows if g.value in visible)
        return sorted(set(map(aliases.apply_to, quads)), key=str)

    def graphs(self, level: Level) -> Sequence[str]:
        """Return the IRIs of the source graphs that a level may see."""
        return sorted(self._catalogue.visible(level))

    def counts(self, level: Level) -> Mapping[str, int]:
        """Return how many triples each source graph holds that a level may see."""
        return {graph: self._count(level, graph) for graph in self.graphs(level)}

    def size(self, level: Level) -> int:
        """Return the number of quads stored for a level, those that follow included."""
        return sum(self.counts(level).values()) + self._count(level, self._layout.merged(level))

    def _count(self, level: Level, graph: str) -> int:
        text = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        ((number,),) = self._layout.endpoints[level].select(text)
        return int(cast("Literal", number).value)


class RemoteQueries:
    """SPARQL of strangers on a server: parsed here in a worker process, evaluated there.

    The worker sees an empty store. What it cannot parse, or evaluate on nothing within its limits,
    never leaves; the server is asked for no more at a time than there are seats.
    """

    def __init__(
        self, pool: WorkerPool, empty: Path, *, seats: int, seconds: float, result_bytes: int
    ) -> None:
        self._pool, self._empty = pool, empty
        self._seats = {public: threading.BoundedSemaphore(seats) for public in (True, False)}
        self._seconds, self._result_bytes = seconds, result_bytes

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
        assert isinstance(reader, RemoteReader)  # noqa: S101 - one backend makes both
        self._pool.run(request, store=self._nothing, lane=lane, cancelled=cancelled, account=account)
        with self._seat(lane):
            started = time.monotonic()
            try:
                body, form = reader.answer(
                    lane,
                    request,
                    seconds=self._seconds,
                    limit=self._result_bytes,
                    check=lambda: _leave_if(cancelled),
                )
            finally:
                account.charge(time.monotonic() - started)
        return _outcome(body, form, request, time.monotonic() - started)

    def begin(self, reader: Reader, request: QueryRequest, *, lane: Level, account: Account = _FREE) -> None:
        """Begin nothing: a server has to be waited for."""

    @cached_property
    def _nothing(self) -> Path:
        self._empty.mkdir(parents=True, exist_ok=True)
        Store(str(self._empty)).flush()
        return self._empty

    def _seat(self, lane: Level) -> _Seat:
        return _Seat(self._seats[lane is Level.PUBLIC], self._seconds)


class _Seat:
    """A place among the queries that the server is asked at a time."""

    def __init__(self, seats: threading.BoundedSemaphore, seconds: float) -> None:
        self._seats, self._seconds = seats, seconds

    def __enter__(self) -> None:
        if not self._seats.acquire(timeout=self._seconds):
            raise QueryLimit("no place among the server's queries was free in time")

    def __exit__(self, *_: object) -> None:
        self._seats.release()


def _leave_if(cancelled: threading.Event | None) -> None:
    if cancelled is not None and cancelled.is_set():
        raise QueryLimit("the client left")


def _outcome(body: bytes, form: str | None, request: QueryRequest, seconds: float) -> QueryOutcome:
    if form in _GRAPH_FORMS:
        media_type = request.graph_format
        content = body if media_type == NTRIPLES else _serialised(body, media_type)
    else:
        media_type = request.results_format
        content = body if media_type == JSON else _written(body, media_type)
    return QueryOutcome(media_type=media_type, body=content, seconds=seconds)


def _written(body: bytes, media_type: str) -> bytes:
    answer = cast("QuerySolutions", parse_query_results(body, format=QueryResultsFormat.JSON))
    content = answer.serialize(format=QueryResultsFormat.from_media_type(media_type)) or b""
    return well_formed(content) if is_xml(media_type) else content


def _serialised(body: bytes, media_type: str) -> bytes:
    syntax = RdfFormat.from_media_type(media_type)
    if syntax is None:
        raise StorageFailed("write the answer", f"unknown format {media_type}")
    quads = pyoxigraph.parse(body, format=RdfFormat.N_TRIPLES)
    content = pyoxigraph.serialize((quad.triple for quad in quads), format=syntax) or b""
    return well_formed(content) if is_xml(media_type) else content


def _triples(body: bytes) -> QueryTriples:
    store = Store()
    store.bulk_load(body, format=RdfFormat.N_TRIPLES)
    return cast("QueryTriples", store.query(_ALL))
