"""How bytes become requests: uvicorn's protocol, with a bound on all that comes before a body."""

from __future__ import annotations

import json
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ecograph.web.problems import MEDIA_TYPE

# The parser takes no longer address.
ADDRESS_BYTES = 65_535
HEAD_BYTES = 131_072
# A connection that is closed on bytes not yet read is cut, and the answer lost with it (RFC 9112, 9.6).
_LINGERING_SECONDS = 1.0


class Protocol(HttpToolsProtocol):
    """A connection, whose requests have an address and headers of limited size.

    What cannot be read at all is refused here, with a problem document, and the connection closed.
    """

    _is_refused = False
    _is_open_head = False
    _head_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Read what comes; no more of a request's head than `HEAD_BYTES`, and what came with its end."""
        if self._is_refused:
            return
        super().data_received(data)
        if self._is_open_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and not self._is_refused:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"more than {HEAD_BYTES:,} bytes")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_open_head, self._head_bytes = True, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_open_head:  # what comes after a body has no bound, and says nothing here
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_open_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser cannot read."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

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
