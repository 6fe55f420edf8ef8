"""What is frozen when an index is built: mean lengths, how many hold a word, how words are spelt."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ecograph.index.large.arrays import Array, grouped, place, read_arrays, write_arrays
from ecograph.index.letters import runs_of

# A term is written like another from this share of common runs of letters on; so many are kept.
NEAR, MOST_NEAR = 0.5, 3
_TOLD = "told.json"
_ARRAYS = ("keys", "held", "runs", "run_starts", "spelt", "lengths")
SHORTEST = 5  # letters of a word whose spelling is looked at: shorter ones resemble too many


def number_of(name: str) -> int:
    """The number that stands for a term, or a run of letters, in every engine: 32 bits."""
    return zlib.crc32(name.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a folder of documents was written with: how many, their mean lengths, the vectors' width.

    No width is that of an index without a word table.
    """

    size: int
    means: Mapping[str, float]
    width: int


def write_told(folder: Path, told: Told) -> None:
    """Write what `read_told` reads; the last file of a folder."""
    (folder / _TOLD).write_text(json.dumps(asdict(told)), encoding="utf-8")


def read_told(folder: Path) -> Told:
    """Return what a folder was written with."""
    return Told(**json.loads((folder / _TOLD).read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The terms of the documents: `keys` in order, how many documents hold each, and their runs."""

    size: int
    means: Mapping[str, float]
    arrays: Mapping[str, Array]

    @classmethod
    def of(
        cls, size: int, means: Mapping[str, float], terms: Mapping[int, str], held: Mapping[int, int]
    ) -> Vocabulary:
        """Freeze what the documents are made of; `terms` and `held` by the number of the term."""
        keys = np.array(sorted(held), dtype=np.uint32)
        counts = np.array([held[int(key)] for key in keys], dtype=np.int32)
        return cls(size, means, {"keys": keys, "held": counts, **_spelling(keys, terms)})

    def save(self, folder: Path) -> None:
        """Write the arrays; size and means are told beside them."""
        write_arrays(folder, self.arrays)

    def holds(self, number: int) -> bool:
        """Whether a document held the term when the index was built."""
        return self._count(number) > 0

    def idf(self, number: int) -> float:
        """How much a term tells: the fewer documents hold it, the more."""
        count = self._count(number)
        return math.log1p((self.size - count + 0.5) / (count + 0.5))

    def near(self, name: str) -> tuple[tuple[int, float], ...]:
        """The terms written most like one, itself left out, with their likeness."""
        if len(name) < SHORTEST:
            return ()
        likeness = self._likeness(name)
        own = number_of(name)
        pairs = [
            (int(self.arrays["keys"][at]), float(likeness[at])) for at in np.flatnonzero(likeness >= NEAR)
        ]
        pairs = [pair for pair in pairs if pair[0] != own]
        return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:MOST_NEAR])

    def _count(self, number: int) -> int:
        at = place(self.arrays["keys"], number)
        return 0 if at is None else int(self.arrays["held"][at])

    def _likeness(self, name: str) -> Array:
        """The cosine of the runs of a word with those of each term."""
        runs = set(map(number_of, runs_of(name)))
        places = (place(self.arrays["runs"], run) for run in runs)
        starts = self.arrays["run_starts"]
        held = [self.arrays["spelt"][starts[at] : starts[at + 1]] for at in places if at is not None]
        lengths = self.arrays["lengths"]
        common = np.bincount(np.concatenate(held), minlength=len(lengths)) if held else np.zeros(len(lengths))
        return np.asarray(common / np.sqrt(len(runs) * np.maximum(lengths, 1)))


def read_vocabulary(folder: Path) -> Vocabulary:
    """Return the vocabulary of a folder of documents."""
    told = read_told(folder)
    return Vocabulary(told.size, told.means, read_arrays(folder / "vocabulary", *_ARRAYS))


def _spelling(keys: Array, terms: Mapping[int, str]) -> dict[str, Array]:
    runs: Sequence[Iterable[int]] = [
        sorted(set(map(number_of, runs_of(terms[int(key)])))) if len(terms[int(key)]) >= SHORTEST else ()
        for key in keys
    ]
    lengths = np.array([len(list(of)) for of in runs], dtype=np.int32)
    flat = np.array([run for of in runs for run in of], dtype=np.uint32)
    found, starts, order = grouped(flat)
    numbers = np.repeat(np.arange(len(keys), dtype=np.int32), lengths)
    return {"runs": found, "run_starts": starts, "spelt": numbers[order], "lengths": lengths}
