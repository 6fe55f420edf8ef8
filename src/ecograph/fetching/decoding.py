"""Compressed answers, opened a piece at a time: a small file may not become a huge one in memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

PIECE = 65_536
"""The most that one step gives, in bytes."""
ACCEPTED = "gzip, deflate"
_GZIP = 16 + zlib.MAX_WBITS


class BadEncoding(ValueError):
    """Content that is not compressed as its header says."""


def decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield the content in pieces of at most `PIECE` bytes; raises `BadEncoding`.

    Only what was asked for is understood (`ACCEPTED`), once: other encodings cannot be opened by pieces
    with the standard library.
    """
    match encoding.strip().lower():
        case "" | "identity":
            yield from chunks
        case "gzip" | "x-gzip":
            yield from _inflated(chunks, _GZIP)
        case "deflate":
            yield from _deflated(chunks)
        case other:
            raise BadEncoding(f"its content is encoded as {other[:40]!r}, which was not asked for")


def _deflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Servers mean either of two forms by “deflate”; the first byte tells them apart (RFC 1950)."""
    waiting = iter(chunks)
    first = next((chunk for chunk in waiting if chunk), b"")
    wrapped = first[:1] != b"" and first[0] & 0x0F == zlib.DEFLATED
    yield from _inflated(_chained(first, waiting), zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _chained(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _inflated(chunks: Iterable[bytes], form: int) -> Iterator[bytes]:
    inflate = zlib.decompressobj(form)
    begun = False
    for chunk in chunks:
        waiting = chunk
        while waiting:
            if inflate.eof:  # a gzip file may have several parts
                inflate, begun = zlib.decompressobj(form), False
            begun = True
            try:
                yield inflate.decompress(waiting, PIECE)
            except zlib.error as error:
                raise BadEncoding(f"its content is not compressed as it says ({error})") from error
            waiting = inflate.unconsumed_tail or (inflate.unused_data if inflate.eof else b"")
    while begun and not inflate.eof and (piece := inflate.decompress(b"", PIECE)):
        yield piece
    if begun and not inflate.eof:
        raise BadEncoding("its compressed content is cut short")
