"""The writer's stores: one for each level, each with its sources' graphs and their merge.

Visibility is physical: a graph is not in the store of a level that may not see it, so no query
can reach it. The default graph of a store holds the merged triples of its graphs, each once, and
what follows from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from ecograph.errors import StorageFailed
from ecograph.graph.aliases import NO_ALIASES, Aliases, decided_in, holds_decisions, rulings
from ecograph.graph.entailment import Schema
from ecograph.graph.home import making
from ecograph.graph.ledger import Change
from ecograph.graph.levels import Levels, at_each_level, copy_store, named
from ecograph.graph.plan import Diff
from ecograph.graph.ports import Row, solutions_of
from ecograph.graph.terms import Object, in_graph, subject_of
from ecograph.graph.transfer import restored
from ecograph.model import Level

_MERGED = DefaultGraph()
_END = b" .\n"
# From about this many triples on, files of their own cost less than the write-ahead log.
_BULK = 2_000
# The stores read so much text at a time, which takes several times as much of memory.
_PIECE_BYTES = 32_000_000
# So many triples at a time are merged again, which take some hundred bytes each.
_PORTION = 250_000
# After so many, the files that bulk loads left are worth a rewrite: scans then cost a quarter less.
_REWRITE = 500_000
# After a first load it is worth it sooner: the database would begin to tidy up with each edit, and give up
# as soon as the store is closed.
_REWRITE_AT_FIRST = 50_000
# Of so few files of a kind the database leaves each as it is, and reads them nearly as fast as one.
_FEW = 3


class EmbeddedStore:
    """Oxigraph stores in a folder, written by one process."""

    def __init__(self, folder: Path, schema: Schema) -> None:
        self._schema = schema
        self._added: Counter[Level] = Counter()
        self._files: Counter[Level] = Counter()
        self._bearable = _REWRITE
        self._known_aliases: dict[Level, Aliases] = {}
        with guarded("open the stores"):
            self._stores = Levels(folder)

    def close(self) -> None:
        """Let go of the stores, so that this process or another can open them again."""
        self._stores.close()

    def triples(self, graph: str, level: Level = Level.PRIVATE) -> set[Triple]:
        """Return what one source states, without what follows from it."""
        store = self._stores[level]
        return {quad.triple for quad in store.quads_for_pattern(None, None, None, NamedNode(graph))}

    def stated(self, graph: str) -> Iterator[Triple]:
        """Yield the same, those of a resource one after the other, as the store has them in order."""
        quads = self._stores[Level.PRIVATE].quads_for_pattern(None, None, None, NamedNode(graph))
        return (quad.triple for quad in quads)

    def statements(
        self, graph: str, *, subject: NamedNode | None = None, value: Object | None = None
    ) -> set[Triple]:
        """Return what one source states of a subject, or with an object."""
        quads = self._stores[Level.PRIVATE].quads_for_pattern(subject, None, value, NamedNode(graph))
        return {quad.triple for quad in quads}

    def level_of(self, graph: str) -> Level | None:
        """Return the lowest level that sees a source's graph; None when there is no such graph."""
        node = NamedNode(graph)
        return next((level for level in Level if self._stores[level].contains_named_graph(node)), None)

    def copy(self, level: Level, folder: Path) -> None:
        """Put a store that holds what a level sees into a folder, to be written to and thrown away."""
        self._part()
        with guarded("copy a store"):
            copy_store(self._stores[level], folder)

    def about(self, subject: NamedNode, level: Level = Level.PRIVATE) -> set[Triple]:
        """Return what all sources that a level sees say of a resource, and what follows from it."""
        kept = self._aliases(level).kept(subject)
        quads = self._stores[level].quads_for_pattern(kept, None, None, _MERGED)
        return {Triple(subject, quad.predicate, quad.object) for quad in quads}

    def rows(self, level: Level, text: str) -> list[Row]:
        """Return the solutions of a SELECT of ours over what a level sees, written or published."""
        return solutions_of(self._stores[level].query(text))

    def apply(self, change: Change) -> None:
        """Make a change; making it again changes nothing."""
        graph = NamedNode(change.graph)
        with guarded(f"write the graph {change.graph}"):
            self._share(change)
            for level in Level:
                if level < change.level:
                    self._hide(level, graph, change.diff)
            self._write([level for level in self._stores.own if level >= change.level], graph, change.diff)
            if holds_decisions(change.graph):
                self._regroup(chain(change.diff.added, change.diff.removed))

    def graphs(self) -> Mapping[str, Level]:
        """Return the source graphs, each with the lowest level that sees it."""
        seen = reversed([*self._stores.items()])  # so that the lowest level has the last word
        return {graph.value: level for level, store in seen for graph in named(store)}

    def drop(self, graph: str) -> None:
        """Take a source's graph out, and all that only it said."""
        self._part()
        triples = self.triples(graph)
        with guarded(f"drop the graph {graph}"):
            for level, store in self._stores.items():
                store.remove_graph(NamedNode(graph))
                self._merge(level, {subject_of(triple) for triple in triples})
            if holds_decisions(graph):
                self._regroup(triples)

    def dump(self, level: Level) -> Iterator[Quad]:
        """Yield all that a level sees: its graphs one after the other, then their merge."""
        store = self._stores[level]
        for graph in sorted(named(store), key=str):
            yield from store.quads_for_pattern(None, None, None, graph)
        yield from store.quads_for_pattern(None, None, None, _MERGED)

    def restore(self, quads: Iterable[Quad], levels: Mapping[str, Level]) -> None:
        """Replace everything by the source graphs of a dump, each visible from its level on."""
        restored(self, quads, levels)

    def merge_all(self) -> None:
        """Merge every resource again: the ontology changed, and with it what follows."""
        self._part()
        with guarded("merge the graphs"):
            for level, store in self._stores.items():
                store.clear_graph(_MERGED)
                aliases = self._aliases(level)
                for triples in _portions(chain(_merged_from(store, aliases), aliases.all_links())):
                    self._add([level], _Said(self._schema), Diff(triples, frozenset()))

    def optimize(self) -> None:
        """Rewrite the stores so that they hold nothing of what was taken out."""
        self._part()
        with guarded("rewrite the stores"):
            for level in Level:
                self._rewrite(level)

    def publish(self, folder: Path) -> None:
        """Copy the stores, as they are now, to a folder that readers may open."""
        self._part()
        with guarded("publish a snapshot"), making(folder) as scratch:
            for level in Level:
                self._tidy(level)
            at_each_level(lambda level: copy_store(self._stores[level], scratch / level.slug))

    def _share(self, change: Change) -> None:
        """Let one store stand for those above it where they hold the same, so that much is written once."""
        self._part(change.level)
        is_large = change.diff.added_count >= _BULK and not change.diff.removes
        if is_large and not self._stores.are_together and self._stores.hold_the_same(change.level):
            self._stores.join(change.level)

    def _part(self, upto: Level = Level.PRIVATE) -> None:
        """Give the levels up to one a store of their own again."""
        if self._stores.top < upto:
            with guarded("copy the stores"):
                self._bearable = _REWRITE_AT_FIRST
                self._tidy(self._stores.top)
                top = self._stores.top
                for level in (level for level in Level if top < level <= upto):
                    self._added[level], self._files[level] = self._added[top], self._files[top]
                self._stores.part(upto)

    def _hide(self, level: Level, graph: NamedNode, diff: Diff) -> None:
        """Take a graph out of a store that may not show it any more.

        It keeps its name until the merge is without it, so that after a kill in between the rest is done.
        """
        store = self._stores[level]
        if store.contains_named_graph(graph):
            store.clear_graph(graph)
            self._merge(level, diff.subjects)
            store.remove_graph(graph)

    def _tidy(self, level: Level) -> None:
        if self._files[level] > _FEW and self._added[level] >= self._bearable:
            self._rewrite(level)

    def _rewrite(self, level: Level) -> None:
        self._added[level] = self._files[level] = 0
        self._stores[level].optimize()
        self._stores[level].flush()

    def _write(self, levels: Sequence[Level], graph: NamedNode, diff: Diff) -> None:
        """Change a graph and its merge.

        What follows from one triple never depends on another, so triples that are added need no look
        at what is there; only the subjects of removed ones are merged again.
        """
        removed = {subject_of(triple) for triple in diff.removed}
        for level in levels:
            for triple in diff.removed:
                self._stores[level].remove(in_graph(triple, graph))
            self._merge(level, removed)
        for aliases, alike in self._by_aliases(levels, graph):
            self._add(alike, _Said(self._schema, graph, aliases), diff)
        for store in (self._stores[level] for level in levels):
            if diff.removes and next(store.quads_for_pattern(None, None, None, graph), None) is None:
                store.remove_graph(graph)  # a graph of which nothing is left is none

    def _add(self, levels: Sequence[Level], said: _Said, diff: Diff) -> None:
        """Add to stores: much as sorted files that the database takes over, little through its log.

        Text costs a store a third of what as many Python objects do, and is made once for all of them.
        Either may be cut short by a kill; making the change again completes it.
        """
        if diff.added_count < _BULK:
            quads = list(said.quads(diff.added))
            for level in levels:
                self._stores[level].extend(quads)
        else:
            for piece in _pieces(diff.added_text):
                text = said.text(piece)
                for level in levels:
                    # Lenient: the terms were checked when they were read.
                    self._stores[level].bulk_load(text, RdfFormat.N_QUADS, lenient=True)
                    self._files[level] += 1
        self._added.update(dict.fromkeys(levels, 2 * diff.added_count))

    def _merge(self, level: Level, subjects: Iterable[NamedNode]) -> None:
        merge(self._stores[level], self._schema, self._aliases(level), subjects)

    # Which records are one

    def _aliases(self, level: Level) -> Aliases:
        """Return which records are one, as a level sees it."""
        if level not in self._known_aliases:
            self._known_aliases[level] = aliases_in(self._stores[level])
        return self._known_aliases[level]

    def _by_aliases(self, levels: Sequence[Level], graph: NamedNode) -> list[tuple[Aliases, list[Level]]]:
        """Return some levels, those together that say a triple of a graph alike."""
        found: list[tuple[Aliases, list[Level]]] = []
        for level in levels:
            aliases = NO_ALIASES if holds_decisions(graph.value) else self._aliases(level)
            alike = next((others for known, others in found if known.mapping == aliases.mapping), None)
            if alike is None:
                found.append((aliases, [level]))
            else:
                alike.append(level)
        return found

    def _regroup(self, triples: Iterable[Triple]) -> None:
        """Merge again what decisions speak of, and all that points there, once they were written.

        It looks at the decisions that changed, not at what the stores held before: after a kill in
        between, it does the same once more.
        """
        self._known_aliases.clear()
        named = decided_in(triples)
        for level, store in self._stores.items():
            around = self._aliases(level).around(named)
            pointing = (q for node in around for q in store.quads_for_pattern(None, None, node, None))
            self._merge(level, around | {subject_of(quad) for quad in pointing})


