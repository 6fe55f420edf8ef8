"""The terms of the vocabularies that sources speak: of the ontology, and of those beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat

from ecograph.assets import ONTOLOGY
from ecograph.vocab import DCT, FOAF, NS, RDF, RDFS, SKOS


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
