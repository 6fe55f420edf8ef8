"""English questions put to French texts: which are English, and which French words they stand for.

What an English word stands for comes from the labels of concepts, from texts of the graph that exist
in both languages, from a dictionary where one is installed, and from words that both languages spell
nearly alike.
"""

from __future__ import annotations

import json
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache

import Stemmer

from ecograph.understanding.words import ENGLISH, FRENCH, content, fold, tokens

LONGEST_ENTRY = 4  # words
MOST = 5  # French expressions that one English word may stand for
ABSENT = 0.3  # what is left of an expression with a word that no text holds
SAME_STEM = 0.7  # what is left when only another form of the word is known
SAME_WORD = 0.5
COGNATE, COGNATE_LIKENESS, COGNATES = 0.7, 0.8, 3
COMMON = 0.015  # the share of texts from which a word that is not known to be English is French
ACCENT = -2
# English in French texts as well: "start-up", "made in France", "drive-in", "stand by".
_BORROWED = frozenset({"up", "in", "out", "by", "off", "over"})
_ACCENTS = re.compile(r"[à-öø-ÿœæ]")

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Rendered:
    """An English word or expression, and the French ones that it may stand for, the best first."""

    words: str
    french: Weights


@dataclass(frozen=True, eq=False)
class Entries:
    """English expressions, in lower case and without small words, with their French ones."""

    weights: Mapping[str, Weights]

    def of(self, said: str) -> Weights:
        """What an expression stands for, or else what its other forms do."""
        if said in self.weights:
            return self.weights[said]
        others = self._by_stem.get(_stems(said), ())
        found = total(self.weights[other] for other in others)
        return {french: weight * SAME_STEM / len(others) for french, weight in found.items()}

    @cached_property
    def _by_stem(self) -> Mapping[str, list[str]]:
        grouped: dict[str, list[str]] = defaultdict(list)
        for said in self.weights:
            grouped[_stems(said)].append(said)
        return grouped


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a lexicon is made of.

    `names` and `dictionary` go by expression, `learnt` by the stem of a word. `english` and `french` are
    words known to be of one language, which does not say that they are not of the other. `texts` says in
    how many of the `size` French texts a word is, when it is in two or more.
    """

    identity: str
    names: Mapping[str, Weights]
    learnt: Mapping[str, Weights]
    dictionary: Mapping[str, Weights]
    english: frozenset[str]
    french: frozenset[str]
    texts: Mapping[str, int]
    size: int


class Lexicon:
    """What English words stand for in the French texts of one index."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._names, self._dictionary = Entries(sources.names), Entries(sources.dictionary)
        self._of_word = lru_cache(maxsize=10_000)(self._word)

    def is_english(self, text: str) -> bool:
        """Tell whether a question is English: by its small words, its accents, and the others."""
        leaning = ACCENT if _ACCENTS.search(text.lower()) else 0
        return leaning + sum(map(self._leaning, tokens(text))) > 0

    def rendered(self, text: str) -> Iterator[Rendered]:
        """Yield what each word of an English question stands for; expressions go before their words."""
        words, at = content(text), 0
        while at < len(words):
            for length in range(min(LONGEST_ENTRY, len(words) - at), 0, -1):
                said = " ".join(words[at : at + length])
                found = self._of_word(said) if length == 1 else self._expression(said)
                if found:
                    yield Rendered(said, found)
                    break
            at += length

    def _expression(self, said: str) -> Weights:
        return self._best(total([self._names.of(said), self._dictionary.of(said)]))

    def _word(self, word: str) -> Weights:
        # A word that is not known stands for itself: it may be a name, or a word of both languages.
        same = {word: SAME_WORD}
        learnt = self.sources.learnt.get(stem(word), {})
        written = (self._names.of(word), self._dictionary.of(word))
        return self._best(total([*written, learnt, self._cognates(word), same]))

    def _best(self, weights: Weights) -> Weights:
        present = {f: w if self._is_present(f) else w * ABSENT for f, w in weights.items()}
        return dict(sorted(present.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST])

    def _is_present(self, french: str) -> bool:
        return all(word in self.sources.texts for word in content(french))

    def _leaning(self, word: str) -> int:
        """1 for an English word, -1 for a French one, 0 for a stranger or a word of both."""
        if word in ENGLISH or word in FRENCH:
            return 0 if word in _BORROWED else 1 if word in ENGLISH else -1
        if len(word) < 3:
            return 0
        english, french = word in self.sources.english, word in self.sources.french
        common = self.sources.texts.get(word, 0) >= COMMON * self.sources.size
        return english - (french or (common and not english))

    def _cognates(self, word: str) -> Weights:
        if len(word) < 4:
            return {}
        ours = _bigrams(_bare(word))
        shapes = self._shapes.get(fold(word)[:2], ())
        scored = ((_likeness(ours, theirs), french) for french, theirs in shapes)
        alike = sorted(((s, f) for s, f in scored if s >= COGNATE_LIKENESS), key=lambda p: (-p[0], p[1]))
        return {french: COGNATE * share for share, french in alike[:COGNATES]}

    @cached_property
    def _shapes(self) -> Mapping[str, list[tuple[str, frozenset[str]]]]:
        shapes: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for word in self.sources.texts:
            if len(word) > 3:
                shapes[fold(word)[:2]].append((word, _bigrams(_bare(word))))
        return shapes


