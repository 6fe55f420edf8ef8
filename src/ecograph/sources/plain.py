"""What others publish as HTML, as plain text: no tag, no script, no entity is left of it."""

from __future__ import annotations

import html
import re

from ecograph.sources.markup import PARAGRAPH, is_block, paragraphs, read_markup

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
    """Return what a reader sees of a text or a piece of HTML: each paragraph, item or cell on one line.

    A blank line stands between them. Feeds escape once too often: entities are read until none is left,
    three times at most.
    """
    known = text[:_LONGEST]
    if _MARKUP.search(known):  # a blank line of HTML is but a space
        known = _SPACES.sub(" ", known)
    for _ in range(3):
        before = known
        known = html.unescape(_without_markup(known)) if _MARKUP.search(known) else html.unescape(known)
        if known == before:
            break
    return PARAGRAPH.join(paragraphs(_SURROGATES.sub("", _UNSEEN.sub("", known))))


def line_of(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def excerpt(text: str, length: int) -> str:
    """Return the beginning of a text, at most `length` characters of it, ended at a word."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    whole = cut[: max(cut.rfind(" "), cut.rfind("\n"), 0)]
    return (whole if len(whole) > length // 2 else cut).rstrip(" \n,;:.–-") + "…"


def _without_markup(text: str) -> str:
    return read_markup(text, hidden=_SILENT, gap=_gap).text


def _gap(tag: str) -> str:
    """What an element leaves in the text: a word does not run into that of the next paragraph."""
    return PARAGRAPH if is_block(tag) else "" if tag in _INLINE else " "
