"""What a source says of itself: its declaration, as triples of its own graph."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.sources.declaration import Declaration, Publisher, Texts
from ecograph.sources.naming import slug
from ecograph.vocab import DCT, FOAF, RDF, XSD, concept, eco

_TYPE = NamedNode(RDF + "type")


def source_iri(base: str, source: str) -> str:
    """Return the IRI of a source, which is also the IRI of its graph."""
    return f"{base}/source/{source}"


def describe(declaration: Declaration, base: str) -> set[Triple]:
    """Return the description of a source as an `eco:Source` (a `dcat:Dataset`) and its publisher."""
    subject = NamedNode(source_iri(base, declaration.id))
    publisher, about_publisher = _publisher(declaration.publisher, base)
    flag = Literal(str(declaration.fictitious).lower(), datatype=NamedNode(XSD + "boolean"))
    return {
        Triple(subject, _TYPE, NamedNode(eco("Source"))),
        Triple(subject, NamedNode(DCT + "identifier"), Literal(declaration.id)),
        Triple(subject, NamedNode(DCT + "license"), NamedNode(declaration.licence)),
        Triple(subject, NamedNode(DCT + "publisher"), publisher),
        Triple(
            subject,
            NamedNode(eco("visibility")),
            NamedNode(concept("visibility", declaration.visibility)),
        ),
        Triple(subject, NamedNode(eco("fictitious")), flag),
        *_texts(subject, DCT + "title", declaration.title),
        *_texts(subject, DCT + "description", declaration.description),
        *about_publisher,
    }


def _publisher(publisher: Publisher, base: str) -> tuple[NamedNode, set[Triple]]:
    node = NamedNode(f"{base}/agent/{slug(publisher.name)}")
    triples = {
        Triple(node, _TYPE, NamedNode(FOAF + "Agent")),
        Triple(node, NamedNode(FOAF + "name"), Literal(publisher.name)),
    }
    if publisher.homepage:
        triples.add(Triple(node, NamedNode(FOAF + "homepage"), NamedNode(publisher.homepage)))
    return node, triples


def _texts(subject: NamedNode, predicate: str, texts: Texts) -> set[Triple]:
    return {
        Triple(subject, NamedNode(predicate), Literal(texts.fr, language="fr")),
        Triple(subject, NamedNode(predicate), Literal(texts.en, language="en")),
    }
