"""What an update changes, found out by a child process that may be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyoxigraph
from pyoxigraph import RdfFormat

from ecograph.errors import BadQuery, EcographError, QueryLimit, StorageFailed
from ecograph.graph.framing import receive
from ecograph.graph.journal import by_graph
from ecograph.graph.plan import Diff
from ecograph.graph.process import environment
from ecograph.graph.updates import Dataset

_WALL_FACTOR = 3
_MAX_ANSWER = 1_000_000_000
_SIGNALS = {
    signal.SIGPROF: "it needs more processor time than an update may use",
    signal.SIGXCPU: "it needs more processor time than an update may use",
    signal.SIGKILL: "it needs more memory than an update may use",
    signal.SIGXFSZ: "it changes more than an update may",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """An update as a client sent it."""

    text: str
    base: str
    dataset: Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one update may use."""

    seconds: float
    memory_bytes: int
    text_bytes: int


class UpdateProcess:
    """A child process that carries one update out.

    It takes as long to get ready as stores take to be opened: start it before.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        limits = {"memory_bytes": bounds.memory_bytes, "parent": os.getpid()}
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-S", "-m", "ecograph.graph.update_worker", json.dumps(limits)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def changes(
        self, update: Update, copy: Path, *, own_graph: str, kept_graphs: frozenset[str]
    ) -> Mapping[str, Diff]:
        """Return what an update changes, by graph, having carried it out on a copy of a store.

        What names no graph is about `own_graph`; CLEAR ALL and its like leave `kept_graphs` alone.
        Raises `TooLarge`, `BadQuery`, `QueryLimit`, `StorageFailed`.
        """
        options = {
            "store": str(copy),
            "text": update.text,
            "base": update.base,
            "default": update.dataset.default,
            "named": update.dataset.named,
            "own_graph": own_graph,
            "kept_graphs": sorted(kept_graphs),
            "update_bytes": self._bounds.text_bytes,
            "seconds": self._bounds.seconds,
        }
        return _diffs(*self._answer(options))

    def _answer(self, options: Mapping[str, object]) -> tuple[dict[str, Any], bytes]:
        wall = self._bounds.seconds * _WALL_FACTOR
        try:
            answer, said = self._process.communicate(json.dumps(options).encode(), wall)
        except subprocess.TimeoutExpired as error:
            raise QueryLimit("it took too long") from error
        if self._process.returncode:
            raise _death(-self._process.returncode, said[-2000:].decode("utf-8", "replace"))
        content = memoryview(answer)
        position = 0

        def read(size: int) -> bytes:
            nonlocal position
            position += size
            return bytes(content[position - size : position])

        return receive(read, limit=_MAX_ANSWER)


def _death(number: int, said: str) -> EcographError:
    if number in {signal.SIGSEGV, signal.SIGBUS}:
        return BadQuery("the update is too long or too nested to be carried out")
    if number in _SIGNALS:
        return QueryLimit(_SIGNALS[signal.Signals(number)])
    if "memory" in said.lower() or "bad_alloc" in said:
        return QueryLimit(_SIGNALS[signal.SIGKILL])
    return StorageFailed("carry an update out", said.strip() or "its process ended")


def _diffs(header: Mapping[str, Any], body: bytes) -> Mapping[str, Diff]:
    match header.get("error"):
        case "query":
            raise BadQuery(header["message"], line=header["line"], column=header["column"])
        case "memory":
            raise QueryLimit(_SIGNALS[signal.SIGKILL])
    added = by_graph(pyoxigraph.parse(body[: header["added"]], format=RdfFormat.N_QUADS))
    removed = by_graph(pyoxigraph.parse(body[header["added"] :], format=RdfFormat.N_QUADS))
    return {
        graph: Diff(frozenset(added.get(graph, ())), frozenset(removed.get(graph, ())))
        for graph in sorted(added.keys() | removed.keys())
    }
