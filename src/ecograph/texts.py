"""The texts of a source: whose each is, what it says, and what the source states of that resource."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from ecograph.graph.entailment import TYPE
from ecograph.graph.facts import DESCRIPTIONS, LABELS, Facts
from ecograph.graph.terms import object_of, subject_of
from ecograph.model import Iri
from ecograph.sources.documents import TEXT
from ecograph.sources.markup import PARAGRAPH
from ecograph.vocab import FOAF, eco

DOCUMENT = FOAF + "Document"
_WITH_TEXTS = {eco(name) for name in ("WatchItem", "Project", "Need")}
NO_DOCUMENTS: Mapping[Iri, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text of a source, whose it is, and what the source states of that resource.

    `content` is None where it is not kept: what was read in it before stays as it is.
    """

    iri: Iri
    content: str | None
    classes: frozenset[str]
    stated: frozenset[Triple]

    @property
    def digest(self) -> str:
        parts = [self.content or "", *sorted(map(str, self.stated))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def spotted_as(self) -> str:
        """What tells its content from that of others, whoever says what of it."""
        return hashlib.sha256((self.content or "").encode()).hexdigest()


def texts_of(triples: Iterable[Triple], documents: Mapping[Iri, str]) -> list[Text]:
    """Return the texts of a source in the order of their IRIs; those of `documents` are not in the graph."""
    said: dict[NamedNode, list[Triple]] = defaultdict(list)
    for triple in triples:
        said[subject_of(triple)].append(triple)
    found = []
    for subject in sorted(said, key=lambda node: node.value):
        classes = frozenset(object_of(t).value for t in said[subject] if t.predicate == TYPE)
        if classes & _WITH_TEXTS or DOCUMENT in classes:
            content = content_of(Facts(subject.value, said[subject]), classes, documents)
            found.append(
                Text(iri=subject.value, content=content, classes=classes, stated=frozenset(said[subject]))
            )
    return found


def content_of(facts: Facts, classes: Set[str], documents: Mapping[Iri, str] = NO_DOCUMENTS) -> str | None:
    """Return what is read of a resource: a document's text, else title and description, two paragraphs."""
    if DOCUMENT in classes:
        kept = facts.text([TEXT], "fr")
        return documents.get(facts.iri, kept or None)
    parts = (facts.text(LABELS, "fr"), facts.text(DESCRIPTIONS, "fr"))
    return PARAGRAPH.join(part for part in parts if part)
