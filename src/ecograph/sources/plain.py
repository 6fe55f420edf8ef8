"""What others publish as HTML, as plain text: no tag, no script, no entity is left of it."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "head"})
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span"}
    | {"strong", "sub", "sup", "u"}
)
_MARKUP = re.compile(r"</?[a-zA-Z!][^<>]*>?|<!\[CDATA\[")
_SPACES = re.compile(r"\s+")
# What has no place in a line of text: controls, marks that turn its direction, what is invisible.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_LONGEST = 200_000


def plain_text(text: str) -> str:
    """Return what a reader sees of a text or a piece of HTML, on one line.

    Feeds escape once too often: entities are read until none is left, three times at most.
    """
    known = text[:_LONGEST]
    for _ in range(3):
        before = known
        known = html.unescape(_without_markup(known)) if _MARKUP.search(known) else html.unescape(known)
        if known == before:
            break
    return _SPACES.sub(" ", _SURROGATES.sub("", _UNSEEN.sub("", known))).strip()


def excerpt(text: str, length: int) -> str:
    """Return the beginning of a text, at most `length` characters of it, ended at a word."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    whole = cut.rpartition(" ")[0]
    return (whole if len(whole) > length // 2 else cut).rstrip(" ,;:.–-") + "…"


def _without_markup(text: str) -> str:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return "".join(reader.parts)


class _Reader(HTMLParser):
    """Collects what is between tags; a word does not run into that of the next paragraph."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as asked
        if tag in _SILENT and not self._silent:
            self._silent = tag
        self._part(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as asked
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)

    def _part(self, tag: str) -> None:
        if tag not in _INLINE:
            self.parts.append(" ")
