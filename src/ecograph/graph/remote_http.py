"""The SPARQL 1.1 Protocol over HTTP: one server, a bounded pool of connections, clear errors.

Reads are sent again when the network fails; updates only when nothing can have been sent.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import httpx
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from ecograph.errors import EcographError, QueryLimit, ServerFailed
from ecograph.graph.dialects import Dialect, dialect_of
from ecograph.graph.remote_wire import Patience, Transport
from ecograph.graph.terms import Object

JSON = "application/sparql-results+json"
NOTHING = "urn:ecograph:nothing"
"""A graph that never holds anything: stands for one that a level may not see."""
_ATTEMPTS = 3
_PAUSE_SECONDS = 0.2
_ERROR_BYTES = 4_000
_OVERLAP = 500
_NAMED = 64
_AGAIN = frozenset({502, 503, 504})
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_ANSWER = "read the SPARQL server's answer"
_SHOWN_BYTES = 60

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a SPARQL server is, and how to talk to it."""

    query: str
    update: str
    user: str | None = None
    password: str | None = None
    digest: bool = False
    seconds: float = 60.0
    connections: int = 16


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs that a query sees: those of its default graph, and those it may name."""

    default: Sequence[str]
    named: Sequence[str]

    def parameters(self) -> Pairs:
        """Return it as the protocol's parameters; a list is never empty, which would mean: all."""
        default = [("default-graph-uri", iri) for iri in self.default or (NOTHING,)]
        return [*default, *(("named-graph-uri", iri) for iri in (*self.named, NOTHING))]


Check = Callable[[], None]


