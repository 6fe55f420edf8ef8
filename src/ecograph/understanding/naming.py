"""Names found in a text: the longest run of words that is some name's, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ecograph.understanding.words import STOP, fold, tokens

LONGEST_NAME = 8  # words
_WORD = re.compile(r"[^\W_]+")
# Before a place written without its capital: "en lozère", but not "nous sommes" nor "pas cher".
_PLACE = re.compile(
    r"(?:\b(?:en|dans|département)|\bd(?:u|e la|es|e l|ans l[ea]s?) département)\W*(?:l[ea]s?\W*)?$"
)
# Before a name that is no place: what was signed or is held there.
_HELD = re.compile(
    r"\b(?:accords?|pacte|protocole|convention|traité|banque|salon|foire)\s+(?:d(?:e|u)|à)\s+$", re.IGNORECASE
)
# Before the river after which a département is called: "les gorges du Tarn" are in the Lozère.
_RIVER = re.compile(
    r"\b(?:gorges|vallées?|bords?|berges|rives?|rivière|fleuve|sources?|eaux|crues?|pont|confluence|"
    r"bassin(?:\s+versant)?)\s+d(?:u|e(?:\s+la|\s+l['’])?)\s+$",
    re.IGNORECASE,
)
_BESIDE = 40  # characters before a name that tell what it is
_CHAINED = re.compile(r"[^\W_]-(?:(?:l|d)['’])?$")
_CHAINS_ON = re.compile(r"-[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Named:
    """A name found, and the words of the text that say it."""

    target: str
    words: str


class Names:
    """Names to look for; accents and case do not count, and a plural is taken for its singular.

    Proper names are stricter: French has common words for many of them (Somme, Lot, Cher, Nord), so
    they need their capital or a preposition of place before them, and have no plural.
    """

    def __init__(self, names: Mapping[str, Iterable[str]], *, proper: Iterable[str] = ()) -> None:
        self._proper = frozenset(proper)
        self._targets: dict[tuple[str, ...], str] = {}
        for target in sorted(names):
            for name in names[target]:
                if key := tuple(map(_singular, tokens(name))):
                    self._targets.setdefault(key, target)

    def find(self, text: str) -> Iterator[Named]:
        """Yield the names in a text from left to right, the longest at each place."""
        spans = [(match.start(), match.end()) for match in _WORD.finditer(text)]
        keys = [_singular("".join(tokens(text[start:end]))) for start, end in spans]
        at = 0
        while at < len(keys):
            length, target = self._longest(keys[at : at + LONGEST_NAME])
            if target is not None:
                start, end = spans[at][0], spans[at + length - 1][1]
                if self._is_meant(target, text, start, end):
                    yield Named(target, text[start:end])
            at += length

    def _is_meant(self, target: str, text: str, start: int, end: int) -> bool:
        if target in self._proper:
            return _is_proper(text, start, end)
        words = text[start:end]
        # "IT" names something, "it" does not.
        return words.isupper() or fold(words.casefold()) not in STOP

    def _longest(self, keys: list[str]) -> tuple[int, str | None]:
        for length in range(len(keys), 0, -1):
            target = self._targets.get(tuple(keys[:length]))
            if target is not None:
                return length, target
        return 1, None


def _is_proper(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _BESIDE) : start]
    if is_inside_a_name(text, start, end) or names_no_place(before) or _RIVER.search(before):
        return False
    if text[start].isupper():
        # The first word of a sentence has a capital in any case.
        opening = not text[:start].strip() or text[:start].rstrip()[-1] in ".!?"
        return not opening or " " in text[start:end] or "-" in text[start:end]
    return _PLACE.search(before.lower()) is not None


def names_no_place(before: str) -> bool:
    """Tell whether what stands before a place makes it something else: "l'accord de Paris"."""
    return _HELD.search(before) is not None


def is_inside_a_name(text: str, start: int, end: int) -> bool:
    """Whether a name is a piece of a longer one: "Marne" in "Neuilly-sur-Marne"."""
    return bool(_CHAINED.search(text[max(0, start - 6) : start]) or _CHAINS_ON.match(text[end : end + 2]))


def _singular(word: str) -> str:
    folded = fold(word)
    return folded[:-1] if len(folded) > 3 and folded[-1] in "sx" else folded
