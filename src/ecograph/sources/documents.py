"""Documents: a person's text, page or PDF as a resource, with an extract; its text is read, not kept.

Unless the declaration says that the text may be kept, the graph holds its title and an extract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.errors import MalformedFile
from ecograph.model import Iri, Rejection
from ecograph.sources.content import Content, Context, File, Stated
from ecograph.sources.declaration import Declaration
from ecograph.sources.extraction import Extraction, extract
from ecograph.sources.naming import slug
from ecograph.understanding.language import language_of
from ecograph.vocab import DCT, FOAF, RDF

TEXT = "http://schema.org/text"
EXTRACT = 300  # characters
_LONGEST_TITLE = 150
_LABEL = re.compile(r"^(?:source|titre|title)\s*:\s*", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?…](?=\s)")


def read_document(declaration: Declaration, file: File, context: Context) -> Content:
    """Read one document as a resource; raises `MalformedFile`, `TooLarge`.

    One that is called as another of the source is left out: both would be one resource.
    """
    found = extract(file)
    subject = document_iri(declaration, file, context.base)
    first = context.told.setdefault(subject, file.name)
    if first != file.name:
        return Content(found.written, iter([Stated(file.name, (), [_taken(file, first)])]))
    triples = list(_record(NamedNode(subject), file, found, is_kept=declaration.keep_text))
    return Content(found.written, iter([Stated(file.name, triples)]))


def read_texts(declaration: Declaration, files: Iterable[File], base: str) -> Mapping[Iri, str]:
    """Return the whole texts of a source's documents by their IRIs; of other kinds of sources, none."""
    if declaration.kind != "document":
        return {}
    by_iri: dict[Iri, str] = {}
    for file in files:  # the first of a name is the one that was loaded
        by_iri.setdefault(document_iri(declaration, file, base), extract(file).text)
    return by_iri


def document_iri(declaration: Declaration, file: File, base: str) -> Iri:
    """Return the IRI of a document, which depends on its source and on its name."""
    name = slug(Path(file.name).stem)
    if not name:
        raise MalformedFile(file.name, "its name holds no letter or digit to call it by")
    return f"{base}/document/{declaration.id}--{name}"


def _taken(file: File, first: str) -> Rejection:
    reason = {
        "fr": f"{first} porte déjà ce nom dans la même source : renommez l'un des deux",
        "en": f"{first} has this name already in the same source: rename one of them",
    }
    return Rejection(record="", place=file.name, path="", value="", reason=reason)


def _record(subject: NamedNode, file: File, found: Extraction, *, is_kept: bool) -> Iterator[Triple]:
    # A text in neither language is called French: every resource has a French title.
    language = language_of(found.text)
    yield Triple(subject, NamedNode(RDF + "type"), NamedNode(FOAF + "Document"))
    yield _said(
        subject, DCT + "title", found.title[:_LONGEST_TITLE] or title_of(found.text), language or "fr"
    )
    yield _said(subject, DCT + "description", extract_of(found.text), language or "fr")
    if language:
        yield Triple(subject, NamedNode(DCT + "language"), Literal(language))
    yield Triple(subject, NamedNode(DCT + "format"), Literal(found.media_type))
    yield Triple(subject, NamedNode(DCT + "identifier"), Literal(Path(file.name).name))
    if is_kept:
        yield _said(subject, TEXT, found.text, language or "fr")


def title_of(text: str) -> str:
    """Return the first line of a text, or as much of it as a title holds."""
    first = _LABEL.sub("", text.split("\n", 1)[0])
    return _cut(first, _LONGEST_TITLE)


def extract_of(text: str) -> str:
    """Return the beginning of a text: whole sentences if they are half of an extract, else whole words."""
    whole = " ".join(text.split())
    if len(whole) <= EXTRACT:
        return whole
    ends = [match.end() for match in _SENTENCE.finditer(whole[: EXTRACT + 1])]
    return whole[: ends[-1]] if ends and ends[-1] >= EXTRACT // 2 else _cut(whole, EXTRACT)


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _said(subject: NamedNode, predicate: str, text: str, language: str) -> Triple:
    return Triple(subject, NamedNode(predicate), Literal(text, language=language))
