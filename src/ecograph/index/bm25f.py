"""BM25F over three fields, as a sparse matrix of terms by documents.

Measured on French support schemes: title eight times the text, k1 = 2, b = .3 and .75. The other
labels are a field of their own: half a title, so that a name people use goes before a mention in
the text and after the same name as a title; and not normalised by length (b = 0), so that a
concept is not punished for being well provided with plurals, trade words and English names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from ecograph.index.analysis import term, words
from ecograph.index.documents import Document
from ecograph.index.wording import Wording

K1 = 2.0
MOST_TERMS = 256  # of one query: the rest of a very long text changes nothing in the order


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a document, what it weighs, and how much its length takes away."""

    name: str
    weight: float
    b: float


FIELDS = (Field("title", 8.0, 0.3), Field("labels", 4.0, 0.0), Field("text", 1.0, 0.75))


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A word of the query found in a document: what it adds to the score, field by field."""

    word: str
    term: str
    fields: Mapping[str, float]

    @property
    def weight(self) -> float:
        """What the word adds in all."""
        return sum(self.fields.values())


class Bm25f:
    """The weights of terms in documents; `frequencies` are the normalised ones, by field."""

    def __init__(
        self, vocabulary: Mapping[str, int], frequencies: Mapping[str, csr_array], size: int
    ) -> None:
        self.vocabulary = vocabulary
        self.frequencies = frequencies
        self.size = size
        total = csr_array(sum(frequencies.values(), csr_array((len(vocabulary), size))))
        total.sort_indices()
        found = np.diff(total.indptr)
        self.idf: NDArray[np.float64] = np.log1p((size - found + 0.5) / (found + 0.5))
        saturated = total.data / (K1 + total.data)
        self.weights = csr_array(
            (saturated * np.repeat(self.idf, found), total.indices, total.indptr), total.shape
        )

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Bm25f:
        """Read the documents, field by field."""
        counted = {
            "title": [_counted(d.title) for d in documents],
            "labels": [_counted(d.names) for d in documents],
            "text": [_counted(d.text) for d in documents],
        }
        every = sorted(set(chain.from_iterable(chain.from_iterable(counted.values()))))
        vocabulary = {name: number for number, name in enumerate(every)}
        frequencies = {f.name: _frequencies(f, counted[f.name], vocabulary) for f in FIELDS}
        return cls(vocabulary, frequencies, len(documents))

    def scores(self, query: Wording) -> NDArray[np.float64]:
        """What each document scores; zero where no word is found."""
        scores = np.zeros(self.size)
        for name, weight in self._weighed(query).items():
            row = slice(*self.weights.indptr[self.vocabulary[name] :][:2])
            scores[self.weights.indices[row]] += weight * self.weights.data[row]
        return scores

    def best(self, query: Wording) -> float:
        """What a document would score that held every known word of the query without end."""
        weighed = self._weighed(query)
        return float(sum(w * self.idf[self.vocabulary[name]] for name, w in weighed.items()))

    def matched(self, query: Wording, document: int) -> tuple[Matched, ...]:
        """Which words of the query the document holds, and where; the heaviest first."""
        found = (
            Matched(word=query.said[name], term=name, fields=self._shares(name, document, weight))
            for name, weight in self._weighed(query).items()
        )
        return tuple(sorted((m for m in found if m.fields), key=lambda m: (-m.weight, m.word)))

    @cached_property
    def profiles(self) -> csr_array:
        """Documents by terms, each row of length one: what two documents have in common."""
        rows = csr_array(self.weights.T)
        norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)))
        rows.data /= np.repeat(np.maximum(norms, 1e-12), np.diff(rows.indptr))
        return rows

    def _weighed(self, query: Wording) -> dict[str, float]:
        """The known terms of a query and their weights: of too many, those that tell most."""
        weighed = {name: weight for name, weight in query.terms.items() if name in self.vocabulary}
        if len(weighed) <= MOST_TERMS:
            return weighed
        told = sorted(weighed, key=lambda n: (-weighed[n] * self.idf[self.vocabulary[n]], n))
        return {name: weighed[name] for name in told[:MOST_TERMS]}

    def _shares(self, name: str, document: int, weight: float) -> dict[str, float]:
        """The weight of one term in one document, divided as its frequencies are."""
        number = self.vocabulary[name]
        inside = {f: _cell(m, number, document) for f, m in self.frequencies.items()}
        total = sum(inside.values())
        whole = weight * self.idf[number] / (K1 + total)
        return {field: float(whole * share) for field, share in inside.items() if share > 0}


def _counted(text: str) -> Counter[str]:
    return Counter(map(term, words(text)))


def _frequencies(field: Field, counted: Sequence[Counter[str]], vocabulary: Mapping[str, int]) -> csr_array:
    """Terms by documents: weighted counts, brought to one length."""
    lengths = np.array([counts.total() for counts in counted], dtype=np.float64)
    mean = lengths[lengths > 0].mean() if lengths.any() else 1.0
    scale = field.weight / (1 - field.b + field.b * lengths / mean)
    cells = [(vocabulary[t], d, n) for d, counts in enumerate(counted) for t, n in counts.items()]
    rows, columns, counts = np.array(cells, dtype=np.int64).reshape(-1, 3).T
    shape = (len(vocabulary), len(counted))
    return csr_array(coo_array((counts * scale[columns], (rows, columns)), shape=shape))


def _cell(matrix: csr_array, row: int, column: int) -> float:
    start, end = matrix.indptr[row : row + 2]
    at = start + np.searchsorted(matrix.indices[start:end], column)
    return float(matrix.data[at]) if at < end and matrix.indices[at] == column else 0.0
