"""Several signals made into one score, to which each tells what it gave.

Signals are brought to one scale, weighed and added; what the neighbours add follows, and what the
name of a document adds. It is linear from end to end, so that the parts add up to the score.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ecograph.index.diffusion import diffused

# Measured on the development queries; see docs/explanation/ranking.md.
WEIGHTS: Mapping[str, float] = {"words": 1.0, "letters": 1.0, "sense": 2.0}

Numbers = NDArray[np.intp]
Scores = NDArray[np.float64]


def ranked(scores: Scores, among: NDArray[np.bool_]) -> Numbers:
    """The documents among these, best first; equal scores go to the lower number."""
    numbers = np.flatnonzero(among)
    return numbers[np.argsort(-scores[numbers], kind="stable")]


def fused(signals: Mapping[str, Scores], names: Scores, tied: csr_array) -> dict[str, Scores]:
    """What each channel gives to each document; the best possible document scores one.

    `names` says how far the query is a document's name: nothing for most, more than 1 for the name itself.
    """
    weighed = {channel: WEIGHTS[channel] * _scaled(scores) for channel, scores in signals.items()}
    near = diffused(_sum(weighed), tied)
    channels = {**weighed, "neighbours": near}
    span = _span(_sum(channels)) * (1 + float(names.max(initial=0.0)))
    given = {channel: scores / span for channel, scores in channels.items()}
    return {**given, "name": names / (1 + float(names.max(initial=0.0)))}


def _sum(channels: Mapping[str, Scores]) -> Scores:
    return np.asarray(sum(channels.values()))


def _scaled(scores: Scores) -> Scores:
    return scores / _span(scores)


def _span(scores: Scores) -> float:
    span = float(scores.max(initial=0.0) - scores.min(initial=0.0))
    return span or 1.0
