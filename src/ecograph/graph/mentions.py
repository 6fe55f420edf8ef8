"""Mentions: what was read out of texts, as records of a graph apart from what sources state.

A mention only proposes a statement. The statement itself stands beside it, in the same graph, where
the mention is sure enough or a person confirmed it; never where a person rejected it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.graph.facts import Facts
from ecograph.graph.ports import Row
from ecograph.model import Iri, Level
from ecograph.vocab import DCT, RDF, XSD, concept, eco

KIND = "mention"
NAMED = "named--"  # begins the ids of organisations that were first met in texts
SPOTTED = "spotting"  # the method that meets them
_TYPE = NamedNode(RDF + "type")
_MENTION = NamedNode(eco("Mention"))
_DECISIONS = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
SELECT ?mention ?kind ?on WHERE {
  ?decision a eco:Decision ; eco:decisionOn ?mention ; eco:decisionKind ?kind ; eco:decidedOn ?on .
}
"""


_NAMES = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
SELECT ?name ?kind ?on ?actor WHERE {
  ?decision a eco:Decision ; eco:decisionOn ?name ; eco:decisionKind ?kind ; eco:decidedOn ?on
  FILTER (CONTAINS(STR(?name), "/actor/named--"))
  OPTIONAL { ?decision eco:mergedInto ?actor }
}
"""


_DECIDED = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
SELECT ?on WHERE {{ ?decision a eco:Decision ; eco:decisionOn <{about}> ; eco:decidedOn ?on }}
"""


