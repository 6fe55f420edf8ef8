"""Verification: every level holds what the master says, no more and no less, and the ledger agrees.

The master is the private level, which sees all. Only published states are read, so that a service
may run and a load may go on; what is written and not published yet is told, and is no fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import Triple

from ecograph.errors import StorageFailed
from ecograph.graph.aliases import holds_decisions
from ecograph.graph.entailment import Schema
from ecograph.graph.home import sequence_of
from ecograph.graph.ports import Reader
from ecograph.graph.upkeep.backup import count_of
from ecograph.graph.upkeep.content import canonical, digest_of, lowest_levels
from ecograph.graph.upkeep.history import History
from ecograph.graph.upkeep.manifest import LevelCount
from ecograph.model import Level

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphState:
    """One source's graph: who sees it, how much it states, and the SHA-256 of its canonical N-Quads."""

    graph: str
    level: str
    triples: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a home holds, and everything in it that disagrees.

    `sequence` is the last change that is published, `written` the last that was made, `pending`
    the number of those that were begun and not finished: the next write finishes and publishes them.
    """

    snapshot: str
    base: str
    sequence: int
    written: int
    pending: int
    graphs: tuple[GraphState, ...]
    levels: dict[str, LevelCount]
    problems: tuple[str, ...]

    @property
    def waiting(self) -> bool:
        """Whether something was written that is not published yet."""
        return bool(self.pending) or self.written > self.sequence


def verify(reader: Reader, history: History, schema: Schema, *, base: str, ontology: str) -> Verification:
    """Compare a published state with itself, level by level, and with the ledger.

    `ontology` is what the id of a snapshot holds that was made with the ontology of this version.
    """
    problems = list(_ledger_problems(reader, history, base, ontology))
    lowest = lowest_levels(reader)
    problems += _level_problems(lowest, history)
    states = []
    for graph, level in sorted(lowest.items()):
        state, wrong = _check_graph(reader, graph, level)
        states.append(state)
        problems += wrong
    for level in Level:
        problems += _check_merge(reader, level, schema)
    return Verification(
        snapshot=reader.id,
        base=base,
        sequence=sequence_of(reader.id),
        written=history.last,
        pending=history.pending,
        graphs=tuple(states),
        levels={level.slug: count_of(reader, level) for level in Level},
        problems=tuple(problems),
    )


def damaged(snapshot: str, history: History, problems: tuple[str, ...], *, base: str) -> Verification:
    """Return what is known of a published state that cannot be read."""
    return Verification(
        snapshot=snapshot,
        base=base,
        sequence=sequence_of(snapshot),
        written=history.last,
        pending=history.pending,
        graphs=(),
        levels={},
        problems=problems,
    )


def _ledger_problems(reader: Reader, history: History, base: str, ontology: str) -> Iterator[str]:
    sequence = sequence_of(reader.id)
    if history.last < sequence:
        yield f"ledger: its last change is {history.last}, but change {sequence} is published"
    if history.base != base:
        yield f"ledger: it is of the base {history.base}, but {base} is published"
    if f"-{ontology}" not in reader.id:
        yield (
            "ontology: what is published was made with another version of the ontology: run `ecograph load`"
        )


def _level_problems(lowest: dict[str, Level], history: History) -> Iterator[str]:
    for graph, level in sorted(lowest.items()):
        told = history.levels.get(graph)
        if told is None:
            yield f"{graph}: the ledger knows nothing of it"
        elif level < told:
            yield f"{graph}: it is {told.slug}, but level {level.slug} sees it"
        elif level > told:
            yield f"{graph}: it is {told.slug}, but is seen from level {level.slug} on only"


def _check_graph(reader: Reader, graph: str, lowest: Level) -> tuple[GraphState, list[str]]:
    """Read a graph from the master, and compare it with each level that sees it."""
    problems: list[str] = []
    digest, count = _read(reader, Level.PRIVATE, graph, problems)
    for level in Level:
        if level < lowest or level == Level.PRIVATE:
            continue
        own, size = _read(reader, level, graph, problems)
        if own != digest:
            problems.append(
                f"{graph}: level {level.slug} holds other triples than the master ({size}, not {count})"
            )
    return GraphState(graph=graph, level=lowest.slug, triples=count, digest=digest), problems


def _read(reader: Reader, level: Level, graph: str, problems: list[str]) -> tuple[str, int]:
    try:
        lines = canonical(reader.stated_in(level, graph), graph)
    except StorageFailed as error:
        problems.append(f"{graph}: level {level.slug} cannot be read: {error.reason}")
        return "", 0
    return digest_of(lines), len(lines)


def _check_merge(reader: Reader, level: Level, schema: Schema) -> Iterator[str]:
    """Compare the merged graph of a level with what its graphs state and what follows.

    Hashes stand for triples, so that a large graph fits in memory; those that differ are then looked up.
    """
    try:
        wanted = {hash(triple) for triple in _entailed(reader, level, schema)}
        held = {hash(triple) for triple in reader.merged(level)}
        missing = (t for t in _entailed(reader, level, schema) if hash(t) not in held)
        beyond = (t for t in reader.merged(level) if hash(t) not in wanted)
        yield from _told(level, len(wanted - held), "lacks", missing)
        yield from _told(level, len(held - wanted), "holds beyond its graphs", beyond)
    except StorageFailed as error:
        yield f"merged graph of level {level.slug}: it cannot be read: {error.reason}"


def _told(level: Level, count: int, wrong: str, triples: Iterator[Triple]) -> Iterator[str]:
    if count:
        shown = "; ".join(str(triple) for triple in islice(triples, _SHOWN))
        yield f"merged graph of level {level.slug}: it {wrong} {count} triples: {shown}"


def _entailed(reader: Reader, level: Level, schema: Schema) -> Iterator[Triple]:
    aliases = reader.aliases(level)
    yield from aliases.all_links()
    for graph in reader.graphs(level):
        stated = reader.stated_in(level, graph)
        as_is = not aliases or holds_decisions(graph)
        yield from schema.closure(stated if as_is else map(aliases.apply, stated))
