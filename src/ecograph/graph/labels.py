"""Concepts by what people call them: for cells of tables that hold labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.assets import ONTOLOGY
from ecograph.cog import SCHEME as TERRITORIES
from ecograph.sources.rdf import parse
from ecograph.understanding.forms import normal
from ecograph.understanding.places import Gazetteer, Place
from ecograph.vocab import SKOS, VOC

# The first that gives a name keeps it.
_ROLES = tuple(SKOS + role for role in ("notation", "prefLabel", "altLabel", "hiddenLabel"))
_IN_SCHEME, _MEMBER = SKOS + "inScheme", SKOS + "member"


def concept_lookup(triples: Iterable[Triple]) -> Callable[[str, str], str | None]:
    """Return what finds the IRI of a scheme's concept by notation or label; case and accents do not count.

    A territory is found by its postcode as well; a name that several communes have finds none of them.
    """
    read = _read(triples)
    places = _gazetteer(read)
    names: dict[tuple[str, str], str] = {}
    for role in _ROLES:
        for iri, name in sorted(read.said[role]):
            if iri in read.schemes:
                names.setdefault((read.schemes[iri], _key(name)), iri)

    def lookup(scheme: str, name: str) -> str | None:
        return places.resolve(name) if scheme == TERRITORIES else names.get((scheme, _key(name)))

    return lookup


@dataclass(frozen=True, slots=True)
class _Read:
    """What triples say of concepts: their schemes, the well-known towns, and names by their role."""

    schemes: dict[str, str] = field(default_factory=dict)
    familiar: set[str] = field(default_factory=set)
    said: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: {role: [] for role in _ROLES})


def _read(triples: Iterable[Triple]) -> _Read:
    read = _Read()
    for triple in triples:
        subject, predicate, value = triple.subject, triple.predicate.value, triple.object
        if isinstance(subject, NamedNode) and isinstance(value, NamedNode):
            if predicate == _IN_SCHEME:
                read.schemes[subject.value] = value.value.removeprefix(VOC)
            elif predicate == _MEMBER:
                read.familiar.add(value.value)
        elif isinstance(subject, NamedNode) and predicate in read.said and isinstance(value, Literal):
            read.said[predicate].append((subject.value, value.value))
    return read


def _gazetteer(read: _Read) -> Gazetteer:
    names: dict[str, list[str]] = {iri: [] for iri, of in read.schemes.items() if of == TERRITORIES}
    for role in _ROLES[1:]:
        for iri, name in read.said[role]:
            if iri in names:
                names[iri].append(name)
    return Gazetteer(
        Place(iri, iri.rsplit("/", 1)[-1], tuple(own), familiar=iri in read.familiar)
        for iri, own in names.items()
        if any(not name.isdigit() for name in own)
    )


def shipped_lookup() -> Callable[[str, str], str | None]:
    """Return what finds the concepts of the lists that this version ships, without any graph."""
    files = sorted((ONTOLOGY / "schemes").glob("*.ttl"))
    return concept_lookup(t for path in files for t in parse(path.read_bytes(), name=path.name, base=VOC))


def _key(name: str) -> str:
    return normal(name) or name
