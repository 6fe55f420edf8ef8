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


def send(pipe: int, header: Mapping[str, object], body: bytes | bytearray = b"") -> None:
    """Write one message, whole."""
    text = json.dumps(header).encode()
    _write(pipe, _SIZES.pack(len(text), len(body)) + text)
    _write(pipe, body)


def receive(read: Read, *, limit: int) -> tuple[Header, bytes]:
    """Read one message with a function that returns as many bytes as asked; raises `EOFError`."""
    header_size, body_size = _SIZES.unpack(read(_SIZES.size))
    if header_size > _MAX_HEADER or body_size > limit:
        raise EOFError("a message larger than agreed")
    header: Header = json.loads(read(header_size))
    return header, read(body_size)


def read_exactly(pipe: int, size: int) -> bytes:
    """Block until `size` bytes came; raises `EOFError` when the other side has gone."""
    content = bytearray()
    while len(content) < size:
        chunk = os.read(pipe, min(size - len(content), 1 << 20))
        if not chunk:
            raise EOFError
        content += chunk
    return bytes(content)


def _write(pipe: int, content: bytes | bytearray) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(pipe, rest) :]
