"""SHACL validation of records, with reasons that name the record, the property and the value."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from ecograph.graph.acceptance import Acceptance, Values
from ecograph.graph.entailment import TYPE, Schema
from ecograph.graph.records import Record
from ecograph.graph.terms import subject_of
from ecograph.model import Rejection
from ecograph.vocab import SH, SKOS, shortened

_IN_SCHEME = NamedNode(SKOS + "inScheme")
# Records checked at once: enough to share the cost of a run, few enough to show progress.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the shapes say of some records: those that break one, and remarks on the others."""

    rejections: tuple[Rejection, ...]
    warnings: tuple[Rejection, ...]


_NOTHING = Verdict((), ())

Facts = Callable[[NamedNode], Iterable[Triple]]


class Validator:
    """Checks records against the shapes: what does not surely pass is judged by pySHACL (SHACL 1.0 Core)."""

    def __init__(self, shapes: bytes, schema: Schema) -> None:
        self._schema, self._shapes = schema, shapes
        self._acceptance = Acceptance(shapes, schema)

    def get_ready(self) -> None:
        """Read what the first check would wait for."""
        import pyshacl  # noqa: F401 - that is to read it

        _read(self._shapes)

    def check(self, records: Sequence[Record], *, known: Facts) -> Verdict:
        """Check records; `known` tells what the graph already says of what they refer to."""
        described = self._acceptance.described(triple for record in records for triple in record.triples)

        @cache
        def look(node: NamedNode) -> Values:
            if node in described:
                return described[node]
            facts = (t for t in known(node) if t.subject == node and t.predicate in (TYPE, _IN_SCHEME))
            return self._acceptance.described(facts).get(node, {})

        remarks: list[Rejection] = []
        doubtful: list[Record] = []
        for record in records:
            passed = self._acceptance.remarks(record, described, look)
            doubtful.append(record) if passed is None else remarks.extend(passed)
        verdict = self._judge(doubtful, records, known) if doubtful else _NOTHING
        return Verdict(verdict.rejections, tuple(sorted([*remarks, *verdict.warnings], key=str)))

    def _judge(self, doubtful: Sequence[Record], records: Sequence[Record], known: Facts) -> Verdict:
        """Have pySHACL judge some records among others; what it says of the others does not count."""
        import pyshacl

        with _quietly():
            data = _to_rdflib(self._context(doubtful, records, known))
            shapes = _read(self._shapes)
            _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False)
        places = {subject_of(triple).value: record for record in doubtful for triple in record.triples}
        found = [_finding(report, node, places) for node in _results(report)]
        ordered = sorted((f for f in found if f is not None), key=lambda f: str(f[1]))
        return Verdict(
            rejections=tuple(rejection for blocks, rejection in ordered if blocks),
            warnings=tuple(rejection for blocks, rejection in ordered if not blocks),
        )

    def _context(self, doubtful: Sequence[Record], records: Sequence[Record], known: Facts) -> set[Triple]:
        """What is said of records, and of what kind the resources are that they refer to."""
        stated = {triple for record in doubtful for triple in record.triples}
        described = {triple.subject for triple in stated}
        referred = {t.object for t in stated if isinstance(t.object, NamedNode)} - described
        beside = [t for record in records for t in record.triples if t.subject in referred]
        unknown = referred - {triple.subject for triple in beside}
        facts = {t for node in unknown for t in known(node)}.union(beside)
        return self._schema.entail(stated | {t for t in facts if t.predicate in (TYPE, _IN_SCHEME)})


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep rdflib from logging values that are not of their datatype: the shapes refuse them in words."""
    terms = logging.getLogger("rdflib.term")

    def silent(_record: logging.LogRecord) -> bool:
        return False

    terms.addFilter(silent)
    try:
        yield
    finally:
        terms.removeFilter(silent)


@lru_cache(maxsize=2)
def _read(shapes: bytes) -> Any:
    """Return the shapes as pySHACL takes them; reading them costs more than checking a record."""
    import rdflib

    return rdflib.Graph().parse(data=shapes, format="turtle")


def _to_rdflib(triples: Iterable[Triple]) -> Any:
    import rdflib

    from ecograph.graph.incomparable import made_comparable

    text = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    return made_comparable(rdflib.Graph().parse(data=text, format="nt"))


def _results(report: Any) -> Iterable[Any]:
    from rdflib import URIRef

    # Results nested under `sh:detail` only say why one of these failed.
    results: list[Any] = list(report.objects(None, URIRef(SH + "result")))
    return results


def _finding(report: Any, node: Any, places: dict[str, Record]) -> tuple[bool, Rejection] | None:
    from rdflib import URIRef

    def one(name: str) -> Any:
        return report.value(node, URIRef(SH + name))

    record = places.get(str(one("focusNode")))
    if record is None:
        return None
    path, value = one("resultPath"), one("value")
    reason = {m.language or "en": str(m) for m in report.objects(node, URIRef(SH + "resultMessage"))}
    rejection = Rejection(
        record=record.subject.value,
        place=record.place,
        path=shortened(str(path)) if path else "",
        value="" if value is None else str(value)[:200],
        reason=reason,
    )
    return str(one("resultSeverity")) == SH + "Violation", rejection
