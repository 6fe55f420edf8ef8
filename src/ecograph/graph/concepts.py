"""The concept schemes as the questions need them: labels, hierarchy, and the words that name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ecograph.cog import SCHEME as TERRITORIES
from ecograph.cog import is_commune
from ecograph.graph.ports import Reader, Row
from ecograph.model import Iri, Level
from ecograph.understanding.places import Gazetteer, Place
from ecograph.vocab import VOC, concept

_CONCEPTS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?concept ?scheme ?notation WHERE {
  ?concept skos:inScheme ?scheme
  OPTIONAL { ?concept skos:notation ?notation }
}
"""
_LABELS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?concept ?role ?label WHERE {
  VALUES ?role { skos:prefLabel skos:altLabel skos:hiddenLabel }
  ?concept skos:inScheme ?scheme ; ?role ?label
}
"""
_BROADER = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?concept ?broader WHERE { ?concept skos:inScheme ?scheme ; skos:broader ?broader }
"""
# Towns known to all: meant where another commune has the same name.
FAMILIAR = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?town WHERE { <https://w3id.org/ecograph/voc/territories/towns> skos:member ?town }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One concept of a scheme; `names` are its labels of every kind and language, `stated` all but hidden."""

    iri: Iri
    scheme: str
    notation: str
    labels: Mapping[str, str]
    names: tuple[str, ...]
    stated: tuple[str, ...]
    broader: tuple[Iri, ...]

    def label(self, language: str) -> str:
        """Return the preferred label in a language, else in French, else the notation."""
        return self.labels.get(language) or self.labels.get("fr") or self.notation


class Concepts:
    """All concepts that a level may see."""

    def __init__(self, concepts: Iterable[Concept], familiar: Iterable[Iri] = ()) -> None:
        """Towns that are `familiar` are meant where another commune has the same name."""
        self._concepts = {entry.iri: entry for entry in concepts}
        self._familiar = frozenset(familiar)

    def __contains__(self, iri: object) -> bool:
        return iri in self._concepts

    def get(self, iri: Iri) -> Concept | None:
        return self._concepts.get(iri)

    def label(self, iri: Iri, language: str) -> str:
        """Return a concept's label, or the last segment of an IRI that is no known concept."""
        found = self._concepts.get(iri)
        if found is None:
            return iri.rsplit("/", 1)[-1]
        label = found.label(language)
        if is_commune(iri) and found.broader:
            # Many towns have one name: "Mende (Lozère)".
            return f"{label} ({self.label(found.broader[0], language)})"
        return label

    def of_scheme(self, scheme: str) -> list[Concept]:
        """Return the concepts of a scheme by notation; of the territories all but communes."""
        found = (c for c in self._concepts.values() if c.scheme == scheme and not is_commune(c.iri))
        return sorted(found, key=lambda c: c.notation)

    def resolve(self, scheme: str, value: str) -> Concept | None:
        """Return the concept that an IRI, a notation or a label names in a scheme."""
        if scheme == TERRITORIES and value not in self._concepts:
            value = self.places.resolve(value) or ""
        found = (
            self._concepts.get(value)
            or self._concepts.get(concept(scheme, value))
            or self._by_name.get((scheme, value.casefold()))
        )
        return found if found is not None and found.scheme == scheme else None

    def ancestors(self, iri: Iri) -> dict[Iri, int]:
        """Return a concept and those above it, each with its distance."""
        return _reach([iri], lambda node: self._concepts[node].broader if node in self._concepts else ())

    def descendants(self, iri: Iri) -> dict[Iri, int]:
        """Return a concept and those below it, each with its distance."""
        return _reach([iri], lambda node: self._narrower.get(node, ()))

    def areas(self, iri: Iri) -> dict[Iri, int]:
        """Return a territory and those below it down to the départements, each with its distance."""
        return _reach([iri], lambda node: self._areas.get(node, ()))

    @cached_property
    def places(self) -> Gazetteer:
        """The territories, communes included, by what people call them."""
        return Gazetteer(
            Place(c.iri, c.notation, c.names, familiar=c.iri in self._familiar)
            for c in self._concepts.values()
            if c.scheme == TERRITORIES and c.labels
        )

    @cached_property
    def _areas(self) -> Mapping[Iri, list[Iri]]:
        areas = ((iri, [n for n in below if not is_commune(n)]) for iri, below in self._narrower.items())
        return {iri: below for iri, below in areas if below}

    @cached_property
    def _narrower(self) -> Mapping[Iri, list[Iri]]:
        narrower: dict[Iri, list[Iri]] = defaultdict(list)
        for entry in self._concepts.values():
            for parent in entry.broader:
                narrower[parent].append(entry.iri)
        return narrower

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Concept]:
        # Preferred labels last, so that they win over another concept's alternative label.
        others = [c for c in self._concepts.values() if c.scheme != TERRITORIES]
        named = {(c.scheme, name.casefold()): c for c in others for name in c.names}
        return named | {(c.scheme, n.casefold()): c for c in others for n in c.labels.values()}


NONE_KNOWN: Mapping[Level, Concepts] = {}


def read_concepts(snapshot: Reader, level: Level) -> Concepts:
    """Read the concepts of a snapshot."""
    labels: dict[Iri, dict[str, str]] = defaultdict(dict)
    names: dict[Iri, list[str]] = defaultdict(list)
    hidden: dict[Iri, set[str]] = defaultdict(set)
    for row in snapshot.rows(level, _LABELS):
        iri, label = row["concept"].value, row["label"]
        names[iri].append(label.value)
        if row["role"].value.endswith("hiddenLabel"):
            hidden[iri].add(label.value)
        if row["role"].value.endswith("prefLabel"):
            labels[iri][getattr(label, "language", None) or "fr"] = label.value
    broader: dict[Iri, list[Iri]] = defaultdict(list)
    for row in snapshot.rows(level, _BROADER):
        broader[row["concept"].value].append(row["broader"].value)
    return Concepts(
        (_concept(row, labels, names, hidden, broader) for row in snapshot.rows(level, _CONCEPTS)),
        familiar=(row["town"].value for row in snapshot.rows(level, FAMILIAR)),
    )


def _concept(
    row: Row,
    labels: Mapping[Iri, Mapping[str, str]],
    names: Mapping[Iri, list[str]],
    hidden: Mapping[Iri, set[str]],
    broader: Mapping[Iri, list[Iri]],
) -> Concept:
    iri = row["concept"].value
    return Concept(
        iri=iri,
        scheme=row["scheme"].value.removeprefix(VOC),
        notation=row["notation"].value if "notation" in row else iri.rsplit("/", 1)[-1],
        labels=labels.get(iri, {}),
        names=tuple(sorted(names.get(iri, ()))),
        stated=tuple(sorted(set(names.get(iri, ())) - hidden.get(iri, set()))),
        broader=tuple(sorted(broader.get(iri, ()))),
    )


def _reach(start: Iterable[Iri], step: Callable[[Iri], Iterable[Iri]]) -> dict[Iri, int]:
    reached: dict[Iri, int] = {}
    frontier = list(start)
    distance = 0
    while frontier:
        for node in frontier:
            reached.setdefault(node, distance)
        frontier = [n for node in frontier for n in step(node) if n not in reached]
        distance += 1
    return reached
