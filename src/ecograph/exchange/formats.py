"""The formats that answers of SPARQL queries may take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import RdfFormat

from ecograph.exchange.negotiation import choose

_W3C = "http://www.w3.org/ns/formats/"


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """One format: its media type, its suffix, its IRI, and the other media types it is asked by.

    There is one object of each, so that they are told apart by identity: they are keys with each request.
    """

    media_type: str
    suffix: str
    iri: str
    aliases: tuple[str, ...] = ()


RESULTS = (
    Format(
        "application/sparql-results+json",
        "srj",
        _W3C + "SPARQL_Results_JSON",
        ("application/json", "text/json"),
    ),
    Format(
        "application/sparql-results+xml", "srx", _W3C + "SPARQL_Results_XML", ("application/xml", "text/xml")
    ),
    Format("text/csv", "csv", _W3C + "SPARQL_Results_CSV"),
    Format("text/tab-separated-values", "tsv", _W3C + "SPARQL_Results_TSV"),
)
GRAPHS = (
    Format("text/turtle", "ttl", _W3C + "Turtle", ("application/x-turtle",)),
    Format("application/n-triples", "nt", _W3C + "N-Triples"),
    Format("application/n-quads", "nq", _W3C + "N-Quads"),
    Format("application/ld+json", "jsonld", _W3C + "JSON-LD", ("application/json",)),
    Format("application/rdf+xml", "rdf", _W3C + "RDF_XML", ("application/xml", "text/xml")),
    Format("application/trig", "trig", _W3C + "TriG"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A format, and the media type by which it was asked."""

    format: Format
    media_type: str


@lru_cache(maxsize=256)
def choose_format(accept: str | None, offered: tuple[Format, ...]) -> Choice | None:
    """Return the format that an Accept header likes best, the first by default, or None."""
    known: dict[str, Format] = {}
    for form in offered:
        known.setdefault(form.media_type, form)
    for form in offered:
        for alias in form.aliases:
            known.setdefault(alias, form)
    media_type = choose(accept, tuple(known), offered[0].media_type)
    return Choice(known[media_type], media_type) if media_type else None


def graph_syntax(media_type: str) -> RdfFormat:
    """Return the engine's syntax of a graph format; raises `KeyError`."""
    syntax = RdfFormat.from_media_type(media_type)
    if syntax is None:
        raise KeyError(media_type)
    return syntax
