"""What a source says of itself: its declaration, as triples of its own graph."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.model import Level
from ecograph.sources.declaration import Declaration, Publisher, Texts
from ecograph.sources.naming import slug
from ecograph.vocab import DCT, FOAF, PROV, RDF, XSD, concept, eco

_TYPE = NamedNode(RDF + "type")
_OF_A_LEVEL = re.compile(
    r"(?:decisions|named|register|resolution|stories|.+-understood)-("
    + "|".join(level.slug for level in Level)
    + ")"
)
_UPDATES = re.compile(r"updates-[0-9a-f]{12}")
_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"


def source_iri(base: str, source: str) -> str:
    """Return the IRI of a source, which is also the IRI of its graph."""
    return f"{base}/source/{source}"


def place_of(declaration: Declaration) -> str:
    """Return the place, in reports, of what a declaration says of its source, beside what its files hold."""
    return f"declaration of {declaration.id}"


def understood_id(source: str, level: Level) -> str:
    """Return the id of what the texts of a source say of what a level sees: a derived source."""
    return f"{source}-understood-{level.slug}"


def named_id(level: Level) -> str:
    """Return the id of the source that tells which organisations texts named, as people decided."""
    return f"named-{level.slug}"


def decisions_id(level: Level) -> str:
    """Return the id of the source that keeps what people decided of mentions, names and matches."""
    return f"decisions-{level.slug}"


def resolution_id(level: Level) -> str:
    """Return the id of the source that keeps which records are one, as people decided."""
    return f"resolution-{level.slug}"


def stories_id(level: Level) -> str:
    """Return the id of the source that tells which articles a level sees print the same."""
    return f"stories-{level.slug}"


def updates_id(key: str) -> str:
    """Return the id of the source of what a key's updates say without naming a graph."""
    return f"updates-{key}"


def is_kept_beside(source: str) -> bool:
    """Say whether what EcoGraph itself keeps beside the sources has an id."""
    return _UPDATES.fullmatch(source) is not None or level_named(source) is not None


def level_named(source: str) -> Level | None:
    """Return the level that what EcoGraph keeps for each has in its id, as `decisions-private`; else None."""
    found = _OF_A_LEVEL.fullmatch(source)
    return Level.of(found[1]) if found else None


def describe(declaration: Declaration, base: str) -> set[Triple]:
    """Return the description of a source as an `eco:Source` (a `dcat:Dataset`) and its publisher."""
    subject = NamedNode(source_iri(base, declaration.id))
    publisher, about_publisher = _publisher(declaration.publisher, base)
    flag = Literal(str(declaration.fictitious).lower(), datatype=NamedNode(XSD + "boolean"))
    trust = Literal(str(declaration.trust), datatype=NamedNode(XSD + "decimal"))
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
        Triple(subject, NamedNode(eco("trust")), trust),
        *_texts(subject, DCT + "title", declaration.title),
        *_texts(subject, DCT + "description", declaration.description),
        *about_publisher,
        *_frequency(subject, declaration.schedule),
    }


def _frequency(subject: NamedNode, schedule: str | None) -> set[Triple]:
    if schedule is None:
        return set()
    return {Triple(subject, NamedNode(DCT + "accrualPeriodicity"), NamedNode(_FREQUENCY + schedule.upper()))}


_SAME = frozenset({DCT + "license", DCT + "publisher", eco("fictitious")})
_SAID = Texts(
    fr="Relevé par un programme dans les textes de cette source : des propositions, que des personnes "
    "confirment ou rejettent.",
    en="Read by a program in the texts of that source: proposals, which people confirm or reject.",
)


def describe_derived(about: Iterable[Triple], source: str, of: str, level: Level, base: str) -> set[Triple]:
    """Return the description of a source that was read out of another, under the terms of that one.

    `about` is what is said of the other one.
    """
    subject, origin = NamedNode(source_iri(base, source)), NamedNode(source_iri(base, of))
    said = list(about)
    texts = [t.object for t in said if t.predicate.value == DCT + "title" and isinstance(t.object, Literal)]
    titles = {text.language: text.value for text in texts}
    title = titles.get("fr") or of
    return {
        Triple(subject, _TYPE, NamedNode(eco("Source"))),
        Triple(subject, NamedNode(DCT + "identifier"), Literal(source)),
        Triple(subject, NamedNode(PROV + "wasDerivedFrom"), origin),
        Triple(subject, NamedNode(eco("visibility")), NamedNode(concept("visibility", level.slug))),
        *(Triple(subject, t.predicate, t.object) for t in said if t.predicate.value in _SAME),
        *_texts(
            subject,
            DCT + "title",
            Texts(
                fr=f"Ce que disent les textes de « {title} »",
                en=f"What the texts of “{titles.get('en') or title}” say",
            ),
        ),
        *_texts(subject, DCT + "description", _SAID),
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
