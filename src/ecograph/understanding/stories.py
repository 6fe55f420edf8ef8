"""Stories: articles that say much the same: papers that print one dispatch, retell or update it.

Two texts tell one story when half of the runs of four words of the shorter one stand in the other, or when
most of its words do, in whatever order, among them names or figures that few texts have. They tell two,
however alike, when one wording has other names in the same place ("les éleveurs de Sauve", "de Mende"), or
other figures and other words, or when each has a figure and a name that the other lacks.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import combinations, pairwise
from typing import TypeVar

from ecograph.understanding.forms import key
from ecograph.understanding.words import content, fold, tokens

METHOD = "stories/3"
WORDS = 4  # in a run
SHARE = 0.5  # of the runs of the shorter text
FEWEST = 5  # runs, below which a text is too short to tell
MOST_TEXTS = 200  # a run that stands in more is a paper's own formula
COVERED = 0.75  # of the words of the shorter text, in any order
FEWEST_WORDS = 8  # below which they may come together by chance
SHARED_FACTS, MOST_FACTS = 2, 50  # names and figures in common; one that stands in more texts tells nothing
PART, APART = 0.7, 0.2  # how much shorter a part of a digest is, and how little its parts have in common
_LONGEST = 200  # words of a text that are compared in their order
_FLANKS, _OWN_WORDS = 3, 2
_CAPITALISED = re.compile(r"(?<![.!?:…\n] )(?<!^)\b[A-ZÀ-ÖØ-Þ][^\W\d_]+")
# When something happens is no other event: it may have been put off.
_WHEN = frozenset(
    """
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
    lundi mardi mercredi jeudi vendredi samedi dimanche hier demain matin soir heure an jour
    """.split()  # noqa: SIM905 - as a list
)

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True)
class _Told:
    """What a text tells, by its words."""

    text: str

    @cached_property
    def sequence(self) -> list[str]:
        return [fold(word) for word in tokens(self.text)]

    @cached_property
    def runs(self) -> frozenset[tuple[str, ...]]:
        words = self.sequence
        runs = frozenset(tuple(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1))
        return runs if len(runs) >= FEWEST else frozenset()

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self.sequence)

    @cached_property
    def said(self) -> list[str]:
        """The words that carry meaning, in order."""
        return [key(fold(word)) for word in content(self.text)]

    @cached_property
    def meaning(self) -> frozenset[str]:
        return frozenset(self.said)

    @cached_property
    def figures(self) -> frozenset[str]:
        return frozenset(word for word in self.words if word.isdigit())

    @cached_property
    def names(self) -> frozenset[str]:
        """Words that have a capital of their own."""
        return frozenset(fold(word) for name in _CAPITALISED.findall(self.text) for word in tokens(name))

    @cached_property
    def facts(self) -> frozenset[str]:
        return self.figures | self.names


def stories(texts: Mapping[T, str]) -> dict[T, T]:
    """Return for each text that tells the story of one before it that one; the order is the mapping's."""
    told = {name: _Told(text) for name, text in texts.items()}
    first = {name: name for name in told}
    pairs = [(a, b) for a, b in dict.fromkeys(_alike(told)) if not _tell_two(told[a], told[b])]
    gathering = _gathering(told, pairs)
    for one, other in pairs:
        if one not in gathering and other not in gathering:
            _join(first, one, other)
    rank = {name: place for place, name in enumerate(texts)}
    leaders: dict[T, T] = {}
    for name in told:
        root = _root(first, name)
        leaders[root] = min(leaders.get(root, name), name, key=rank.__getitem__)
    found = {name: leaders[_root(first, name)] for name in told}
    return {name: leader for name, leader in found.items() if leader != name}


def _alike(told: Mapping[T, _Told]) -> Iterator[tuple[T, T]]:
    """Yield the pairs of texts of which one says much of what the other does."""
    runs = {name: one.runs for name, one in told.items()}
    for (one, other), shared in _shared(runs, MOST_TEXTS).items():
        if shared >= SHARE * min(len(runs[one]), len(runs[other])):
            yield one, other
    facts = {name: one.facts for name, one in told.items()}
    for (one, other), shared in _shared(facts, MOST_FACTS).items():
        if shared >= SHARED_FACTS and _covers(told[one], told[other]):
            yield one, other


def _gathering(told: Mapping[T, _Told], pairs: Iterable[tuple[T, T]]) -> set[T]:
    """The texts that hold others which have nothing to do with one another: reviews of the press, digests."""
    held: dict[T, list[T]] = defaultdict(list)
    for one, other in pairs:
        long, short = sorted((one, other), key=lambda name: len(told[name].meaning), reverse=True)
        if len(told[short].meaning) <= PART * len(told[long].meaning):
            held[long].append(short)
    return {
        long
        for long, (first, *others) in held.items()
        if any(_share(told[first], told[other]) < APART for other in others)
    }


def _share(one: _Told, other: _Told) -> float:
    """The share of the words of the shorter text that stand in the other."""
    return len(one.meaning & other.meaning) / max(1, min(len(one.meaning), len(other.meaning)))


def _covers(one: _Told, other: _Told) -> bool:
    """Whether a text says again what another does, in another order, and both name the same."""
    if min(len(one.meaning), len(other.meaning)) < FEWEST_WORDS:
        return False
    return _share(one, other) >= COVERED and not (one.names - other.words and other.names - one.words)


def _tell_two(one: _Told, other: _Told) -> bool:
    """Whether two texts in much the same words tell of two events."""
    figures = bool(one.figures - other.words and other.figures - one.words)
    names = bool(one.names - other.words and other.names - one.words)
    if figures and names:
        return True
    if not figures and not names:
        return False
    return any(_is_other(one, other, a, b, figures=figures) for a, b in _slots(one.said, other.said))


def _is_other(one: _Told, other: _Told, a: Sequence[str], b: Sequence[str], *, figures: bool) -> bool:
    """Whether what stands in one place of two texts are other names, or other words where figures differ."""
    own, others = (set(a) - other.meaning, set(b) - one.meaning)
    if own & set(map(key, one.names)) and others & set(map(key, other.names)):
        return True
    things = [{word for word in said if not word.isdigit() and word not in _WHEN} for said in (own, others)]
    return figures and all(len(said) >= _OWN_WORDS for said in things)


def _slots(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield what differs between words that two texts have in common, before and after."""
    one, other = one[:_LONGEST], other[:_LONGEST]
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    for before, after in pairwise(blocks):
        a, b = one[before.a + before.size : after.a], other[before.b + before.size : after.b]
        is_end = after.size == 0
        if a and b and before.size and before.size + (1 if is_end else after.size) >= _FLANKS:
            yield a, b


def _shared(sets: Mapping[T, Iterable[object]], most: int) -> Counter[tuple[T, T]]:
    """How much each two sets have in common, of what stands in no more sets than so many."""
    where: dict[object, list[T]] = defaultdict(list)
    for name, own in sets.items():
        for one in own:
            where[one].append(name)
    shared: Counter[tuple[T, T]] = Counter()
    for names in where.values():
        if 1 < len(names) <= most:
            shared.update(combinations(names, 2))
    return shared


def _join(first: dict[T, T], one: T, other: T) -> None:
    first[_root(first, other)] = _root(first, one)


def _root(first: dict[T, T], name: T) -> T:
    while first[name] != name:
        first[name] = first[first[name]]
        name = first[name]
    return name
