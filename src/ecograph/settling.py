"""Settling: mentions brought to what a person decided of them, in the graphs that hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from ecograph.graph.mentions import Extracted, State, as_triples, named_iri, read_mentions, statement
from ecograph.graph.plan import Diff
from ecograph.graph.terms import canonical, subject_of
from ecograph.loading import Writer
from ecograph.model import Iri, Level
from ecograph.sources.description import source_iri, understood_id
from ecograph.understanding.unknown import key_of


@dataclass(frozen=True)
class Settling:
    """The right to settle mentions, in a session of one writer; those at least so sure are stated."""

    writer: Writer
    threshold: float

    def find(self, mention: Iri, level: Level) -> tuple[str, Level] | None:
        """Return the derived source that holds a mention which a level sees, and its own level."""
        subject = NamedNode(mention)
        for source, seen in self._derived():
            graph = source_iri(self.writer.base, source)
            said = self.writer.store.statements(graph, subject=subject) if seen <= level else ()
            if mention in read_mentions(said):
                return source, seen
        return None

    def _derived(self) -> Iterator[tuple[str, Level]]:
        """Yield the sources of what was read in texts, each with its level."""
        sources = source_iri(self.writer.base, "")
        for graph, seen in sorted(self.writer.store.graphs().items()):
            if graph.startswith(sources) and graph.endswith(understood_id("", seen)):
                yield graph.removeprefix(sources), seen

    def decide(self, mention: Iri, state: State, source: str, level: Level, author: str) -> None:
        """Bring a mention of a derived source to what a person decided of it."""
        before = self.mention(mention, source)
        self._replace(before, replace(before, state=state), source, level, author)

    def mention(self, mention: Iri, source: str) -> Extracted:
        """Return a mention that a derived source holds."""
        graph = source_iri(self.writer.base, source)
        return read_mentions(self.writer.store.statements(graph, subject=NamedNode(mention)))[mention]

    def same_name(self, mention: Extracted, level: Level) -> list[tuple[Extracted, str, Level]]:
        """Return the mentions, from a level on, of the unknown name that one is of, with source and level."""
        found = []
        for source, seen in self._derived():
            if seen >= level:
                graph = source_iri(self.writer.base, source)
                found += [(one, source, seen) for one in self._naming(mention, graph)]
        return found

    def _naming(self, mention: Extracted, graph: Iri) -> Iterator[Extracted]:
        key = key_of(mention.quote)
        for one in self._to(mention.target, graph):
            if one.is_spotted and key_of(one.quote) == key:
                yield one

    def settle(self, mention: Extracted, actor: Iri | None, level: Level, author: str) -> None:
        """Bring the mentions of an unknown name, from a level on, to whose it is: an actor's, or nobody's."""
        for one, source, seen in self.same_name(mention, level):
            name = named_iri(self.writer.base, key_of(one.quote))
            state = State.REJECTED if actor is None else State.CONFIRMED
            self._replace(one, replace(one, target=actor or name, state=state), source, seen, author)

    def _replace(self, before: Extracted, after: Extracted, source: str, level: Level, author: str) -> None:
        store, graph = self.writer.store, source_iri(self.writer.base, source)
        own = statement(before)
        stays = (
            {own} if any(other.is_stated(self.threshold) for other in self._alike(before, graph)) else set()
        )
        known = store.statements(graph, subject=NamedNode(before.iri))
        known |= {own, statement(after)} & store.statements(graph, subject=subject_of(own))
        found = canonical(as_triples([after], self.threshold) | stays)
        loaded = self.writer.ledger.loaded(source)
        diff = Diff(frozenset(found - known), frozenset(known - found))
        self.writer.bring(source, level, loaded.digest if loaded else "", diff, author=author)

    def _alike(self, mention: Extracted, graph: Iri) -> Iterator[Extracted]:
        """Yield the other mentions that propose the same."""
        for other in self._to(mention.target, graph):
            if other.iri != mention.iri and statement(other) == statement(mention):
                yield other

    def _to(self, target: Iri, graph: Iri) -> Iterable[Extracted]:
        """Return the mentions of a graph that name something."""
        store = self.writer.store
        referring = {subject_of(t) for t in store.statements(graph, value=NamedNode(target))}
        said = {t for node in referring for t in store.statements(graph, subject=node)}
        return read_mentions(said).values()
