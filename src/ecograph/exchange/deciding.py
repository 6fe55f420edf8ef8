"""A decision on two records as the triples that keep it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from ecograph.graph.aliases import APART, DECIDED_ON, DECISION_ON, KIND, MERGED, MERGED_INTO, UNDONE
from ecograph.model import Iri
from ecograph.vocab import RDF, XSD, eco

VERDICTS = {"merge": MERGED, "keep-apart": APART, "undo": UNDONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What someone decides of two records; `verdict` is a key of `VERDICTS`."""

    record: Iri
    into: Iri
    verdict: str
    reason: str
    language: str
    by: str
    on: datetime

    def iri(self, base: str) -> Iri:
        """Return the IRI of the decision, made of what it says."""
        stamp = self.on.isoformat(timespec="microseconds")
        said = "\n".join((self.record, self.into, self.by, stamp, self.verdict))
        return f"{base}/decision/{hashlib.sha256(said.encode()).hexdigest()[:20]}"


def as_turtle(decisions: Iterable[Decision], base: str) -> bytes:
    """Return the records that state decisions."""
    triples = [triple for decision in decisions for triple in _triples(decision, base)]
    return serialize(triples, format=RdfFormat.TURTLE) or b""


def _triples(decision: Decision, base: str) -> Iterator[Triple]:
    node = NamedNode(decision.iri(base))
    stamp = decision.on.isoformat(timespec="microseconds")
    yield Triple(node, NamedNode(RDF + "type"), NamedNode(eco("Decision")))
    yield Triple(node, DECISION_ON, NamedNode(decision.record))
    yield Triple(node, MERGED_INTO, NamedNode(decision.into))
    yield Triple(node, KIND, NamedNode(VERDICTS[decision.verdict]))
    yield Triple(node, DECIDED_ON, Literal(stamp, datatype=NamedNode(XSD + "dateTime")))
    yield Triple(node, NamedNode(eco("decidedBy")), Literal(decision.by))
    if decision.reason:
        yield Triple(node, NamedNode(eco("reason")), Literal(decision.reason, language=decision.language))
