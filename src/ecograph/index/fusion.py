"""Several signals made into one score, to which each tells what it gave.

Signals are brought to one scale, weighed and added; what the neighbours add follows, and what the
name of a document adds. It is linear from end to end, so that the parts add up to the score.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ecograph.index.diffusion import STEPS, diffused

# Measured on the development queries; see docs/explanation/ranking.md.
WEIGHTS: Mapping[str, float] = {"words": 1.0, "letters": 1.0, "sense": 2.0, "concepts": 0.5}

Numbers = NDArray[np.intp]
Scores = NDArray[np.float64]


def ranked(scores: Scores, among: NDArray[np.bool_]) -> Numbers:
    """The documents among these, best first; equal scores go to the lower number."""
    numbers = np.flatnonzero(among)
    return numbers[np.argsort(-scores[numbers], kind="stable")]


def fused(
    signals: Mapping[str, Scores],
    names: Scores,
    tied: csr_array,
    *,
    weights: Mapping[str, float] = WEIGHTS,
    steps: tuple[float, float] = STEPS,
    kinds: Scores | None = None,
) -> dict[str, Scores]:
    """What each channel gives to each document; the best possible document scores one.

    `names` says how far the query is a document's name: nothing for most, more than 1 for the name itself;
    `kinds` what its kind is worth, where the query names one.
    """
    weighed = {channel: weights[channel] * _scaled(scores) for channel, scores in signals.items()}
    near = diffused(_sum(weighed), tied, steps)
    channels = {**weighed, "neighbours": near}
    bonuses = {"name": names} if kinds is None else {"name": names, "kind": kinds}
    # What is added after the neighbours does not spread: a name or a kind is no theme.
    whole = 1 + float(_sum(bonuses).max(initial=0.0))
    span = _span(_sum(channels)) * whole
    return {
        **{channel: scores / span for channel, scores in channels.items()},
        **{channel: scores / whole for channel, scores in bonuses.items()},
    }


def _sum(channels: Mapping[str, Scores]) -> Scores:
    return np.asarray(sum(channels.values()))


def _scaled(scores: Scores) -> Scores:
    return scores / _span(scores)


def _span(scores: Scores) -> float:
    span = float(scores.max(initial=0.0) - scores.min(initial=0.0))
    return span or 1.0
