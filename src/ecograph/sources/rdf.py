"""RDF files as triples, in any syntax, with the place of what does not parse."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
from pyoxigraph import DefaultGraph, Literal, Quad, RdfFormat, Triple

from ecograph.errors import MalformedFile, TooLarge
from ecograph.sources.content import File
from ecograph.sources.encoding import check_utf_8, place_of
from ecograph.sources.extraction import is_page

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
# As the parser finds them, comments included: an XML parser proper would see fewer.
_ENTITY = re.compile(rb"""<!ENTITY\s*(?:%\s*)?([^\s"'>]+)\s*("[^"]*"|'[^']*')""")
_REFERENCE = re.compile(rb"&(?!#|(?:amp|lt|gt|quot|apos);)")
_EXPANSION = 10  # times the bytes of a file that its entities may add: `&owl;` stands for six times as many
_LONGEST = 1_000_000  # characters of a value; the parsers of lines hold no more than 16 MB of one
_REASONS = {
    "No LoadDocumentCallback has been set to load remote contexts": (
        "its JSON-LD context is an address; contexts are not fetched: write the context into the file"
    ),
}


def read_bytes(path: Path, *, limit: int) -> bytes:
    """Return a file's bytes; raises `MalformedFile` or `TooLarge`."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise MalformedFile(str(path), "not a regular file")  # reading a pipe or a device might never end
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise MalformedFile(str(path), error.strerror or str(error)) from error
    if len(content) > limit:
        raise TooLarge(str(path), limit, "bytes")
    return content


def read_rdf(file: File, base: str) -> list[Triple]:
    """Return the triples of a file, whose syntax its name tells, or what a server said of it.

    Raises `MalformedFile` as `parse` does, with what the server said.
    """
    suffix = file.suffix if file.suffix in FORMATS else _LOOSE.get(file.media_type, file.suffix)
    said = f" (it came as {file.media_type})" if file.media_type else ""
    if is_page(file.content):
        raise MalformedFile(file.name, f"not an RDF file: it is an HTML page{said}")
    try:
        return list(parse(file.content, name=file.name, base=base, suffix=suffix))
    except MalformedFile as error:
        reason = error.reason + said
        raise MalformedFile(file.name, reason, line=error.line, column=error.column) from error


def parse(content: bytes, *, name: str, base: str, suffix: str | None = None) -> Iterator[Triple]:
    """Yield the triples of a file, relative IRIs resolved against `base`.

    The suffix, by default that of the name, tells the syntax. Raises `MalformedFile` with line and
    column: for bad syntax, for text that is not UTF-8, for a suffix that is no RDF syntax, for named
    graphs, since a source is one graph, and for what would grow out of proportion.
    """
    syntax = FORMATS.get(suffix if suffix is not None else Path(name).suffix.lower())
    if syntax is None:
        raise MalformedFile(name, f"not an RDF file: expected one of {', '.join(FORMATS)}{_cure(name)}")
    check_utf_8(content, name)
    content = content.removeprefix(codecs.BOM_UTF8)
    if syntax == RdfFormat.RDF_XML:
        _check_entities(content, name)
    try:
        for quad in pyoxigraph.parse(content, format=syntax, base_iri=base):
            _check(quad, name)
            yield quad.triple
    except SyntaxError as error:
        reason = _PLACE.sub("", str(error.msg))
        raise MalformedFile(
            name, _REASONS.get(reason, reason), line=error.lineno, column=error.offset
        ) from error
    except MemoryError as error:  # which is how the parser says that its buffer is full
        raise _too_long(name) from error


def _cure(name: str) -> str:
    suffix = Path(name).suffix.lower()
    if suffix in {".csv", ".tsv", ".xlsx"}:
        return "; a table is read as a form (--template CLASS), or as a declaration (a .toml file) maps it"
    if suffix in {".doc", ".docx", ".odt", ".rtf"}:
        return "; a text is read as .pdf, .html or .txt: save it as one of these"
    return ""


def _check(quad: Quad, name: str) -> None:
    if quad.graph_name != DefaultGraph():
        raise MalformedFile(name, f"it names a graph ({quad.graph_name}); a source is one graph")
    if isinstance(quad.object, Triple):
        raise MalformedFile(name, f"it quotes a triple ({quad.object}); that is not supported")
    if isinstance(quad.object, Literal) and len(quad.object.value) > _LONGEST:
        raise _too_long(name)


def _too_long(name: str) -> MalformedFile:
    return MalformedFile(name, f"it holds a value of more than {_LONGEST:,} characters")


def _check_entities(content: bytes, name: str) -> None:
    """Refuse entities that would expand out of proportion, before anything is expanded."""
    added = 0
    for entity in _ENTITY.finditer(content):
        reference, value = b"&" + entity[1] + b";", entity[2][1:-1]
        if _REFERENCE.search(value):
            line, column = place_of(content, entity.start())
            reason = f"its entity {entity[1].decode()!r} refers to another; write it out"
            raise MalformedFile(name, reason, line=line, column=column)
        added += content.count(reference) * len(value)
        if added > _EXPANSION * len(content):
            raise MalformedFile(
                name, f"its entities would make it more than {_EXPANSION} times as large; write them out"
            )
