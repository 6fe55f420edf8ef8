"""What a search gives back, and the few numbers that every index shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecograph.index.analysis import ANALYZER

MOST_CHARACTERS = 20_000  # of one query; longer texts are read up to there
LINK_SHARE = 1 / 3  # of likeness: what is said counts twice what is linked


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document found; what the channels give adds up to its score."""

    iri: str
    score: float
    channels: Mapping[str, float]
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of hits, how many there are in all, and how many of each kind."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What the index was made with: when one of these differs, it is made again."""

    sequence: int
    analyzer: str = ANALYZER
    embedding: str = ""
    lexicon: str = ""
