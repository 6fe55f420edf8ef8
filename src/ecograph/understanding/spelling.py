"""Misspelt words: a word one edit away from a known one, found by deletions.

The index holds every known word with one letter taken out, so that a word is looked up in as many
steps as it has letters, whatever the number of known words (W. Garbe's symmetric deletion).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap

from ecograph.understanding.forms import Token

_DOUBLED = re.compile(r"(.)\1")

SHORTEST = 6  # letters; below, one edit makes too many words
# Letters; a word has as many deletions as letters, so that one without blanks would fill the memory.
LONGEST = 60
MOST_MORE = 8  # letters that doubled letters and an edit may add to a word
SHORTEST_ALONE = 10  # letters of a name of one word
_ENDING = 3  # letters in which another letter makes another word (thermalisme, thermaliste), not a slip
_REMEMBERED = 20_000  # words
LONG = 4  # words of a name from which two of them may be misspelt
# Endings that make other words of one stem: photographe and photographie, habitant and habitat, fromagère
# and fromagerie, transporteur and transporter, chantier and chanter.
_ENDINGS = ("e", "ie", "er", "ier", "ere", "iere", "erie", "eur", "at", "ant", "et", "ent", "al", "ail")
# Letters that hands take for one another: neighbours on a French keyboard, and those that sound alike.
_ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn")
_SOUND_ALIKE = ("iy", "ck", "kq", "cq", "sz", "sc", "ae", "ei", "gj", "mn", "ao")


class Speller:
    """Brings the one misspelt word of a name back to a word that names hold."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._slips: dict[str, str | None] = {}  # texts say the same words again and again
        self._near: dict[str, list[str]] = {}
        for word in sorted(self._words):
            if SHORTEST <= len(word) <= LONGEST:
                single = _single(word)
                for short in (single, *_deletions(single)):
                    self._near.setdefault(short, []).append(word)

    def mended(self, span: Sequence[Token]) -> str | None:
        """The letters of a name in which a word is misspelt, or two of a long one; None if there is none."""
        content = [token.key for token in span if not token.little]
        unknown = [key for key in content if key not in self._words]
        if not 0 < len(unknown) <= (2 if len(content) >= LONG else 1):
            return None
        if any(len(key) < SHORTEST for key in unknown):
            return None
        meant = {key: word for key in unknown if (word := self._nearest(key)) is not None}
        if len(meant) < len(set(unknown)) or (
            len(content) == 1 and not all(starmap(_is_sure, meant.items()))
        ):
            return None
        return "".join(meant.get(key, key) for key in content)

    def may_mean(self, word: str) -> str | None:
        """The known word that an unknown one may be a slip for."""
        return None if word in self._words or len(word) < SHORTEST else self._nearest(word)

    def near(self, word: str) -> set[str]:
        """The known words one edit away."""
        if len(word) > LONGEST + MOST_MORE:
            return set()
        single = _single(word)
        return {
            known
            for short in (single, *_deletions(single))
            for known in self._near.get(short, ())
            if len(word) <= len(known) + MOST_MORE and _is_slip(single, _single(known))
        }

    def _nearest(self, word: str) -> str | None:
        """The known word one edit away; None when there is none, or more than one."""
        if word not in self._slips:
            if len(self._slips) >= _REMEMBERED:
                self._slips.clear()
            near = self.near(word)
            self._slips[word] = near.pop() if len(near) == 1 else None
        return self._slips[word]


def _single(word: str) -> str:
    """A word without its doubled letters, which are what French hands slip on most."""
    return _DOUBLED.sub(r"\1", word)


def _deletions(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _is_slip(word: str, known: str) -> bool:
    """Whether one edit (a letter more, less, other, or two swapped) explains it, and no other ending does."""
    if word == known:
        return True
    if word[0] != known[0] or word[-1] != known[-1] or _has_other_ending(word, known):
        return False
    if len(word) != len(known):
        return True
    differ = _differing(word, known)
    if len(differ) == 1:
        return differ[0] < len(word) - _ENDING
    return len(differ) == 2 and word[differ[0]] == known[differ[1]] and word[differ[1]] == known[differ[0]]


def _differing(word: str, known: str) -> list[int]:
    return [at for at, (a, b) in enumerate(zip(word, known, strict=False)) if a != b]


def _has_other_ending(word: str, known: str) -> bool:
    """Whether two words are one stem with two endings."""
    stems = {known[: -len(ending)] for ending in _ENDINGS if known.endswith(ending)}
    return any(word.endswith(ending) and word[: -len(ending)] in stems for ending in _ENDINGS)


def _is_sure(word: str, known: str) -> bool:
    """Whether one long word is a slip for another, and not a word of its own (apiculture, aviculture)."""
    if len(known) < SHORTEST_ALONE:
        return False
    word, known = _single(word), _single(known)
    differ = _differing(word, known) if len(word) == len(known) else []
    return len(differ) != 1 or _are_near(word[differ[0]], known[differ[0]])


def _are_near(a: str, b: str) -> bool:
    pairs = (*(row[at : at + 2] for row in _ROWS for at in range(len(row) - 1)), *_SOUND_ALIKE)
    return any({a, b} == set(pair) for pair in pairs)
