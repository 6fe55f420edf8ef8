"""What one level sees of the published graph: the start of every question."""

from __future__ import annotations

from dataclasses import dataclass

from ecograph.errors import ResourceNotFound
from ecograph.graph.concepts import Concepts
from ecograph.graph.facts import Facts, facts_of
from ecograph.graph.ports import Reader
from ecograph.index import Document, Filters, Index
from ecograph.model import Iri, Level


@dataclass(frozen=True, slots=True)
class View:
    """A snapshot, its index and its concepts, as one level may see them."""

    level: Level
    snapshot: Reader
    index: Index
    concepts: Concepts

    def facts(self, iri: Iri) -> Facts:
        """Return what is known of a resource; raises `ResourceNotFound`."""
        facts = facts_of(self.snapshot, self.level, iri)
        if not facts:
            raise ResourceNotFound(iri)
        return facts

    def label(self, iri: Iri, language: str) -> str:
        """Return the label of a concept or resource, or the last segment of its IRI."""
        if iri in self.concepts:
            return self.concepts.label(iri, language)
        facts = facts_of(self.snapshot, self.level, iri)
        return facts.label(language) if facts else iri.rsplit("/", 1)[-1]


def kind_label(view: View, document: Document, language: str) -> str:
    """Return the label of a document's kind, empty when it has none."""
    return view.concepts.label(document.kind, language) if document.kind else ""


NO_FILTERS = Filters()
