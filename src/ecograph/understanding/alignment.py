"""Which French word stands for which English one, learnt from texts that exist in both languages.

IBM's first model of translation (Brown et al., 1993, "The mathematics of statistical machine translation"),
learnt in both directions: a pair is kept as far as each of its words calls for the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDS = 8
LONGEST = 60  # words of one text: beyond, everything stands beside everything
MOST_CELLS = 4_000_000  # words beside words: what bounds time and memory; further texts are left out
LEAST = 0.1  # of the geometric mean of the two probabilities
MOST = 4  # translations of a word


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Every pair of words that stand side by side: their numbers, and those of their texts."""

    source: NDArray[np.intp]
    target: NDArray[np.intp]
    place: NDArray[np.intp]  # of the target word, over all texts: it has one source


def aligned(texts: Iterable[tuple[Sequence[str], Sequence[str]]]) -> dict[str, dict[str, float]]:
    """Return for each source word its translations, each with a weight up to 1, the best first."""
    kept = list(_bounded(texts))
    if not kept:
        return {}
    there, sources, targets = _learnt(kept)
    back, _, _ = _learnt([(target, source) for source, target in kept])
    found: dict[str, dict[str, float]] = {}
    for (s, t), share in there.items():
        weight = float(np.sqrt(share * back.get((t, s), 0.0)))
        if weight >= LEAST:
            found.setdefault(sources[s], {})[targets[t]] = weight
    return {word: _best(words) for word, words in found.items()}


def _bounded(
    texts: Iterable[tuple[Sequence[str], Sequence[str]]],
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    cells = 0
    for source, target in texts:
        cells += min(len(source), LONGEST) * min(len(target), LONGEST)
        if cells > MOST_CELLS:
            return
        if source and target:
            yield source[:LONGEST], target[:LONGEST]


def _best(weights: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST])


def _learnt(
    texts: Sequence[tuple[Sequence[str], Sequence[str]]],
) -> tuple[dict[tuple[int, int], float], list[str], list[str]]:
    """How probable each target word is for each source word beside which it stands."""
    sources = {w: n for n, w in enumerate(sorted({w for text, _ in texts for w in text}))}
    targets = {w: n for n, w in enumerate(sorted({w for _, text in texts for w in text}))}
    cells = _cells(texts, sources, targets)
    keys, which = np.unique(cells.source * len(targets) + cells.target, return_inverse=True)
    owners = keys // len(targets)
    shares = np.ones(len(keys))
    for _ in range(ROUNDS):
        given = shares[which]
        given /= np.bincount(cells.place, weights=given)[cells.place]
        counts = np.bincount(which, weights=given, minlength=len(keys))
        shares = counts / np.bincount(owners, weights=counts)[owners]
    numbered = zip(owners.tolist(), (keys % len(targets)).tolist(), strict=True)
    return dict(zip(numbered, shares.tolist(), strict=True)), list(sources), list(targets)


def _cells(
    texts: Sequence[tuple[Sequence[str], Sequence[str]]],
    sources: Mapping[str, int],
    targets: Mapping[str, int],
) -> _Cells:
    source, target, place, at = [], [], [], 0
    for left, right in texts:
        ours = np.array([sources[w] for w in left], dtype=np.intp)
        theirs = np.array([targets[w] for w in right], dtype=np.intp)
        source.append(np.tile(ours, len(theirs)))
        target.append(np.repeat(theirs, len(ours)))
        place.append(np.repeat(np.arange(at, at + len(theirs)), len(ours)))
        at += len(theirs)
    return _Cells(np.concatenate(source), np.concatenate(target), np.concatenate(place))
