"""Texts and figures as each language sets them."""

from __future__ import annotations

import re

LANGUAGES = ("fr", "en")

# French sets its high punctuation off by a no-break space, narrow before ; ? ! % and €.
_NARROW = re.compile(r"(?<=\S) (?=[;?!%€])")
_WIDE = re.compile(r"(?<=\S) (?=[:»])|(?<=«) (?=\S)")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_ELLIPSIS = "…"


def typeset(text: str, language: str) -> str:
    """Return a text with the spaces and apostrophes of its language."""
    text = _APOSTROPHE.sub("’", text)
    if language != "fr":
        return text
    return _NARROW.sub("\u202f", _WIDE.sub("\u00a0", text))


def sentence(text: str) -> str:
    """Return a text with a capital at its start."""
    return text[:1].upper() + text[1:]


def shortened_text(text: str, longest: int) -> str:
    """Return the start of a text, cut between two words."""
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0].rstrip(" ,;:.") + _ELLIPSIS


def number(value: float, language: str, *, decimals: int = 0) -> str:
    """Return a number with the separators of a language."""
    said = f"{value:,.{decimals}f}"
    if language != "fr":
        return said
    return said.replace(",", "\u202f").replace(".", ",")


def day(written: str, language: str) -> str:
    """Return a day, as 2026-12-31, in the order of a language: 31/12/2026."""
    parts = written[:10].split("-")
    return "/".join(reversed(parts)) if language == "fr" and len(parts) == 3 else written[:10]


def signed(value: float, language: str) -> str:
    """Return a contribution with its sign, to a thousandth."""
    sign = "−" if value < 0 else "+"
    return sign + number(abs(value), language, decimals=3)


def percent(share: float, language: str) -> str:
    """Return a share of one as a percentage."""
    space = "\u202f" if language == "fr" else ""
    return f"{number(share * 100, language)}{space}%"
