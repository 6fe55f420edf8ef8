"""Statements that rest on other statements of the same source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from ecograph.graph.terms import Object, object_of
from ecograph.vocab import eco

CLAIMANT = NamedNode(eco("claimant"))
_CLAIMED = NamedNode(eco("claimedCompetence"))
CLAIMING = frozenset({CLAIMANT, _CLAIMED})
_OFFERS = NamedNode(eco("offersCompetence"))


def derive(triples: Iterable[Triple]) -> set[Triple]:
    """Return what each competence claim makes true of its claimant: that it offers the competence."""
    claimants: dict[object, set[Object]] = defaultdict(set)
    competences: dict[object, set[Object]] = defaultdict(set)
    for triple in triples:
        if triple.predicate == CLAIMANT:
            claimants[triple.subject].add(object_of(triple))
        elif triple.predicate == _CLAIMED:
            competences[triple.subject].add(object_of(triple))
    return {
        Triple(claimant, _OFFERS, competence)
        for claim in claimants
        for claimant in claimants[claim]
        for competence in competences.get(claim, ())
        if isinstance(claimant, NamedNode)
    }
