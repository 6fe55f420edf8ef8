"""What a large index needs of an engine: candidates with exact scores, counts, documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from scipy.sparse import csr_array

from ecograph.index.documents import Document
from ecograph.index.filters import Filters
from ecograph.index.fusion import Scores
from ecograph.understanding.embedding import Matrix

Weights = Mapping[int, float]  # the number of a term (32 bits) -> its weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A document as engines store it: words and their saturated frequencies, vector, neighbours.

    `vector` has no numbers where there is no word table.
    """

    document: Document
    words: Weights
    about: frozenset[int]
    vector: Matrix
    ties: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query as engines take it.

    `names` are the numbers of names in full, `bringing` the terms of which one makes a document an answer,
    `floor` the cosine that does. Each of `concepts` holds the numbers of which one links a document to it;
    `preferred` says what others are worth; where there are `places`, what serves others alone is left out,
    unless it is named.
    """

    words: Weights
    letters: Weights
    names: frozenset[int]
    bringing: frozenset[int]
    vector: Matrix
    floor: float
    concepts: tuple[frozenset[int], ...] = ()
    preferred: Weights = field(default_factory=dict)
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many documents answer, and how many have each value; a facet does not filter itself.

    `listed` are the values worth showing: territories where one of the answers is, not where it serves.
    Without facets both are empty.
    """

    total: int
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    listed: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """The documents that may come first, in order of IRI, with what each channel says of them.

    `named` are the places of those that are named in full, `tied` the ties among all, `preferred` what
    their kinds and poles are worth; `counted` counts all that answer.
    """

    iris: Sequence[str]
    named: Sequence[int]
    signals: Mapping[str, Scores]
    tied: csr_array
    counted: Counted
    preferred: Scores


class Engine(Protocol):
    """Documents that are found by words, by sense, and by what they are."""

    @property
    def size(self) -> int:
        """How many documents there are."""
        ...

    def find(self, asked: Asked, filters: Filters, depth: int, *, facets: bool) -> Candidates:
        """What answers: of those brought by words and by sense the first `depth` each, and those named.

        Those by words are exact; those by sense are approximate where the engine is large.
        """
        ...

    def listed(
        self, filters: Filters, limit: int, offset: int, *, facets: bool
    ) -> tuple[Sequence[str], Counted]:
        """The documents that pass, by title without accents and capitals; and all counted."""
        ...

    def passing(self, filters: Filters) -> Iterator[Document]:
        """All documents that pass, in order of IRI, read one after another."""
        ...

    def about(self, number: int, filters: Filters) -> Sequence[str]:
        """Those that pass and hold a term, in order of IRI."""
        ...

    def nearest(self, vector: Matrix, filters: Filters, depth: int) -> Sequence[tuple[str, float]]:
        """The documents nearest to a vector with their cosines, best first."""
        ...

    def signals(self, asked: Asked, iris: Sequence[str]) -> Mapping[str, Scores]:
        """What each channel says of these documents, which must be known."""
        ...

    def documents(self, iris: Sequence[str]) -> dict[str, Document]:
        """The documents of these IRIs; those that are not known are left out."""
        ...

    def vectors(self, iris: Sequence[str]) -> Matrix:
        """One row a document; each must be known."""
        ...
