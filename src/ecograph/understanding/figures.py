"""Figures and stages that a text states, found by plain rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADCOUNT = re.compile(
    r"\b(\d{1,3}(?:[ \u00a0\u202f.]\d{3})+|\d{1,6})\s+"
    r"(?:salari[ée]e?s?|employ[ée]e?s?|collaborat(?:eur|rice)s?|etp|employees?|staff)\b",
    re.IGNORECASE,
)
# A stage is named by common words: it counts only where the text says that it is one.
_STAGE = re.compile(
    r"\b(?:stade|phase|étape|stage)\s+(?:du|de\s+la|de\s+l['’]|des|de|d['’]|of)?\s*(?:une?\s+)?([\w-]+)"
    r"|\b(?:at\s+the\s+)([\w-]+)\s+stage\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A value, and the words of the text that state it."""

    value: str
    words: str


def headcount(text: str) -> Stated | None:
    """Return the number of employees that a text states, None when it states none or several."""
    found = list(_HEADCOUNT.finditer(text))
    values = {re.sub(r"\D", "", match[1]) for match in found}
    return Stated(values.pop(), found[0][0]) if len(values) == 1 else None


def stages(text: str) -> Iterator[Stated]:
    """Yield the words that a text gives as the stage of something."""
    for match in _STAGE.finditer(text):
        yield Stated(match[1] or match[2], match[0])
