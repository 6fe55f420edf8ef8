"""What a person reads of a piece of HTML, however broken it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser

_CDATA = "CDATA["
PARAGRAPH = "\n\n"
# Elements that stand for themselves, and line ends that somebody set: what is said ends there.
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "tr", "td", "th", "table", "caption", "section", "article", "main"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd", "figure", "figcaption", "hr", "blockquote"}
    | {"pre", "address", "header", "footer", "aside", "nav", "form"}
)
_BLANK = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Markup:
    """The text of a piece of HTML, with gaps where its elements part words, and its title."""

    text: str
    title: str


def read_markup(markup: str, *, hidden: frozenset[str], gap: Callable[[str], str]) -> Markup:
    """Read a piece of HTML without the `hidden` elements; `gap` says what a tag leaves in the text."""
    reader = _Reader(hidden, gap)
    reader.feed(markup)
    reader.close()
    return Markup("".join(reader.text), "".join(reader.title))


def is_block(tag: str) -> bool:
    """Whether what stands before an element and what stands in it are said apart."""
    return tag in _BLOCKS


def paragraphs(text: str) -> list[str]:
    """Return what stands between the blank lines of a text, each piece on one line."""
    return [said for piece in _BLANK.split(text) if (said := " ".join(piece.split()))]


class _Reader(HTMLParser):
    def __init__(self, hidden: frozenset[str], gap: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.title: list[str] = []
        self._hides, self._gap = hidden, gap
        self._within: list[str] = []  # the hidden elements that are open
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's interface
        if tag in self._hides:
            self._within.append(tag)
        self._in_title = tag == "title" and not self._within
        self.text.append(self._gap(tag))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:  # what was left open within ends with it
            del self._within[self._within.index(tag) :]
        self._in_title = self._in_title and tag != "title"
        self.text.append(self._gap(tag))

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._within:
            self.text.append(data)

    def unknown_decl(self, data: str) -> None:
        """Read the text of a CDATA section, which feeds that escape once too often leave behind."""
        if data.startswith(_CDATA):
            self.handle_data(data.removeprefix(_CDATA))

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: FBT001, FBT002 - as its stub
        """Take an unknown section (`<![if !mso]>`) for a comment, as browsers do; the parser raises at it."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i, report)
