"""What the graph has to teach: which texts belong together."""

from collections.abc import Iterable, Iterator, Sequence

from ecograph.index.documents import Document
from ecograph.index.harvest import Harvest
from ecograph.understanding.embedding import Pair

PASSAGES, PASSAGE_LEAST, PASSAGE_MOST = 5, 60, 700
OPENING = 400


def pairs(documents: Sequence[Document]) -> list[Pair]:
    """A title with its own passages; a concept with each document linked to it."""
    known = {document.iri: document for document in documents}
    return [pair for document in documents for pair in _pairs_of(document, known)]


def answers(found: Harvest) -> list[Pair]:
    """A need with each resource that people found to answer it."""
    known = {document.iri: document for document in found.documents}
    return [
        Pair(
            anchor=answered.text,
            positive=_opening(known[answered.resource]),
            source=answered.need,
            target=answered.resource,
        )
        for answered in found.answered
        if answered.resource in known
    ]


def _pairs_of(document: Document, known: dict[str, Document]) -> Iterator[Pair]:
    for passage in _passages(document):
        yield Pair(anchor=document.title, positive=passage, source=document.iri, target=document.iri)
    for concept in filter(None, map(known.get, document.links)):
        yield Pair(
            anchor=_opening(concept),
            positive=_opening(document),
            source=concept.iri,
            target=document.iri,
        )


def _passages(document: Document) -> list[str]:
    long_enough = (p[:PASSAGE_MOST] for p in document.passages if len(p) > PASSAGE_LEAST)
    return list(long_enough)[:PASSAGES]


def _opening(document: Document) -> str:
    return " . ".join(_parts(document))


def _parts(document: Document) -> Iterable[str]:
    yield document.title
    yield from document.labels
    yield document.text[:OPENING]
