"""Connections to a SPARQL server, which is waited for no longer than a request may take in all.

Limits of httpx hold for each step: a server that sends a byte now and then would never reach one.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

# What a server that is well sends in a second, at the very least.
_BYTES_PER_SECOND = 100_000
# Little enough that the other side has taken it after a few steps, each of which may take all that is left.
_PIECE_BYTES = 4_096
_CONNECT_SECONDS = 10.0

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class Patience(float):
    """How long a server may be waited for, in seconds: all its steps together, and not each of them.

    With `growing`, what comes buys time: whole dumps are long. Only waiting counts, not what is done with
    what came. It is a number, and goes down to the connections in the place of the limit of a step.
    """

    def __init__(self, seconds: float, *, growing: bool) -> None:
        self._left, self._growing = seconds, growing

    def __new__(cls, seconds: float, *, growing: bool) -> Patience:  # noqa: ARG004 - a float takes one value
        return super().__new__(cls, seconds)

    @property
    def extensions(self) -> dict[str, Any]:
        """What a request says of its limits."""
        connect = min(float(self), _CONNECT_SECONDS)
        return {"timeout": {"connect": connect, "read": self, "write": self, "pool": float(self)}}

    @contextmanager
    def waiting(self) -> Iterator[float]:
        """Give what a step may take, in seconds; raises `httpcore.ReadTimeout` when nothing is left."""
        if self._left <= 0:
            raise httpcore.ReadTimeout(f"it took longer than {self:g} seconds")
        started = time.monotonic()
        try:
            yield self._left
        finally:
            self._left -= time.monotonic() - started

    def came(self, size: int) -> None:
        """Note that so many bytes came."""
        if self._growing:
            self._left += size / _BYTES_PER_SECOND


class Transport(httpx.BaseTransport):
    """A bounded pool of connections, whose steps take from the patience of the request that they are for."""

    def __init__(self, url: str, connections: int) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            proxy=_proxy(httpx.URL(url)),
            max_connections=connections,
            keepalive_expiry=5.0,
            network_backend=_Network(),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        with _told():
            response = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    url,
                    headers=request.headers.raw,
                    content=request.read(),
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Content(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Content(httpx.SyncByteStream):
    """What a response brings, as it comes."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _told():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Network(httpcore.NetworkBackend):
    """Connects as usual, to what keeps to the patience of requests."""

    def __init__(self) -> None:
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        return _Patient(self._plain.connect_tcp(host, port, timeout, local_address, socket_options))

    def connect_unix_socket(self, *_args: Any, **_options: Any) -> httpcore.NetworkStream:
        raise httpcore.UnsupportedProtocol("a SPARQL server is reached over the network")


class _Patient(httpcore.NetworkStream):
    """A connection; requests give it their patience in the place of a limit."""

    def __init__(self, plain: httpcore.NetworkStream) -> None:
        self._plain = plain

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        patience = cast("Patience", timeout)
        with patience.waiting() as seconds:
            content = self._plain.read(max_bytes, seconds)
        patience.came(len(content))
        return content

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE_BYTES):
            with cast("Patience", timeout).waiting() as seconds:
                self._plain.write(buffer[start : start + _PIECE_BYTES], seconds)

    def close(self) -> None:
        self._plain.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Patient(self._plain.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._plain.get_extra_info(info)


def _proxy(url: httpx.URL) -> httpcore.Proxy | None:
    """Return the proxy that the environment names for an address."""
    known = {} if proxy_bypass(url.host) else getproxies()
    named = known.get(url.scheme) or known.get("all")
    if named is None:
        return None
    proxy = httpx.Proxy(named if "://" in named else f"http://{named}")
    return httpcore.Proxy(str(proxy.url), auth=proxy.raw_auth, headers=proxy.headers.raw)


@contextmanager
def _told() -> Iterator[None]:
    """Raise what went wrong as httpx does: its errors have the same names."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error