def aliases_in(store: Store) -> Aliases:
    """Read which records are one, as a store tells."""
    graphs = [graph for graph in named(store) if holds_decisions(graph.value)]
    quads = (quad for graph in graphs for quad in store.quads_for_pattern(None, None, None, graph))
    return Aliases(tuple(rulings(quad.triple for quad in quads)))


def merge(store: Store, schema: Schema, aliases: Aliases, subjects: Iterable[NamedNode]) -> None:
    """Bring the default graph up to what the named graphs state of some subjects."""
    added: list[Quad] = []
    for subject in {member for node in subjects for member in aliases.own(node)}:
        quads = store.quads_for_pattern(subject, None, None, _MERGED)
        merged = {quad.triple for quad in quads}
        wanted = schema.entail(_of(store, subject, aliases)) | aliases.links(subject)
        for triple in merged - wanted:
            store.remove(in_graph(triple, _MERGED))
        added.extend(in_graph(triple, _MERGED) for triple in wanted - merged)
    store.extend(added)


def _of(store: Store, subject: NamedNode, aliases: Aliases) -> Iterator[Triple]:
    """Yield what the named graphs state of a subject and of those it stands for, as the merge says it."""
    for member in aliases.members(subject):
        yield from _merged_from(store.quads_for_pattern(member, None, None, None), aliases)


