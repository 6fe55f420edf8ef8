"""Datasets of catalogues, whatever portal tells of them, as resources of the graph.

A dataset is a `dcat:Dataset` that a project may need: an `eco:Resource` that gives information. It is no
`eco:Source`, whose graph would be here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ecograph.model import Rejection
from ecograph.sources import values
from ecograph.sources.content import Context, Stated
from ecograph.sources.markup import read_markup
from ecograph.sources.naming import slug
from ecograph.sources.values import BadValue, Term, tidy
from ecograph.vocab import DCAT, DCT, RDF, RDFS, concept, eco

_TYPE = NamedNode(RDF + "type")
_NEEDED = {"fr": "le jeu de données n'en a pas", "en": "the dataset has none"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HIDDEN = frozenset({"script", "style"})
_BREAKS = frozenset({"p", "br", "div", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})
_MAYBE_HTML = re.compile(r"</?[a-zA-Z][^>]*>|&\w+;|&#\d+;")
# Topics of a dataset, by what its keywords are called in these schemes.
_TOPICS = (("poles", "inPole"), ("competences", "coversCompetence"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A file or service that gives a dataset."""

    url: str
    title: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What a catalogue says of one dataset; texts are as written there, absent ones empty."""

    identifier: str
    title: str
    language: str = "fr"
    description: str = ""
    keywords: Sequence[str] = ()
    modified: str = ""
    licence: str = ""
    publisher: str = ""
    page: str = ""
    origin: str = ""
    distributions: Sequence[Distribution] = ()


def stated(dataset: Dataset, place: str, context: Context, source: str) -> Stated:
    """Return what the graph takes of a dataset; one without identifier or title is left out.

    A value that cannot be used, as a date that is none, is left out alone, with a remark.
    """
    name = slug(dataset.identifier)
    subject = NamedNode(f"{context.base}/dataset/{source}--{name}")
    for path, value in (("identifier", name), ("title", plain(dataset.title))):
        if not value:
            record = subject.value if name else ""
            return Stated(
                place, (), [Rejection(record=record, place=place, path=path, value="", reason=_NEEDED)]
            )
    first = context.told.setdefault("datasets", {}).setdefault(name, (place, dataset))
    if first[0] != place:
        return _again(dataset, subject, place, *first)
    told = _Told(subject, place)
    triples = [*_about(dataset, subject, context), *told.triples(dataset)]
    if publisher := tidy(dataset.publisher):
        triples += _publisher(subject, publisher, context, source)
    return Stated(place, triples, (), told.warnings)


def _again(dataset: Dataset, subject: NamedNode, place: str, before: str, first: Dataset) -> Stated:
    """Return why a dataset is not read: it came before, or another that came before has its identifier."""
    identifier = dataset.identifier[:200]
    if (dataset.identifier, dataset.origin) == (first.identifier, first.origin):
        reason = {
            "fr": f"déjà lu, {before}",
            "en": f"read before, at {before}",
        }  # lists move while they are read
        told = Rejection(
            record=subject.value, place=place, path="identifier", value=identifier, reason=reason
        )
        return Stated(place, (), (), [told])
    taken = {
        "fr": f"un autre jeu de données a déjà cet identifiant, {before}",
        "en": f"another dataset has this identifier already, at {before}",
    }
    # Of no record of ours: the one of that identifier is the other's.
    told = Rejection(record=dataset.origin, place=place, path="identifier", value=identifier, reason=taken)
    return Stated(place, (), [told])


def plain(text: str) -> str:
    """Return a text without markup; paragraphs are kept."""
    if _MAYBE_HTML.search(text):
        text = read_markup(text, hidden=_HIDDEN, gap=lambda tag: "\n" if tag in _BREAKS else "").text
    lines = (tidy(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _about(dataset: Dataset, subject: NamedNode, context: Context) -> Iterator[Triple]:
    yield Triple(subject, _TYPE, NamedNode(eco("Resource")))
    yield Triple(subject, _TYPE, NamedNode(DCAT + "Dataset"))
    yield Triple(subject, NamedNode(eco("resourceType")), NamedNode(concept("resource-types", "information")))
    yield Triple(subject, NamedNode(DCT + "identifier"), Literal(tidy(dataset.identifier)))
    title, description = plain(dataset.title), plain(dataset.description)
    language = dataset.language if _LANGUAGE.fullmatch(dataset.language) else "fr"
    # Titles are in French here; a catalogue in another language says what it says.
    yield Triple(subject, NamedNode(DCT + "title"), Literal(tidy(title), language="fr"))
    if language != "fr":
        yield Triple(subject, NamedNode(DCT + "title"), Literal(tidy(title), language=language))
    if description:
        yield Triple(subject, NamedNode(DCT + "description"), Literal(description, language=language))
    for keyword in sorted({tidy(word) for word in dataset.keywords} - {""}):
        yield Triple(subject, NamedNode(DCAT + "keyword"), Literal(keyword, language=language))
        for scheme, term in _TOPICS:
            if found := context.lookup(scheme, keyword):
                yield Triple(subject, NamedNode(eco(term)), NamedNode(found))


def _publisher(subject: NamedNode, name: str, context: Context, source: str) -> Iterator[Triple]:
    """Yield who publishes a dataset, where there is a letter to call it by."""
    if not (own := slug(name)):
        return
    actor = NamedNode(f"{context.base}/actor/{source}--{own}")
    yield Triple(subject, NamedNode(eco("offeredBy")), actor)
    yield Triple(actor, _TYPE, NamedNode(eco("Actor")))
    yield from context.named(actor, RDFS + "label", name)


class _Told:
    """The parts of a dataset that may be badly written, each left out alone."""

    def __init__(self, subject: NamedNode, place: str) -> None:
        self._subject, self._place = subject, place
        self.warnings: list[Rejection] = []

    def triples(self, dataset: Dataset) -> Iterator[Triple]:
        for predicate, text, read in (
            (DCT + "modified", dataset.modified, values.date),
            (DCT + "license", dataset.licence, values.url),
            (DCAT + "landingPage", dataset.page, values.url),
            (DCT + "source", dataset.origin, values.url),
        ):
            if (term := self._read(predicate, text, read)) is not None:
                yield Triple(self._subject, NamedNode(predicate), term)
        for distribution in dataset.distributions:
            yield from self._distribution(distribution)

    def _distribution(self, distribution: Distribution) -> Iterator[Triple]:
        address = self._read(DCAT + "accessURL", distribution.url, values.url)
        if address is None:
            return
        node = BlankNode()
        yield Triple(self._subject, NamedNode(DCAT + "distribution"), node)
        yield Triple(node, _TYPE, NamedNode(DCAT + "Distribution"))
        yield Triple(node, NamedNode(DCAT + "accessURL"), address)
        if title := tidy(distribution.title):
            yield Triple(node, NamedNode(DCT + "title"), Literal(title, language="fr"))
        if form := tidy(distribution.form):
            yield Triple(node, NamedNode(DCT + "format"), Literal(form))

    def _read(self, predicate: str, text: str, read: values.Reader) -> Term | None:
        if not (tidied := tidy(text)):
            return None
        try:
            return read(tidied)
        except BadValue as error:
            path = predicate.removeprefix(DCT).removeprefix(DCAT)
            found = Rejection(
                record=self._subject.value,
                place=self._place,
                path=path,
                value=tidied[:200],
                reason=error.reason,
            )
            self.warnings.append(found)
            return None
