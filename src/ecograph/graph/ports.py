"""What the rest asks of a graph's store, whichever it is: embedded in this process, or a server."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from pyoxigraph import NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples, Triple

from ecograph.errors import BadQuery
from ecograph.graph.aliases import Aliases
from ecograph.graph.entailment import Schema
from ecograph.graph.ledger import Change
from ecograph.graph.queries import Account, QueryOutcome, QueryRequest, Running
from ecograph.graph.terms import Object
from ecograph.graph.workers import WorkerPool
from ecograph.model import Level

Row = Mapping[str, Object]
Answer = QuerySolutions | QueryTriples | QueryBoolean


class Reader(Protocol):
    """One published state of the graph, at every level."""

    @property
    def id(self) -> str:
        """What tells this state from others."""

    @property
    def folder(self) -> Path:
        """Where it was published in the home: the stores themselves, or a note of what is elsewhere."""

    def query(self, level: Level, text: str) -> Answer:
        """Evaluate a query of ours; raises `BadQuery`, `StorageFailed`."""

    def rows(self, level: Level, text: str) -> list[Row]:
        """Return the solutions of a SELECT, each with its bound variables only."""

    def stated(self, level: Level, subject: str) -> list[Quad]:
        """Return what each source states of a resource, in a steady order and the names of the merge."""

    def stated_in(self, level: Level, graph: str) -> Iterator[Triple]:
        """Yield what one source states, as a level sees it."""

    def merged(self, level: Level, subject: str | None = None) -> Iterator[Triple]:
        """Yield what all sources together say, and what follows: of one, or of one after the other."""

    def referring(self, level: Level, target: str) -> list[Quad]:
        """Return what sources state of others that points to a resource, in a steady order."""

    def aliases(self, level: Level) -> Aliases:
        """Return which records are one resource, as people decided and a level may know."""

    def graphs(self, level: Level) -> Sequence[str]:
        """Return the IRIs of the source graphs that a level may see."""

    def counts(self, level: Level) -> Mapping[str, int]:
        """Return how many triples each source graph holds that a level may see."""

    def size(self, level: Level) -> int:
        """Return the number of quads stored for a level, those that follow included."""


class State(Protocol):
    """One published state of the graph."""

    @property
    def snapshot(self) -> Reader:
        """What readers see."""

    @property
    def states(self) -> Mapping[Level, str]:
        """What tells what each level sees from what it saw before, and nothing of what it does not see."""


class GraphStore(Protocol):
    """The graph as its one writer sees it."""

    def triples(self, graph: str, level: Level = Level.PRIVATE) -> set[Triple]:
        """Return what one source states, without what follows from it."""

    def stated(self, graph: str) -> Iterator[Triple]:
        """Yield the same, those of a resource one after the other."""

    def statements(
        self, graph: str, *, subject: NamedNode | None = None, value: Object | None = None
    ) -> set[Triple]:
        """Return what one source states of a subject, or with an object."""

    def level_of(self, graph: str) -> Level | None:
        """Return the lowest level that sees a source's graph; None when there is no such graph."""

    def copy(self, level: Level, folder: Path) -> None:
        """Put an embedded store that holds what a level sees into a folder, to be thrown away."""

    def about(self, subject: NamedNode, level: Level = Level.PRIVATE) -> set[Triple]:
        """Return what all sources that a level sees say of a resource, and what follows from it."""

    def rows(self, level: Level, text: str) -> list[Row]:
        """Return the solutions of a SELECT of ours over what a level sees, written or published."""

    def graphs(self) -> Mapping[str, Level]:
        """Return the source graphs, each with the lowest level that sees it."""

    def apply(self, change: Change) -> None:
        """Make a change; making it again changes nothing."""

    def drop(self, graph: str) -> None:
        """Take a source's graph out, and all that only it said."""

    def optimize(self) -> None:
        """Tidy up what is stored, where that is ours to do."""

    def merge_all(self) -> None:
        """Merge every resource again: the ontology changed, and with it what follows."""

    def publish(self, folder: Path) -> None:
        """Make what was written visible to readers that open this folder of the home."""

    def dump(self, level: Level) -> Iterator[Quad]:
        """Yield all that a level sees: its graphs one after the other, then their merge."""

    def restore(self, quads: Iterable[Quad], levels: Mapping[str, Level]) -> None:
        """Replace everything by the source graphs of a dump, each visible from its level on.

        Quads come graph by graph; those of the merge, and of graphs without a level, are passed over.
        """

    def close(self) -> None:
        """Let go of the store, so that another process can open it."""


class Queries(Protocol):
    """What answers SPARQL of strangers."""

    def run(
        self,
        reader: Reader,
        request: QueryRequest,
        *,
        lane: Level,
        cancelled: threading.Event | None = None,
        account: Account = ...,
    ) -> QueryOutcome:
        """Return a whole answer; blocks. Raises `BadQuery`, `BadParameter`, `QueryLimit`."""

    def begin(
        self, reader: Reader, request: QueryRequest, *, lane: Level, account: Account = ...
    ) -> Running | None:
        """Begin a query if that takes no waiting, else return None; raises as `run`."""


class Backend(Protocol):
    """The kind of store that a deployment uses: what opens its two sides."""

    @property
    def name(self) -> str:
        """What tells this store from others: `embedded`, or the URL of a server."""

    def store(self, schema: Schema, base: str) -> GraphStore:
        """Open the store for the one who holds the right to write."""

    def reader(self, snapshot: str, base: str) -> Reader:
        """Open what was published under an id."""

    def queries(self, pool: WorkerPool, *, seconds: float, result_bytes: int) -> Queries:
        """Return what answers SPARQL of strangers, with the help of worker processes."""

    def close(self) -> None:
        """Close connections."""


def solutions_of(answer: Answer) -> list[Row]:
    """Return the solutions of a SELECT, each with its bound variables only; raises `BadQuery` for others."""
    if not isinstance(answer, QuerySolutions):
        raise BadQuery("expected a SELECT query")
    names = [variable.value for variable in answer.variables]
    return [
        {name: term for name, term in zip(names, solution, strict=True) if term is not None}
        for solution in answer
    ]
