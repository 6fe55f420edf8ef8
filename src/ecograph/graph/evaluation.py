"""One query on one store, to bytes: what runs inside a worker."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import pyoxigraph
from pyoxigraph import NamedNode, QueryResultsFormat, QueryTriples, RdfFormat, Store

from ecograph.errors import BadQuery, NotExpressible
from ecograph.graph.framing import Header
from ecograph.graph.xml import is_xml, well_formed
from ecograph.vocab import PREFIXES

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_REASON_LENGTH = 300
# How the engine begins where a prefix is not declared; then comes all that might have stood there.
_NO_PREFIX = "Prefix not found"
_PREFIXED_NAME = re.compile(r"([\w.-]*):(?:[\w.:%-]|\\.)*$")
# How the database begins when a block is not what was written.
_CORRUPTION = "Corruption"
# What the engine says of triples within triples, which RDF 1.2 has and JSON-LD 1.1 has not.
_TOO_NEW = "does not support RDF 1.2"
_PREFIXED = (RdfFormat.TURTLE, RdfFormat.TRIG)


class OutOfRoom(Exception):
    """The answer is larger than it may be."""


class NotAnIri(Exception):
    """A graph is named by something that is no IRI."""


class Stores:
    """The last few stores that were asked for, kept open."""

    def __init__(self, keep: int = 6) -> None:
        self._keep = keep
        self._opened: OrderedDict[str, Store] = OrderedDict()

    def open(self, folder: str) -> Store:
        """Return a store, opened for reading only; raises `OSError`."""
        if folder not in self._opened:
            self._opened[folder] = Store.read_only(folder)
            if len(self._opened) > self._keep:
                self._opened.popitem(last=False)
        self._opened.move_to_end(folder)
        return self._opened[folder]


class _Capped:
    """A file in memory that takes so many bytes and no more."""

    def __init__(self, limit: int) -> None:
        self.content = bytearray()
        self._limit = limit

    def write(self, chunk: bytes) -> int:
        if len(self.content) + len(chunk) > self._limit:
            raise OutOfRoom
        self.content += chunk
        return len(chunk)

    def flush(self) -> None:
        """There is nothing behind."""


# What is an answer too: that there is none, and why.
_EXPECTED = (
    SyntaxError,
    MemoryError,
    OSError,
    RuntimeError,
    ValueError,
    OutOfRoom,
    NotAnIri,
    NotExpressible,
)


def answer(stores: Stores, asked: Header, text: str, *, limit: int) -> tuple[Header, bytes | bytearray]:
    """Return the media type and the bytes of a whole answer of so many bytes, or why there is none."""
    try:
        media_type, body = _evaluate(stores.open(asked["store"]), asked, text, limit=limit)
        if is_xml(media_type):
            body = well_formed(body)
    except _EXPECTED as error:
        return _failure(error, text), b""
    return {"media_type": media_type}, body


def _failure(error: Exception, text: str) -> Header:
    said: Header = {"error": "query", "message": str(error)}
    match error:
        case OutOfRoom():
            said = {"error": "size"}
        case MemoryError():
            said = {"error": "memory"}
        case NotExpressible():
            said = {"error": "format", "form": error.form, "what": error.what}
        case NotAnIri():
            said["error"] = "graph"
        case OSError() | RuntimeError() if is_fault(error):
            said["error"] = "store"
        case SyntaxError():
            bad = bad_query(error, text)
            said |= {"message": bad.reason, "line": bad.line, "column": bad.column}
    return said


def is_fault(error: Exception) -> bool:
    """Tell whether the disk is at fault; of what the engine raises besides, the query is."""
    return isinstance(error, OSError) or str(error).startswith(_CORRUPTION)


def bad_query(error: SyntaxError, text: str) -> BadQuery:
    """Return what the engine says of bad SPARQL, in a sentence's length and with its place in the text."""
    found = _PLACE.match(error.msg)
    line, column, reason = (int(found[1]), int(found[2]), found[3]) if found else (None, None, error.msg)
    if line is not None and column is not None and _NO_PREFIX in reason:
        reason = _undeclared(text.split("\n")[line - 1 : line], column)
    flat = " ".join(reason.split())
    shown = flat if len(flat) <= _REASON_LENGTH else flat[:_REASON_LENGTH] + "…"
    return BadQuery(shown, line=line, column=column)


def _undeclared(lines: Sequence[str], column: int) -> str:
    """Return what is wrong in a line where, before a column, a name ends whose prefix nothing declares."""
    for found in map(_PREFIXED_NAME.search, (line[: column - 1] for line in lines)):
        if found:
            return f"the prefix {found[1]}: is not declared; begin with PREFIX {found[1]}: <…>"
    return "a prefix is not declared"


def _evaluate(store: Store, asked: Header, text: str, *, limit: int) -> tuple[str, bytes | bytearray]:
    dataset = _dataset(asked["default_graphs"], asked["named_graphs"])
    found = store.query(text, base_iri=asked["base"], **dataset)
    output: Any = _Capped(limit)
    if isinstance(found, QueryTriples):
        _write_triples(found, output, asked["graph_format"])
        return asked["graph_format"], output.content
    found.serialize(output, format=QueryResultsFormat.from_media_type(asked["results_format"]))
    return asked["results_format"], output.content


def _dataset(default: Sequence[str], named: Sequence[str]) -> dict[str, Any]:
    if not default and not named:
        return {}
    return {"default_graph": [_node(iri) for iri in default], "named_graphs": [_node(iri) for iri in named]}


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise NotAnIri(iri) from error


def _write_triples(triples: QueryTriples, output: Any, media_type: str) -> None:
    syntax = RdfFormat.from_media_type(media_type)
    try:
        if syntax in _PREFIXED:
            pyoxigraph.serialize(triples, output, syntax, prefixes=dict(PREFIXES))
        else:
            triples.serialize(output, format=syntax)
    except OSError as error:
        if _TOO_NEW in str(error):
            raise NotExpressible("JSON-LD", "triples within triples") from error
        raise
