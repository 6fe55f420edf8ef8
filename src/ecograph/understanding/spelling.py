"""Misspelt words: a word one edit away from a known one, found by deletions.

The index holds every known word with one letter taken out, so that a word is looked up in as many
steps as it has letters, whatever the number of known words (W. Garbe's symmetric deletion).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ecograph.understanding.forms import Token

_DOUBLED = re.compile(r"(.)\1")

SHORTEST = 6  # letters; below, one edit makes too many words
MOST_MORE = 8  # letters that doubled letters and an edit may add to a word
SHORTEST_ALONE = 10  # letters of a name of one word
_ENDING = 3  # letters; another ending is another word (thermalisme, thermaliste), not a slip


class Speller:
    """Brings the one misspelt word of a name back to a word that names hold."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._near: dict[str, list[str]] = {}
        for word in sorted(self._words):
            if len(word) >= SHORTEST:
                single = _single(word)
                for short in (single, *_deletions(single)):
                    self._near.setdefault(short, []).append(word)

    def mended(self, span: Sequence[Token]) -> str | None:
        """The letters of a name in which exactly one word is misspelt; None if there is no such name."""
        content = [token.key for token in span if not token.little]
        unknown = [number for number, key in enumerate(content) if key not in self._words]
        if len(unknown) != 1:
            return None
        number = unknown[0]
        least = SHORTEST_ALONE if len(content) == 1 else SHORTEST
        if len(content[number]) < least or (word := self._nearest(content[number])) is None:
            return None
        return "".join([*content[:number], word, *content[number + 1 :]])

    def may_mean(self, word: str) -> str | None:
        """The known word that an unknown one may be a slip for."""
        return None if word in self._words or len(word) < SHORTEST else self._nearest(word)

    def near(self, word: str) -> set[str]:
        """The known words one edit away."""
        single = _single(word)
        return {
            known
            for short in (single, *_deletions(single))
            for known in self._near.get(short, ())
            if len(word) <= len(known) + MOST_MORE and _is_slip(single, _single(known))
        }

    def _nearest(self, word: str) -> str | None:
        """The known word one edit away; None when there is none, or more than one."""
        near = self.near(word)
        return near.pop() if len(near) == 1 else None


def _single(word: str) -> str:
    """A word without its doubled letters, which are what French hands slip on most."""
    return _DOUBLED.sub(r"\1", word)


def _deletions(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _is_slip(word: str, known: str) -> bool:
    """Whether one edit (a letter more, less, other, or two swapped) within the word explains it."""
    if word == known:
        return True
    if word[0] != known[0] or word[-_ENDING:] != known[-_ENDING:]:
        return False
    if abs(len(word) - len(known)) == 1:
        return True
    differ = [at for at, (a, b) in enumerate(zip(word, known, strict=False)) if a != b]
    return len(differ) == 1 or (
        len(differ) == 2 and word[differ[0]] == known[differ[1]] and word[differ[1]] == known[differ[0]]
    )
