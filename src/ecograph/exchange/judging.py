"""A judgement on a match as the records that keep it: the match, and the decision on it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from ecograph.model import Iri
from ecograph.vocab import PROV, RDF, XSD, concept, eco

# What is said of a match, and what became of it and was decided.
VERDICTS = {"helpful": ("aide", "confirme"), "not-relevant": ("non-pertinent", "rejete")}
METHOD = "feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who decides, when and why."""

    reason: str
    language: str
    by: str
    on: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Said):
    """What someone says of a resource as an answer to a need; `verdict` is a key of `VERDICTS`."""

    need: Iri
    candidate: Iri
    verdict: str


def as_turtle(verdict: Verdict, base: str) -> tuple[Iri, bytes]:
    """Return the IRI of a decision and the records that state it, appended to what was decided before."""
    stamp = verdict.on.isoformat(timespec="microseconds")
    said = "\n".join((verdict.need, verdict.candidate, verdict.by, stamp, verdict.verdict))
    name = hashlib.sha256(said.encode()).hexdigest()[:20]
    decision, match = NamedNode(f"{base}/decision/{name}"), NamedNode(f"{base}/match/{name}")
    _, kind = VERDICTS[verdict.verdict]
    triples = [*_match(match, verdict, stamp), *decided(decision, match, kind, verdict)]
    return decision.value, serialize(triples, format=RdfFormat.TURTLE) or b""


def _match(match: NamedNode, verdict: Verdict, stamp: str) -> Iterator[Triple]:
    status, _ = VERDICTS[verdict.verdict]
    yield Triple(match, NamedNode(RDF + "type"), NamedNode(eco("Match")))
    yield Triple(match, NamedNode(eco("forNeed")), NamedNode(verdict.need))
    yield Triple(match, NamedNode(eco("candidate")), NamedNode(verdict.candidate))
    yield Triple(match, NamedNode(eco("matchStatus")), NamedNode(concept("match-status", status)))
    yield Triple(match, NamedNode(eco("method")), Literal(METHOD))
    yield Triple(match, NamedNode(PROV + "generatedAtTime"), _instant(stamp))


def decided(decision: NamedNode, on: NamedNode, kind: str, said: Said) -> Iterator[Triple]:
    """Yield the record of a decision on something; `kind` is a notation of the kinds of decisions."""
    yield Triple(decision, NamedNode(RDF + "type"), NamedNode(eco("Decision")))
    yield Triple(decision, NamedNode(eco("decisionOn")), on)
    yield Triple(decision, NamedNode(eco("decisionKind")), NamedNode(concept("decision-kinds", kind)))
    yield Triple(decision, NamedNode(eco("decidedBy")), Literal(said.by))
    yield Triple(decision, NamedNode(eco("decidedOn")), _instant(said.on.isoformat(timespec="microseconds")))
    if said.reason:
        yield Triple(decision, NamedNode(eco("reason")), Literal(said.reason, language=said.language))


def decision_on(mention: Iri, kind: str, said: Said, base: str) -> tuple[Iri, bytes]:
    """Return the IRI of a decision on a mention, and the record that states it."""
    stamp = said.on.isoformat(timespec="microseconds")
    name = hashlib.sha256("\n".join((mention, said.by, stamp, kind)).encode()).hexdigest()[:20]
    decision = NamedNode(f"{base}/decision/{name}")
    triples = decided(decision, NamedNode(mention), kind, said)
    return decision.value, serialize(triples, format=RdfFormat.TURTLE) or b""


def _instant(stamp: str) -> Literal:
    return Literal(stamp, datatype=NamedNode(XSD + "dateTime"))
