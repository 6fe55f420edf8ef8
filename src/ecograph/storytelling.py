"""Stories: which articles of all sources print the same, written by the one path into the graph."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from ecograph.graph.plan import plan
from ecograph.graph.terms import canonical
from ecograph.loading import Writer
from ecograph.model import Iri, Level
from ecograph.sources.declaration import written
from ecograph.sources.description import describe, source_iri, stories_id
from ecograph.texts import NO_DOCUMENTS, Text, texts_of
from ecograph.understanding.stories import METHOD, stories
from ecograph.vocab import eco

_STORIES = "stories"
_TOLD = "stories of"  # the changes up to which the sources were compared


@dataclass(frozen=True)
class Storytelling:
    """The right to write down which articles are one story, in a session of one writer."""

    writer: Writer

    def tell(self, sources: Iterable[str]) -> None:
        """Bring the graphs of stories to what the articles of all sources say: who prints the same.

        An article is folded under one that at least the same levels see, so that the graph of each
        level is made of what that level sees.
        """
        sources = list(sources)
        if self.writer.ledger.fact(_TOLD) == self._sequences(sources):
            return
        items = sorted(self._items(sources), key=lambda item: (item[0], item[1].iri))
        said = "\n".join([METHOD, *(f"{level} {text.iri} {text.digest}" for level, text in items)])
        digest = hashlib.sha256(said.encode()).hexdigest()
        ledger = self.writer.ledger
        if ledger.fact(_STORIES) != digest:
            self._tell_all(items, digest)
            ledger.keep_fact(_STORIES, digest)
        ledger.keep_fact(_TOLD, self._sequences(sources))

    def _sequences(self, sources: Sequence[str]) -> str:
        """Return what tells the states of the sources from all others, without reading their articles."""
        told = ((one, self.writer.ledger.last_of([one])) for one in sorted(sources))
        levels = self.writer.ledger.sources()
        return "\n".join([METHOD, *(f"{one} {sequence} {levels.get(one)}" for one, sequence in told)])

    def _tell_all(self, items: Sequence[tuple[Level, Text]], digest: str) -> None:
        for level in Level:
            seen = {text.iri: text.content or "" for own, text in items if own <= level}
            mine = {text.iri for own, text in items if own == level}
            self._tell(level, {item: lead for item, lead in stories(seen).items() if item in mine}, digest)

    def _items(self, sources: Iterable[str]) -> Iterator[tuple[Level, Text]]:
        """Yield the articles of the sources that are read, with the level from which they are seen."""
        store = self.writer.store
        for source in sources:
            graph = source_iri(self.writer.base, source)
            if (level := store.level_of(graph)) is not None:
                for text in texts_of(store.triples(graph), NO_DOCUMENTS):
                    if eco("WatchItem") in text.classes:
                        yield level, text

    def _tell(self, level: Level, found: Mapping[Iri, Iri], digest: str) -> None:
        source = stories_id(level)
        if not found:
            return self.writer.remove(source, digest)
        same = NamedNode(eco("sameStory"))
        told = {Triple(NamedNode(item), same, NamedNode(lead)) for item, lead in found.items()}
        described = describe(written(source, level.slug), self.writer.base)
        known = self.writer.store.triples(source_iri(self.writer.base, source))
        self.writer.bring(source, level, digest, plan(known, canonical(told | described)))
        return None
