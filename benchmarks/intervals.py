"""How sure a measured difference is: paired bootstrap over queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

SAMPLES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A mean difference and the bounds between which it lies 95 times in 100."""

    mean: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        """The three numbers, by name."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.mean:+.3f} [{self.low:+.3f}, {self.high:+.3f}]"


def paired(
    ours: Mapping[str, float],
    theirs: Mapping[str, float],
    *,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Difference:
    """How much better we are than they are, query by query; both must hold the same queries."""
    if not ours or ours.keys() != theirs.keys():
        raise ValueError("the two systems were not measured on the same queries")
    gaps = np.array([ours[query] - theirs[query] for query in sorted(ours)])
    drawn = np.random.default_rng(seed).integers(0, len(gaps), (samples, len(gaps)))
    low, high = np.quantile(gaps[drawn].mean(axis=1), [0.025, 0.975])
    return Difference(mean=float(gaps.mean()), low=float(low), high=float(high))
