"""Which documents lie in the same part of the space: where a filter keeps some, the near ones among them.

A walk through the graph of vectors misses many, most of all of those that a filter keeps, and comparing all
takes as long as they are many. Each document belongs to the cell of the pivot nearest to it; pivots are
documents taken at random, about as many as a cell has documents.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ecograph.index.fusion import Numbers
from ecograph.index.large.arrays import Array, grouped, read_arrays, write_arrays
from ecograph.index.large.columns import Mask
from ecograph.understanding.embedding import Matrix

_STEPS = 128  # in which all cells would be looked into
_ARRAYS = ("pivots", "starts", "numbers")


class Sorting:
    """Puts documents in cells, one block after another."""

    def __init__(self, size: int, read: Callable[[Sequence[int]], Matrix]) -> None:
        """`size` documents, of which `read` gives the vectors."""
        count = max(math.isqrt(size), 1)
        self._pivots = read(np.random.default_rng(0).permutation(size)[:count].tolist())
        self._cells = np.zeros(size, dtype=np.int32)

    def add(self, start: int, vectors: Matrix) -> None:
        """Read the vectors of the documents from a number on."""
        self._cells[start : start + len(vectors)] = np.argmax(vectors @ self._pivots.T, axis=1)

    def save(self, folder: Path) -> None:
        """Write what `Cells.load` reads."""
        found, starts, order = grouped(self._cells)
        arrays = {"pivots": self._pivots[found], "starts": starts, "numbers": order.astype(np.int32)}
        write_arrays(folder, arrays)


class Cells:
    """The documents of each cell, read where they lie."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays = arrays

    @classmethod
    def load(cls, folder: Path) -> Cells:
        """Map what `Sorting` wrote."""
        return cls(read_arrays(folder, *_ARRAYS))

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

    def _of(self, cells: Numbers) -> Array:
        starts = self._arrays["starts"]
        return np.concatenate([self._arrays["numbers"][starts[cell] : starts[cell + 1]] for cell in cells])
