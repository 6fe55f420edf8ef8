"""The engine of one machine: documents by number, in arrays that lie on disk or in memory.

Words, filters and facets are arrays; vectors are a Qdrant Edge shard where they are many. A layer is
never changed: documents that changed since are hidden in it, and lie in a layer above.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from scipy.sparse import csr_array

from ecograph.index.documents import Document
from ecograph.index.filters import Filters
from ecograph.index.fusion import Numbers, Scores
from ecograph.index.large.arrays import read_arrays
from ecograph.index.large.cells import Cells
from ecograph.index.large.columns import Bits, Columns, Gathered, Mask, has, pack, popcount, unpack
from ecograph.index.large.edge import Near, Shard
from ecograph.index.large.encoding import ANYWHERE, about_of, counted
from ecograph.index.large.papers import Held, Kept, Papers
from ecograph.index.large.ports import Asked, Candidates, Counted
from ecograph.index.large.postings import Counts, Postings
from ecograph.index.large.vocabulary import Vocabulary, read_told
from ecograph.understanding.embedding import Matrix, Table

# So few are all compared; of more, as many of the nearest cells, where all of the first 400 were: measured
# in docs/explanation/index-engine.md. A walk through the graph of vectors found three quarters of them.
COMPARED = 2_000


class Vectors(Protocol):
    """Vectors by the numbers of their documents."""

    def nearest_among(self, vector: Matrix, depth: int, among: Iterable[int]) -> Near: ...

    def vectors(self, numbers: Sequence[int]) -> Matrix: ...


class Flat:
    """A few vectors, all compared each time."""

    def __init__(self, rows: Matrix) -> None:
        self._rows = rows

    def nearest_among(self, vector: Matrix, depth: int, among: Iterable[int]) -> Near:
        numbers = np.array(list(among), dtype=np.intp)
        cosines = self._rows[numbers] @ vector
        first = np.argsort(-cosines, kind="stable")[:depth]
        return numbers[first], cosines[first]

    def vectors(self, numbers: Sequence[int]) -> Matrix:
        return self._rows[np.array(numbers, dtype=np.intp)]


class Layer:
    """An `Engine` over the documents of one layer, without those that are `hidden`."""

    def __init__(
        self,
        papers: Papers,
        columns: Columns,
        postings: Postings,
        vectors: Vectors | None,
        *,
        cells: Cells | None = None,
        ties: csr_array | None = None,
        hidden: Iterable[str] = (),
    ) -> None:
        self._papers, self._columns, self._postings, self._shard = papers, columns, postings, vectors
        self._cells = cells
        self._ties = csr_array((len(papers), len(papers))) if ties is None else ties
        seen = np.ones(len(papers), dtype=bool)
        seen[list(papers.numbers(hidden).values())] = False
        self._seen = pack(seen)

    @classmethod
    def open(cls, folder: Path, *, hidden: Iterable[str] = ()) -> Layer:
        """Open what `write_base` wrote."""
        papers, width = Kept.load(folder / "documents"), read_told(folder).width
        return cls(
            papers,
            Columns.load(folder / "columns"),
            Postings.load(folder / "words", len(papers)),
            Shard(folder / "sense", width) if width else None,
            cells=Cells.load(folder / "cells") if width else None,
            ties=_matrix(folder / "ties", len(papers)),
            hidden=hidden,
        )

    @classmethod
    def of(cls, documents: Iterable[Document], vocabulary: Vocabulary, table: Table | None) -> Layer:
        """Hold a few documents in memory, weighed as those that the vocabulary is made of."""
        papers, gathered, counts = Held(documents), Gathered(), Counts()
        for document in papers:
            gathered.add(document)
            counts.add(counted(document), about_of(document))
        vectors = None if table is None else Flat(table.encode_all([d.sense for d in papers]))
        return cls(papers, gathered.columns(), counts.postings(vocabulary.means), vectors)

    @cached_property
    def size(self) -> int:
        return popcount(self._seen)

    def find(self, asked: Asked, filters: Filters, depth: int, *, facets: bool) -> Candidates:
        named, holding = self._holding(asked.names), self._holding(asked.bringing.union(*asked.concepts))
        within = self._seen & (self._columns.serving(asked.places, self._holding([ANYWHERE])) | named)
        allowed = within & self._columns.allowed(filters)
        words, letters, linked = self._scores(asked, unpack(allowed, len(self._papers)))
        brought = self._brought(asked, allowed, depth)
        # Facets say what another choice would give: that needs what is near without the filters.
        anyone = self._brought(asked, within, depth) if facets and filters.any() else brought
        titled = self._members(named & allowed)[:depth]
        members = self._members(holding & allowed)
        said = words[members] + letters[members]
        first = [members[_first(s, depth)] for s in ([said, linked[members]] if asked.concepts else [said])]
        numbers = np.unique(np.concatenate([*first, titled, brought])).astype(np.intp)
        answers = (holding | named | self._bits(brought) | self._bits(anyone)) & within
        return Candidates(
            iris=self._papers.iris(numbers),
            named=np.flatnonzero(np.isin(numbers, titled)).tolist(),
            signals=self._signals(asked, numbers, words, letters, linked),
            tied=csr_array(self._ties[numbers][:, numbers]),
            counted=self._columns.counted(answers, filters, facets=facets),
            preferred=self._preferred(asked, numbers),
        )

    def listed(
        self, filters: Filters, limit: int, offset: int, *, facets: bool
    ) -> tuple[Sequence[str], Counted]:
        passing = unpack(self._allowed(filters), len(self._papers))[self._papers.titles]
        page = self._papers.titles[np.flatnonzero(passing)[offset : offset + limit]]
        return self._papers.iris(page), self._columns.counted(self._seen, filters, facets=facets)

    def passing(self, filters: Filters) -> Iterator[Document]:
        return map(self._papers.__getitem__, self._members(self._allowed(filters)).tolist())

    def about(self, number: int, filters: Filters) -> Sequence[str]:
        return self._papers.iris(self._members(self._holding([number]) & self._allowed(filters)))

    def nearest(self, vector: Matrix, filters: Filters, depth: int) -> Sequence[tuple[str, float]]:
        numbers, cosines = self._nearest(vector, self._allowed(filters), depth)
        return list(zip(self._papers.iris(numbers), cosines.tolist(), strict=True))

    def signals(self, asked: Asked, iris: Sequence[str]) -> Mapping[str, Scores]:
        return self._signals(asked, self._numbers(iris), *self._scores(asked))

    def _scores(self, asked: Asked, among: Mask | None = None) -> tuple[Scores, Scores, Scores]:
        """What words, letters and links give to each document, or to each of some."""
        words, letters = (self._postings.scores(weights, among) for weights in (asked.words, asked.letters))
        return words, letters, self._linked(asked)

    def _signals(
        self, asked: Asked, numbers: Numbers, words: Scores, letters: Scores, linked: Scores
    ) -> dict[str, Scores]:
        found = {"words": words[numbers], "letters": letters[numbers]}
        if self._shard is not None:
            found["sense"] = self._cosines(asked.vector, numbers)
        return {**found, "concepts": linked[numbers]} if asked.concepts else found

    def _linked(self, asked: Asked) -> Scores:
        """To how many of the concepts each document is linked."""
        masks = [self._postings.holding(below) for below in asked.concepts]
        return np.sum(masks, axis=0, dtype=np.float64) if masks else np.zeros(len(self._papers))

    def _preferred(self, asked: Asked, numbers: Numbers) -> Scores:
        """What the kinds and poles of some documents are worth."""
        scores = np.zeros(len(numbers))
        for number, worth in asked.preferred.items():
            scores += worth * self._postings.holding([number])[numbers]
        return scores

    def _holding(self, terms: Iterable[int]) -> Bits:
        return pack(self._postings.holding(terms))

    def _members(self, bits: Bits) -> Numbers:
        return np.flatnonzero(unpack(bits, len(self._papers)))

    def documents(self, iris: Sequence[str]) -> dict[str, Document]:
        known = self._papers.numbers(iris)
        return {iri: self._papers[number] for iri, number in known.items() if has(self._seen, number)}

    def sample(self, count: int) -> list[str]:
        """Some documents, taken at random and always the same."""
        numbers = np.random.default_rng(0).permutation(len(self._papers))[:count]
        return self._papers.iris(numbers)

    def vectors(self, iris: Sequence[str]) -> Matrix:
        if self._shard is None:
            return np.zeros((len(iris), 0), dtype=np.float32)
        return self._shard.vectors(self._numbers(iris).tolist())

    def _allowed(self, filters: Filters) -> Bits:
        return self._seen & self._columns.allowed(filters)

    def _nearest(self, vector: Matrix, allowed: Bits, depth: int) -> Near:
        """The nearest that are allowed: of many, among those of the nearest cells."""
        if self._shard is None or not vector.any():
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.float32)
        mask, most = unpack(allowed, len(self._papers)), max(COMPARED, depth)
        if self._cells is None or popcount(allowed) <= most:
            among = np.flatnonzero(mask)
        else:
            among = self._cells.near(vector, mask, most)
        return self._shard.nearest_among(vector, depth, among.tolist())

    def _brought(self, asked: Asked, allowed: Bits, depth: int) -> Numbers:
        """What is near enough in sense to be an answer by itself."""
        near, cosines = self._nearest(asked.vector, allowed, depth)
        return near[cosines >= asked.floor]

    def _cosines(self, vector: Matrix, numbers: Numbers) -> Scores:
        if self._shard is None or not len(numbers):
            return np.zeros(len(numbers))
        found, cosines = self._shard.nearest_among(vector, len(numbers), numbers.tolist())
        by_number = dict(zip(found.tolist(), cosines.tolist(), strict=True))
        return np.array([by_number[number] for number in numbers.tolist()])

    def _numbers(self, iris: Sequence[str]) -> Numbers:
        known = self._papers.numbers(iris)
        return np.array([known[iri] for iri in iris], dtype=np.intp)

    def _bits(self, numbers: Numbers) -> Bits:
        mask = np.zeros(len(self._papers), dtype=bool)
        mask[numbers] = True
        return pack(mask)


def _first(scores: Scores, depth: int) -> Numbers:
    """Where the best are; of those that score the same the first in order of IRI."""
    if len(scores) <= depth:
        return np.arange(len(scores))
    rim = np.partition(scores, len(scores) - depth)[len(scores) - depth]
    better, even = np.flatnonzero(scores > rim), np.flatnonzero(scores == rim)
    return np.concatenate([better, even[: depth - len(better)]])


def _matrix(folder: Path, size: int) -> csr_array:
    arrays = read_arrays(folder, "data", "indices", "indptr")
    return csr_array((arrays["data"], arrays["indices"], arrays["indptr"]), shape=(size, size))
