"""Variants: one scheme that several territories have, each with a record of its own.

Shown one below the other they crowd an answer out. Nothing is left out or reordered: a result says
of which one before it it is a variant, and who shows results may fold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ecograph.index.analysis import terms
from ecograph.model import Iri, Result
from ecograph.questions.view import View
from ecograph.vocab import concept

_TERRITORIES = concept("territories", "")
_LEAST_TERMS = 2  # a title of which less is left says too little to be compared

Key = tuple[str, tuple[str, ...]]


def with_variants(view: View, results: Iterable[Result]) -> tuple[Result, ...]:
    """Mark the results whose titles differ from an earlier one by territories alone."""
    first: dict[Key, tuple[Iri, frozenset[Iri]]] = {}
    marked = []
    for result in results:
        key, places = _read(view, result)
        known = first.setdefault(key, (result.iri, places)) if key else None
        same = known is not None and known[0] != result.iri and known[1] != places
        marked.append(replace(result, variant_of=known[0]) if known and same else result)
    return tuple(marked)


def folded(results: Sequence[Result]) -> list[tuple[Result, list[Result]]]:
    """Return results in their order, each with its variants among them; a story is told once."""
    groups: dict[Iri, tuple[Result, list[Result]]] = {}
    for result in results:
        if result.story_of in groups:
            continue
        if result.variant_of in groups:
            groups[result.variant_of][1].append(result)
        else:
            groups[result.iri] = (result, [])
    return list(groups.values())


def _read(view: View, result: Result) -> tuple[Key | None, frozenset[Iri]]:
    """Return what of a title is left without its territories, and these."""
    title, places = result.label, set()
    for named in view.names.find(title):
        if named.target.startswith(_TERRITORIES):
            places.add(named.target)
            title = title.replace(named.words, " ")
    left = tuple(terms(title))
    return ((result.type, left) if len(left) >= _LEAST_TERMS else None), frozenset(places)
