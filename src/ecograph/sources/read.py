"""From a declared source to its files, and from the files to triples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Triple

from ecograph.assets import ROOT, located
from ecograph.errors import MalformedFile
from ecograph.sources.declaration import Declaration
from ecograph.sources.rdf import parse, read_bytes


@dataclass(frozen=True, slots=True)
class File:
    """One file of a source: the name by which reports call it, and its bytes."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def triples(self, base: str) -> Iterator[Triple]:
        """Yield the file's triples, relative IRIs resolved against `base`."""
        return parse(self.content, name=self.name, base=f"{base}/")


def files_of(declaration: Declaration, *, limit: int) -> list[File]:
    """Read the declared files; raises `MalformedFile` where one is missing."""
    paths = [path for location in declaration.location for path in _expanded(location)]
    return read_files(paths, limit=limit)


def read_files(paths: Iterable[Path], *, limit: int) -> list[File]:
    """Read files, named as people know them; raises `MalformedFile` or `TooLarge`."""
    return [File(_name(path), read_bytes(path, limit=limit)) for path in paths]


def _expanded(location: str) -> list[Path]:
    if "*" not in location:
        return [located(location)]
    found = sorted(ROOT.glob(location))
    if not found:
        raise MalformedFile(location, "no file has such a name")
    return found


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
