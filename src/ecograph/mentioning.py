"""Understanding: what the texts of a source say of the graph, written by the one path into it.

For each level that sees a source there is a graph of what its texts say of what that level sees, and
only of that: nobody learns from a public text that a private project bears a name which stands in it.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

from pyoxigraph import NamedNode, Triple

from ecograph.graph.entailment import TYPE
from ecograph.graph.facts import DESCRIPTIONS, LABELS, Facts
from ecograph.graph.mentions import (
    Extracted,
    State,
    as_triples,
    mention_iri,
    read_mentions,
    read_states,
    statement,
)
from ecograph.graph.plan import Diff, plan
from ecograph.graph.terms import canonical, object_of, subject_of
from ecograph.loading import Writer
from ecograph.model import Iri, Level, TextsRead
from ecograph.questions.gazetteer import Gazetteer, read_gazetteer
from ecograph.sources.declaration import written
from ecograph.sources.description import describe, describe_derived, source_iri, stories_id, understood_id
from ecograph.sources.documents import TEXT
from ecograph.understanding.analysis import METHODS, Analyst, Finding, Role
from ecograph.understanding.stories import stories
from ecograph.vocab import DCT, FOAF, eco

DOCUMENT = FOAF + "Document"
_WITH_TEXTS = {eco(name) for name in ("WatchItem", "Project", "Need")}
# What a person states of a project or a need, no program states in their stead.
_STATED_BY_PEOPLE = {eco("Project"), eco("Need")}
_OWN_FACTS = {Role.POLE, Role.PLACE}
_NEVER = 2.0  # no confidence reaches it
_FACT = "understood "
_STORIES = "stories"
NO_DOCUMENTS: Mapping[Iri, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text of a source, whose it is, and what the source states of that resource.

    `content` is None where it is not kept: what was read in it before stays as it is.
    """

    iri: Iri
    content: str | None
    classes: frozenset[str]
    stated: frozenset[Triple]

    @property
    def digest(self) -> str:
        parts = [self.content or "", *sorted(map(str, self.stated))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Understanding:
    """The right to write down what texts say, in a session of one writer."""

    writer: Writer
    threshold: float

    def understand(self, source: str, documents: Mapping[Iri, str] = NO_DOCUMENTS) -> TextsRead:
        """Bring what is known of a source's texts to what they say now.

        `documents` are texts that the graph does not keep. Running it again changes nothing.
        """
        started = time.monotonic()
        graph = source_iri(self.writer.base, source)
        texts = texts_of(self.writer.store.triples(graph), documents)
        level = self.writer.store.level_of(graph)
        digest = self._digest(level, texts)
        found = TextsRead(source=source, texts=len(texts))
        if digest != self._last_digest(source):
            first = self.writer.ledger.last()
            below: dict[Iri, set[tuple[str, str]]] = defaultdict(set)
            for seen in Level:
                # A level that sees no other names than one below it has nothing to add.
                is_new = level is not None and (seen == level or self._sees_more(seen))
                own = texts if level is not None and seen >= level and is_new else []
                found = found + _Run(self, source, seen, digest, own, below).write()
            self._remember(source, digest if level is not None else None)
            diffs = [change.diff for change in self.writer.ledger.since(first)]
            added, removed = sum(len(d.added) for d in diffs), sum(len(d.removed) for d in diffs)
            found = replace(found, added=added, removed=removed)
        return replace(found, seconds=time.monotonic() - started)

    def tell_stories(self) -> None:
        """Bring the graphs of stories to what the articles of all sources say: who prints the same.

        An article is folded under one that at least the same levels see, so that the graph of each
        level is made of what that level sees.
        """
        items = sorted(self._items(), key=lambda item: (item[0], item[1].iri))
        digest = hashlib.sha256("\n".join(f"{x} {t.iri} {t.digest}" for x, t in items).encode()).hexdigest()
        ledger = self.writer.ledger
        if ledger.fact(_STORIES) == digest:
            return
        for level in Level:
            seen = {text.iri: text.content or "" for own, text in items if own <= level}
            mine = {text.iri for own, text in items if own == level}
            self._tell(level, {item: lead for item, lead in stories(seen).items() if item in mine}, digest)
        ledger.keep_fact(_STORIES, digest)

    def _items(self) -> Iterator[tuple[Level, Text]]:
        """Yield the articles of the sources that are read, with the level from which they are seen."""
        store = self.writer.store
        for source in self.sources():
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
        self.writer.bring(source, level, digest, plan(known, canonical(told | described), complete=True))
        return None

    def sources(self) -> list[str]:
        """Return the sources whose texts were read before, whether anything was found in them or not."""
        return [name.removeprefix(_FACT) for name in self.writer.ledger.facts(_FACT)]

    def _sees_more(self, level: Level) -> bool:
        return level > 0 and self.gazetteer(level).digest != self.gazetteer(Level(level - 1)).digest

    def _digest(self, level: Level | None, texts: Iterable[Text]) -> str:
        """Return what tells this state of everything that counts from others."""
        parts = [str(level), str(self.threshold), *METHODS]
        parts += (self.gazetteer(seen).digest for seen in Level)
        parts += (f"{mention} {state}" for mention, state in sorted(self.states.items()))
        parts += (f"{text.iri} {text.digest}" for text in texts)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _last_digest(self, source: str) -> str | None:
        """Return the state in which the texts were read; None where a graph was changed since by others."""
        digest = self.writer.ledger.fact(_FACT + source)
        loaded = (self.writer.ledger.loaded(understood_id(source, level)) for level in Level)
        return digest if all(one is None or one.digest == digest for one in loaded) else None

    def find(self, mention: Iri, level: Level) -> tuple[str, Level] | None:
        """Return the derived source that holds a mention which a level sees, and its own level."""
        subject = NamedNode(mention)
        for graph, seen in sorted(self.writer.store.graphs().items()):
            is_derived = graph.endswith(understood_id("", seen)) and seen <= level
            if is_derived and self.writer.store.statements(graph, subject=subject):
                return graph.rpartition("/")[2], seen
        return None

    def decide(self, mention: Iri, state: State, source: str, level: Level, author: str) -> None:
        """Bring a mention of a derived source to what a person decided of it."""
        store = self.writer.store
        graph = source_iri(self.writer.base, source)
        record = store.statements(graph, subject=NamedNode(mention))
        before = read_mentions(record)[mention]
        own, said = statement(before), replace(before, state=state)
        is_stated = said.is_stated(self.threshold) or any(
            other.is_stated(self.threshold) for other in self._alike(before, graph)
        )
        known = record | ({own} & store.statements(graph, subject=subject_of(own)))
        found = canonical(as_triples([said], self.threshold) | ({own} if is_stated else set()))
        loaded = self.writer.ledger.loaded(source)
        diff = Diff(frozenset(found - known), frozenset(known - found))
        self.writer.bring(source, level, loaded.digest if loaded else "", diff, author=author)

    def _alike(self, mention: Extracted, graph: Iri) -> Iterator[Extracted]:
        """Yield the other mentions that propose the same."""
        store = self.writer.store
        referring = {subject_of(t) for t in store.statements(graph, value=NamedNode(mention.target))}
        said = {t for node in referring for t in store.statements(graph, subject=node)}
        for other in read_mentions(said).values():
            if other.iri != mention.iri and statement(other) == statement(mention):
                yield other

    def _remember(self, source: str, digest: str | None) -> None:
        if digest is None:  # there is no such source any more
            self.writer.ledger.forget_fact(_FACT + source)
        else:
            self.writer.ledger.keep_fact(_FACT + source, digest)

    def gazetteer(self, level: Level) -> Gazetteer:
        """Return the names that a level sees now."""
        known = self._gazetteers.get(level)
        if known is None:
            self._gazetteers[level] = known = read_gazetteer(self.writer.store, level)
        return known

    def analyst(self, level: Level) -> Analyst:
        """Return what reads texts with those names."""
        digest = self.gazetteer(level).digest
        if digest not in self._analysts:
            self._analysts[digest] = self.gazetteer(level).analyst()
        return self._analysts[digest]

    @cached_property
    def states(self) -> Mapping[Iri, State]:
        """What people decided."""
        return read_states(self.writer.store)

    @cached_property
    def _gazetteers(self) -> dict[Level, Gazetteer]:
        return {}

    @cached_property
    def _analysts(self) -> dict[str, Analyst]:
        return {}


@dataclass(frozen=True)
class _Run:
    """One source at one level; `below` holds what lower levels were told of each text already."""

    understanding: Understanding
    source: str
    level: Level
    state: str
    texts: Sequence[Text]
    below: dict[Iri, set[tuple[str, str]]]

    def write(self) -> TextsRead:
        writer, source = self.understanding.writer, self._id
        known = writer.store.triples(source_iri(writer.base, source))
        before = self._by_text(read_mentions(known).values())
        remembered = self._remembered(source)
        digests = {text.iri: self._digest(text) for text in self.texts}
        mentions: list[Extracted] = []
        read = 0
        for text in self.texts:
            if text.content is None or remembered.get(text.iri) == digests[text.iri]:
                own = before.get(text.iri, [])
            else:
                own = list(self._read(text))
                read += 1
            mentions += (self._decided(mention) for mention in own)
            self.below[text.iri].update((mention.proposes, mention.target) for mention in own)
        self._bring(source, known, mentions)
        writer.ledger.remember_understood(source, digests)
        return self._counted(read, mentions)

    @property
    def _id(self) -> str:
        return understood_id(self.source, self.level)

    @staticmethod
    def _by_text(mentions: Iterable[Extracted]) -> dict[Iri, list[Extracted]]:
        grouped: dict[Iri, list[Extracted]] = defaultdict(list)
        for mention in mentions:
            grouped[mention.text].append(mention)
        return grouped

    def _remembered(self, source: str) -> Mapping[Iri, str]:
        """The state in which each text was read; nothing where the graph was changed since by others."""
        ledger = self.understanding.writer.ledger
        loaded = ledger.loaded(source)
        return ledger.understood(source) if loaded is None or loaded.digest else {}

    def _digest(self, text: Text) -> str:
        parts = [text.digest, self.understanding.gazetteer(self.level).digest, *METHODS]
        parts += sorted(f"{proposes} {target}" for proposes, target in self.below[text.iri])
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _read(self, text: Text) -> Iterator[Extracted]:
        analyst = self.understanding.analyst(self.level)
        linked = {t.object.value for t in text.stated if isinstance(t.object, NamedNode)}
        for finding in analyst.read(text.content or ""):
            told = (_property(finding.role), finding.target) in self.below[text.iri]
            if not told and finding.target not in linked and finding.target != text.iri:
                yield self._extracted(text, finding)

    def _extracted(self, text: Text, finding: Finding) -> Extracted:
        return Extracted(
            iri=mention_iri(self.understanding.writer.base, text.iri, *finding.key),
            text=text.iri,
            proposes=_property(finding.role),
            target=finding.target,
            quote=finding.quote,
            start=finding.start,
            end=finding.end,
            method=finding.method,
            confidence=round(finding.confidence, 3),
        )

    def _decided(self, mention: Extracted) -> Extracted:
        return replace(mention, state=self.understanding.states.get(mention.iri, State.PROPOSED))

    def _bring(self, source: str, known: set[Triple], mentions: Sequence[Extracted]) -> None:
        writer = self.understanding.writer
        if not mentions:
            return writer.remove(source, self.state)
        found = canonical(self._described(source) | self._triples(mentions))
        writer.bring(source, self.level, self.state, plan(known, found, complete=True))
        return None

    def _described(self, source: str) -> set[Triple]:
        """Describe the graph, under the terms of the source that the texts are from."""
        writer = self.understanding.writer
        about = writer.store.about(NamedNode(source_iri(writer.base, self.source)), self.level)
        return describe_derived(about, source, self.source, self.level, writer.base)

    def _triples(self, mentions: Sequence[Extracted]) -> set[Triple]:
        classes = {text.iri: text.classes for text in self.texts}
        found: set[Triple] = set()
        for mention in mentions:
            found |= as_triples([mention], self._threshold(mention, classes[mention.text]))
        return found

    def _threshold(self, mention: Extracted, classes: frozenset[str]) -> float:
        own = mention.proposes in {_property(role) for role in _OWN_FACTS}
        return _NEVER if own and classes & _STATED_BY_PEOPLE else self.understanding.threshold

    def _counted(self, read: int, mentions: Sequence[Extracted]) -> TextsRead:
        classes = {text.iri: text.classes for text in self.texts}
        waiting = sum(
            mention.state is State.PROPOSED
            and not mention.is_stated(self._threshold(mention, classes[mention.text]))
            for mention in mentions
        )
        return TextsRead(source=self.source, read=read, mentions=len(mentions), waiting=waiting)


def texts_of(triples: Iterable[Triple], documents: Mapping[Iri, str]) -> list[Text]:
    """Return the texts of a source in the order of their IRIs; those of `documents` are not in the graph."""
    said: dict[NamedNode, list[Triple]] = defaultdict(list)
    for triple in triples:
        said[subject_of(triple)].append(triple)
    found = []
    for subject in sorted(said, key=lambda node: node.value):
        classes = frozenset(object_of(t).value for t in said[subject] if t.predicate == TYPE)
        if classes & _WITH_TEXTS or DOCUMENT in classes:
            content = content_of(Facts(subject.value, said[subject]), classes, documents)
            found.append(
                Text(iri=subject.value, content=content, classes=classes, stated=frozenset(said[subject]))
            )
    return found


def content_of(facts: Facts, classes: Set[str], documents: Mapping[Iri, str] = NO_DOCUMENTS) -> str | None:
    """Return what is read of a resource: of a document its text, of another title and description."""
    if DOCUMENT in classes:
        kept = facts.text([TEXT], "fr")
        return documents.get(facts.iri, kept or None)
    parts = (facts.text(LABELS, "fr"), facts.text(DESCRIPTIONS, "fr"))
    return "\n".join(part for part in parts if part)


def _property(role: Role) -> Iri:
    return DCT + role if role is Role.PLACE else eco(role)
