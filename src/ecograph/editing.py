"""What holders of keys write: updates and whole graphs, by the same path as what is loaded.

The graphs of an edit are brought to their new state together or not at all: every record that it
touches is validated as it would be then, and the change log tells whose key it was.

A graph that no loader declares is described in the register of its level, a graph apart, so that
what was put into a graph is all that is in it.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from ecograph.errors import Forbidden, MalformedFile, Refused, ReservedGraph, UnknownGraph
from ecograph.graph.aliases import holds_decisions
from ecograph.graph.derivation import derive
from ecograph.graph.entailment import TYPE
from ecograph.graph.home import sequence_of
from ecograph.graph.keys import Key
from ecograph.graph.plan import Diff, plan
from ecograph.graph.records import GENID, Record, group, skolemise
from ecograph.graph.reserved import is_reserved
from ecograph.graph.shipped import read_shapes
from ecograph.graph.terms import object_of, subject_of
from ecograph.graph.updating import Update, UpdateProcess
from ecograph.graph.upkeep import read_states
from ecograph.graph.validation import BATCH, Validator
from ecograph.loading import Writer
from ecograph.model import Level, Rejection
from ecograph.sources.declaration import SOURCE_ID, written
from ecograph.sources.description import (
    describe,
    is_kept_beside,
    level_named,
    resolution_id,
    source_iri,
    updates_id,
)
from ecograph.sources.rdf import parse
from ecograph.vocab import eco

# Its content comes with the software, and everything else is checked against it.
_ONTOLOGY = "ontology"
_REGISTER = "register"
_NOT_YOURS = "the graph {} cannot be written with this key"

Diffs = Mapping[str, Diff]
Changed = tuple[str, Level, Diff]
# Given the id of the snapshot that holds a graph as it is, or None where there is none; raises
# `PreconditionFailed`.
Expectation = Callable[[Mapping[Level, str] | None], None]


@dataclass(frozen=True)
class Editor:
    """The right to change one home's graph, as one key has it."""

    writer: Writer
    key: Key

    def update(self, update: Update, process: UpdateProcess) -> None:
        """Carry a SPARQL update out.

        What names no graph is about the key's own source. Raises `BadQuery`, `TooLarge`,
        `QueryLimit`, `Forbidden`, `Refused`; the graph is then as it was.
        """
        with tempfile.TemporaryDirectory(prefix=".update-", dir=self.writer.home.root) as scratch:
            copy = Path(scratch) / "store"
            self.writer.store.copy(self.key.level, copy)
            diffs = process.changes(update, copy, own_graph=self.own_graph, kept_graphs=self._kept_graphs)
        self._write({graph: self._named(graph, diff) for graph, diff in diffs.items()})

    def expect(self, graph: str, expected: Expectation) -> None:
        """Compare a graph, which nobody else changes from now on, with what a writer takes it for.

        Raises `Forbidden`, `PreconditionFailed`.
        """
        self._checked_level(graph)
        expected(self._published if self._known(graph) else None)

    def put(self, graph: str, content: bytes, suffix: str) -> bool:
        """Make a document all that a graph says; return whether the graph is new.

        Raises `MalformedFile`, `Forbidden`, `Refused`; the graph is then as it was.
        """
        known = self._known(graph)
        # The description by which a loader declared the graph stays, unless it is described anew.
        found = self._read(graph, content, suffix)
        described = NamedNode(graph)
        kept = set() if any(triple.subject == described for triple in found) else {described}
        self._write({graph: plan(known, found | derive(found), kept=kept)})
        return bool(found) and not known

    def post(self, graph: str, content: bytes, suffix: str) -> bool:
        """Add a document to what a graph says; return whether the graph is new. Raises as `put` does."""
        known = self._known(graph)
        found = self._read(graph, content, suffix)
        self._write({graph: Diff(frozenset(found - known), frozenset())})
        return bool(found) and not known

    def delete(self, graph: str) -> None:
        """Take a graph out; raises `UnknownGraph`, `Forbidden`."""
        known = self._known(graph)
        if not known:
            raise UnknownGraph(graph)
        self._write({graph: Diff(frozenset(), frozenset(known))})

    def decide(self, content: bytes) -> None:
        """Add decisions on which records are one, for whoever sees as much as the key.

        Raises `Refused`; the graph is then as it was.
        """
        graph = source_iri(self.writer.base, resolution_id(self.key.level))
        found = self._read(graph, content, ".ttl")
        self._write({graph: Diff(frozenset(found - self._known(graph)), frozenset())}, deciding=True)

    @property
    def own_graph(self) -> str:
        """The graph that the key's updates change when they name none."""
        return source_iri(self.writer.base, updates_id(self.key.id))

    # What may be written

    def _known(self, graph: str) -> set[Triple]:
        """Return what a graph says, as far as the key may know that it exists."""
        return self.writer.store.triples(graph, self.key.level)

    @property
    def _published(self) -> Mapping[Level, str]:
        """What is published, by level; nothing where somebody who was killed wrote more than that."""
        current, last = self.writer.home.current(), self.writer.ledger.last()
        is_whole = current is not None and sequence_of(current.snapshot) == last
        return read_states(self.writer.home.ledger, last) if is_whole else {}

    @cached_property
    def _kept_graphs(self) -> frozenset[str]:
        registers = (self._register(level) for level in Level)
        decisions = (graph for graph in self.writer.store.graphs() if holds_decisions(graph))
        return frozenset([source_iri(self.writer.base, _ONTOLOGY), *registers, *decisions])

    def _register(self, level: Level) -> str:
        return source_iri(self.writer.base, f"{_REGISTER}-{level.slug}")

    # Writing

    def _write(self, diffs: Diffs, *, deciding: bool = False) -> None:
        changed = {graph: diff for graph, diff in sorted(diffs.items()) if diff}
        for graph, diff in changed.items():
            if diff.added and is_reserved(graph, self.writer.base):
                raise ReservedGraph(graph)
        levels = {graph: self._checked_level(graph, deciding=deciding) for graph in changed}
        whole = {graph: self._derived(graph, diff) for graph, diff in changed.items()}
        self._validate(whole)
        changes = [(graph, levels[graph], diff) for graph, diff in whole.items()]
        self._make([*changes, *self._registered(changes)])

    def _checked_level(self, graph: str, *, deciding: bool = False) -> Level:
        """Return the level of a graph to write; raises `Forbidden`."""
        level = self.writer.store.level_of(graph)
        if level is None:
            level = self._first_level(graph)
        named = level_named(self._source(graph))
        kept = not deciding and (graph in self._kept_graphs or holds_decisions(graph))
        if kept or level > self.key.level or named not in {None, level}:
            raise Forbidden(_NOT_YOURS.format(graph))
        return level

    def _first_level(self, graph: str) -> Level:
        """Return the level of a graph that is not there yet; raises `Forbidden`.

        What is kept beside the sources is found by its name: had somebody else made the graph, at another
        level, others' decisions and updates would be seen from there on.
        """
        source = self._source(graph)
        named = level_named(source)
        if named is None and is_kept_beside(source) and graph != self.own_graph:
            raise Forbidden(_NOT_YOURS.format(graph))
        return self.key.level if named is None else named

    def _make(self, changes: Sequence[Changed]) -> None:
        begin = partial(self.writer.ledger.begin, author=self.key.id)
        with self.writer.ledger.together():
            # No digest: when its source is loaded again, its files are read again.
            begun = [
                begin(source=self._source(graph), graph=graph, level=level, digest="", diff=diff)
                for graph, level, diff in changes
            ]
        for change in begun:
            self.writer.store.apply(change)
            self.writer.ledger.finish(change)

    def _source(self, graph: str) -> str:
        """Return the id of the source whose graph it is."""
        own = graph.removeprefix(source_iri(self.writer.base, ""))
        if SOURCE_ID.fullmatch(own):
            return own
        return f"graph-{hashlib.sha256(graph.encode()).hexdigest()[:16]}"

    def _read(self, graph: str, content: bytes, suffix: str) -> set[Triple]:
        triples = parse(content, name=f"request{suffix}", base=graph)
        return set(self._skolemised(graph, triples))

    def _named(self, graph: str, diff: Diff) -> Diff:
        """Return a change whose blank nodes have names."""
        for triple in diff.added:
            if isinstance(triple.object, Triple):
                raise MalformedFile("the update", f"it quotes a triple ({triple.object}): not supported")
        named = frozenset(self._skolemised(graph, diff.added))
        # A part that is deleted and said again has the name that it had.
        added = {t for t in named - diff.removed if t in diff.added or not self._states(graph, t)}
        return Diff(frozenset(added), diff.removed - named)

    def _skolemised(self, graph: str, triples: Iterable[Triple]) -> list[Triple]:
        return skolemise(triples, self.writer.base, self._source(graph), place="the request")

    def _states(self, graph: str, triple: Triple) -> bool:
        value = object_of(triple)
        return triple in self.writer.store.statements(graph, subject=subject_of(triple), value=value)

    # What follows, and what is refused

    def _derived(self, graph: str, diff: Diff) -> Diff:
        """Return a change with what rests on what it adds, and without what rested on what it removes."""
        before = self._around(graph, diff)
        after = (before - diff.removed) | diff.added
        rests = derive(after)
        fresh = {t for t in rests - after if t in diff.removed or not self._states(graph, t)}
        loose = derive(before) - rests - diff.added
        lost = {t for t in loose if self._states(graph, t) and not self._rests(graph, t, diff)}
        removed = (diff.removed | lost) - fresh
        return Diff((diff.added | fresh) - diff.removed, removed)

    def _rests(self, graph: str, derived: Triple, diff: Diff) -> bool:
        """Say whether a statement still follows from a claim that a change leaves alone."""
        store = self.writer.store
        claims = {subject_of(t) for t in store.statements(graph, value=subject_of(derived))}
        said = {triple for claim in claims for triple in store.statements(graph, subject=claim)}
        return derived in derive(said - diff.removed)

    def _around(self, graph: str, diff: Diff) -> set[Triple]:
        """Return what a graph says of the resources that a change touches, parts and owners included."""
        store = self.writer.store
        found: set[Triple] = set()
        pending = list(diff.subjects)
        seen = set(pending)
        while pending:
            subject = pending.pop()
            own = store.statements(graph, subject=subject)
            found |= own
            near = {t.object for t in own if _is_part(t.object)}
            if _is_part(subject):
                near |= {subject_of(t) for t in store.statements(graph, value=subject)}
            fresh = [node for node in near - seen if isinstance(node, NamedNode)]
            seen.update(fresh)
            pending += fresh
        return found

    def _validate(self, diffs: Diffs) -> None:
        """Raise `Refused` when a record that is touched breaks a shape in its new state."""
        records = [record for graph, diff in diffs.items() for record in self._records(graph, diff)]
        if not records:
            return
        validator = Validator(read_shapes(), self.writer.schema)
        stated = {triple for record in records for triple in record.triples}
        known = partial(self._facts, _by_subject(stated))
        rejections: list[Rejection] = []
        for start in range(0, len(records), BATCH):
            rejections += validator.check(records[start : start + BATCH], known=known).rejections
        if rejections:
            raise Refused(rejections)

    def _records(self, graph: str, diff: Diff) -> Iterator[Record]:
        after = (self._around(graph, diff) - diff.removed) | diff.added
        yield from group(after, graph)

    def _facts(self, here: Mapping[NamedNode, set[Triple]], node: NamedNode) -> set[Triple]:
        # At the key's level: whether a record is refused must not tell what is hidden from its author.
        return here.get(node, set()) | self.writer.store.about(node, self.key.level)

    # The register

    def _registered(self, changes: Sequence[Changed]) -> Iterator[Changed]:
        """Yield what becomes of the registers when graphs appear and disappear."""
        for level in Level:
            register = self._register(level)
            known = self.writer.store.triples(register, level)
            wanted = set(known)
            for graph, _, diff in (change for change in changes if change[1] == level):
                wanted = {triple for triple in wanted if triple.subject != NamedNode(graph)}
                if self._remains(graph, diff) and not self._describes_itself(graph):
                    wanted |= self._described(graph, level) | self._described(register, level)
            if diff := Diff(frozenset(wanted - known), frozenset(known - wanted)):
                yield register, level, diff

    def _remains(self, graph: str, diff: Diff) -> bool:
        """Say whether anything of a graph is left after a change."""
        return bool(diff.added or (self.writer.store.triples(graph) - diff.removed))

    def _describes_itself(self, graph: str) -> bool:
        """Say whether a graph was loaded, and holds the declaration of its source."""
        own = NamedNode(graph)
        return Triple(own, TYPE, NamedNode(eco("Source"))) in self.writer.store.statements(graph, subject=own)

    def _described(self, graph: str, level: Level) -> set[Triple]:
        declaration = written(self._source(graph), level.slug)
        subject, own = NamedNode(source_iri(self.writer.base, declaration.id)), NamedNode(graph)
        said = describe(declaration, self.writer.base)
        return {Triple(own, t.predicate, t.object) if t.subject == subject else t for t in said}


def _is_part(node: object) -> bool:
    return isinstance(node, NamedNode) and GENID in node.value


def _by_subject(triples: Iterable[Triple]) -> dict[NamedNode, set[Triple]]:
    grouped: dict[NamedNode, set[Triple]] = {}
    for triple in triples:
        grouped.setdefault(subject_of(triple), set()).add(triple)
    return grouped
