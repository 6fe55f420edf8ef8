"""French-like documents for the search benchmark: any number of them, always the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ecograph.index import Document

BASE = "https://example.org/"
THEMES, THEME_WORDS = 200, 150
GENERAL = 30_000  # words of the language at large, of which a few make up most of a text
TITLE, TEXT = 6, 60  # words
DEPARTMENTS, REGIONS = 96, 13
TYPES = ("SupportOffer", "Company", "Project", "ResearchOrganization", "WatchItem", "Competence")


def _cut(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ONSETS = _cut("b bl br c ch cl cr d dr f fl fr g gl gr j l m n p pl pr r s st t tr v")
_VOWELS = _cut("a e i o u é è ou on an in oi ai eau eu")
_ENDS = _cut("tion ment eur age ique able ier aire ance isme té ure")


@dataclass(frozen=True)
class Corpus:
    """Documents drawn one by one, each from its own number: document 5 is the same in every size."""

    size: int
    seed: int = 0

    def documents(self, start: int = 0) -> Iterator[Document]:
        """The documents in order of IRI."""
        for number in range(start, self.size):
            yield self.document(number)

    def document(self, number: int, *, edition: int = 0) -> Document:
        """One document; another edition has another text under the same IRI."""
        random = np.random.default_rng((self.seed, number, edition))
        theme = int(random.integers(THEMES))
        title = self._words(random, theme, TITLE)
        text = self._words(random, theme, TEXT)
        place = int(random.integers(DEPARTMENTS))
        located = (f"DEP-{place}", f"REG-{place % REGIONS}", "FR")
        kind = str(random.choice(TYPES))
        return Document(
            iri=f"{BASE}id/{number:09}",
            title=" ".join(title).capitalize(),
            text=" ".join(text),
            passages=(" ".join(text),),
            links=(f"{BASE}concept/{theme}",),
            types=(kind, "Resource") if kind == "SupportOffer" else (kind,),
            kind=f"{BASE}kind/{int(random.integers(12))}",
            poles=(f"{BASE}pole/{theme % 6}",),
            axes=(f"{BASE}axis/{int(random.integers(10))}",) if random.random() < 0.5 else (),
            stages=tuple(f"{BASE}stage/{n}" for n in range(int(random.integers(3)))),
            located=located,
            # One in five can be used in the whole country.
            territories=(*located, *_everywhere(place)) if random.random() < 0.2 else located,
            competences=(f"{BASE}concept/{theme}",),
        )

    def queries(self, count: int) -> list[str]:
        """What people would ask: three to six words of one theme, now and then one out of it."""
        random = np.random.default_rng((self.seed, 10**9))
        asked = []
        for _ in range(count):
            theme, length = int(random.integers(THEMES)), int(random.integers(3, 7))
            asked.append(" ".join(self._words(random, theme, length, share=0.8)))
        return asked

    def language(self) -> list[str]:
        """All words: those of the language at large, then those of each theme in turn."""
        return [str(word) for word in self._language]

    @cached_property
    def _language(self) -> NDArray[np.str_]:
        random = np.random.default_rng(self.seed)
        made: dict[str, None] = {}
        while len(made) < GENERAL + THEMES * THEME_WORDS:
            made[_word(random)] = None
        return np.array(list(made))

    @cached_property
    def _general_chances(self) -> NDArray[np.float64]:
        return _zipf(GENERAL)

    @cached_property
    def _theme_chances(self) -> NDArray[np.float64]:
        return _zipf(THEME_WORDS)

    def _words(self, random: np.random.Generator, theme: int, count: int, share: float = 0.5) -> list[str]:
        """Words of the theme and of the language at large, each chosen as its rank makes likely."""
        of_theme = random.random(count) < share
        general = np.searchsorted(self._general_chances, random.random(count))
        own = np.searchsorted(self._theme_chances, random.random(count)) + GENERAL + theme * THEME_WORDS
        return [str(word) for word in self._language[np.where(of_theme, own, general)]]


def _zipf(size: int) -> NDArray[np.float64]:
    weights = 1 / (np.arange(size) + 2.7)
    return np.asarray(np.minimum(np.cumsum(weights) / weights.sum(), 1 - 1e-12) if size else weights)


def _word(random: np.random.Generator) -> str:
    syllables = [
        str(random.choice(_ONSETS)) + str(random.choice(_VOWELS)) for _ in range(int(random.integers(1, 4)))
    ]
    return "".join(syllables) + (str(random.choice(_ENDS)) if random.random() < 0.6 else "")


def _everywhere(place: int) -> tuple[str, ...]:
    others = (n for n in range(DEPARTMENTS) if n != place)
    regions = (f"REG-{n}" for n in range(REGIONS) if n != place % REGIONS)
    return (*(f"DEP-{n}" for n in others), *regions)
