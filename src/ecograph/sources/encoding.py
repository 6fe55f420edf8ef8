"""How the bytes of a text are written, where nothing says so."""

from __future__ import annotations

import charset_normalizer

_LEGACY = "cp1252"  # what French programs write when they do not write UTF-8


def encoding_of(content: bytes) -> str:
    """Return UTF-8 where it holds, UTF-16 where a mark says so, else what the bytes look most like."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        found = charset_normalizer.from_bytes(content, cp_isolation=[_LEGACY, "mac_roman"]).best()
        return str(found.encoding) if found else _LEGACY
    return "utf-8-sig"
