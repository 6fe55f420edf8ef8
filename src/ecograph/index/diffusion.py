"""Scores that spread over neighbours: what is near to what answers the query answers it too.

Each document is tied to the few that are nearest to it, by what it says and by what it is linked
to; two short steps over these ties carry a part of every score to the neighbours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from ecograph.understanding.embedding import Matrix

NEIGHBOURS = 5
STEPS = (2.0, 2.0)  # what the first and the second step weigh
LINKS = 0.5  # what is linked counts half of what is said
BLOCK = 256  # documents compared with all others at once: what bounds the memory


def ties(said: Matrix | csr_array, links: csr_array, *, neighbours: int = NEIGHBOURS) -> csr_array:
    """Documents by documents: the share of its score that each gets from its neighbours.

    `said` has a row of length one for each document. A document is tied to its nearest others,
    with the square of their nearness, in both directions; rows are brought to a sum of one.
    """
    size = links.shape[0]
    if size < 2:
        return csr_array((size, size))
    blocks = [_nearest(said, links, start, neighbours) for start in range(0, size, BLOCK)]
    rows, columns, weights = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    tied = csr_array(coo_array((weights**2, (rows, columns)), shape=(size, size)))
    return normalised(tied)


def normalised(tied: csr_array) -> csr_array:
    """Ties in both directions, each row brought to a sum of one."""
    both = csr_array(tied.maximum(tied.T))
    sums = np.asarray(both.sum(axis=1)).ravel()
    numbers = np.repeat(np.arange(both.shape[0]), np.diff(both.indptr))
    return csr_array((both.data / np.maximum(sums[numbers], 1e-12), both.indices, both.indptr), both.shape)


def diffused(
    scores: NDArray[np.float64], tied: csr_array, steps: tuple[float, float] = STEPS
) -> NDArray[np.float64]:
    """What the neighbours, and theirs, add to each score."""
    first, second = steps
    once = tied @ scores
    return np.asarray(first * once + second * (tied @ once))


def _nearest(
    said: Matrix | csr_array, links: csr_array, start: int, neighbours: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    block = slice(start, start + BLOCK)
    near = _dense(said[block] @ said.T) + LINKS * _dense(links[block] @ links.T)
    count, size = near.shape
    near[np.arange(count), start + np.arange(count)] = -np.inf
    kept = min(neighbours, size - 1)
    columns = np.argpartition(-near, kept - 1, axis=1)[:, :kept]
    weights = np.take_along_axis(near, columns, axis=1)
    rows = np.repeat(start + np.arange(count), kept)
    return rows, columns.ravel(), np.maximum(weights.ravel(), 0.0)


def _dense(product: Matrix | csr_array) -> NDArray[np.float64]:
    return np.asarray(product if isinstance(product, np.ndarray) else product.toarray(), dtype=np.float64)
