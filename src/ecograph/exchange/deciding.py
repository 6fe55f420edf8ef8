"""A person's decision as the triples that keep it, whatever it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from ecograph.errors import TooLarge
from ecograph.graph.aliases import DECIDED_ON, DECISION_ON, KIND, MERGED_INTO
from ecograph.graph.terms import instant
from ecograph.model import Iri
from ecograph.vocab import RDF, XSD, concept, eco

LONGEST_REASON = 1_000  # characters


@dataclass(frozen=True, slots=True)
class Said:
    """Why someone decides so, and in which language; raises `TooLarge`."""

    reason: str = ""
    language: str = "fr"

    def __post_init__(self) -> None:
        text = " ".join(self.reason.split())
        if len(text) > LONGEST_REASON:
            raise TooLarge("the reason", LONGEST_REASON, "characters")
        object.__setattr__(self, "reason", text)


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What someone decides of a resource; `kind` is a notation of the kinds of decisions.

    `into` is the record that another is merged into, or kept apart from.
    """

    about: Iri
    kind: str
    said: Said
    by: str
    on: datetime
    into: Iri | None = None

    def iri(self, base: str) -> Iri:
        """Return the IRI of the decision, made of what it says."""
        return f"{base}/decision/{name_of(self.about, self.into or '', self.by, stamp(self.on), self.kind)}"

    def triples(self, base: str) -> Iterator[Triple]:
        """Yield the record of the decision."""
        node = NamedNode(self.iri(base))
        yield Triple(node, NamedNode(RDF + "type"), NamedNode(eco("Decision")))
        yield Triple(node, DECISION_ON, NamedNode(self.about))
        yield Triple(node, KIND, NamedNode(concept("decision-kinds", self.kind)))
        yield Triple(node, DECIDED_ON, instant_of(self.on))
        yield Triple(node, NamedNode(eco("decidedBy")), Literal(self.by))
        if self.into is not None:
            yield Triple(node, MERGED_INTO, NamedNode(self.into))
        if self.said.reason:
            yield Triple(
                node, NamedNode(eco("reason")), Literal(self.said.reason, language=self.said.language)
            )


def moment_after(now: datetime, earlier: Iterable[str]) -> datetime:
    """Return now; where the clock was put back, the moment after the last of the decisions to be followed.

    Of decisions on the same, the last holds, and their times alone tell which that is.
    """
    last = min(max(map(instant, earlier), default=_NEVER), _LAST)
    return now if last < now else last + _TICK


_TICK = timedelta(microseconds=1)
_NEVER, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC) - _TICK


def as_turtle(triples: Iterable[Triple]) -> bytes:
    """Return records as they are appended to what was decided before."""
    return serialize(triples, format=RdfFormat.TURTLE) or b""


def name_of(*parts: str) -> str:
    """Return the end of an IRI that some parts make: the same for the same."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def stamp(moment: datetime) -> str:
    """Return an instant as records tell it."""
    return moment.isoformat(timespec="microseconds")


def instant_of(moment: datetime) -> Literal:
    """Return an instant as a term."""
    return Literal(stamp(moment), datatype=NamedNode(XSD + "dateTime"))
