"""Understanding: what the texts of a source say of the graph, written by the one path into it.

For each level that sees a source there is a graph of what its texts say of what that level sees, and
only of that: nobody learns from a public text that a private project bears a name which stands in it.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pyoxigraph import NamedNode

from ecograph.graph.ledger import TextState
from ecograph.graph.mentions import NAMED
from ecograph.graph.readings import Reading, Readings
from ecograph.knowledge import Knowledge
from ecograph.loading import Writer
from ecograph.model import Iri, Level, TextsRead
from ecograph.noting import Run
from ecograph.sources.description import source_iri, understood_id
from ecograph.texts import NO_DOCUMENTS, Text, texts_of
from ecograph.understanding.analysis import METHODS
from ecograph.understanding.unknown import METHOD as SPOTTED_BY

_UNREAD = TextState("")


@dataclass(frozen=True)
class Understanding:
    """The right to write down what texts say, in a session of one writer."""

    writer: Writer
    threshold: float
    spotter: str = ""  # the version of what spots names; empty where there is none

    def understand(self, source: str, documents: Mapping[Iri, str] = NO_DOCUMENTS) -> TextsRead:
        """Bring what is known of a source's texts to what they say now.

        `documents` are texts that the graph does not keep. Running it again changes nothing. Where only
        names changed, the texts that can hold them are read, and no other.
        """
        started = time.monotonic()
        known = self.readings.of(source)
        is_left = known is not None and not documents and self._is_as_left(source, known)
        found = self._read_for_names(source, known) if is_left and known is not None else None
        found = found or self._read_all(source, documents, known)
        return replace(found, seconds=time.monotonic() - started)

    def _is_as_left(self, source: str, known: Reading) -> bool:
        """Whether nothing changed in a source, nor in what was read in it, nor in what a model found."""
        is_spotted = not self.knowledge.spotter or not known.unspotted
        return is_spotted and self._last_change(source) == known.sequence

    def _last_change(self, source: str) -> int:
        return self.writer.ledger.last_of([source, *(understood_id(source, level) for level in Level)])

    def _read_for_names(self, source: str, known: Reading) -> TextsRead | None:
        """Read the texts that can hold the names that changed; None where more than names did."""
        graph = source_iri(self.writer.base, source)
        level = self.writer.store.level_of(graph)
        found = TextsRead(source=source, texts=known.count, unspotted=known.unspotted)
        rules, names = self._rules(level), self.knowledge.all_names()
        if known.is_by(rules, names):
            return found
        touched = self._touched(source, level, known) if known.rules == rules else None
        if level is None or touched is None:
            return None
        about = {t for one in touched for t in self.writer.store.statements(graph, subject=NamedNode(one))}
        now = replace(known, rules=rules, names=names)
        return self._written(found, now, texts_of(about, NO_DOCUMENTS), level, touched, complete=False)

    def _read_all(self, source: str, documents: Mapping[Iri, str], known: Reading | None) -> TextsRead:
        graph = source_iri(self.writer.base, source)
        texts = texts_of(self.writer.store.triples(graph), documents)
        level = self.writer.store.level_of(graph)
        unspotted = {text.spotted_as: text.content or "" for text in texts if self._is_unspotted(text)}
        self.unspotted.update(unspotted)
        now = Reading(
            rules=self._rules(level),
            names=self.knowledge.all_names(),
            texts=self._digest(texts),
            count=len(texts),
            unspotted=len(unspotted),
        )
        found = TextsRead(source=source, texts=len(texts), unspotted=len(unspotted))
        if known and known.digest == now.digest and self._last_change(source) == known.sequence:
            self.readings.keep(source, replace(now, sequence=known.sequence))
            return found
        touched = self._touched(source, level, known) if known is not None else None
        return self._written(found, now, texts, level, touched, complete=True)

    def _written(
        self,
        found: TextsRead,
        now: Reading,
        texts: Sequence[Text],
        level: Level | None,
        touched: frozenset[Iri] | None,
        *,
        complete: bool,
    ) -> TextsRead:
        """Read texts, all or only some, and write what they say at each level; return what that did."""
        first = self.writer.ledger.last()
        self._wrote.add(found.source)
        self.readings.begin(found.source)
        for run in self._runs(found.source, now.digest, texts, level, touched):
            found = found + (run.write() if complete else run.write_some())
        if level is None:  # there is no such source any more
            self.readings.forget(found.source)
        else:
            for names in self.knowledge.bearing.values():
                self.readings.keep_names(names)
            self.readings.keep(found.source, replace(now, sequence=self._last_change(found.source)))
        diffs = [change.diff for change in self.writer.ledger.since(first)]
        added, removed = sum(len(d.added) for d in diffs), sum(len(d.removed) for d in diffs)
        return replace(found, added=added, removed=removed)

    def _runs(
        self,
        source: str,
        state: str,
        texts: Sequence[Text],
        level: Level | None,
        touched: frozenset[Iri] | None,
    ) -> Iterator[Run]:
        """Yield the runs over texts, from the lowest level on: each builds on those below."""
        below: dict[Iri, set[tuple[str, str]]] = defaultdict(set)
        for seen in Level:
            # A level that sees no other names than one below it has nothing to add.
            is_new = level is not None and (seen == level or self.knowledge.sees_more(seen))
            yield Run(
                knowledge=self.knowledge,
                threshold=self.threshold,
                source=source,
                level=seen,
                state=state,
                texts=texts if level is not None and seen >= level and is_new else [],
                below=below,
                touched=touched,
                own_level=seen == level,
            )

    def forget_gone(self, source: str, since: int) -> bool:
        """Take out what was read in a source, and in texts of it, that changes after one took out.

        Of texts that changed, the quotes go that do not stand in them any more. The rest is left to the
        next run. Returns whether texts are gone.
        """
        graph = source_iri(self.writer.base, source)
        level = self.writer.store.level_of(graph)
        if level is None:
            self.understand(source)
            return True
        if self.writer.ledger.last_of([source]) > since:
            texts = {text.iri: text for text in texts_of(self.writer.store.triples(graph), NO_DOCUMENTS)}
            states = self.writer.ledger.understood(understood_id(source, level))
            changed = [
                text
                for text in texts.values()
                if text.content is not None and states.get(text.iri, _UNREAD).content != text.spotted_as
            ]
            gone = states.keys() - texts.keys()
            known = self.readings.of(source)
            for run in self._runs(source, known.digest if known else "", changed, level, None):
                run.forget(gone)
            return bool(gone)
        return False

    def tidy(self) -> None:
        """Forget what no text needs any more, if some were read."""
        if self._wrote:
            self.readings.tidy()

    def sources(self) -> list[str]:
        """Return the sources whose texts were read before, whether anything was found in them or not."""
        return self.readings.sources()

    def _rules(self, level: Level | None) -> str:
        """Return what tells all that counts besides texts and names from others."""
        parts = [str(level), str(self.threshold), self.knowledge.spotter, SPOTTED_BY, *METHODS]
        parts += (str(self.knowledge.sees_more(seen)) for seen in Level)
        parts += (f"{mention} {state}" for mention, state in sorted(self.knowledge.states.items()))
        for seen in Level:
            parts += (f"{seen} {name} {actor}" for name, actor in sorted(self.knowledge.names(seen).items()))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _digest(self, texts: Iterable[Text]) -> str:
        """Return what tells texts, and what a model found in them, from others."""
        parts = (f"{text.iri} {text.digest} {self.knowledge.spotted.line(text.spotted_as)}" for text in texts)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _touched(self, source: str, level: Level | None, known: Reading) -> frozenset[Iri] | None:
        """Return the texts that can hold a name that changed at some level; None where any text may."""
        if level is None:
            return None
        changes = []
        for seen, digest in zip(Level, known.names, strict=True):
            before = self.readings.names(digest)
            change = self.knowledge.bearing[seen].since(before) if before is not None else None
            if change is None:
                return None
            # Whose a name is counts where that level sees them.
            decided = {
                name.rpartition(NAMED)[2]
                for name, actor in self.knowledge.names(seen).items()
                if actor in change.bearers
            }
            changes.append(replace(change, bodies=change.bodies | decided))
        texts = self.writer.ledger.understood(understood_id(source, level))
        return frozenset(
            text
            for text, state in texts.items()
            if any(change.touches(state.words, state.bodies.split()) for change in changes)
        )

    def _is_unspotted(self, text: Text) -> bool:
        return bool(text.content) and self.knowledge.spotted.is_new(text.spotted_as)

    @cached_property
    def knowledge(self) -> Knowledge:
        """What is known now."""
        return Knowledge(self.writer, self.spotter)

    @cached_property
    def _wrote(self) -> set[str]:
        return set()

    @cached_property
    def readings(self) -> Readings:
        """How the texts of each source were read last."""
        return Readings(self.writer.ledger)

    @cached_property
    def unspotted(self) -> dict[str, str]:
        """The texts that the model has not seen, by their digests."""
        return {}
