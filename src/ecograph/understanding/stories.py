"""Stories: articles that say much the same, as the papers that print one dispatch.

Two texts tell one story when half of the runs of four words of the shorter one stand in the other, unless
each has a figure and a name that the other lacks: then one wording tells two events.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from functools import cache
from itertools import combinations
from typing import TypeVar

from ecograph.understanding.words import fold, tokens

METHOD = "stories/2"
WORDS = 4  # in a run
SHARE = 0.5  # of the runs of the shorter text
FEWEST = 5  # runs, below which a text is too short to tell
MOST_TEXTS = 200  # a run that stands in more is a paper's own formula
_CAPITALISED = re.compile(r"(?<![.!?:…\n] )(?<!^)\b[A-ZÀ-ÖØ-Þ][^\W\d_]+")

T = TypeVar("T", bound=Hashable)
_Told = tuple[frozenset[str], frozenset[str], frozenset[str]]


def stories(texts: Mapping[T, str]) -> dict[T, T]:
    """Return for each text that tells the story of one before it that one; the order is the mapping's."""
    runs = {name: _runs(text) for name, text in texts.items()}
    first = {name: name for name in runs}
    told = cache(lambda name: _told(texts[name]))
    for (one, other), shared in _shared(runs).items():
        is_alike = shared >= SHARE * min(len(runs[one]), len(runs[other]))
        if is_alike and not _tell_two(told(one), told(other)):
            _join(first, one, other)
    rank = {name: place for place, name in enumerate(texts)}
    leaders: dict[T, T] = {}
    for name in runs:
        root = _root(first, name)
        leaders[root] = min(leaders.get(root, name), name, key=rank.__getitem__)
    found = {name: leaders[_root(first, name)] for name in runs}
    return {name: leader for name, leader in found.items() if leader != name}


def _tell_two(one: _Told, other: _Told) -> bool:
    """Whether two texts in much the same words tell of two events: each has its own figures and names."""
    (words, figures, names), (others, other_figures, other_names) = one, other
    own = (figures - others, names - others, other_figures - words, other_names - words)
    return all(own)


def _told(text: str) -> _Told:
    """The words of a text, those of them that are figures, and those that have a capital."""
    words = frozenset(map(fold, tokens(text)))
    figures = frozenset(word for word in words if word.isdigit())
    names = frozenset(fold(word) for name in _CAPITALISED.findall(text) for word in tokens(name))
    return words, figures, names


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = [fold(word) for word in tokens(text)]
    runs = frozenset(tuple(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1))
    return runs if len(runs) >= FEWEST else frozenset()


def _shared(runs: Mapping[T, frozenset[tuple[str, ...]]]) -> Counter[tuple[T, T]]:
    """How many runs each two texts share, where they share any."""
    where: dict[tuple[str, ...], list[T]] = defaultdict(list)
    for name, own in runs.items():
        for run in own:
            where[run].append(name)
    shared: Counter[tuple[T, T]] = Counter()
    for names in where.values():
        if 1 < len(names) <= MOST_TEXTS:
            shared.update(combinations(names, 2))
    return shared


def _join(first: dict[T, T], one: T, other: T) -> None:
    first[_root(first, other)] = _root(first, one)


def _root(first: dict[T, T], name: T) -> T:
    while first[name] != name:
        first[name] = first[first[name]]
        name = first[name]
    return name
