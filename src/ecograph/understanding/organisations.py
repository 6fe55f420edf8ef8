"""Names of organisations as they are compared: without legal forms, case, accents, signs."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from ecograph.understanding.forms import LITTLE, is_acronym, tokens_of

# Words that say how an organisation is set up, and nothing of which one it is.
FORMS = frozenset(
    """sa sas sasu sarl eurl sci scop scic snc gie gip gaec earl ei eirl selarl scea scp epic spl
    association asso ets etablissement ste societe cie compagnie groupe groupement group holding
    ltd gmbh inc et and the of""".split()  # noqa: SIM905 - as a list, one a line
)
_SPELT = re.compile(r"\b(?:[^\W\d_]\.){2,}[^\W\d_]?\b\.?")
_ASIDE = re.compile(r"\(([^()]+)\)")
# Words as like as this are taken for one another; of shorter ones, only the same.
_SAME_WORD = 0.92
_SHORT_WORD = 4
# Names whose letters have less in common are not looked at word by word.
_PROMISING = 60.0
_SHORTEST_ACRONYM = 3
_SHORTEST_BEGINNING, _LONGEST_ACRONYM = 2, 8  # letters
_ACRONYM_SCORE = 0.86


@dataclass(frozen=True)
class Name:
    """One name: its telling words in order, and what follows from them."""

    text: str
    words: tuple[str, ...]

    @cached_property
    def joined(self) -> str:
        return "".join(self.words)

    @cached_property
    def spaced(self) -> str:
        return " ".join(self.words)

    @cached_property
    def shortened(self) -> frozenset[str]:
        """What it becomes when its words, or the first of them, are told by an acronym: CCI, CCI Lozère."""
        whole = {"".join(word[0] for word in self.words)} if len(self.words) >= _SHORTEST_ACRONYM else set()
        return frozenset(whole).union(
            f"{''.join(word[0] for word in self.words[:size])} {' '.join(self.words[size:])}"
            for size in range(_SHORTEST_BEGINNING, min(len(self.words), _LONGEST_ACRONYM + 1))
        )

    @cached_property
    def acronym(self) -> str:
        """The name, where it is an acronym or begins with one; empty for others."""
        first = next((token.text for token in tokens_of(self.text) if token.key == self.words[0]), "")
        least = _SHORTEST_BEGINNING if len(self.words) > 1 else _SHORTEST_ACRONYM
        return self.spaced if len(first) >= least and first.isupper() and is_acronym(first) else ""

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(word for word in self.words if word.isdigit())


def names_of(texts: Iterable[str]) -> list[Name]:
    """Return names ready to be compared, each once; what stands in brackets is a name of its own."""
    found: dict[str, Name] = {}
    for text in texts:
        for part in (_ASIDE.sub(" ", text), *_acronyms_aside(text)):
            name = _name(part)
            if name.words:
                found.setdefault(name.joined, name)
    return list(found.values())


def _acronyms_aside(text: str) -> Iterator[str]:
    return (aside for aside in _ASIDE.findall(text) if is_acronym(aside))


def _name(text: str) -> Name:
    whole = _SPELT.sub(lambda match: match[0].replace(".", ""), text)
    keys = [token.key for token in tokens_of(whole)]
    telling = [key for key in keys if key not in FORMS and key not in LITTLE]
    return Name(text.strip(), tuple(telling or keys))


class Weights:
    """How telling words are among some names: the rarer, the more (inverse document frequency)."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._counts = Counter(word for name in names for word in set(name.words))
        self._total = max(self._counts.total(), 1)

    def count(self, word: str) -> int:
        return self._counts[word]

    def of(self, word: str) -> float:
        return math.log(1 + self._total / (1 + self._counts[word]))

    def norm(self, words: Sequence[str]) -> float:
        return math.sqrt(sum(self.of(word) ** 2 for word in words))


def likeness(one: Name, other: Name, weights: Weights) -> float:
    """Return how alike two names are, from 0 to 1.

    It is Soft TF-IDF with Jaro-Winkler (Cohen, Ravikumar, Fienberg 2003), which allows for misspelt
    words, and 1 where only spaces and signs differ. Names with different numbers are not alike.
    """
    if one.joined == other.joined:
        return 1.0
    if one.numbers != other.numbers:
        return 0.0
    if one.acronym in other.shortened or other.acronym in one.shortened:
        return _ACRONYM_SCORE
    letters = fuzz.ratio(one.joined, other.joined)
    if max(letters, fuzz.token_set_ratio(one.spaced, other.spaced)) < _PROMISING:
        return 0.0
    soft = _soft(one, other, weights)
    # Words run together, or cut otherwise, are the same letters.
    return max(soft, letters / 100 if letters >= 93 and not _unlike(one, other) else 0.0)


def _soft(one: Name, other: Name, weights: Weights) -> float:
    pairs = _paired(one.words, other.words)
    common = sum(weights.of(a) * weights.of(b) * like for (a, b), like in pairs.items())
    return min(1.0, common / (weights.norm(one.words) * weights.norm(other.words)))


def _paired(one: Sequence[str], other: Sequence[str]) -> Mapping[tuple[str, str], float]:
    """Return the words that are taken for one another, each once, the most alike first."""
    alike = sorted(
        ((_like(a, b), i, j) for i, a in enumerate(one) for j, b in enumerate(other)),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    left, right = set(range(len(one))), set(range(len(other)))
    pairs = {}
    for like, i, j in alike:
        if like >= _SAME_WORD and i in left and j in right:
            left.discard(i)
            right.discard(j)
            pairs[one[i], other[j]] = like
    return pairs


def _like(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if min(len(one), len(other)) <= _SHORT_WORD or one[0] != other[0]:
        return 0.0
    return JaroWinkler.similarity(one, other)


def _unlike(one: Name, other: Name) -> bool:
    """Say whether both have a word of their own, as CCI Lot and CCI Lozère have."""
    pairs = _paired(one.words, other.words)
    theirs = {a for a, _ in pairs}, {b for _, b in pairs}
    return bool(set(one.words) - theirs[0]) and bool(set(other.words) - theirs[1]) and len(pairs) > 0
