"""A run as the graph states it: a `prov:Activity` in the graph that it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.vocab import PROV, RDF, RDFS, SCHEMA, XSD, eco

KEPT = 100
"""The runs of a source that its graph keeps, the last ones; the ledger keeps all."""
_TYPE = NamedNode(RDF + "type")
_ACTIVITY = NamedNode(PROV + "Activity")
ACTIVITY_TYPED = f"{_TYPE} {_ACTIVITY}"
"""What is said of a run and of nothing else, in N-Triples."""
_STARTED = NamedNode(PROV + "startedAtTime")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What a run knows of itself before it changes the graph: its beginning, its addresses, its version."""

    started: datetime
    now: Callable[[], datetime]
    used: tuple[str, ...]
    version: str
    counts: dict[str, int] = field(default_factory=dict)

    def triples(self, graph: str, source: str, base: str) -> set[Triple]:
        """Return what the graph says of the run."""
        began = self.started.astimezone(UTC)
        node = NamedNode(f"{base}/run/{source}--{began:%Y%m%dt%H%M%S}")
        day = f"{began:%Y-%m-%d %H:%M}"
        said = {
            Triple(node, _TYPE, _ACTIVITY),
            Triple(
                node, NamedNode(RDFS + "label"), Literal(f"Actualisation de {source}, {day}", language="fr")
            ),
            Triple(node, NamedNode(RDFS + "label"), Literal(f"Refresh of {source}, {day}", language="en")),
            Triple(node, _STARTED, _time(began)),
            Triple(node, NamedNode(PROV + "endedAtTime"), _time(self.now())),
            Triple(node, NamedNode(PROV + "generated"), NamedNode(graph)),
            Triple(node, NamedNode(SCHEMA + "softwareVersion"), Literal(self.version)),
        }
        said |= {Triple(node, NamedNode(PROV + "used"), NamedNode(url)) for url in self.used}
        for name, count in self.counts.items():
            value = Literal(str(count), datatype=NamedNode(XSD + "integer"))
            said.add(Triple(node, NamedNode(eco(name)), value))
        return said


def activities(known: Iterable[Triple]) -> list[NamedNode]:
    """Return the runs that a graph states, the oldest first."""
    said = list(known)
    runs = {t.subject for t in said if t.predicate == _TYPE and t.object == _ACTIVITY}
    began = {t.subject: str(t.object) for t in said if t.predicate == _STARTED and t.subject in runs}
    return sorted((node for node in runs if isinstance(node, NamedNode)), key=lambda n: began.get(n, ""))


def outlived(known: Set[Triple]) -> set[Triple]:
    """Return what a graph says of runs that make place for one more."""
    gone = set(activities(known)[: 1 - KEPT])
    return {triple for triple in known if triple.subject in gone}


def _time(moment: datetime) -> Literal:
    text = moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Literal(text, datatype=NamedNode(XSD + "dateTime"))
