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

from pyoxigraph import NamedNode, Triple

from ecograph.graph.mentions import (
    NAMED,
    Extracted,
    State,
    as_triples,
    mention_iri,
    named_iri,
    read_mentions,
    read_names,
    read_states,
)
from ecograph.graph.plan import plan
from ecograph.graph.spotted import Spotted
from ecograph.graph.terms import canonical
from ecograph.loading import Writer
from ecograph.model import Iri, Level, TextsRead
from ecograph.questions.gazetteer import Gazetteer, read_gazetteer
from ecograph.sources.description import describe_derived, source_iri, understood_id
from ecograph.texts import NO_DOCUMENTS, Text, texts_of
from ecograph.understanding.analysis import METHODS, Analyst, Finding, Role
from ecograph.understanding.unknown import METHOD as SPOTTED_BY
from ecograph.understanding.unknown import Unknown, key_of, read_spots, unknown
from ecograph.vocab import DCT, eco

# What a person states of a project or a need, no program states in their stead.
_STATED_BY_PEOPLE = {eco("Project"), eco("Need")}
_OWN_FACTS = {Role.POLE, Role.PLACE}
_NEVER = 2.0  # no confidence reaches it
_FACT = "understood "


@dataclass(frozen=True)
class Understanding:
    """The right to write down what texts say, in a session of one writer."""

    writer: Writer
    threshold: float
    spotter: str = ""  # the version of what spots names; empty where there is none

    def understand(self, source: str, documents: Mapping[Iri, str] = NO_DOCUMENTS) -> TextsRead:
        """Bring what is known of a source's texts to what they say now.

        `documents` are texts that the graph does not keep. Running it again changes nothing.
        """
        started = time.monotonic()
        graph = source_iri(self.writer.base, source)
        texts = texts_of(self.writer.store.triples(graph), documents)
        level = self.writer.store.level_of(graph)
        digest = self._digest(level, texts)
        unspotted = {text.spotted_as: text.content or "" for text in texts if self._is_unspotted(text)}
        self.unspotted.update(unspotted)
        found = TextsRead(source=source, texts=len(texts), unspotted=len(unspotted))
        if digest != self._last_digest(source):
            first = self.writer.ledger.last()
            below: dict[Iri, set[tuple[str, str]]] = defaultdict(set)
            for seen in Level:
                # A level that sees no other names than one below it has nothing to add.
                is_new = level is not None and (seen == level or self._sees_more(seen))
                own = texts if level is not None and seen >= level and is_new else []
                found = found + _Run(self, source, seen, digest, own, below, own_level=seen == level).write()
            self._remember(source, digest if level is not None else None)
            diffs = [change.diff for change in self.writer.ledger.since(first)]
            added, removed = sum(len(d.added) for d in diffs), sum(len(d.removed) for d in diffs)
            found = replace(found, added=added, removed=removed)
        return replace(found, seconds=time.monotonic() - started)

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
        parts += (f"{name} {actor}" for name, actor in sorted(self.names.items()))
        parts += (f"{text.iri} {text.digest} {self.spotted.line(text.spotted_as)}" for text in texts)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _last_digest(self, source: str) -> str | None:
        """Return the state in which the texts were read; None where a graph was changed since by others."""
        digest = self.writer.ledger.fact(_FACT + source)
        loaded = (self.writer.ledger.loaded(understood_id(source, level)) for level in Level)
        return digest if all(one is None or one.digest == digest for one in loaded) else None

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

    def _is_unspotted(self, text: Text) -> bool:
        return bool(text.content) and self.spotted.is_new(text.spotted_as)

    @cached_property
    def spotted(self) -> Spotted:
        """What a model found in the texts."""
        return Spotted(self.writer.ledger, self.spotter)

    @cached_property
    def unspotted(self) -> dict[str, str]:
        """The texts that the model has not seen, by their digests."""
        return {}

    @cached_property
    def accepted(self) -> frozenset[str]:
        """The names met in texts that people said are somebody's, by what they are grouped by."""
        return frozenset(name.rpartition(NAMED)[2] for name, actor in self.names.items() if actor)

    @cached_property
    def names(self) -> Mapping[Iri, Iri | None]:
        """Whose the names are that were met in texts, as people decided; None for nobody's."""
        return read_names(self.writer.store)

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
    own_level: bool  # the lowest that sees the source: there, names that the graph does not know are told

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
        parts += [self.understanding.spotted.line(text.spotted_as)] if self.own_level else []
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _read(self, text: Text) -> Iterator[Extracted]:
        analyst = self.understanding.analyst(self.level)
        linked = {t.object.value for t in text.stated if isinstance(t.object, NamedNode)}
        findings = analyst.read(text.content or "")
        yield from self._unknown(text, findings)
        for finding in findings:
            told = (_property(finding.role), finding.target) in self.below[text.iri]
            if not told and finding.target not in linked and finding.target != text.iri:
                yield self._extracted(text, finding)

    def _unknown(self, text: Text, findings: Iterable[Finding]) -> Iterator[Extracted]:
        """Yield the organisations that a text names and this level does not know."""
        spots = self.understanding.spotted.line(text.spotted_as) if self.own_level else ""
        if not spots:
            return
        gazetteer = self.understanding.gazetteer(self.level)
        taken = [(one.start, one.end) for one in findings if one.role is Role.MENTIONS]
        # What was accepted goes on being proposed where the linker does not find it.
        for one in unknown(
            text.content or "",
            read_spots(spots),
            taken=taken,
            known=gazetteer.keys - self.understanding.accepted,
            places=gazetteer.lands,
        ):
            yield self._met(text, one)

    def _met(self, text: Text, one: Unknown) -> Extracted:
        base = self.understanding.writer.base
        target = named_iri(base, one.key)
        return Extracted(
            iri=mention_iri(base, text.iri, Role.MENTIONS, target),
            text=text.iri,
            proposes=_property(Role.MENTIONS),
            target=target,
            quote=one.name,
            start=one.start,
            end=one.end,
            method=f"{SPOTTED_BY} {self.understanding.spotted.by(text.spotted_as)}",
            confidence=one.confidence,
        )

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
        if not mention.is_spotted:
            return replace(mention, state=self.understanding.states.get(mention.iri, State.PROPOSED))
        name = named_iri(self.understanding.writer.base, key_of(mention.quote))
        actor = self.understanding.names.get(name, name)
        if actor is None:
            return replace(mention, target=name, state=State.REJECTED)
        is_known = name in self.understanding.names and self._sees(actor)
        return replace(
            mention,
            target=actor if is_known else name,
            state=State.CONFIRMED if is_known else State.PROPOSED,
        )

    def _sees(self, actor: Iri) -> bool:
        return actor in self.understanding.gazetteer(self.level).classes

    def _bring(self, source: str, known: set[Triple], mentions: Sequence[Extracted]) -> None:
        writer = self.understanding.writer
        if not mentions:
            return writer.remove(source, self.state)
        found = canonical(self._described(source) | self._triples(mentions))
        writer.bring(source, self.level, self.state, plan(known, found))
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


def _property(role: Role) -> Iri:
    return DCT + role if role is Role.PLACE else eco(role)
