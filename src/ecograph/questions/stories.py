"""Stories in answers: articles that print much the same are told once, and the others beside.

As with variants, nothing is left out or reordered: a result says of which one before it it tells the
story again, and the first one names all the others, in the answer or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pyoxigraph import NamedNode

from ecograph.graph.terms import subject_of
from ecograph.model import Iri, Result, Similar
from ecograph.questions.view import View
from ecograph.vocab import eco

_SAME = NamedNode(eco("sameStory"))


def with_stories(view: View, results: Iterable[Result], language: str) -> tuple[Result, ...]:
    """Mark the articles that tell the story of one before them, and name those that are like the first."""
    first: dict[Iri, Iri] = {}
    marked = []
    for result in results:
        if result.type != "WatchItem":
            marked.append(result)
            continue
        known = first.setdefault(_lead(view, result.iri), result.iri)
        if known == result.iri:
            marked.append(replace(result, similar=similar(view, result.iri, language)))
        else:
            marked.append(replace(result, story_of=known))
    return tuple(marked)


def similar(view: View, iri: Iri, language: str) -> tuple[Similar, ...]:
    """Return the other articles that tell the story of one, as far as a level sees them; by their IRIs."""
    lead = _lead(view, iri)
    quads = view.snapshot.referring(view.level, lead)
    told = {lead, *(subject_of(quad).value for quad in quads if quad.predicate == _SAME)}
    return tuple(Similar(iri=other, label=view.label(other, language)) for other in sorted(told - {iri}))


def _lead(view: View, iri: Iri) -> Iri:
    """Return the article under which one is folded: itself, where it is under none."""
    return view.facts(iri).iri_of(eco("sameStory")) or iri
