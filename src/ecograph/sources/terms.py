"""The terms of the vocabularies that sources speak: of the ontology, and of those beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from ecograph.assets import ONTOLOGY
from ecograph.model import Rejection
from ecograph.sources.faults import nearest
from ecograph.vocab import DCT, FOAF, NS, RDF, RDFS, SKOS, shortened

_TYPE = NamedNode(RDF + "type")


def unknown_terms(triples: Iterable[Triple], place: str) -> Iterator[Rejection]:
    """Yield remarks on terms of the ontology's namespace that it does not have, once each."""
    classes: dict[NamedNode, Triple] = {}
    properties: dict[NamedNode, Triple] = {}
    for triple in triples:
        properties.setdefault(triple.predicate, triple)
        if triple.predicate == _TYPE and isinstance(triple.object, NamedNode):
            classes.setdefault(triple.object, triple)
    yield from _unknown(classes, place, is_class=True)
    yield from _unknown(properties, place, is_class=False)


def _unknown(heard: Mapping[NamedNode, Triple], place: str, *, is_class: bool) -> Iterator[Rejection]:
    english, french = ("class", "classe") if is_class else ("property", "propriété")
    known = [f"eco:{name}" for name, own in own_terms().items() if own == is_class]
    for term, first in heard.items():
        name = shortened(term.value)
        if term.value.startswith(NS) and name not in known:
            meant = nearest(name, known, french=True)
            reason = {
                "fr": f"l'ontologie n'a pas de {french} de ce nom{meant}",
                "en": f"the ontology has no {english} of this name{nearest(name, known)}",
            }
            yield Rejection(record=_named(first), place=place, path=name, value="", reason=reason)


def _named(triple: Triple) -> str:
    return triple.subject.value if isinstance(triple.subject, NamedNode) else ""


@cache
def own_terms() -> Mapping[str, bool]:
    """Return the terms of the ontology by their local names, and whether each is a class."""
    found: dict[str, bool] = {}
    for quad in pyoxigraph.parse((ONTOLOGY / "ecograph.ttl").read_bytes(), format=RdfFormat.TURTLE):
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(NS):
            name = quad.subject.value.removeprefix(NS)
            found[name] = found.get(name, False) or str(quad.object).endswith("owl#Class>")
    return found


@cache
def other_terms() -> Mapping[str, frozenset[str]]:
    """Return the local names of vocabularies that are whole and do not grow, by their namespaces."""
    from rdflib import namespace

    known = {
        RDF: namespace.RDF,
        RDFS: namespace.RDFS,
        SKOS: namespace.SKOS,
        DCT: namespace.DCTERMS,
        FOAF: namespace.FOAF,
    }
    return {
        iri: frozenset(str(term).removeprefix(iri) for term in dir(terms)) for iri, terms in known.items()
    }