class Endpoint:
    """One server, from this process."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._client = httpx.Client(
            auth=_auth(server),
            transport=Transport(server.query, server.connections),
            headers={"User-Agent": "EcoGraph"},
        )

    @cached_property
    def dialect(self) -> Dialect:
        """How this server speaks, by what it says of itself."""
        with self._reading("reach the SPARQL server", [("query", "ASK {}")], JSON) as response:
            return dialect_of(response.headers.get("server", ""))

    def select(self, text: str, graphs: Collection[str] = ()) -> Iterator[tuple[Object | None, ...]]:
        """Yield the solutions of a SELECT without prologue and order; none is left out, some may come twice.

        Where the server cuts its answer, the query is asked again page by page. Pages overlap, so
        that rows alike in their keys are not lost between two of them. `graphs` are those that the query
        needs: a server that is told looks at no others.
        """
        # A long list costs more than it saves.
        dataset = Dataset((), sorted(graphs)) if 0 < len(graphs) <= _NAMED else None
        page = yield from self._solutions(text, dataset)
        offset = 0
        while page is not None:
            ordered = f"SELECT * {{ {{ {text} }} }} ORDER BY {_keys(text)}"
            step = page - min(page // 4, _OVERLAP)
            page = yield from self._solutions(page_of(ordered, limit=page, offset=offset), dataset)
            offset += step

    def _solutions(
        self, text: str, dataset: Dataset | None
    ) -> Generator[tuple[Object | None, ...], None, int | None]:
        """Yield the solutions of one request, and return the size of a page when the answer is cut."""
        with self._reading("read the SPARQL server", self._pairs(text, dataset), JSON) as response:
            try:
                for solution in _parsed(response):
                    terms = cast("Sequence[Object | None]", tuple(solution))
                    yield tuple(term if term is None else self.dialect.term(term) for term in terms)
            except (SyntaxError, OSError) as error:
                raise ServerFailed(_ANSWER, error) from error
            return self.dialect.page(response.headers)

    def fetch(
        self,
        text: str,
        dataset: Dataset,
        accept: str,
        *,
        seconds: float | None = None,
        limit: int | None = None,
        check: Check = lambda: None,
    ) -> tuple[bytes, Mapping[str, str]]:
        """Return a whole answer and its headers; `check` is called between pieces and may raise."""
        body = bytearray()
        pairs = self._pairs(text, dataset, seconds)
        with self._reading("read the SPARQL server", pairs, accept, seconds) as response:
            for chunk in response.iter_bytes():
                check()
                body += chunk
                if limit is not None and len(body) > limit:
                    raise QueryLimit(f"its answer is larger than {limit:,} bytes")
            if accept == JSON and not body.lstrip().startswith(b"{"):
                raise ServerFailed(_ANSWER, f"expected JSON, got {bytes(body[:_SHOWN_BYTES])!r}")
            return bytes(body), response.headers

    def update(self, text: str) -> None:
        """Carry an update out; raises `ServerFailed`."""
        doing = "write to the SPARQL server"
        patience = Patience(self._server.seconds, growing=False)
        for attempt in range(_ATTEMPTS):
            try:
                response = self._client.post(
                    self._server.update,
                    content=text.encode(),
                    headers={"Content-Type": "application/sparql-update"},
                    extensions=patience.extensions,
                )
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                if attempt + 1 == _ATTEMPTS:
                    raise ServerFailed(doing, _reason(error)) from error
                time.sleep(_PAUSE_SECONDS * 2**attempt)
            except httpx.HTTPError as error:
                raise ServerFailed(doing, _reason(error)) from error
            else:
                return self._written(doing, response)
        return None

    def close(self) -> None:
        self._client.close()

    def _written(self, doing: str, response: httpx.Response) -> None:
        if response.is_success:
            return _refuse_page(doing, response)
        failure = self.dialect.failure(doing, response.status_code, response.text)
        raise failure if isinstance(failure, ServerFailed) else ServerFailed(doing, failure)

    def _pairs(self, text: str, dataset: Dataset | None, seconds: float | None = None) -> Pairs:
        extra = self.dialect.parameters(seconds or self._server.seconds)
        return [("query", text), *(dataset.parameters() if dataset else ()), *extra.items()]

    @contextmanager
    def _reading(
        self, doing: str, pairs: Pairs, accept: str, seconds: float | None = None
    ) -> Iterator[httpx.Response]:
        response = self._sent(doing, pairs, accept, seconds)
        try:
            if not response.is_success:
                text = response.read()[:_ERROR_BYTES].decode("utf-8", "replace")
                raise self._failure(doing, response, text)
            _refuse_page(doing, response)
            if "dialect" in self.__dict__ and (refusal := self.dialect.refusal(response.headers)):
                raise refusal
            yield response
        except httpx.TimeoutException as error:
            raise QueryLimit("the SPARQL server took too long to answer") from error
        except httpx.HTTPError as error:
            raise ServerFailed(doing, _reason(error)) from error
        finally:
            response.close()

    def _failure(self, doing: str, response: httpx.Response, text: str) -> EcographError:
        return dialect_of(response.headers.get("server", "")).failure(doing, response.status_code, text)

    def _sent(self, doing: str, pairs: Pairs, accept: str, seconds: float | None) -> httpx.Response:
        content = str(httpx.QueryParams(cast("Any", pairs))).encode()
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        # What we ask ourselves may be a whole graph.
        patience = Patience(seconds or self._server.seconds, growing=seconds is None)
        for attempt in range(_ATTEMPTS):
            last = attempt + 1 == _ATTEMPTS
            try:
                request = self._client.build_request(
                    "POST",
                    self._server.query,
                    content=content,
                    headers=headers,
                    extensions=patience.extensions,
                )
                response = self._client.send(request, stream=True)
            except (httpx.ReadTimeout, httpx.WriteTimeout) as error:
                raise QueryLimit("the SPARQL server took too long to answer") from error
            except httpx.HTTPError as error:
                if last:
                    raise ServerFailed(doing, _reason(error)) from error
            else:
                if last or response.status_code not in _AGAIN:
                    return response
                response.close()
            time.sleep(_PAUSE_SECONDS * 2**attempt)
        raise AssertionError("the last attempt returns or raises")


class _Stream(io.RawIOBase):
    """A response as the file that the parser of results reads."""

    def __init__(self, response: httpx.Response) -> None:
        self._chunks = response.iter_bytes(65_536)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = chunk
        taken = self._left[: len(buffer)]
        self._left = self._left[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _parsed(response: httpx.Response) -> QuerySolutions:
    stream = cast("Any", io.BufferedReader(_Stream(response)))
    return cast("QuerySolutions", parse_query_results(stream, format=QueryResultsFormat.JSON))


def _keys(text: str) -> str:
    """Return what orders the rows of a query of ours; whole values may be too long to be ordered by."""
    columns = text[: text.index("{")].split()[1:]
    return " ".join(f"MD5(STR({column}))" for column in columns)


def page_of(text: str, *, limit: int, offset: int) -> str:
    """Return a SELECT without prologue for some of its rows.

    Its ORDER BY is inside then, where a server that limits sorted answers does not look at it.
    """
    return f"SELECT * {{ {{ {text} }} }} LIMIT {limit} OFFSET {offset}"


def _refuse_page(doing: str, response: httpx.Response) -> None:
    """A proxy that wants a log-in, or is at work, may answer 200 with a page: nothing was read or written."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _PAGES:
        raise ServerFailed(doing, "it answered with an HTML page")


def _auth(server: Server) -> httpx.Auth | None:
    if server.user is None:
        return None
    kind = httpx.DigestAuth if server.digest else httpx.BasicAuth
    return kind(server.user, server.password or "")


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
