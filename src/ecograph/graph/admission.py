"""What a query must be before any parser sees it: short, flat, and about this graph alone.

The engine's parser recurses, and has no limit of its own: some kilobytes of brackets overflow its
stack. It also needs no space after a keyword, `SERVICEex:a` calls a service, so a name is suspect
as soon as it holds that word where the parser could split it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ecograph.errors import BadQuery, TooLarge

Token = re.Match[str]

MAX_DEPTH = 100
MAX_TOKENS = 20_000

_ESCAPED = r"%[0-9A-Fa-f]{2} | \\[_~.\-!$&'()*+,;=/?\#@%]"
_LOCAL = rf"(?: [\w:] | {_ESCAPED} ) (?: [\w:.\-·]++ | {_ESCAPED} )*+"
# Kinds of tokens in the order in which they are tried.
_KINDS = {
    "skip": r"\s++ | \#[^\r\n]*+",
    "string": r"""\"{3} (?: \"{0,2} (?: [^\"\\] | \\. ) )*+ \"{3}
                | '{3} (?: '{0,2} (?: [^'\\] | \\. ) )*+ '{3}
                | \" (?: [^\"\\\r\n]++ | \\[^\r\n] )*+ \"
                | ' (?: [^'\\\r\n]++ | \\[^\r\n] )*+ '""",
    "iri": r"< (?: [^<>\"{}|^`\\\x00-\x20]++ | \\u[0-9A-Fa-f]{4} | \\U[0-9A-Fa-f]{8} )*+ >",
    "variable": r"[?$] \w++",
    "language": r"@ [A-Za-z]++ (?: - [A-Za-z0-9]++ )*+",
    "name": rf"(?: _ | [^\W\d_] [\w.\-·]{{0,200}} )?? : (?: {_LOCAL} )?",
    "word": r"[^\W\d] [\w\-]*+",
    "open": r"[{(\[]",
    "close": r"[}})\]]",
    "sign": r"[!+\-]",
    "quote": r"[\"']",
    "other": r".",
}
# Of these none begins as another does, nor as a bracket, a sign or a digit.
_TELLING_NOTHING = ("skip", "variable", "iri", "string", "language", "name")
_FLAGS = re.VERBOSE | re.DOTALL
_TOKEN = re.compile("|".join(f"(?P<{kind}> {pattern} )" for kind, pattern in _KINDS.items()), _FLAGS)
# The same tokens, as runs of those that tell nothing and the word or stray quote that ends each.
_RUN = re.compile(
    rf"""(?: {" | ".join(f"(?: {_KINDS[kind]} )" for kind in _TELLING_NOTHING)} | [^\w\"'] | \d )*+
         ( {_KINDS["word"]} | {_KINDS["quote"]} )?""",
    _FLAGS,
)
_SERVICE = re.compile(r"^[^:]*service|\.service", re.IGNORECASE)
_HINT = "service"
_DEEPENING = "{([!+-"
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})
_VOLATILE = ("NOW", "RAND", "UUID", "BNODE")


@dataclass(frozen=True, slots=True)
class Admitted:
    """What is known of a query before it is parsed.

    `form` is SELECT, ASK, CONSTRUCT or DESCRIBE, and None when the parser will refuse the text.
    An answer that is not `steady` may differ each time.
    """

    form: str | None
    steady: bool


def admit(text: str, *, limit: int) -> Admitted:
    """Return what a query is; raises `TooLarge`, and `BadQuery` with the place."""
    if len(text) > limit or len(text.encode("utf-8", "replace")) > limit:
        raise TooLarge("the query", limit, "bytes")
    return _scan(text)


def admit_update(text: str, *, limit: int) -> Sequence[Token]:
    """Return the tokens of an update, without spaces and comments; raises as `admit` does."""
    if len(text) > limit or len(text.encode("utf-8", "replace")) > limit:
        raise TooLarge("the update", limit, "bytes")
    return [token for token in _tokens(text) if token.lastgroup != "skip"]


def tokens_of(text: str) -> Sequence[Token]:
    """Return the tokens of a text, without spaces and comments; raises `BadQuery` as `admit` does."""
    return [token for token in _tokens(text) if token.lastgroup != "skip"]


def refused(text: str, position: int, reason: str) -> BadQuery:
    """Return the error that tells where in a text what is wrong."""
    before = text[:position]
    return BadQuery(reason, line=before.count("\n") + 1, column=position - before.rfind("\n"))


# More than may be under way at a time: each is looked at more than once.
@lru_cache(maxsize=256)
def _scan(text: str) -> Admitted:
    words = _words(text)
    if words is None:
        words = [token[0].upper() for token in _tokens(text) if token.lastgroup == "word"]
    return _admitted(text, words)


def _words(text: str) -> list[str] | None:
    """Return the words of a text in which nothing has to be refused; None when that takes a closer look."""
    if len(text) > MAX_TOKENS or _is_deep(text) or _is_suspect(text):
        return None
    words: list[str] = _RUN.findall(text)
    return None if '"' in words or "'" in words else [word.upper() for word in words]


def _is_deep(text: str) -> bool:
    """Tell whether a text has brackets and signs enough to be nested too deep."""
    return sum(map(text.count, _DEEPENING)) > MAX_DEPTH


def _is_suspect(text: str) -> bool:
    return _HINT in text.casefold()


def _tokens(text: str) -> Iterator[Token]:
    nesting = _Nesting() if _is_deep(text) else None
    suspect = _is_suspect(text)
    for count, token in enumerate(_TOKEN.finditer(text)):
        if count >= MAX_TOKENS:
            raise refused(text, token.start(), f"the text has more than {MAX_TOKENS:,} parts")
        kind = token.lastgroup or ""
        if kind == "quote":
            raise refused(text, token.start(), "this string is not closed")
        if suspect and kind in {"word", "name"} and _SERVICE.search(token[0]):
            raise refused(text, token.start(), f"SERVICE is not available here ({token[0][:40]})")
        if nesting is not None and nesting.after(kind) > MAX_DEPTH:
            raise refused(text, token.start(), f"nested more than {MAX_DEPTH} deep")
        yield token


def _admitted(text: str, words: list[str]) -> Admitted:
    form = next((word for word in words if word in _FORMS or word in _UPDATES), None)
    if form in _UPDATES:
        start = re.search(rf"\b{form}\b", text, re.IGNORECASE)
        raise refused(
            text, start.start() if start else 0, f"{form} is an update, and updates do not run here"
        )
    # The parser reads `ORDER BYRAND()` as two words; one word too many costs no more than a cache miss.
    return Admitted(form, steady=not any(word.endswith(_VOLATILE) for word in words if len(word) > 2))


class _Nesting:
    """How deep the parser would be: open brackets, and the signs before each of them."""

    def __init__(self) -> None:
        self._opened: list[int] = []
        self._depth = 0
        self._signs = 0

    def after(self, kind: str) -> int:
        """Return the depth after one more token."""
        if kind == "sign":
            self._signs += 1
        elif kind == "open":
            self._opened.append(self._signs + 1)
            self._depth += self._signs + 1
            self._signs = 0
        elif kind != "skip":
            self._signs = 0
            if kind == "close" and self._opened:
                self._depth -= self._opened.pop()
        return self._depth + self._signs
