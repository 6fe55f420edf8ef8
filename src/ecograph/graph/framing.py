"""Messages between the service and its query workers: a header in JSON, then a body."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Mapping
from typing import Any

Header = dict[str, Any]
Message = tuple[Header, bytes]
Read = Callable[[int], bytes]

_SIZES = struct.Struct(">II")
_MAX_HEADER = 10_000_000
# To copy so much costs less than to write twice.
_SMALL = 100_000
# What is read at a time. Room for more is mapped, touched and unmapped by the kernel with each read, which
# costs more than a short query: only who knows that much is to come asks for it.
_USUAL, _MOST = 1 << 16, 1 << 20


def joined(header: bytes, body: bytes | bytearray = b"") -> bytes:
    """Return one message in the bytes that go through a pipe; its header is JSON already."""
    return _SIZES.pack(len(header), len(body)) + header + body


def send(pipe: int, header: Mapping[str, object], body: bytes | bytearray = b"") -> None:
    """Write one message, whole."""
    text = json.dumps(header).encode()
    if len(body) < _SMALL:
        write(pipe, joined(text, body))
    else:
        write(pipe, _SIZES.pack(len(text), len(body)) + text)
        write(pipe, body)


def write(pipe: int, content: bytes | bytearray) -> None:
    """Write all bytes, however long the other side takes to read them."""
    written = os.write(pipe, content)
    if written < len(content):
        rest = memoryview(content)[written:]
        while rest:
            rest = rest[os.write(pipe, rest) :]


def receive(read: Read, *, limit: int) -> Message:
    """Read one message with a function that returns as many bytes as asked; raises `EOFError`."""
    header_size, body_size = _checked(_SIZES.unpack(read(_SIZES.size)), limit)
    header: Header = json.loads(read(header_size))
    return header, read(body_size)


class Inbox:
    """Messages that come through a pipe, put together again."""

    def __init__(self, pipe: int, *, limit: int) -> None:
        self._pipe, self._limit = pipe, limit
        self._come = bytearray()
        self._missing = 0

    def take(self) -> Message | None:
        """Look into the pipe once and return a message that is now whole.

        None is for one of which more is to come, or that has not begun where the pipe does not block.
        Raises `EOFError` when the other side has gone, or sends more than agreed.
        """
        try:
            chunk = os.read(self._pipe, min(max(self._missing, _USUAL), _MOST))
        except BlockingIOError:
            return None
        if not chunk:
            raise EOFError
        self._come += chunk
        return self._whole()

    def _whole(self) -> Message | None:
        come, start = self._come, _SIZES.size
        if len(come) < start:
            return None
        header_size, body_size = _checked(_SIZES.unpack_from(come), self._limit)
        middle, end = start + header_size, start + header_size + body_size
        self._missing = max(0, end - len(come))
        if self._missing:
            return None
        header: Header = json.loads(come[start:middle])
        # Through a view: a slice of a bytearray would be copied twice.
        with memoryview(come) as view:
            body = bytes(view[middle:end])
        del come[:end]
        return header, body


def _checked(sizes: tuple[int, int], limit: int) -> tuple[int, int]:
    header_size, body_size = sizes
    if header_size > _MAX_HEADER or body_size > limit:
        raise EOFError("a message larger than agreed")
    return header_size, body_size
