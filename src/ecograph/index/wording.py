"""A query as French texts are searched for it: weighted terms, and words for its sense."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ecograph.index.analysis import term, words
from ecograph.understanding.english import Lexicon, Rendered

# A French word weighs on the sense of an English one when it is nearly as probable as the best.
SURE, SENSES = 0.5, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What is looked up for a query; `said` is how each term is told to people."""

    text: str
    terms: Mapping[str, float]
    said: Mapping[str, str]
    words: tuple[str, ...]
    english: bool = False


def worded(text: str, lexicon: Lexicon | None = None) -> Wording:
    """Return what to look up for a query: its own words, or the French ones that English words stand for."""
    if lexicon is not None and lexicon.is_english(text):
        return _english(text, list(lexicon.rendered(text)))
    found = words(text)
    counts = Counter(map(term, found))
    return Wording(
        text=text,
        terms={name: 1 + math.log(count) for name, count in counts.items()},
        said={term(word): word for word in reversed(found)},
        words=tuple(found),
    )


def _english(text: str, rendered: list[Rendered]) -> Wording:
    """Each English word weighs one, divided among the French expressions that it may stand for."""
    terms: dict[str, float] = {}
    said: dict[str, str] = {}
    sense: list[str] = []
    for one in rendered:
        whole, best = sum(one.french.values()), max(one.french.values())
        for rank, (french, weight) in enumerate(one.french.items()):
            for word in (found := words(french)):
                name = term(word)
                terms[name] = terms.get(name, 0.0) + weight / whole
                said.setdefault(name, word if word == one.words else f"{word} ({one.words})")
            if rank < SENSES and weight > SURE * best:
                sense += found
    return Wording(text=text, terms=terms, said=said, words=tuple(sense), english=True)
