"""The documents themselves: a line of JSON each, found by number or by IRI without being read."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np

from ecograph.index.documents import Document, from_lines, to_lines
from ecograph.index.fusion import Numbers
from ecograph.index.large.arrays import Array, read_arrays, write_arrays
from ecograph.understanding.words import fold

_LINES = "documents.jsonl"


class Writing:
    """Writes documents one after another, in order of IRI."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._file = folder, (folder / _LINES).open("wb")
        self._ends, self._iri_ends, self._iris = array("Q", [0]), array("Q", [0]), bytearray()
        self._titles: list[str] = []

    def __enter__(self) -> Writing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, document: Document) -> None:
        """Write the next document."""
        for line in to_lines([document]):
            self._file.write(line.encode())
        self._ends.append(self._file.tell())
        self._iris += document.iri.encode()
        self._iri_ends.append(len(self._iris))
        self._titles.append(title_key(document))

    def finish(self) -> None:
        """Write where each document lies, and their order by title."""
        write_arrays(
            self._folder,
            {
                "ends": np.frombuffer(self._ends, dtype=np.uint64).astype(np.int64),
                "iri_ends": np.frombuffer(self._iri_ends, dtype=np.uint64).astype(np.int64),
                "iris": np.frombuffer(bytes(self._iris), dtype=np.uint8),
                "titles": _by_title(self._titles),
            },
        )


class Papers(Protocol):
    """Documents by number, in order of IRI."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> Document: ...

    @property
    def titles(self) -> Array:
        """The numbers of the documents by title."""
        ...

    def iris(self, numbers: Numbers) -> list[str]:
        """The IRIs of some documents."""
        ...

    def numbers(self, iris: Iterable[str]) -> dict[str, int]:
        """The numbers of the IRIs that are known."""
        ...


class Held:
    """A few documents, held in memory."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = sorted(documents, key=lambda document: document.iri)
        self._numbers = {document.iri: number for number, document in enumerate(self._documents)}
        self.titles = _by_title([title_key(document) for document in self._documents])

    def __len__(self) -> int:
        return len(self._documents)

    def __getitem__(self, number: int) -> Document:
        return self._documents[number]

    def __iter__(self) -> Iterator[Document]:
        return iter(self._documents)

    def iris(self, numbers: Numbers) -> list[str]:
        return [self._documents[number].iri for number in numbers.tolist()]

    def numbers(self, iris: Iterable[str]) -> dict[str, int]:
        return {iri: self._numbers[iri] for iri in iris if iri in self._numbers}


class Kept:
    """Documents in a file that is read where it lies."""

    def __init__(self, arrays: Mapping[str, Array], lines: Array) -> None:
        self._arrays, self._lines = arrays, lines
        # Without the costs of an array: a search reads hundreds of IRIs.
        self._iris = memoryview(np.ascontiguousarray(arrays["iris"], dtype=np.uint8).data)

    @classmethod
    def load(cls, folder: Path) -> Kept:
        """Map what `Writing` wrote."""
        path = folder / _LINES
        empty = path.stat().st_size == 0
        lines = (
            np.zeros(0, dtype=np.uint8) if empty else np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
        )
        return cls(read_arrays(folder, "ends", "iri_ends", "iris", "titles"), lines)

    def __len__(self) -> int:
        return len(self._arrays["ends"]) - 1

    def __getitem__(self, number: int) -> Document:
        start, end = self._arrays["ends"][number : number + 2]
        return next(from_lines([self._lines[start:end].tobytes().decode()]))

    def __iter__(self) -> Iterator[Document]:
        return map(self.__getitem__, range(len(self)))

    @property
    def titles(self) -> Array:
        return self._arrays["titles"]

    def iris(self, numbers: Numbers) -> list[str]:
        ends = self._arrays["iri_ends"]
        spans = zip(ends[numbers].tolist(), ends[numbers + 1].tolist(), strict=True)
        return [str(self._iris[start:end], "utf-8") for start, end in spans]

    def numbers(self, iris: Iterable[str]) -> dict[str, int]:
        return {iri: number for iri in iris if (number := self._number(iri)) is not None}

    def _number(self, iri: str) -> int | None:
        at = bisect_left(range(len(self)), iri.encode(), key=self._iri)
        return at if at < len(self) and self._iri(at) == iri.encode() else None

    def _iri(self, number: int) -> bytes:
        ends = self._arrays["iri_ends"]
        return bytes(self._iris[int(ends[number]) : int(ends[number + 1])])


def title_key(document: Document) -> str:
    """What titles are put in order by: without accents and capitals."""
    return fold(document.title.casefold())


def _by_title(keys: Sequence[str]) -> Array:
    order = sorted(range(len(keys)), key=lambda number: (keys[number], number))
    return np.array(order, dtype=np.int32)
