"""RDF files as triples, in any syntax, with the place of what does not parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
from pyoxigraph import DefaultGraph, RdfFormat, Triple

from ecograph.errors import MalformedFile, TooLarge
from ecograph.sources.content import File

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".jsonld": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
}
ACCEPTED = (
    "text/turtle, application/n-triples, application/rdf+xml;q=0.9, application/ld+json;q=0.8, "
    "application/xml;q=0.5, */*;q=0.1"
)
"""What a server is asked for, best first, where it can choose."""
# What servers say of RDF that they do not know to be RDF; the name of the file says more, if it has a suffix.
_LOOSE = {
    "application/json": ".jsonld",
    "application/xml": ".rdf",
    "text/xml": ".rdf",
    "text/n3": ".ttl",
    "application/x-turtle": ".ttl",
}
_PLACE = re.compile(r"^Parser error(?: at line \d+ columns? \d+(?: to \d+)?| between .*? and .*?)?:\s*")


def read_bytes(path: Path, *, limit: int) -> bytes:
    """Return a file's bytes; raises `MalformedFile` or `TooLarge`."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise MalformedFile(str(path), error.strerror or str(error)) from error
    if len(content) > limit:
        raise TooLarge(str(path), limit, "bytes")
    return content


def syntax_of(file: File) -> str:
    """Return the suffix of a file's syntax, by its name, or by what a server said of it."""
    return file.suffix if file.suffix in FORMATS else _LOOSE.get(file.media_type, file.suffix)


def parse(content: bytes, *, name: str, base: str, suffix: str | None = None) -> Iterator[Triple]:
    """Yield the triples of a file, relative IRIs resolved against `base`.

    The suffix, by default that of the name, tells the syntax. Raises `MalformedFile` with line and
    column: for bad syntax, for text that is not UTF-8, for a suffix that is no RDF syntax, and for named
    graphs, since a source is one graph.
    """
    syntax = FORMATS.get(suffix if suffix is not None else Path(name).suffix.lower())
    if syntax is None:
        raise MalformedFile(name, f"not an RDF file: expected one of {', '.join(FORMATS)}")
    _check_encoding(content, name)
    try:
        for quad in pyoxigraph.parse(content, format=syntax, base_iri=base):
            if quad.graph_name != DefaultGraph():
                raise MalformedFile(name, f"it names a graph ({quad.graph_name}); a source is one graph")
            if isinstance(quad.object, Triple):
                raise MalformedFile(name, f"it quotes a triple ({quad.object}); that is not supported")
            yield quad.triple
    except SyntaxError as error:
        reason = _PLACE.sub("", str(error.msg))
        raise MalformedFile(name, reason, line=error.lineno, column=error.offset) from error


def _check_encoding(content: bytes, name: str) -> None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        byte = content[error.start]
        raise MalformedFile(
            name, f"not UTF-8: byte 0x{byte:02x}; save the file as UTF-8", line=line, column=column
        ) from error
