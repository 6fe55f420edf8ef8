"""For each word the documents that hold it and how much it weighs there, read where they lie."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

import numpy as np

from ecograph.index.bm25f import FIELDS, K1
from ecograph.index.fusion import Scores
from ecograph.index.large.arrays import Array, grouped, place, read_arrays, write_arrays
from ecograph.index.large.columns import Mask
from ecograph.index.large.ports import Weights
from ecograph.index.large.vocabulary import number_of

_FIELDS = tuple(field.name for field in FIELDS)


class Counts:
    """How often each document holds each word, field by field, gathered one after another."""

    def __init__(self) -> None:
        self.size = 0
        self.terms: dict[int, str] = {}
        self._rows = {part: array("I") for part in ("term", "document", "field", "count")}
        self._lengths: dict[str, list[int]] = {name: [] for name in _FIELDS}

    def add(self, counted: Mapping[str, Counter[str]], about: Iterable[int]) -> None:
        """Read the counts of the next document, and the numbers of its names and links."""
        for at, name in enumerate(_FIELDS):
            self._lengths[name].append(counted[name].total())
            for term, count in counted[name].items():
                number = number_of(term)
                self.terms.setdefault(number, term)
                self._append(number, at, count)
        for number in about:
            self._append(number, len(_FIELDS), 1)
        self.size += 1

    def _append(self, number: int, field: int, count: int) -> None:
        for part, value in zip(self._rows.values(), (number, self.size, field, count), strict=True):
            part.append(value)

    def means(self) -> dict[str, float]:
        """The mean length of each field where it is not empty."""
        lengths = {name: np.array(of) for name, of in self._lengths.items()}
        return {name: float(of[of > 0].mean()) if of.any() else 1.0 for name, of in lengths.items()}

    def postings(self, means: Mapping[str, float]) -> Postings:
        """What was gathered, weighed against these mean lengths."""
        terms, documents, fields, counts = (np.frombuffer(a, dtype=np.uint32) for a in self._rows.values())
        values = counts * self._scales(means)[fields, documents]
        # One number for a word in a document: the fields of a pair are then next to each other.
        pairs, starts, order = grouped(terms.astype(np.uint64) << np.uint64(32) | documents)
        totals = np.add.reduceat(values[order], starts[:-1]) if len(pairs) else np.zeros(0)
        keys, first, _ = grouped(pairs >> np.uint64(32))
        arrays = {
            "keys": keys.astype(np.uint32),
            "starts": first,
            "numbers": (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32),
            "weights": (totals / (K1 + totals)).astype(np.float32),
        }
        return Postings(self.size, arrays)

    def _scales(self, means: Mapping[str, float]) -> Array:
        """Fields by documents: what one occurrence weighs."""
        of_fields = [
            f.weight / (1 - f.b + f.b * np.array(self._lengths[f.name]) / means[f.name]) for f in FIELDS
        ]
        return np.stack([*of_fields, np.ones(self.size)])  # the last is that of names and links


class Postings:
    """The words of documents."""

    def __init__(self, size: int, arrays: Mapping[str, Array]) -> None:
        self.size, self._arrays = size, arrays

    def save(self, folder: Path) -> None:
        """Write what `load` reads."""
        write_arrays(folder, self._arrays)

    @classmethod
    def load(cls, folder: Path, size: int) -> Postings:
        """Map what `save` wrote."""
        return cls(size, read_arrays(folder, "keys", "starts", "numbers", "weights"))

    def held(self, terms: Container[int]) -> dict[int, int]:
        """How many documents hold each of some terms."""
        counts = np.diff(self._arrays["starts"])
        found = zip(self._arrays["keys"].tolist(), counts.tolist(), strict=True)
        return {number: count for number, count in found if number in terms}

    def scores(self, weights: Weights, among: Mask | None = None) -> Scores:
        """What each document, or each of some, scores; zero where it holds none of the words."""
        scores = np.zeros(self.size)
        for number, weight in weights.items():
            row = self._row(number)
            numbers, shares = self._arrays["numbers"][row], self._arrays["weights"][row]
            if among is not None:
                # Common words stand in most documents, of which a filter keeps few.
                kept = among[numbers]
                numbers, shares = numbers[kept], shares[kept]
            scores[numbers] += weight * shares
        return scores

    def holding(self, numbers: Iterable[int]) -> Mask:
        """Which documents hold one of the terms."""
        mask = np.zeros(self.size, dtype=bool)
        for number in numbers:
            mask[self._arrays["numbers"][self._row(number)]] = True
        return mask

    def _row(self, number: int) -> slice:
        at = place(self._arrays["keys"], number)
        return slice(0, 0) if at is None else slice(*self._arrays["starts"][at : at + 2])
