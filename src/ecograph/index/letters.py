"""Runs of letters that texts have in common: what forgives a spelling, a plural, a compound.

TF-IDF over runs of three to five characters inside words, as scikit-learn's `char_wb`; the title
counts three times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array, csr_array

from ecograph.index.documents import Document
from ecograph.index.wording import Wording
from ecograph.understanding.words import fold, tokens

SHORTEST, LONGEST = 3, 5
TITLE_WEIGHT = 3
RAREST = 2  # documents that must hold a run: one that a single document holds links nothing


class Letters:
    """Documents by runs of letters, each row of length one."""

    def __init__(self, runs: Mapping[str, int], idf: NDArray[np.float64], rows: csr_array) -> None:
        self.runs, self.idf, self.rows = runs, idf, rows
        self._columns = csc_array(rows)

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Letters:
        """Read the documents."""
        counts = [_words(document) for document in documents]
        every = sorted({run for words in counts for word in words for run in runs_of(word)})
        numbers = {run: number for number, run in enumerate(every)}
        matrix = _frequencies(counts, numbers, len(documents))
        held = np.diff(csc_array(matrix).indptr)
        kept = np.flatnonzero(held >= RAREST)
        idf = np.log((1 + len(documents)) / (1 + held[kept])) + 1
        rows = _unit(csr_array(csc_array(matrix)[:, kept]), idf)
        return cls({every[old]: new for new, old in enumerate(kept)}, idf, rows)

    def scores(self, query: Wording) -> NDArray[np.float64]:
        """The cosine of each document with a query, over its words as they were typed.

        Zeros for an English query: runs of letters do not translate.
        """
        typed = () if query.english else query.words
        counts = Counter(run for word in typed for run in runs_of(fold(word)) if run in self.runs)
        scores = np.zeros(self.rows.shape[0])
        if not counts:
            return scores
        numbers = np.array([self.runs[run] for run in counts])
        weights = (1 + np.log(np.array(list(counts.values())))) * self.idf[numbers]
        weights /= np.linalg.norm(weights)
        for number, weight in zip(numbers, weights, strict=True):
            held = slice(*self._columns.indptr[number : number + 2])
            scores[self._columns.indices[held]] += weight * self._columns.data[held]
        return scores


@lru_cache(maxsize=100_000)
def runs_of(word: str) -> tuple[str, ...]:
    """The runs of letters of one word, which a space opens and closes."""
    padded = f" {word} "
    return tuple(
        padded[at : at + size]
        for size in range(SHORTEST, LONGEST + 1)
        for at in range(max(len(padded) - size + 1, 1))
    )


def _words(document: Document) -> Counter[str]:
    titles = chain.from_iterable([tokens(document.title)] * TITLE_WEIGHT)
    return Counter(map(fold, chain(titles, tokens(document.names), tokens(document.text))))


def _frequencies(counts: Sequence[Counter[str]], numbers: Mapping[str, int], size: int) -> csr_array:
    """How often each document holds each run, on a logarithmic scale.

    Documents by words times words by runs: each word is cut once, however often it comes.
    """
    words = {word: number for number, word in enumerate(sorted(set(chain.from_iterable(counts))))}
    held = [(d, words[word], count) for d, found in enumerate(counts) for word, count in found.items()]
    cut = [(number, numbers[run]) for word, number in words.items() for run in runs_of(word)]
    by_word = _matrix(np.array(held, dtype=np.float64).reshape(-1, 3), (size, len(words)))
    ones = np.ones((len(cut), 1))
    by_run = _matrix(
        np.hstack([np.array(cut, dtype=np.float64).reshape(-1, 2), ones]), (len(words), len(numbers))
    )
    product = csr_array(by_word @ by_run)
    return csr_array((1 + np.log(product.data), product.indices, product.indptr), product.shape)


def _matrix(cells: NDArray[np.float64], shape: tuple[int, int]) -> csr_array:
    rows, columns = cells[:, 0].astype(np.intp), cells[:, 1].astype(np.intp)
    return csr_array(coo_array((cells[:, 2], (rows, columns)), shape=shape))


def _unit(rows: csr_array, idf: NDArray[np.float64]) -> csr_array:
    data = rows.data * idf[rows.indices]
    numbers = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    norms = np.sqrt(np.bincount(numbers, weights=data**2, minlength=rows.shape[0]))
    return csr_array((data / np.maximum(norms[numbers], 1e-12), rows.indices, rows.indptr), rows.shape)
