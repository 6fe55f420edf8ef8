"""Which texts may say something else once names come or go, told without reading them.

A text is kept as the keys of its words. It may name what changed if the letters of a name stand in it, from
the beginning of a word to the end of one, if its first and its last word do, which other names may share, or
if a word of it is a slip for a word that makes up the name.
Besides, a word that names begin or cease to hold is a slip no more, or becomes one: texts count that hold
a slip for it, or the word itself where it looks like another or is a part of a name that stays. All others
say what they said: a test compares that with reading them again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ecograph.understanding.contexts import reading_of
from ecograph.understanding.coordination import ends_of
from ecograph.understanding.forms import joined, tokens_of
from ecograph.understanding.plain import plain_of
from ecograph.understanding.spelling import LONGEST, SHORTEST, Speller
from ecograph.understanding.unknown import key_of


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whatever bears names: these, and all else that counts when a text names it, as one text."""

    names: tuple[str, ...]
    other: str = ""


@dataclass(frozen=True)
class Renamed:
    """The names that came and went, between two states in which texts were read."""

    keys: frozenset[str]
    """The letters of the names."""
    ends: frozenset[tuple[str, str]]
    """Their first and last words, of those with more than one."""
    words: frozenset[str]
    """Words that count wherever they stand."""
    stay: frozenset[str]
    """The words that names hold in both, which are no slips."""
    near: Speller
    """Finds the slips for what the names may be put together from."""
    bodies: frozenset[str]
    """By what the names are compared with those that a model spots."""
    bearers: frozenset[str]
    """Whose names, or other things that count, are not what they were."""

    def touches(self, words: str, bodies: Collection[str] = ()) -> bool:
        """Whether a text with such words, that a model finds such bodies in, may say something else now."""
        return (
            not self.bodies.isdisjoint(bodies)
            or any(self._counts(word) for word in words.split())
            or self._holds_a_name(words)
            or self._holds_ends(set(words.split()))
        )

    def _holds_ends(self, words: Collection[str]) -> bool:
        return any(first in words and last in words for first, last in self.ends)

    def _holds_a_name(self, words: str) -> bool:
        letters = words.replace(" ", "")
        return any(key in letters and self._pattern(key).search(words) for key in self.keys)

    def _counts(self, word: str) -> bool:
        known = self._known.get(word)
        if known is None:
            may_slip = len(word) >= SHORTEST and word not in self.stay
            is_slip = may_slip and any(meant != word for meant in self.near.near(word))
            self._known[word] = known = word in self.words or is_slip
        return known

    def _pattern(self, key: str) -> re.Pattern[str]:
        """What finds a name however it is cut into words."""
        if key not in self._patterns:
            self._patterns[key] = re.compile(rf"(?<!\S){' ?'.join(map(re.escape, key))}(?!\S)")
        return self._patterns[key]

    @cached_property
    def _known(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {}


def words_of(text: str) -> str:
    """Return the words of a text as they are compared with names."""
    return " ".join(token.key for token in reading_of(text).tokens if not token.little)


def renamed(before: Mapping[str, Bearer], after: Mapping[str, Bearer]) -> Renamed:
    """Return what came and went between two states."""
    changed = {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
    own = _Words.of(
        name for state in (before, after) for one in changed if one in state for name in state[one].names
    )
    stay = _Words.of(name for one in before.keys() - changed for name in before[one].names)
    known = own.all | stay.all
    turned = own.all - stay.all
    inside = "\n".join(stay.keys)
    words = {word for word in turned if word in inside} | _looking_like_others(turned, known)
    # A word that some name writes small is a common one, which matters where it is a name as well.
    words |= (own.small - stay.small) & stay.keys
    targets = {part for key in own.keys for part in _parts(key, known)}
    targets |= {word for word in turned if len(word) >= SHORTEST}
    return Renamed(
        keys=own.keys,
        ends=own.ends,
        words=frozenset(words),
        stay=stay.all,
        near=Speller(targets),
        bodies=frozenset(map(key_of, own.names)),
        bearers=frozenset(changed),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """Some names, their letters, their words, and those that some name writes without a capital."""

    names: frozenset[str]
    keys: frozenset[str]
    ends: frozenset[tuple[str, str]]
    all: frozenset[str]
    small: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> _Words:
        read = {name: tokens_of(plain_of(name).text) for name in names}
        tokens = [token for said in read.values() for token in said]
        return cls(
            frozenset(read),
            frozenset(key for said in read.values() if (key := joined(said))),
            frozenset(ends_of(said) for said in read.values() if sum(not t.little for t in said) > 1),
            frozenset(token.key for token in tokens),
            frozenset(token.key for token in tokens if token.text.islower()),
        )


def _looking_like_others(words: Iterable[str], known: Iterable[str]) -> set[str]:
    """Return the words that are one edit away from another one: from all of these, at one go."""
    speller = Speller(words)
    return {
        word
        for other in known
        if other
        for word in speller.near(other)
        if word != other and (word[0], word[-1]) == (other[0], other[-1])
    }


def _parts(key: str, words: Collection[str]) -> Iterable[str]:
    """Yield the words that a name may be put together from, however a text cuts it; none is very long."""
    for start in range(len(key) - SHORTEST + 1):
        for end in range(start + SHORTEST, min(start + LONGEST, len(key)) + 1):
            if key[start:end] in words:
                yield key[start:end]
