"""Figures and stages that a text states, found by plain rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from text_to_num import find_numbers

_DIGITS = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+|\d{1,6})(?![\w%€])")
_ROUND = {
    "dizaine": 10,
    "douzaine": 12,
    "quinzaine": 15,
    "vingtaine": 20,
    "trentaine": 30,
    "quarantaine": 40,
    "cinquantaine": 50,
    "soixantaine": 60,
    "centaine": 100,
    "dozen": 12,
}
_ROUNDED = re.compile(rf"\b(?:une\s+|an?\s+)?({'|'.join(_ROUND)})\b", re.IGNORECASE)
_WORD = re.compile(r"\w+|[^\w\s]")
_CARRIER = (
    r"entreprise|soci[ée]t[ée]|pme|tpe|eti|scop|scic|start-?up|structure|coop[ée]rative|association|agence|usine|"
    r"atelier|exploitation|ferme|h[ôo]tel|fabrique|maison|groupe|\w+erie|[ée]quipe|company|firm|business|"
    r"workshop|factory|farm|hotel|mill|sawmill|dairy|bakery|brewery|team"
)
# What is counted is people at work, wherever it stands …
_WORKERS = re.compile(
    r"[\s-]+(?:de\s+|d['’]\s*|of\s+)?"
    r"(?:salari[ée]e?s?|employ[ée]e?s?|collaborat(?:eur|rice)s?|etp|temps\s+plein|employees?|staff|workers?|ftes?)\b"
    r"|-(?:person|man)\b",
    re.IGNORECASE,
)
# … or people, or nothing at all, where the text says who they are.
_PEOPLE = re.compile(r"[\s-]+(?:de\s+|of\s+)?(?:personnes?|gens|people|persons?)\b", re.IGNORECASE)
_NOTHING = re.compile(r"(?=\s*(?:[,.;:!?)]|$)|\s+(?:[àa]|et|en|dans|and|in|at)\b)", re.IGNORECASE)
_ARE = r"(?:nous\s+sommes|on\s+est|we\s+are|we['’]re|effectifs?(?:\s+total)?(?:\s+(?:est\s+)?de|\s*:)?)"
_WE_ARE = re.compile(rf"\b{_ARE}\s+$", re.IGNORECASE)
_OURS = re.compile(
    rf"\b(?:{_ARE}|emploie|employons|employs?|(?:{_CARRIER})(?:\s+[\w'’-]+){{0,3}}?(?:\s*\(|,|\s+(?:de|d['’]|of)))"
    r"\s*$",
    re.IGNORECASE,
)
# A bound, or people who are not there yet, is no headcount.
_NOT_YET = re.compile(
    r"\b(?:moins\s+de|plus\s+de|au\s+moins|au\s+plus|jusqu['’][àa]|(?:less|fewer|more)\s+than|at\s+(?:least|most)|"
    r"up\s+to|under|over|recrut\w*|embauch\w*|engager|hir(?:e|es|ing)|recruit\w*|cr[ée](?:er|ation\s+de))"
    r"(?:\s+(?:\d+|\w+)\s+(?:ou|[àa]|or|to))?\s*$",
    re.IGNORECASE,
)
_BEFORE = 60  # characters that are looked at before a number
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
    """Return the number of people that a company says it has, None when it states none or several.

    It may be written in figures or in words ("huit", "une trentaine", "twenty-five").
    """
    found = list(_headcounts(text))
    return found[0] if len({one.value for one in found}) == 1 else None


def employees(text: str) -> float | None:
    """Return the headcount that a text states, as a number."""
    stated = headcount(text)
    return float(stated.value) if stated else None


def stages(text: str) -> Iterator[Stated]:
    """Yield the words that a text gives as the stage of something."""
    for match in _STAGE.finditer(text):
        yield Stated(match[1] or match[2], match[0])


def _headcounts(text: str) -> Iterator[Stated]:
    for start, end, value in _numbers(text):
        before = text[max(start - _BEFORE, 0) : start]
        if _NOT_YET.search(before):
            continue
        if counted := _WORKERS.match(text, end) or (_OURS.search(before) and _PEOPLE.match(text, end)):
            yield Stated(str(value), text[start : counted.end()])
        elif (said := _WE_ARE.search(before)) and _NOTHING.match(text, end):
            yield Stated(str(value), said[0] + text[start:end])


def _numbers(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the numbers of a text, each with its beginning and its end."""
    for match in _DIGITS.finditer(text):
        yield match.start(), match.end(), int(re.sub(r"\D", "", match[0]))
    for match in _ROUNDED.finditer(text):
        yield match.start(), match.end(), _ROUND[match[1].lower()]
    words = [_Word(match) for match in _WORD.finditer(text)]
    for language in ("fr", "en"):
        for number in find_numbers(words, language, 0):
            if not number.is_ordinal and number.value > 1:  # "un salarié" is anyone
                yield words[number.start].start, words[number.end - 1].end, int(number.value)


class _Word:
    """A word of a text, with its place: what `find_numbers` takes for a token."""

    def __init__(self, match: re.Match[str]) -> None:
        self._text, self.start, self.end = match[0], match.start(), match.end()

    def text(self) -> str:
        return self._text

    def nt_separated(self, _previous: object) -> bool:
        """Tell whether a silence parts two words: none does in a text."""
        return False

    def not_a_number_part(self) -> bool:
        """Tell whether something else says that the word is no number: nothing does."""
        return False