class State(StrEnum):
    """What a person said of a mention; the notations of the concepts."""

    PROPOSED = "propose"
    CONFIRMED = "confirme"
    REJECTED = "rejete"

    @property
    def iri(self) -> Iri:
        return concept("mention-states", self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """One mention: the place in a text, what it names, how it was found, and what was said of it.

    `proposes` is the property that links the text to the target; `start` and `end` count code points.
    """

    iri: Iri
    text: Iri
    proposes: Iri
    target: Iri
    quote: str
    start: int
    end: int
    method: str
    confidence: float
    state: State = State.PROPOSED

    def is_stated(self, threshold: float) -> bool:
        """Tell whether its statement stands; no program is sure of what the graph does not know."""
        sure = self.confidence >= threshold and not self.is_spotted
        return self.state is State.CONFIRMED or (self.state is State.PROPOSED and sure)

    @property
    def is_spotted(self) -> bool:
        """Whether it names what the graph did not know when the text was read."""
        return self.method.startswith(f"{SPOTTED}/")


class Rows(Protocol):
    """What answers a SELECT of ours at a level."""

    def rows(self, level: Level, text: str) -> list[Row]:
        """Return the solutions, each with its bound variables only."""


def mention_iri(base: str, *parts: str) -> Iri:
    """Return the IRI of the mention that some parts identify: the same at every run."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{base}/{KIND}/{digest[:20]}"


def named_iri(base: str, key: str) -> Iri:
    """Return the IRI of the organisation that a name is proposed as: one for all ways to write it."""
    return f"{base}/actor/{NAMED}{key}"


def as_triples(mentions: Iterable[Extracted], threshold: float) -> set[Triple]:
    """Return the records of mentions, and the statements of those that are sure or confirmed."""
    found: set[Triple] = set()
    for mention in mentions:
        found.update(_record(mention))
        if mention.is_stated(threshold):
            found.add(statement(mention))
    return found


def statement(mention: Extracted) -> Triple:
    """Return what a mention proposes."""
    return Triple(NamedNode(mention.text), NamedNode(mention.proposes), NamedNode(mention.target))


def read_mentions(triples: Iterable[Triple]) -> dict[Iri, Extracted]:
    """Return the mentions of a graph by their IRIs."""
    said: dict[Iri, list[Triple]] = defaultdict(list)
    mentions: set[Iri] = set()
    for triple in triples:
        if isinstance(triple.subject, NamedNode):
            said[triple.subject.value].append(triple)
            if triple.predicate == _TYPE and triple.object == _MENTION:
                mentions.add(triple.subject.value)
    read = ((iri, _mention(Facts(iri, said[iri]))) for iri in sorted(mentions))
    return {iri: mention for iri, mention in read if mention is not None}


def read_states(graph: Rows) -> Mapping[Iri, State]:
    """Return what people decided of mentions, the last decision on each; a decision of any level counts."""
    kinds = {concept("decision-kinds", state.value): state for state in (State.CONFIRMED, State.REJECTED)}
    rows = graph.rows(Level.PRIVATE, _DECISIONS)
    decided = [row for row in rows if f"/{KIND}/" in row["mention"].value and row["kind"].value in kinds]
    ordered = sorted(decided, key=lambda row: (_instant(row["on"].value), row["kind"].value))
    return {row["mention"].value: kinds[row["kind"].value] for row in ordered}


def read_names(graph: Rows, level: Level) -> Mapping[Iri, Iri | None]:
    """Return what people decided of names that the graph did not know: whose each is, None for nobody's.

    Decisions hold from the level on that sees them.
    """
    accepted, rejected = (
        concept("decision-kinds", state.value) for state in (State.CONFIRMED, State.REJECTED)
    )
    rows = [row for row in graph.rows(level, _NAMES) if row["kind"].value in (accepted, rejected)]
    found: dict[Iri, Iri | None] = {}
    for row in sorted(rows, key=lambda row: (_instant(row["on"].value), row["kind"].value)):
        name = row["name"].value
        found[name] = row.get("actor", row["name"]).value if row["kind"].value == accepted else None
    return found


def decided_on(graph: Rows, level: Level, about: Iri) -> list[str]:
    """Return when people decided of a mention or of a name, as far as a level sees it."""
    return [row["on"].value for row in graph.rows(level, _DECIDED.format(about=about))]


def _record(mention: Extracted) -> Iterator[Triple]:
    subject = NamedNode(mention.iri)
    yield Triple(subject, _TYPE, _MENTION)
    yield Triple(subject, NamedNode(DCT + "title"), Literal(f"« {mention.quote} »", language="fr"))
    yield Triple(subject, NamedNode(eco("quote")), Literal(mention.quote))
    yield Triple(subject, NamedNode(eco("start")), _number(mention.start))
    yield Triple(subject, NamedNode(eco("end")), _number(mention.end))
    yield Triple(subject, NamedNode(eco("mentionedIn")), NamedNode(mention.text))
    yield Triple(subject, NamedNode(eco("mentions")), NamedNode(mention.target))
    yield Triple(subject, NamedNode(eco("proposes")), NamedNode(mention.proposes))
    yield Triple(subject, NamedNode(eco("state")), NamedNode(mention.state.iri))
    yield Triple(subject, NamedNode(eco("method")), Literal(mention.method.partition("/")[0]))
    yield Triple(subject, NamedNode(eco("modelVersion")), Literal(mention.method))
    confidence = Literal(f"{mention.confidence:.3f}", datatype=NamedNode(XSD + "decimal"))
    yield Triple(subject, NamedNode(eco("confidence")), confidence)


def _mention(facts: Facts) -> Extracted | None:
    """Return a mention; None for a record that somebody else wrote, and that is none of ours."""
    texts = [literal.value for literal in facts.literals(eco("quote"), eco("modelVersion"))]
    iris = [facts.iri_of(eco(name)) for name in ("mentionedIn", "proposes", "mentions", "state")]
    numbers = [facts.number(eco(name)) for name in ("start", "end", "confidence")]
    if len(texts) != 2 or None in iris or None in numbers:
        return None
    text, proposes, target, state = map(str, iris)
    start, end, confidence = (float(number or 0) for number in numbers)
    return Extracted(
        iri=facts.iri,
        text=text,
        proposes=proposes,
        target=target,
        quote=texts[0],
        start=int(start),
        end=int(end),
        method=texts[1],
        confidence=confidence,
        state=next((known for known in State if known.iri == state), State.PROPOSED),
    )


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=NamedNode(XSD + "integer"))


def _instant(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:  # what cannot be read was decided first
        return datetime.min.replace(tzinfo=UTC)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
