"""How bytes become requests: uvicorn's protocol, with bounds on what comes before a body, and on time."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from ecograph.web.problems import MEDIA_TYPE

# The parser takes no longer address.
ADDRESS_BYTES = 65_535
HEAD_BYTES = 131_072
# How long a request may take to come, and how many of its bytes give it a second more.
REQUEST_SECONDS = 20.0
BYTES_A_SECOND = 500
# A connection that is closed on bytes not yet read is cut, and the answer lost with it (RFC 9112, 9.6).
_LINGERING_SECONDS = 1.0


class Protocol(HttpToolsProtocol):
    """A connection, whose requests have an address and headers of limited size, and come in limited time.

    What cannot be read at all is refused here, with a problem document, and the connection closed.
    """

    _is_refused = False
    _is_open_head = False
    _head_bytes = 0
    _bytes = 0
    _begun: float | None = None  # when what is waited for began to come; none while nothing has to come

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begun, self._is_open_head = self.loop.time(), True
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._watching.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what comes; no more of a request's head than `HEAD_BYTES`, and what came with its end."""
        if self._is_refused:
            return
        self._bytes += len(data)
        super().data_received(data)
        if self._is_open_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and not self._is_refused:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"more than {HEAD_BYTES:,} bytes")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_open_head, self._head_bytes = True, 0
        self._begun, self._bytes = self.loop.time(), 0

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._begun = None

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_open_head:  # what comes after a body has no bound, and says nothing here
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_open_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser cannot read."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _watch(self) -> None:
        """Look again and again whether a request takes too long to come, and end it."""
        if self._is_late() and not self._is_refused:
            if self._is_open_head:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly.")
            else:  # the application, which waits for the body, finds that the client is gone
                self.transport.close()
            return
        self._watching = self.loop.call_later(REQUEST_SECONDS / 4, self._watch)

    def _is_late(self) -> bool:
        if self._begun is None:
            return False
        cycle: RequestResponseCycle | None = self.cycle
        is_answering = cycle is not None and not cycle.response_complete
        if self.flow.read_paused or (is_answering and self._is_open_head):
            self._begun = self.loop.time()  # it is not the client who is waited for
        return self.loop.time() - self._begun > REQUEST_SECONDS + self._bytes / BYTES_A_SECOND

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        if len(getattr(self, "url", b"")) > ADDRESS_BYTES:
            status, detail = HTTPStatus.REQUEST_URI_TOO_LONG, f"more than {ADDRESS_BYTES:,} bytes"
        problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
        body = json.dumps(problem).encode()
        headers = {
            "content-type": MEDIA_TYPE,
            "content-length": str(len(body)),
            "access-control-allow-origin": "*",
            "cache-control": "no-store",
            "connection": "close",
        }
        lines = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
        self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + body)
        self.transport.write_eof()
        self._is_refused = True
        self.loop.call_later(_LINGERING_SECONDS, self.transport.close)