def _merged_from(quads: Iterable[Quad], aliases: Aliases) -> Iterator[Triple]:
    """Yield the triples of the named graphs as the merge says them; decisions name records as they are."""
    for quad in quads:
        if quad.graph_name != _MERGED:
            yield aliases.apply_to(quad).triple


@contextmanager
def guarded(doing: str) -> Iterator[None]:
    """Turn what the database raises into a `StorageFailed` that says what was being done."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise StorageFailed(doing, error) from error


def _portions(triples: Iterable[Triple]) -> Iterator[frozenset[Triple]]:
    rest = iter(triples)
    while portion := frozenset(islice(rest, _PORTION)):
        yield portion


def _pieces(text: bytes) -> Iterator[bytes]:
    """Yield lines that are not too many for the stores to read at a time."""
    start = 0
    while start < len(text):
        end = text.find(b"\n", start + _PIECE_BYTES) + 1 or len(text)
        yield text[start:end]
        start = end


@dataclass(frozen=True, slots=True)
class _Said:
    """How a store holds the triples of one graph, and what they put into the merge.

    Of no graph, they are of the merge alone.
    """

    schema: Schema
    graph: NamedNode | None = None
    aliases: Aliases = NO_ALIASES

    def quads(self, triples: Iterable[Triple]) -> Iterator[Quad]:
        """Yield what a store holds of triples, some of it more than once."""
        for triple in triples:
            if self.graph is not None:
                yield in_graph(triple, self.graph)
            for merged in self.schema.closure((self.aliases.apply(triple),)):
                yield in_graph(merged, _MERGED)

    def text(self, stated: bytes) -> bytes:
        """Return the same as N-Quads, of N-Triples: without a graph, a line is one of the default graph."""
        # In N-Triples an end of line within a literal is escaped.
        named = stated.replace(_END, f" {self.graph}".encode() + _END) if self.graph else b""
        merged = self._merged(stated)
        return named + merged + self.schema.consequences_of_text(merged)

    def _merged(self, stated: bytes) -> bytes:
        if not self.aliases:
            return stated
        triples = parse(stated, format=RdfFormat.N_TRIPLES, lenient=True)
        renamed = (self.aliases.apply(quad.triple) for quad in triples)
        return serialize(renamed, format=RdfFormat.N_TRIPLES) or b""
