"""What the graph itself links to a resource: for those that nobody searches, such as a need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pyoxigraph import NamedNode

from ecograph.model import Iri, Reason, Result
from ecograph.questions.results import result_of
from ecograph.questions.view import View

# A resource that many refer to, as a source or a concept, is looked at no further than this.
MOST_LINKS = 2_000


def linked(view: View, iri: Iri, *, limit: int, language: str) -> tuple[Result, ...]:
    """Return the resources that one is linked to, either way; most links first, ties to the lower IRI.

    Each link gives an equal part of the score, 1 for whatever has most of them.
    """
    found: dict[Iri, set[Iri]] = defaultdict(set)
    for other, predicate in _links(view, iri):
        if other != iri and other in view.index:
            found[other].add(predicate)
    most = max(map(len, found.values()), default=1)
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))[:limit]
    return tuple(
        result_of(view, view.index.document(other), _reasons(view, predicates, most, language), language)
        for other, predicates in ranked
    )


def _links(view: View, iri: Iri) -> Iterator[tuple[Iri, Iri]]:
    """Yield what a resource is linked to, with the property: what it names first, then what names it."""
    for triple in view.snapshot.merged(view.level, iri):
        if isinstance(triple.object, NamedNode):
            yield triple.object.value, triple.predicate.value
    for quad in view.snapshot.referring(view.level, iri)[:MOST_LINKS]:
        if isinstance(quad.subject, NamedNode):
            yield quad.subject.value, quad.predicate.value


def _reasons(view: View, predicates: set[Iri], most: int, language: str) -> list[Reason]:
    said = "linked by: " if language == "en" else "liés par : "
    return [
        Reason(text=said + view.label(predicate, language), contribution=1 / most, kind="links")
        for predicate in sorted(predicates)
    ]
