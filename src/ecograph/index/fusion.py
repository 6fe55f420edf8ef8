"""Reciprocal-rank fusion: several orders made into one, each telling what it gave."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

K = 60

Numbers = NDArray[np.intp]
Scores = NDArray[np.float64]


def ranked(scores: Scores, among: NDArray[np.bool_]) -> Numbers:
    """The documents among these, best first; equal scores go to the lower number."""
    numbers = np.flatnonzero(among)
    return numbers[np.argsort(-scores[numbers], kind="stable")]


def rrf(
    orders: Mapping[str, Numbers],
    *,
    size: int,
    k: int = K,
    weights: Mapping[str, float] | None = None,
) -> dict[str, Scores]:
    """What each channel gives to each document.

    A document gets weight / (k + rank) from each channel that ranks it, scaled so that the first
    in every channel gets 1 in all.
    """
    given = weights or dict.fromkeys(orders, 1.0)
    scale = (k + 1) / sum(given[channel] for channel in orders) if orders else 0.0
    return {c: _spread(order, scale * given[c], size, k) for c, order in orders.items()}


def _spread(order: Numbers, share: float, size: int, k: int) -> Scores:
    spread = np.zeros(size)
    spread[order] = share / (k + 1 + np.arange(len(order)))
    return spread
