"""One resource as it is shown and exchanged: its facts, each with the sources that state it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from pyoxigraph import Literal, NamedNode, Quad, Triple

from ecograph.errors import ResourceNotFound
from ecograph.graph.concepts import Concepts
from ecograph.graph.facts import DESCRIPTIONS, LABELS, Facts, facts_of
from ecograph.graph.ports import Reader
from ecograph.graph.records import GENID
from ecograph.graph.terms import graph_of, object_of, resource
from ecograph.model import Iri, Level
from ecograph.vocab import RDF, shortened

_TYPE = RDF + "type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of a property, and the sources that state it; `parts` describes a nameless node."""

    text: str
    iri: Iri | None
    language: str | None
    sources: tuple[Iri, ...]
    parts: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property with its values; `backward` when others say it of the resource."""

    iri: Iri
    label: str
    values: tuple[Value, ...]
    backward: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """All that a level may know of one resource."""

    iri: Iri
    label: str
    summary: str
    types: tuple[str, ...]
    properties: tuple[Property, ...]
    mentions: tuple[Property, ...]
    sources: Mapping[Iri, str]
    fictitious: bool


class Describer:
    """Describes resources of one snapshot at one level, in one language."""

    def __init__(self, snapshot: Reader, level: Level, concepts: Concepts, language: str) -> None:
        self._snapshot, self._level = snapshot, level
        self._concepts, self._language = concepts, language

    def describe(self, iri: Iri) -> Description:
        """Return what is known of a resource; raises `ResourceNotFound`."""
        facts = facts_of(self._snapshot, self._level, iri)
        if not facts:
            raise ResourceNotFound(iri)
        stated = self._snapshot.stated(self._level, iri)
        referring = self._snapshot.referring(self._level, iri)
        graphs = {graph_of(quad) for quad in stated}
        return Description(
            iri=iri,
            label=facts.label(self._language),
            summary=facts.text(DESCRIPTIONS, self._language),
            types=tuple(self.label(t) for t in sorted({object_of(q).value for q in stated if _is_type(q)})),
            properties=tuple(self._properties((q for q in stated if not _is_type(q)), facts)),
            mentions=tuple(self._mentions(q for q in referring if not _is_type(q))),
            sources={graph: self.label(graph) for graph in sorted(graphs)},
            fictitious=any(self._is_fictitious(graph) for graph in {*graphs, iri}),
        )

    def label(self, iri: Iri) -> str:
        """Return a resource's label in the language, or its short form."""
        if iri in self._concepts:
            return self._concepts.label(iri, self._language)
        facts = facts_of(self._snapshot, self._level, iri)
        label = facts.label(self._language) if facts else iri
        return shortened(iri) if label == iri else label

    def _properties(self, quads: Iterable[Quad], facts: Facts | None = None) -> Iterable[Property]:
        grouped: dict[Iri, dict[NamedNode | Literal, set[Iri]]] = {}
        for quad in quads:
            values = grouped.setdefault(quad.predicate.value, {})
            values.setdefault(object_of(quad), set()).add(graph_of(quad))
        for predicate in sorted(grouped, key=self._rank):
            found = [
                (facts.place_of(predicate, term) if facts else 0, self._value(term, graphs))
                for term, graphs in grouped[predicate].items()
            ]
            # Of what is contested, the value that is used comes first; the others are not hidden.
            ordered = sorted(
                found, key=lambda pair: (pair[1].language != self._language, pair[0], pair[1].text)
            )
            shown = tuple(value for _, value in ordered)
            yield Property(iri=predicate, label=self.label(predicate), values=shown)

    def _mentions(self, quads: Iterable[Quad]) -> Iterable[Property]:
        turned = [_turned(quad) for quad in quads]
        for found in self._properties(turned):
            yield Property(iri=found.iri, label=found.label, values=found.values, backward=True)

    def _value(self, term: NamedNode | Literal, graphs: Iterable[Iri]) -> Value:
        sources = tuple(sorted(graphs))
        if isinstance(term, Literal):
            return Value(text=term.value, iri=None, language=term.language, sources=sources)
        nameless = GENID in term.value
        quads = self._snapshot.stated(self._level, term.value) if nameless else []
        parts = tuple(self._properties(q for q in quads if not _is_type(q)))
        text = self.label(term.value)
        return Value(text=text, iri=term.value, language=None, sources=sources, parts=parts)

    def _rank(self, predicate: Iri) -> tuple[int, str]:
        first = (*LABELS, *DESCRIPTIONS)
        return (first.index(predicate) if predicate in first else len(first), self.label(predicate))

    def _is_fictitious(self, source: Iri) -> bool:
        facts = Facts(source, self._snapshot.merged(self._level, source))
        return any(flag.value == "true" for flag in facts.literals(_FICTITIOUS))


_FICTITIOUS = "https://w3id.org/ecograph/ns#fictitious"


def concise(snapshot: Reader, level: Level, iri: Iri) -> list[Triple]:
    """Return a resource's triples with those of its nameless parts; raises `ResourceNotFound`.

    It is the Concise Bounded Description (W3C member submission, 2005) over the merged graph.
    """
    pending, seen, triples = [iri], {iri}, set()
    while pending:
        for triple in snapshot.merged(level, pending.pop()):
            triples.add(triple)
            term = triple.object
            if isinstance(term, NamedNode) and GENID in term.value and term.value not in seen:
                seen.add(term.value)
                pending.append(term.value)
    if not triples:
        raise ResourceNotFound(iri)
    return sorted(triples, key=str)


def kept_iri(snapshot: Reader, level: Level, iri: Iri) -> Iri:
    """Return the IRI of the resource that a record is of; raises `ResourceNotFound` for what is no IRI."""
    return snapshot.aliases(level).kept(resource(iri)).value


def _turned(quad: Quad) -> Quad:
    """Return what a quad says of its object."""
    return Quad(cast("NamedNode", quad.object), quad.predicate, quad.subject, quad.graph_name)


def _is_type(quad: Quad) -> bool:
    return quad.predicate.value == _TYPE
