"""The names that a level sees: of actors, projects, competences, poles and places."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from ecograph.graph.ports import Row
from ecograph.index.analysis import terms
from ecograph.model import Iri, Level
from ecograph.understanding.analysis import Analyst, Role
from ecograph.understanding.forms import joined, tokens_of
from ecograph.understanding.linking import Entity, Linker
from ecograph.understanding.poles import Notion, PoleClassifier
from ecograph.understanding.renaming import Bearer
from ecograph.understanding.unknown import key_of

# Hidden labels help people to find a concept; in a running text they name too much.
# Persons are left out: what is written about someone is not gathered here.
_NAMED = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dct: <http://purl.org/dc/terms/>
SELECT ?thing ?class ?role ?name WHERE {
  VALUES ?class { eco:Actor eco:Project eco:Competence eco:Pole }
  VALUES ?role { rdfs:label dct:title skos:prefLabel skos:altLabel }
  ?thing a ?class ; ?role ?name
  FILTER (lang(?name) IN ("", "fr"))
  FILTER NOT EXISTS { ?thing a eco:Person }
}
"""
_PLACES = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?place ?code ?role ?name WHERE {
  VALUES ?role { skos:prefLabel skos:altLabel }
  ?place skos:inScheme <https://w3id.org/ecograph/voc/territories> ; skos:notation ?code ; ?role ?name
  FILTER (lang(?name) = "fr")
}
"""
_NOTIONS = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?concept ?pole ?name WHERE {
  { ?concept a eco:Pole BIND (?concept AS ?pole) } UNION { ?concept a eco:Competence ; eco:inPole ?pole }
  ?concept skos:prefLabel|skos:altLabel|skos:hiddenLabel|eco:topicWord ?name
  FILTER (lang(?name) = "fr")
}
"""
_PROPER = frozenset({"Actor", "Project"})
_ROLES = {
    "Actor": Role.MENTIONS,
    "Project": Role.MENTIONS,
    "Competence": Role.CONCERNS,
    "Pole": Role.POLE,
}
# A text that names a country or the Union says little about where it is of use. Of a region and a
# département with one name, the region comes first.
_LOCAL = ("REG-", "DEP-", "COM-")


class Rows(Protocol):
    """What answers a SELECT of ours at a level."""

    def rows(self, level: Level, text: str) -> list[Row]:
        """Return the solutions, each with its bound variables only."""


@dataclass(frozen=True)
class Gazetteer:
    """The names of one level; proper names are of one thing, others of a notion."""

    entities: tuple[Entity, ...]
    classes: Mapping[Iri, str]
    own_names: Mapping[Iri, frozenset[str]]
    places: tuple[Entity, ...]
    codes: Mapping[str, Iri]
    regions: tuple[str, ...]
    notions: tuple[Notion, ...]

    @cached_property
    def digest(self) -> str:
        """What tells these names from others."""
        own = [(iri, sorted(names)) for iri, names in sorted(self.own_names.items())]
        parts = (self.entities, sorted(self.classes.items()), own, self.places, self.regions, self.notions)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @cached_property
    def bearers(self) -> Mapping[Iri, Bearer]:
        """What bears names, of all but places."""
        own = ((iri, " ".join(sorted(names))) for iri, names in self.own_names.items())
        told = {iri: f"{self.classes[iri]} {names}" for iri, names in own}
        return {one.id: Bearer(one.names, f"{one.proper} {told.get(one.id, '')}") for one in self.entities}

    @cached_property
    def rest(self) -> str:
        """What tells from others what is not looked for name by name: places, and what speaks for poles."""
        parts = (self.places, sorted(self.codes.items()), self.regions, self.notions)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @cached_property
    def keys(self) -> frozenset[str]:
        """By what names are compared with those that a model spots."""
        return frozenset(key_of(name) for entity in self.entities for name in entity.names)

    @cached_property
    def lands(self) -> frozenset[str]:
        """The letters of the names of territories."""
        return frozenset(joined(tokens_of(name)) for place in self.places for name in place.names)

    def linker(self) -> Linker:
        """Make what finds the names of all but places."""
        return Linker(self.entities, places=self.regions)

    def analyst(self) -> Analyst:
        """Make what reads texts with these names."""
        return Analyst(
            linker=self.linker(),
            roles={iri: _ROLES[name] for iri, name in self.classes.items()},
            own_names=self.own_names,
            places=Linker(self.places, namesakes=False),
            codes=self.codes,
            classifier=PoleClassifier(self.notions, analyze=terms),
        )


def read_gazetteer(graph: Rows, level: Level) -> Gazetteer:
    """Read the names that a level sees."""
    names: dict[Iri, set[str]] = defaultdict(set)
    own_names: dict[Iri, set[str]] = defaultdict(set)
    classes: dict[Iri, str] = {}
    for row in graph.rows(level, _NAMED):
        names[row["thing"].value].add(row["name"].value)
        if not row["role"].value.endswith("altLabel"):
            own_names[row["thing"].value].add(joined(tokens_of(row["name"].value)))
        # Of what is of two classes, the first in the alphabet: the answer must not depend on the engine.
        name = row["class"].value.rpartition("#")[2]
        classes[row["thing"].value] = min(name, classes.get(row["thing"].value, name))
    places = graph.rows(level, _PLACES)
    return Gazetteer(
        entities=tuple(
            Entity(id=iri, names=tuple(sorted(said)), proper=classes[iri] in _PROPER)
            for iri, said in sorted(names.items())
        ),
        classes=classes,
        own_names={iri: frozenset(own_names[iri]) for iri in names},
        places=tuple(_places(places)),
        codes={row["code"].value: row["place"].value for row in places},
        regions=tuple(sorted(row["name"].value for row in places if row["role"].value.endswith("prefLabel"))),
        notions=tuple(_notions(graph, level)),
    )


def _places(rows: list[Row]) -> list[Entity]:
    names: dict[Iri, set[str]] = defaultdict(set)
    taken: dict[str, Iri] = {}
    rank = {start: place for place, start in enumerate(_LOCAL)}
    local = [row for row in rows if row["code"].value.startswith(_LOCAL)]
    for row in sorted(local, key=lambda row: (rank[row["code"].value[:4]], row["place"].value)):
        name, place = row["name"].value, row["place"].value
        if not any(c.isdigit() for c in name) and taken.setdefault(name, place) == place:
            names[place].add(name)
    return [Entity(id=iri, names=tuple(sorted(said)), proper=True) for iri, said in sorted(names.items())]


def _notions(graph: Rows, level: Level) -> list[Notion]:
    names: dict[Iri, set[str]] = defaultdict(set)
    of: dict[Iri, set[Iri]] = defaultdict(set)
    for row in graph.rows(level, _NOTIONS):
        names[row["concept"].value].add(row["name"].value)
        of[row["concept"].value].add(row["pole"].value)
    return [
        Notion(names=tuple(sorted(names[concept])), poles=tuple(sorted(of[concept])))
        for concept in sorted(names)
    ]
