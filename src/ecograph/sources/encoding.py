"""How the bytes of a text are written, where nothing says so."""

from __future__ import annotations

import codecs

import charset_normalizer

from ecograph.errors import MalformedFile

_LEGACY = "cp1252"  # what French programs write when they do not write UTF-8
_MEANT_AS_LEGACY = frozenset({"iso8859-1", "ascii"})


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


def holds_as(content: bytes, name: str) -> str | None:
    """Return the encoding that a page's name for it stands for, if its bytes are so encoded.

    As in browsers, Latin-1 and ASCII are Windows-1252: nobody means the controls in place of its quotes.
    """
    try:
        encoding = codecs.lookup(name).name
        encoding = _LEGACY if encoding in _MEANT_AS_LEGACY else encoding
        content.decode(encoding)
    except (LookupError, UnicodeError):
        return None
    return encoding


def check_utf_8(content: bytes, name: str) -> None:
    """Raise `MalformedFile`, with line and column, for what is not UTF-8."""
    decoded(content, "utf-8", name=name)


def decoded(content: bytes, encoding: str, *, name: str, errors: str = "strict") -> str:
    """Return the text of a file; raises `MalformedFile`, with line and column, for what is not so encoded."""
    try:
        return content.decode(encoding, errors)
    except LookupError as error:
        raise MalformedFile(name, f"no encoding is called {encoding!r}") from error
    except UnicodeDecodeError as error:
        line, column = place_of(content, error.start)
        shown, byte = encoding.removesuffix("-sig").upper(), content[error.start]
        raise MalformedFile(
            name, f"not {shown}: byte 0x{byte:02x}; save the file as UTF-8", line=line, column=column
        ) from error


def place_of(content: bytes, at: int) -> tuple[int, int]:
    """Return the line and the column of a byte, both from 1."""
    return content.count(b"\n", 0, at) + 1, at - content.rfind(b"\n", 0, at)


def is_mostly_utf8(content: bytes) -> bool:
    """Whether some bytes are no UTF-8, but most of those beyond ASCII are: a text of several hands."""
    beyond = len(content) - len(content.decode("ascii", "ignore"))
    broken = len(content) - len(content.decode("utf-8", "ignore").encode())
    return 0 < broken < beyond / 2
