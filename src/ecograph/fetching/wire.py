"""One request and its answer on the wire, within limits of time and size."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from ecograph.errors import FetchFailed, TooLarge
from ecograph.fetching.address import Guard
from ecograph.fetching.decoding import BadEncoding, decoded
from ecograph.fetching.telling import shown

_STEP_SECONDS = 15.0
_WITHOUT_CONTENT = frozenset({204, 304})

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request: no redirect followed. Only that to a success holds its content."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Deadline:
    """The moment by which all must be done."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Leave out time that was spent waiting on purpose."""
        self._end += seconds

    def left(self, wanted: float | None) -> float:
        """Return how long one step may take, in seconds; raises `httpcore.ReadTimeout` at the end."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout(f"it took more than {self.seconds:g} seconds")
        return left if wanted is None else min(left, wanted)


class Wire:
    """Sends requests of one deployment; every request has a connection of its own."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._tls: ssl.SSLContext | None = None

    def get(
        self,
        url: httpx.URL,
        headers: Mapping[str, str],
        *,
        limit: int,
        deadline: Deadline,
        target: str | None = None,
    ) -> Answer:
        """Return the answer to a GET; raises `FetchFailed`, `AddressRefused`, `TooLarge`.

        `target` is what the host is asked for where that is not to be told: errors name the address.
        """
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), _STEP_SECONDS)
        backend = _Guarded(self._guard, str(url), deadline)
        with (
            _told(str(url), deadline),
            httpcore.ConnectionPool(ssl_context=self._context(), network_backend=backend) as pool,
            pool.stream(
                "GET",
                str(url),
                headers=list(headers.items()),
                extensions={"timeout": timeouts, "target": (target or _target(url)).encode("ascii")},
            ) as response,
        ):
            found = _joined(response.headers)
            content = b""
            if response.status < 300 and response.status not in _WITHOUT_CONTENT:
                content = _read(
                    decoded(response.iter_stream(), found.get("content-encoding", "")), str(url), limit
                )
            return Answer(response.status, found, content)

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:  # reading the certificates takes a while: not before one is needed
            self._tls = httpx.create_ssl_context()
        return self._tls


def _target(url: httpx.URL) -> str:
    return url.raw_path.decode("ascii")


def _read(pieces: Iterable[bytes], url: str, limit: int) -> bytes:
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > limit:
            raise TooLarge(shown(url), limit, "bytes")
    return bytes(content)


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


@contextmanager
def _told(url: str, deadline: Deadline) -> Iterator[None]:
    """Say what went wrong in a sentence that names the address."""
    try:
        yield
    except BadEncoding as error:
        raise FetchFailed(shown(url), str(error)) from error
    except httpcore.TimeoutException as error:
        try:
            deadline.left(None)
        except httpcore.ReadTimeout as late:
            raise FetchFailed(shown(url), str(late)) from error
        raise FetchFailed(shown(url), f"nothing came for {_STEP_SECONDS:g} seconds") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
        raise FetchFailed(shown(url), str(error) or "the connection was closed") from error


class _Guarded(httpcore.NetworkBackend):
    """Connects to nothing but allowed addresses, by their numbers."""

    def __init__(self, guard: Guard, url: str, deadline: Deadline) -> None:
        self._guard, self._url, self._deadline = guard, url, deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in self._addresses(host, port, self._deadline.left(timeout)):
            left = self._deadline.left(timeout)
            try:
                stream = self._plain.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Timed(stream, self._deadline)
        raise failure or httpcore.ConnectError(f"{host} has no address")

    def _addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """Return the numbers of a host, looked up in a thread: the system's resolver takes no limit of time.

        One that answers too late is left to itself.
        """
        found: Future[list[str]] = Future()

        def look_up() -> None:
            try:
                found.set_result(self._guard.addresses(self._url, host, port))
            except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
                found.set_exception(error)

        threading.Thread(target=look_up, name="names", daemon=True).start()
        try:
            return found.result(seconds)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} was not found in {seconds:g} seconds") from error

    def connect_unix_socket(self, *_args: Any, **_options: Any) -> httpcore.NetworkStream:
        raise httpcore.UnsupportedProtocol("only the network is fetched from")


class _Timed(httpcore.NetworkStream):
    """A connection that a slow server cannot hold for longer than all may take."""

    def __init__(self, plain: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._plain, self._deadline = plain, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._plain.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._plain.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._plain.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._plain.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _Timed(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._plain.get_extra_info(info)
