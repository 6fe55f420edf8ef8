"""Two layers read as one: the documents on disk, and the few that changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import merge

import numpy as np
from scipy.sparse import block_diag, csr_array

from ecograph.index.documents import Document
from ecograph.index.filters import Filters
from ecograph.index.fusion import Scores
from ecograph.index.large.neighbours import Ties, tied_among
from ecograph.index.large.papers import title_key
from ecograph.index.large.ports import Asked, Candidates, Counted, Engine
from ecograph.understanding.embedding import Matrix


class Layers:
    """An `Engine` over two that have no document in common; `ties` are those of the documents above."""

    def __init__(self, below: Engine, above: Engine, ties: Mapping[str, Ties]) -> None:
        self._both, self._ties = (below, above), ties

    @property
    def size(self) -> int:
        return sum(engine.size for engine in self._both)

    def find(self, asked: Asked, filters: Filters, depth: int, *, facets: bool) -> Candidates:
        below, above = (engine.find(asked, filters, depth, facets=facets) for engine in self._both)
        iris = [*below.iris, *above.iris]
        order = np.array(sorted(range(len(iris)), key=iris.__getitem__), dtype=np.intp)
        tied = csr_array(block_diag([below.tied, above.tied], format="csr"))
        ordered = [iris[at] for at in order]
        named = {below.iris[at] for at in below.named} | {above.iris[at] for at in above.named}
        return Candidates(
            iris=ordered,
            named=[at for at, iri in enumerate(ordered) if iri in named],
            signals={
                name: np.concatenate([below.signals[name], above.signals[name]])[order]
                for name in below.signals
            },
            tied=csr_array(tied[order][:, order]) + tied_among(ordered, self._ties),
            counted=added(below.counted, above.counted),
            preferred=np.concatenate([below.preferred, above.preferred])[order],
        )

    def listed(
        self, filters: Filters, limit: int, offset: int, *, facets: bool
    ) -> tuple[Sequence[str], Counted]:
        pages, counts = zip(
            *(e.listed(filters, limit + offset, 0, facets=facets) for e in self._both), strict=True
        )
        keyed = (self._by_title(iris) for iris in pages)
        merged = [iri for _, iri in merge(*keyed)]
        return merged[offset : offset + limit], added(*counts)

    def passing(self, filters: Filters) -> Iterator[Document]:
        return merge(*(engine.passing(filters) for engine in self._both), key=lambda document: document.iri)

    def about(self, number: int, filters: Filters) -> Sequence[str]:
        return sorted(iri for engine in self._both for iri in engine.about(number, filters))

    def nearest(self, vector: Matrix, filters: Filters, depth: int) -> Sequence[tuple[str, float]]:
        found = [pair for engine in self._both for pair in engine.nearest(vector, filters, depth)]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:depth]

    def signals(self, asked: Asked, iris: Sequence[str]) -> Mapping[str, Scores]:
        parts = self._parts(iris)
        found = [e.signals(asked, [iris[at] for at in p]) for e, p in zip(self._both, parts, strict=True)]
        back = np.argsort(np.concatenate(parts))
        return {name: np.concatenate([of[name] for of in found])[back] for name in found[0]}

    def documents(self, iris: Sequence[str]) -> dict[str, Document]:
        found = {iri: d for engine in self._both for iri, d in engine.documents(iris).items()}
        return {iri: found[iri] for iri in iris if iri in found}

    def vectors(self, iris: Sequence[str]) -> Matrix:
        parts = self._parts(iris)
        rows = [e.vectors([iris[at] for at in p]) for e, p in zip(self._both, parts, strict=True)]
        return np.asarray(np.concatenate(rows)[np.argsort(np.concatenate(parts))])

    def _parts(self, iris: Sequence[str]) -> list[list[int]]:
        """Which of the documents each layer has."""
        below = self._both[0].documents(iris)
        places = range(len(iris))
        return [[at for at in places if iris[at] in below], [at for at in places if iris[at] not in below]]

    def _by_title(self, iris: Sequence[str]) -> list[tuple[str, str]]:
        documents = self.documents(iris)
        return [(title_key(documents[iri]), iri) for iri in iris]


def added(below: Counted, above: Counted) -> Counted:
    """The counts of documents that two engines found apart."""
    return Counted(
        total=below.total + above.total,
        counts={facet: _sum(below.counts[facet], above.counts[facet]) for facet in below.counts},
        listed={facet: below.listed[facet] | above.listed[facet] for facet in below.counts},
    )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {value: one.get(value, 0) + other.get(value, 0) for value in {**one, **other}}