def to_json(sources: Sources) -> str:
    """Write what a lexicon is made of."""
    kept = asdict(sources) | {"english": sorted(sources.english), "french": sorted(sources.french)}
    return json.dumps(kept, ensure_ascii=False)


def from_json(text: str) -> Sources:
    """Read what `to_json` wrote; raises `ValueError`, `KeyError`, `TypeError`."""
    read = json.loads(text)
    sets = {name: frozenset(read[name]) for name in ("english", "french")}
    return Sources(**{**read, **sets})


def total(several: Iterable[Weights]) -> dict[str, float]:
    """Add weights up, word by word."""
    added: dict[str, float] = defaultdict(float)
    for weights in several:
        for french, weight in weights.items():
            added[french] += weight
    return added


class _Snowball(threading.local):
    """An English stemmer for each thread: one object may not serve two at a time."""

    def __init__(self) -> None:
        self._stemmer = Stemmer.Stemmer("english", 0)

    def stem(self, word: str) -> str:
        return str(self._stemmer.stemWord(word))


_snowball = _Snowball()


def stem(word: str) -> str:
    """The stem of an English word in lower case."""
    return _snowball.stem(word)


def _stems(said: str) -> str:
    return " ".join(map(stem, said.split(" ")))


# Endings by which cognates differ, the longest first: "electric", "électrique"; "activity", "activité".
_ENDINGS = tuple(
    (re.compile(pattern + "$"), ending)
    for pattern, ending in (
        ("(?:ically|iquement)", "ic"),
        ("(?:iques?|ical|ics?)", "ic"),
        ("(?:ités?|ity|ities)", "it"),
        ("(?:euses?|eurs?|eux|ors?|ers?|ous)", "er"),
        ("(?:elles?|els?|als?|aux|ales?)", "al"),
        ("(?:aires?|ary|aries|ars?)", "ar"),
        ("ments?", "ment"),
        ("(?:ations?|ing|ages?|er|ées?|ed)", ""),
        ("(?:ies?|y|es?|s)", ""),
    )
)


def _bare(word: str) -> str:
    """A word without its accents, its ending brought to one that both languages share."""
    for pattern, ending in _ENDINGS:
        shortened = pattern.sub(ending, word)
        if shortened != word and len(shortened) > 2:
            return fold(shortened)
    return fold(word)


def _bigrams(word: str) -> frozenset[str]:
    padded = f" {word} "
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))


def _likeness(ours: frozenset[str], theirs: frozenset[str]) -> float:
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))
