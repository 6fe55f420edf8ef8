"""What reading a file of a source gives, whatever the kind of the source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Triple

from ecograph.model import Rejection
from ecograph.sources.values import Lookup


@dataclass(frozen=True, slots=True)
class File:
    """One file of a source: the name by which reports call it, and its bytes."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader may ask: the base of the IRIs, and the concepts that labels name."""

    base: str
    lookup: Lookup


@dataclass(frozen=True, slots=True)
class Stated:
    """What one place of a file says, and what of it was left out."""

    place: str
    triples: Iterable[Triple]
    rejections: Sequence[Rejection] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A file being read: how it is written, where that was not evident, and what it says."""

    written: str
    stated: Iterator[Stated]
