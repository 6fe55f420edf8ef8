"""Calling: the other names that people gave organisations, stated of those that are there.

A name that was met in a text and accepted as that of an organisation is stated of it, and nothing else
may be left to state when its source is without it. The name is then kept with the decision until it is back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.graph.entailment import TYPE
from ecograph.graph.mentions import named_iri
from ecograph.graph.plan import Diff
from ecograph.graph.terms import subject_of
from ecograph.loading import Writer
from ecograph.model import Iri, Level
from ecograph.sources.description import named_id, source_iri
from ecograph.understanding.unknown import key_of
from ecograph.vocab import SKOS

_CALLED = NamedNode(SKOS + "altLabel")
_DECISIONS = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
SELECT ?decision ?name ?actor WHERE {
  ?decision a eco:Decision ; eco:decisionOn ?name ; eco:mergedInto ?actor
  FILTER (CONTAINS(STR(?name), "/actor/named--"))
}
"""


@dataclass(frozen=True)
class Calling:
    """The right to state names of organisations, in a session of one writer."""

    writer: Writer

    def bring(self) -> None:
        """Bring the names to the organisations that each level knows now."""
        for level in Level:
            source = named_id(level)
            diff = self._diff(source_iri(self.writer.base, source), level)
            if diff:
                self.writer.bring(source, level, "", diff)

    def _diff(self, graph: Iri, level: Level) -> Diff:
        said = [t for t in self.writer.store.triples(graph) if t.predicate == _CALLED]
        if not said:
            return Diff(frozenset(), frozenset())
        rows = self.writer.store.rows(level, _DECISIONS)
        actors = {row["decision"].value: row["actor"].value for row in rows}
        kept_by = {(row["actor"].value, row["name"].value): row["decision"].value for row in rows}
        moved = dict(self._moved(said, level, actors, kept_by))
        return Diff(frozenset(moved.values()), frozenset(moved))

    def _moved(
        self,
        said: list[Triple],
        level: Level,
        actors: Mapping[Iri, Iri],
        kept_by: Mapping[tuple[Iri, Iri], Iri],
    ) -> Iterator[tuple[Triple, Triple]]:
        """Yield names with the place that they go to: from an organisation to the decision, and back."""
        for triple in said:
            bearer = subject_of(triple).value
            actor = actors.get(bearer, bearer)
            place = (
                actor if self._is_there(actor, level) else kept_by.get((actor, self._name(triple)), bearer)
            )
            if place != bearer:
                yield triple, Triple(NamedNode(place), _CALLED, triple.object)

    def _name(self, triple: Triple) -> Iri:
        text = triple.object.value if isinstance(triple.object, Literal) else ""
        return named_iri(self.writer.base, key_of(text))

    def _is_there(self, actor: Iri, level: Level) -> bool:
        return any(triple.predicate == TYPE for triple in self.writer.store.about(NamedNode(actor), level))
