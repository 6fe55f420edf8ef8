"""Noting what the texts of one source say of what one level sees, in a graph apart."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode, Triple

from ecograph.graph.ledger import TextState
from ecograph.graph.mentions import (
    Extracted,
    State,
    as_triples,
    mention_iri,
    named_iri,
    read_mentions,
)
from ecograph.graph.plan import Diff, plan
from ecograph.graph.terms import canonical, subject_of
from ecograph.knowledge import Knowledge
from ecograph.model import Iri, Level, TextsRead
from ecograph.sources.description import describe_derived, source_iri, understood_id
from ecograph.texts import Text
from ecograph.understanding.analysis import METHODS, Finding, Role
from ecograph.understanding.renaming import words_of
from ecograph.understanding.unknown import METHOD as SPOTTED_BY
from ecograph.understanding.unknown import Unknown, candidates, key_of, read_spots, told
from ecograph.vocab import DCT, eco

# What a person states of a project or a need, no program states in their stead.
_STATED_BY_PEOPLE = {eco("Project"), eco("Need")}
_OWN_FACTS = {Role.POLE, Role.PLACE}
_NEVER = 2.0  # no confidence reaches it
_MENTION = NamedNode(eco("Mention"))
_MENTIONED_IN = NamedNode(eco("mentionedIn"))


@dataclass(frozen=True, kw_only=True)
class Run:
    """One source at one level; `below` holds what lower levels were told of each text already.

    `touched` are the texts that can hold a name that changed since they were read; None stands for all.
    """

    knowledge: Knowledge
    threshold: float
    source: str
    level: Level
    state: str
    texts: Sequence[Text]
    below: dict[Iri, set[tuple[str, str]]]
    touched: frozenset[Iri] | None
    own_level: bool  # the lowest that sees the source: there, names that the graph does not know are told

    def write(self) -> TextsRead:
        """Bring the graph to what all texts of the source say."""
        writer, source = self.knowledge.writer, self._id
        known = writer.store.triples(source_iri(writer.base, source))
        mentions, states, read = self._mentions(known, self._remembered(source))
        self._bring(source, known, mentions)
        writer.ledger.remember_understood(source, states)
        return self._counted(read, mentions)

    def write_some(self) -> TextsRead:
        """Bring the graph to what some texts say, and leave what was read in all others."""
        writer, source = self.knowledge.writer, self._id
        graph = source_iri(writer.base, source)
        known = {triple for text in self.texts for triple in self._read_in(text.iri, graph)}
        mentions, states, read = self._mentions(known, self._remembered(source))
        self._bring_some(source, known, mentions)
        writer.ledger.remember_understood(source, states, complete=False)
        return self._counted(read, mentions)

    def forget(self, gone: Collection[Iri]) -> None:
        """Take out what was read in texts that are gone, and the quotes that these texts hold no more."""
        source = self._id
        graph = source_iri(self.knowledge.writer.base, source)
        about = [*gone, *(text.iri for text in self.texts)]
        known = {triple for text in about for triple in self._read_in(text, graph)}
        before = self._by_text(read_mentions(known).values())
        quoted = (
            mention
            for text in self.texts
            for mention in before.get(text.iri, ())
            if mention.quote in (text.content or "")
        )
        if known:
            self._bring_some(source, known, list(quoted))

    def _bring_some(self, source: str, known: set[Triple], mentions: Sequence[Extracted]) -> None:
        """Replace what is known of some texts by mentions, and leave the rest of the graph."""
        writer = self.knowledge.writer
        graph = source_iri(writer.base, source)
        found = canonical(self._triples(mentions))
        if found and writer.store.level_of(graph) is None:
            found |= canonical(self._described(source))
        if not found and not self._others(graph, known):
            return writer.remove(source, self.state)
        diff = Diff(frozenset(found - known), frozenset(known - found))
        writer.bring(source, self.level, self.state, diff)
        return None

    def _read_in(self, text: Iri, graph: Iri) -> Iterator[Triple]:
        """Yield what was read in a text: its mentions, and what is stated of it."""
        store, node = self.knowledge.writer.store, NamedNode(text)
        yield from store.statements(graph, subject=node)
        for triple in store.statements(graph, value=node):
            if triple.predicate == _MENTIONED_IN:
                yield from store.statements(graph, subject=subject_of(triple))

    def _others(self, graph: Iri, known: Iterable[Triple]) -> bool:
        """Whether a graph holds mentions besides some that are known."""
        held = self.knowledge.writer.store.statements(graph, value=_MENTION)
        return len(held) > sum(triple.object == _MENTION for triple in known)

    def _mentions(
        self, known: Iterable[Triple], remembered: Mapping[Iri, TextState]
    ) -> tuple[list[Extracted], dict[Iri, TextState], int]:
        """Return what the texts say, in which state they were read, and how many of them now."""
        before = self._by_text(read_mentions(known).values())
        mentions: list[Extracted] = []
        states: dict[Iri, TextState] = {}
        read = 0
        for text in self.texts:
            last, digest = remembered.get(text.iri), self._digest(text)
            is_stale = self.touched is None or text.iri in self.touched
            if text.content is None:
                own = before.get(text.iri, [])
                # It is read when it comes again, unless it is what was read, with names that mean the same.
                states[text.iri] = (
                    TextState("") if last is None else replace(last, digest="") if is_stale else last
                )
            elif last is not None and last.digest == digest and not is_stale:
                own, states[text.iri] = before.get(text.iri, []), last
            else:
                candidates = self._candidates(text)
                own, states[text.iri] = (
                    list(self._read(text, candidates)),
                    self._state(text, digest, candidates),
                )
                read += 1
            mentions += (self._decided(mention) for mention in own)
            self.below[text.iri].update((mention.proposes, mention.target) for mention in own)
        return mentions, states, read

    def _state(self, text: Text, digest: str, candidates: Iterable[Unknown]) -> TextState:
        """Return what is kept of a text that was read; at its own level, what names are looked for in."""
        if not self.own_level:
            return TextState(digest)
        bodies = " ".join(sorted({one.key for one in candidates}))
        return TextState(digest, words_of(text.content or ""), bodies, text.spotted_as)

    @property
    def _id(self) -> str:
        return understood_id(self.source, self.level)

    @staticmethod
    def _by_text(mentions: Iterable[Extracted]) -> dict[Iri, list[Extracted]]:
        grouped: dict[Iri, list[Extracted]] = defaultdict(list)
        for mention in mentions:
            grouped[mention.text].append(mention)
        return grouped

    def _remembered(self, source: str) -> Mapping[Iri, TextState]:
        """The state in which each text was read; nothing where the graph was changed since by others."""
        ledger = self.knowledge.writer.ledger
        loaded = ledger.loaded(source)
        return ledger.understood(source) if loaded is None or loaded.digest else {}

    def _digest(self, text: Text) -> str:
        parts = [text.digest, SPOTTED_BY, *METHODS]
        parts += sorted(f"{proposes} {target}" for proposes, target in self.below[text.iri])
        parts += ["own", self.knowledge.spotted.line(text.spotted_as)] if self.own_level else []
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _candidates(self, text: Text) -> list[Unknown]:
        """Return the organisations that a text names, known or not; at the source's own level alone."""
        spots = self.knowledge.spotted.line(text.spotted_as) if self.own_level else ""
        return candidates(text.content or "", read_spots(spots)) if spots else []

    def _read(self, text: Text, candidates: Sequence[Unknown]) -> Iterator[Extracted]:
        analyst = self.knowledge.analyst(self.level)
        linked = {t.object.value for t in text.stated if isinstance(t.object, NamedNode)}
        findings = analyst.read(text.content or "")
        yield from self._unknown(text, candidates, findings)
        for finding in findings:
            told = (_property(finding.role), finding.target) in self.below[text.iri]
            if not told and finding.target not in linked and finding.target != text.iri:
                yield self._extracted(text, finding)

    def _unknown(
        self, text: Text, candidates: Sequence[Unknown], findings: Iterable[Finding]
    ) -> Iterator[Extracted]:
        """Yield the organisations that a text names and this level does not know."""
        if not candidates:
            return
        taken = [(one.start, one.end) for one in findings if one.role is Role.MENTIONS]
        known = self.knowledge.known_bodies(self.level)
        lands = self.knowledge.gazetteer(self.level).lands
        for one in told(candidates, taken=taken, known=known, places=lands):
            yield self._met(text, one)

    def _met(self, text: Text, one: Unknown) -> Extracted:
        base = self.knowledge.writer.base
        target = named_iri(base, one.key)
        return Extracted(
            iri=mention_iri(base, text.iri, Role.MENTIONS, target),
            text=text.iri,
            proposes=_property(Role.MENTIONS),
            target=target,
            quote=one.name,
            start=one.start,
            end=one.end,
            method=f"{SPOTTED_BY} {self.knowledge.spotted.by(text.spotted_as)}",
            confidence=one.confidence,
        )

    def _extracted(self, text: Text, finding: Finding) -> Extracted:
        return Extracted(
            iri=mention_iri(self.knowledge.writer.base, text.iri, *finding.key),
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
            return replace(mention, state=self.knowledge.states.get(mention.iri, State.PROPOSED))
        name = named_iri(self.knowledge.writer.base, key_of(mention.quote))
        names = self.knowledge.names(self.level)
        actor = names.get(name, name)
        if actor is None:
            return replace(mention, target=name, state=State.REJECTED)
        is_known = name in names and self._sees(actor)
        return replace(
            mention,
            target=actor if is_known else name,
            state=State.CONFIRMED if is_known else State.PROPOSED,
        )

    def _sees(self, actor: Iri) -> bool:
        return actor in self.knowledge.gazetteer(self.level).classes

    def _bring(self, source: str, known: set[Triple], mentions: Sequence[Extracted]) -> None:
        writer = self.knowledge.writer
        if not mentions:
            return writer.remove(source, self.state)
        found = canonical(self._described(source) | self._triples(mentions))
        writer.bring(source, self.level, self.state, plan(known, found))
        return None

    def _described(self, source: str) -> set[Triple]:
        """Describe the graph, under the terms of the source that the texts are from."""
        writer = self.knowledge.writer
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
        return _NEVER if own and classes & _STATED_BY_PEOPLE else self.threshold

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
