"""The lists of concepts that people choose from: what they are called, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from pyoxigraph import Literal, NamedNode

from ecograph.assets import ONTOLOGY
from ecograph.sources.naming import slug
from ecograph.sources.shapes import Said, read_about
from ecograph.vocab import DCT, NS, RDFS, SKOS, VOC


@cache
def choices(scheme: str, language: str) -> tuple[str, ...]:
    """Return the labels of a list of concepts, in their alphabetical order."""
    labels = [
        texts(about.get(SKOS + "prefLabel", ())).get(language, "")
        for _, about in _concepts()
        if any(node.value == VOC + scheme for node in about.get(SKOS + "inScheme", ()))
    ]
    return tuple(sorted(filter(None, labels), key=slug))


@cache
def title_of(scheme: str, language: str) -> str:
    """Return what people call a list of concepts; its own id where nothing says it."""
    titles = [texts(about.get(DCT + "title", ())) for iri, about in _concepts() if iri == VOC + scheme]
    return next((title[language] for title in titles if language in title), scheme)


@cache
def class_name(cls: str, language: str) -> str:
    """Return what people call a class, as `eco:Resource`; its own name where nothing says it."""
    return texts(
        read_about("ecograph.ttl").get(NS + cls.removeprefix("eco:"), {}).get(RDFS + "label", ())
    ).get(language, cls)


def texts(literals: Sequence[NamedNode | Literal]) -> dict[str, str]:
    """Return texts by their language."""
    return {v.language: v.value for v in literals if isinstance(v, Literal) and v.language}


def _concepts() -> Iterator[tuple[str, Said]]:
    """Yield concepts and their schemes; those that the ontology itself needs are in its own file."""
    yield from read_about("ecograph.ttl").items()
    for path in sorted((ONTOLOGY / "schemes").glob("*.ttl")):
        yield from read_about(path.name, "schemes").items()
