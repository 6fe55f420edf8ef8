"""A judgement on a match as the records that keep it: the match, and the decision on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.exchange.deciding import Decision, Said, as_turtle, instant_of, name_of, stamp
from ecograph.model import Iri
from ecograph.vocab import PROV, RDF, concept, eco

# What is said of a match, and what became of it and was decided.
VERDICTS = {"helpful": ("aide", "confirme"), "not-relevant": ("non-pertinent", "rejete")}
METHOD = "feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What someone says of a resource as an answer to a need; `verdict` is a key of `VERDICTS`."""

    need: Iri
    candidate: Iri
    verdict: str
    said: Said
    by: str
    on: datetime

    def match(self, base: str) -> Iri:
        """Return the IRI of the match that is judged."""
        name = name_of(self.need, self.candidate, self.by, stamp(self.on), self.verdict)
        return f"{base}/match/{name}"


def judgement(verdict: Verdict, base: str) -> tuple[Iri, bytes]:
    """Return the IRI of a decision and the records that state it, appended to what was decided before."""
    _, kind = VERDICTS[verdict.verdict]
    decision = Decision(about=verdict.match(base), kind=kind, said=verdict.said, by=verdict.by, on=verdict.on)
    return decision.iri(base), as_turtle([*_match(verdict, base), *decision.triples(base)])


def _match(verdict: Verdict, base: str) -> Iterator[Triple]:
    match = NamedNode(verdict.match(base))
    status, _ = VERDICTS[verdict.verdict]
    yield Triple(match, NamedNode(RDF + "type"), NamedNode(eco("Match")))
    yield Triple(match, NamedNode(eco("forNeed")), NamedNode(verdict.need))
    yield Triple(match, NamedNode(eco("candidate")), NamedNode(verdict.candidate))
    yield Triple(match, NamedNode(eco("matchStatus")), NamedNode(concept("match-status", status)))
    yield Triple(match, NamedNode(eco("method")), Literal(METHOD))
    yield Triple(match, NamedNode(PROV + "generatedAtTime"), instant_of(verdict.on))
