"""The names that a level sees: of actors, projects, competences, poles and places."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from ecograph.graph.concepts import FAMILIAR
from ecograph.graph.ports import Row
from ecograph.index.analysis import terms
from ecograph.model import Iri, Level
from ecograph.understanding.analysis import Analyst, Role
from ecograph.understanding.forms import joined, tokens_of
from ecograph.understanding.linking import Entity, Linker
from ecograph.understanding.places import Place
from ecograph.understanding.poles import Notion, PoleClassifier
from ecograph.understanding.renaming import Bearer
from ecograph.understanding.territories import Territories
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
  # No text says a name of several lines.
  FILTER (strlen(?name) <= 300)
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
  { ?concept a eco:Pole BIND (?concept AS ?pole) } UNION {
    ?concept a eco:Competence ; eco:inPole ?pole
    FILTER NOT EXISTS { ?concept eco:speaksForPole false }
  }
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
# A text that names a country or the Union says little about where it is of use.
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
    places: tuple[Place, ...]
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

    @property
    def _topics(self) -> frozenset[str]:
        """The words by which notions are called: what opens a text with one of them is seldom a town's."""
        said = (token.text for notion in self.notions for name in notion.names for token in tokens_of(name))
        return frozenset(word.lower() for word in said if word[0].islower())

    def linker(self) -> Linker:
        """Make what finds the names of all but places."""
        return Linker(self.entities, places=self.regions)

    def analyst(self) -> Analyst:
        """Make what reads texts with these names."""
        return Analyst(
            linker=self.linker(),
            roles={iri: _ROLES[name] for iri, name in self.classes.items()},
            own_names=self.own_names,
            places=Territories(self.places, common=self._topics),
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
        places=tuple(_places(places, graph.rows(level, FAMILIAR))),
        codes={row["code"].value: row["place"].value for row in places},
        regions=tuple(sorted(row["name"].value for row in places if row["role"].value.endswith("prefLabel"))),
        notions=tuple(_notions(graph, level)),
    )


def _places(rows: list[Row], towns: list[Row]) -> Iterator[Place]:
    """Yield the local territories with their names; several may have one."""
    names: dict[Iri, set[str]] = defaultdict(set)
    codes: dict[Iri, str] = {}
    known_to_all = {row["town"].value for row in towns}
    for row in rows:
        code, name, place = row["code"].value, row["name"].value, row["place"].value
        if code.startswith(_LOCAL) and not any(c.isdigit() for c in name):
            names[place].add(name)
            codes[place] = code
    for iri, said in sorted(names.items()):
        yield Place(iri, codes[iri], tuple(sorted(said)), familiar=iri in known_to_all)


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
