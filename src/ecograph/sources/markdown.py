"""What a person reads of a text in Markdown, in which portals have their descriptions written."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^ {0,3}(?:```|~~~).*$", re.MULTILINE)
_RULE = re.compile(r"^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE)
_UNDERLINE = re.compile(r"(?<=\S)\n(?:={3,}|-{3,})[ \t]*$", re.MULTILINE)
_OPENING = re.compile(r"^ {0,3}(?:#{1,6}[ \t]+|(?:>[ \t]?)+)", re.MULTILINE)
_BULLET = re.compile(r"^([ \t]*)[*+][ \t]+", re.MULTILINE)
# An image or a link; an address may have one pair of parentheses in it.
_LINK = re.compile(r'!?\[([^\[\]\n]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:[ \t]+"[^"\n]*")?\)')
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_EMPHASIS = (
    re.compile(r"(?<!\\)\*\*(?=[^\s*])([^*\n]+)(?<=[^\s\\])\*\*"),
    re.compile(r"(?<![\w/\\])__(?=[^\s_])([^_\n]+)(?<=[^\s\\])__(?![\w/])"),
    re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]+)(?<=[^\s\\])\*(?![\w*])"),
    re.compile(r"(?<![\w/\\])_(?=[^\s_])([^_\n]+)(?<=[^\s\\])_(?![\w/])"),
    re.compile(r"`([^`\n]+)`"),
)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")


def without_marks(text: str) -> str:
    """Return a text without the marks of Markdown: of links the words, of lists the hyphens are left.

    What only looks like a mark stays: `nom_de_colonne`, `2 * 3 * 4`, `#hashtag`.
    """
    for mark in (_FENCE, _UNDERLINE, _RULE, _OPENING):
        text = mark.sub("", text)
    text = _BULLET.sub(r"\1- ", text)
    # Of an image with a link, first the one, then the other.
    text = _ADDRESS.sub(r"\1", _LINK.sub(r"\1", _LINK.sub(r"\1", text)))
    for mark in _EMPHASIS:
        text = mark.sub(r"\1", text)
    return _ESCAPE.sub(r"\1", text)
