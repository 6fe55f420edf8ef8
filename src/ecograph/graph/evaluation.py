"""One query on one store, to bytes; what runs inside a worker."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import pyoxigraph
from pyoxigraph import NamedNode, QueryResultsFormat, QueryTriples, RdfFormat, Store

from ecograph.vocab import PREFIXES

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_REASON_LENGTH = 300
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


def evaluate(store: Store, asked: Mapping[str, Any], *, limit: int) -> tuple[str, bytearray]:
    """Return the media type and the bytes of a whole answer.

    Raises what the engine raises, `OutOfRoom` and `NotAnIri`.
    """
    dataset = _dataset(asked["default_graphs"], asked["named_graphs"])
    answer = store.query(asked["text"], base_iri=asked["base"], **dataset)
    output: Any = _Capped(limit)
    if isinstance(answer, QueryTriples):
        _write_triples(answer, output, asked["graph_format"])
        return asked["graph_format"], output.content
    answer.serialize(output, format=QueryResultsFormat.from_media_type(asked["results_format"]))
    return asked["results_format"], output.content


def place_of(error: SyntaxError) -> tuple[str, int | None, int | None]:
    """Return what a syntax error says, in a sentence's length, with line and column."""
    found = _PLACE.match(str(error))
    line, column, reason = (int(found[1]), int(found[2]), found[3]) if found else (None, None, str(error))
    flat = " ".join(reason.split())
    return (flat if len(flat) <= _REASON_LENGTH else flat[:_REASON_LENGTH] + "…"), line, column


def _dataset(default: Sequence[str], named: Sequence[str]) -> dict[str, Any]:
    if not default and not named:
        return {}
    return {"default_graph": [_node(iri) for iri in default], "named_graphs": [_node(iri) for iri in named]}


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise NotAnIri(iri) from error


def _write_triples(answer: QueryTriples, output: Any, media_type: str) -> None:
    syntax = RdfFormat.from_media_type(media_type)
    if syntax in _PREFIXED:
        pyoxigraph.serialize(answer, output, syntax, prefixes=dict(PREFIXES))
    else:
        answer.serialize(output, format=syntax)
