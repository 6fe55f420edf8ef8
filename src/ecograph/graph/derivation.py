"""Statements that rest on other statements of the same source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from ecograph.vocab import eco

_CLAIMANT = NamedNode(eco("claimant"))
_CLAIMED = NamedNode(eco("claimedCompetence"))
_OFFERS = NamedNode(eco("offersCompetence"))


def derive(triples: Iterable[Triple]) -> set[Triple]:
    """Return what each competence claim makes true of its claimant: that it offers the competence."""
    claimants: dict[object, set[NamedNode]] = defaultdict(set)
    competences: dict[object, set[NamedNode]] = defaultdict(set)
    for triple in triples:
        if triple.predicate == _CLAIMANT:
            claimants[triple.subject].add(triple.object)
        elif triple.predicate == _CLAIMED:
            competences[triple.subject].add(triple.object)
    return {
        Triple(claimant, _OFFERS, competence)
        for claim in claimants
        for claimant in claimants[claim]
        for competence in competences.get(claim, ())
    }
