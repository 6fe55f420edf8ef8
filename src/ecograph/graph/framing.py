"""Messages between the service and its query workers: a header in JSON, then a body."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Mapping
from typing import Any

Header = dict[str, Any]
Read = Callable[[int], bytes]

_SIZES = struct.Struct(">II")
_MAX_HEADER = 10_000_000
# To copy so much costs less than to write twice.
_SMALL = 100_000
_CHUNK = 1 << 20


def send(pipe: int, header: Mapping[str, object], body: bytes | bytearray = b"") -> None:
    """Write one message, whole."""
    text = json.dumps(header).encode()
    head = _SIZES.pack(len(text), len(body)) + text
    if len(body) < _SMALL:
        _write(pipe, head + body)
    else:
        _write(pipe, head)
        _write(pipe, body)


def receive(read: Read, *, limit: int) -> tuple[Header, bytes]:
    """Read one message with a function that returns as many bytes as asked; raises `EOFError`."""
    header_size, body_size = _SIZES.unpack(read(_SIZES.size))
    if header_size > _MAX_HEADER or body_size > limit:
        raise EOFError("a message larger than agreed")
    header: Header = json.loads(read(header_size))
    return header, read(body_size)


class Reader:
    """Reads a pipe in as few calls as its messages allow."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._left = bytearray()

    def read(self, size: int, *, wait: Callable[[], None] | None = None) -> bytes:
        """Block until `size` bytes came; raises `EOFError` when the other side has gone.

        `wait` is called before each look at the pipe, and may raise.
        """
        left = self._left
        while len(left) < size:
            if wait is not None:
                wait()
            chunk = os.read(self._pipe, _CHUNK)
            if not chunk:
                raise EOFError
            left += chunk
        found = bytes(memoryview(left)[:size])
        del left[:size]
        return found


def _write(pipe: int, content: bytes | bytearray) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(pipe, rest) :]
