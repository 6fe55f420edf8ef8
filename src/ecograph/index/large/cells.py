"""Which documents lie in the same part of the space: where the near ones are looked for.

Comparing all takes as long as they are many, and a walk through a graph of vectors misses many, most of all
of those that a filter keeps. Each document belongs to the cell of the pivot nearest to it; pivots are
documents taken at random, about as many as a cell has documents.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecograph.index.fusion import Numbers
from ecograph.index.large.arrays import Array, grouped, read_arrays, write_arrays
from ecograph.index.large.columns import Mask
from ecograph.understanding.embedding import Matrix

_STEPS = 128  # in which all cells would be looked into
_BLOCK = 1_024  # documents that are compared at a time
_ARRAYS = ("pivots", "starts", "numbers")


class Cells:
    """The documents of each cell, by their numbers."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays = arrays

    @classmethod
    def of(cls, vectors: NDArray[np.floating], *, seed: int = 0) -> Cells:
        """Sort vectors of length one, one row for each document, into cells; the seed chooses the pivots."""
        size = len(vectors)
        chosen = np.random.default_rng(seed).permutation(size)[: max(math.isqrt(size), 1)]
        pivots = vectors[np.sort(chosen)].astype(np.float32)
        nearest = [
            np.argmax(vectors[start : start + _BLOCK].astype(np.float32) @ pivots.T, axis=1)
            for start in range(0, size, _BLOCK)
        ]
        found, starts, order = grouped(np.concatenate(nearest).astype(np.int32))
        return cls({"pivots": pivots[found], "starts": starts, "numbers": order.astype(np.int32)})

    @classmethod
    def load(cls, folder: Path) -> Cells:
        """Map what `save` wrote, to be read where it lies."""
        return cls(read_arrays(folder, *_ARRAYS))

    def save(self, folder: Path) -> None:
        """Write what `load` reads."""
        write_arrays(folder, self._arrays)

    def near(self, vector: Matrix, among: Mask, count: int) -> Numbers:
        """Of some documents about so many and not fewer, from the nearest cell on; all where they are few."""
        order = np.argsort(-(self._arrays["pivots"] @ vector), kind="stable")
        found: list[Numbers] = []
        missing, step = count, max(len(order) // _STEPS, 1)
        for first in range(0, len(order), step):
            numbers = self._of(order[first : first + step])
            found.append(numbers[among[numbers]])
            missing -= len(found[-1])
            if missing <= 0:
                break
        return np.sort(np.concatenate(found)).astype(np.intp)

    def surroundings(self, count: int) -> Iterator[tuple[Numbers, Numbers]]:
        """Yield the documents, some of one cell at a time, with about `count` and not fewer around them."""
        pivots, sizes = self._arrays["pivots"], np.diff(self._arrays["starts"])
        for cell, pivot in enumerate(pivots):
            order = np.argsort(-(pivots @ pivot), kind="stable")
            enough = int(np.searchsorted(np.cumsum(sizes[order]), count)) + 1
            around = np.sort(self._of(order[:enough])).astype(np.intp)
            own = self._of([cell]).astype(np.intp)
            for start in range(0, len(own), _BLOCK):
                yield own[start : start + _BLOCK], around

    def _of(self, cells: Numbers | list[int]) -> Array:
        starts = self._arrays["starts"]
        return np.concatenate([self._arrays["numbers"][starts[cell] : starts[cell + 1]] for cell in cells])
