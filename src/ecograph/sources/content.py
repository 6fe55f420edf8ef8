"""What reading a file of a source gives, whatever the kind of the source."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from ecograph.model import Rejection
from ecograph.sources.values import Lookup
from ecograph.vocab import SKOS

# Telling types alone: a server says text/plain or application/xml of whatever it does not know.
_SUFFIXES = {
    "text/turtle": ".ttl",
    "application/n-triples": ".nt",
    "application/n-quads": ".nq",
    "application/trig": ".trig",
    "application/ld+json": ".jsonld",
    "application/rdf+xml": ".rdf",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file of a source: the name by which reports call it, its bytes, and what a server said of them."""

    name: str
    content: bytes
    url: str = ""
    """Where it was found, after redirects; empty for a file of this machine."""
    media_type: str = ""
    charset: str | None = None
    path: Path | None = None
    """Where it lies, when it is too large to be held; `content` is then empty."""
    asked: str = ""
    """What it was asked about, where that is one thing alone: a SIREN."""

    @property
    def digest(self) -> str:
        with self.open() as opened:
            found = hashlib.file_digest(opened, "sha256")
        found.update((self.charset or "").encode())
        return found.hexdigest()

    def open(self) -> io.BytesIO | io.BufferedReader:
        """Open its bytes; raises `OSError` for a file of this machine that cannot be read."""
        return io.BytesIO(self.content) if self.path is None else self.path.open("rb")

    @property
    def suffix(self) -> str:
        """What its name ends with, as `.ttl`; or what its media type stands for where that tells more."""
        path = urlsplit(self.url).path if self.url else self.name
        return _SUFFIXES.get(self.media_type, "") or PurePosixPath(path).suffix.lower()


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader may ask: the base of the IRIs, the concepts that labels name, what files before told."""

    base: str
    lookup: Lookup
    told: dict[str, Any] = field(default_factory=dict)
    """What the files of one load that were read before say for those that follow."""

    def named(self, subject: NamedNode, predicate: str, name: str) -> Iterator[Triple]:
        """Yield the name of what several records speak of: the first, and what others call it besides."""
        first = self.told.setdefault("names", {}).setdefault(subject.value, name)
        yield Triple(subject, NamedNode(predicate), Literal(first, language="fr"))
        if name != first:
            yield Triple(subject, NamedNode(SKOS + "altLabel"), Literal(name, language="fr"))


@dataclass(slots=True)  # not frozen, as below: there are many, and that doubles what each costs
class Written:
    """Triples as N-Triples, read when they are asked for: made of text in half the time of their terms."""

    text: str

    @property
    def subject(self) -> str:
        """The IRI of what is spoken of first; empty where nothing is said."""
        return self.text[1 : self.text.find(">")]

    def __iter__(self) -> Iterator[Triple]:
        return (quad.triple for quad in pyoxigraph.parse(self.text, format=RdfFormat.N_TRIPLES))


@dataclass(slots=True)
class Stated:
    """What one place of a file says, what of it was left out, and remarks on what was kept."""

    place: str
    triples: Iterable[Triple]
    rejections: Sequence[Rejection] = ()
    warnings: Sequence[Rejection] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A file being read: how it is written, where that was not evident, and what it says."""

    written: str
    stated: Iterator[Stated]
