"""How far a query is the name of a document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ecograph.index.analysis import terms
from ecograph.index.documents import Document
from ecograph.understanding.words import fold

# A query is near to a document's name when it shares this much of its words with a title of two or more.
FLOOR, LEAST_WORDS = 0.6, 2
# A query that is the name goes before any neighbour; of titles that differ by case, accents or signs
# alone, the one that was typed goes first.
SAME, SAME_ACCENTS, SAME_LETTERS = 2.0, 0.25, 0.25


class Titles:
    """The titles of documents, as they are asked for."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents

    def named(self, query: str) -> NDArray[np.float64]:
        """How far a query is the title of each document; 0 for most, up to 1 in part, 2 and more in full."""
        named = self._shared(query)
        lowered, written = _lowered(query), " ".join(query.split())
        for number in self._same.get(fold(lowered), ()):
            titles = [t for t in _titles(self._documents[number]) if fold(_lowered(t)) == fold(lowered)]
            named[number] = (
                SAME
                + SAME_ACCENTS * (lowered in map(_lowered, titles))
                + SAME_LETTERS * (written in (" ".join(t.split()) for t in titles))
            )
        return named

    def _shared(self, query: str) -> NDArray[np.float64]:
        """The share of words that a query and a title have in common, where it is large."""
        asked = frozenset(terms(query))
        near = {number for term in asked for number in self._holding.get(term, ())}
        named = np.zeros(len(self._documents))
        for number in near:
            title = self._terms[number]
            share = len(asked & title) / len(asked | title)
            if share >= FLOOR and len(title) >= LEAST_WORDS:
                named[number] = share
        return named

    @cached_property
    def _same(self) -> Mapping[str, list[int]]:
        same: dict[str, list[int]] = defaultdict(list)
        for number, document in enumerate(self._documents):
            for title in {fold(_lowered(title)) for title in _titles(document)}:
                same[title].append(number)
        return same

    @cached_property
    def _terms(self) -> list[frozenset[str]]:
        return [frozenset(terms(document.title)) for document in self._documents]

    @cached_property
    def _holding(self) -> Mapping[str, list[int]]:
        holding: dict[str, list[int]] = defaultdict(list)
        for number, title in enumerate(self._terms):
            for term in title:
                holding[term].append(number)
        return holding


def _titles(document: Document) -> list[str]:
    return [title for title in (document.title, document.title_en) if title]


def _lowered(text: str) -> str:
    return " ".join(text.casefold().split())
