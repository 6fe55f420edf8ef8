"""What the files of a source would change in its graph; whoever may write to it carries that out.

files -> records -> validate -> plan
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.errors import TooManyLost, TooManyRejected
from ecograph.graph.activity import activities, outlived
from ecograph.graph.derivation import derive
from ecograph.graph.entailment import TYPE, Schema
from ecograph.graph.facts import LABELS
from ecograph.graph.labels import concept_lookup
from ecograph.graph.plan import Diff, plan
from ecograph.graph.ports import GraphStore
from ecograph.graph.records import GENID, Record, group, merged, skolemise, with_parts
from ecograph.graph.shipped import ontology_digest, read_shapes
from ecograph.graph.terms import canonical, object_of, subject_of
from ecograph.graph.validation import BATCH, Validator, Verdict
from ecograph.model import Level, Outcome, Rejection
from ecograph.progress import Progress
from ecograph.sources.content import Context, File
from ecograph.sources.declaration import LOSSES, Declaration
from ecograph.sources.description import describe, source_iri
from ecograph.sources.mapping import expanded
from ecograph.sources.read import read_file
from ecograph.sources.values import Lookup
from ecograph.vocab import DCT, SKOS, eco, shortened

# Raised when records come out otherwise from the same files, so that sources are read again.
PIPELINE = "2"
_ONTOLOGY = "ontology"
_PUBLISHER = NamedNode(DCT + "publisher")
# By which a cell may name a resource that is loaded.
_NAMES = frozenset({*LABELS, SKOS + "altLabel", DCT + "identifier", eco("siren"), eco("siret")})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What the files of a source say, and what of it was left out or remarked while reading."""

    records: list[Record]
    rejections: list[Rejection] = field(default_factory=list)
    warnings: list[Rejection] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be written, the records that it is made of, and what is to be told."""

    diff: Diff
    accepted: Sequence[Record]
    outcome: Outcome
    outlived: frozenset[Triple]
    """What is said of runs that another one makes old."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Compares files with what the graph says."""

    base: str
    store: GraphStore
    schema: Schema
    progress: Progress

    def digest(self, declaration: Declaration, files: Sequence[File]) -> str:
        """Return what tells these files, read in this way, from others."""
        parts = [self.base, reading_digest(declaration)]
        parts += [f"{file.name} {file.digest}" for file in files]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def plan(self, declaration: Declaration, files: Sequence[File]) -> Planned:
        """Return what files change in a source's graph, and what is to be told of that.

        Raises `MalformedFile`, `TooManyRejected`, `TooManyLost`.
        """
        read = self._read(declaration, files)
        records = merged(read.records)
        verdict = self._validate(declaration.id, records)
        rejections = (*read.rejections, *verdict.rejections)
        accepted, refused = _sift(declaration, records, rejections)
        found = {triple for record in accepted for triple in record.triples}
        graph = source_iri(self.base, declaration.id)
        known = self.store.triples(graph)
        kept = with_parts(refused, known)
        # Numbers are compared as the store keeps them: 1.50 is what it holds as 1.5.
        found = canonical(found | derive(found))
        # A row that does not say which record it is may be any of those that seem to be gone.
        complete = declaration.complete and all(rejection.record for rejection in read.rejections)
        held, left = _records(known, graph), _records(found, graph)
        lost = held - left - kept if complete else set()
        _check_losses(declaration, lost, held, left | (held & kept))
        diff = plan(known, found, complete=complete, kept={*kept, *activities(known)})
        outcome = Outcome(
            source=declaration.id,
            added=len(diff.added),
            removed=len(diff.removed),
            records=len(accepted),
            lost=len(lost),
            held=len(held),
            rejections=rejections,
            warnings=(*read.warnings, *verdict.warnings),
            by_class=_by_class(accepted),
            written=read.written,
        )
        return Planned(diff, accepted, outcome, frozenset(outlived(known)))

    def _read(self, declaration: Declaration, files: Sequence[File]) -> _Read:
        read = _Read(records=group(describe(declaration, self.base), f"declaration of {declaration.id}"))
        lookup = self._lookup(declaration) if declaration.kind != "rdf" else _no_concept
        context = Context(self.base, lookup)
        for file in files:
            self.progress(f"{declaration.id}: reading {file.name}", 0, 0)
            content = read_file(declaration, file, context)
            if content.written:
                read.written[file.name] = content.written
            for stated in content.stated:
                named = skolemise(stated.triples, self.base, declaration.id, place=stated.place)
                read.records.extend(group(named, stated.place))
                read.rejections.extend(stated.rejections)
                read.warnings.extend(stated.warnings)
        return read

    def _lookup(self, declaration: Declaration) -> Lookup:
        """What finds the concepts of the vocabulary and of the sources that one requires, and resources."""
        sources = dict.fromkeys((_ONTOLOGY, *declaration.requires))
        concepts = concept_lookup(t for s in sources for t in self.store.triples(source_iri(self.base, s)))
        resources = partial(self._named, declaration.level)
        return lambda listed, name: (resources if ":" in listed else concepts)(listed, name)

    def _named(self, level: Level, cls: str, name: str) -> str | None:
        """Return the one resource of a class (`eco:Actor`) with a name, that a level may see."""
        graphs = [graph for graph, seen in self.store.graphs().items() if seen <= level]
        values = (Literal(name, language="fr"), Literal(name, language="en"), Literal(name))
        found = {
            subject_of(triple)
            for graph in graphs
            for value in values
            for triple in self.store.statements(graph, value=value)
            if triple.predicate.value in _NAMES
        }
        wanted = NamedNode(expanded(cls))
        fitting = [n for n in found if Triple(n, TYPE, wanted) in self.store.about(n)]
        return fitting[0].value if len(fitting) == 1 else None

    def _validate(self, source: str, records: Sequence[Record]) -> Verdict:
        validator = Validator(read_shapes(), self.schema)
        here: dict[NamedNode, set[Triple]] = {}
        for record in records:
            for triple in record.triples:
                here.setdefault(subject_of(triple), set()).add(triple)

        def known(node: NamedNode) -> set[Triple]:
            return here.get(node, set()) | self.store.about(node)

        rejections: list[Rejection] = []
        warnings: list[Rejection] = []
        for start in range(0, len(records), BATCH):
            self.progress(f"{source}: checking records", start, len(records))
            verdict = validator.check(records[start : start + BATCH], known=known)
            rejections += verdict.rejections
            warnings += verdict.warnings
        return Verdict(tuple(rejections), tuple(warnings))


def reading_digest(declaration: Declaration) -> str:
    """Return what tells one way to read a source from others: its declaration, and this version's own."""
    parts = [PIPELINE, declaration.model_dump_json(exclude=set(LOSSES)), ontology_digest()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _sift(
    declaration: Declaration, records: Sequence[Record], rejections: Sequence[Rejection]
) -> tuple[list[Record], set[NamedNode]]:
    refused = {NamedNode(rejection.record) for rejection in rejections if rejection.record}
    accepted = [record for record in records if record.subject not in refused]
    # A row that was left out while it was read is no record.
    nameless = {rejection.place for rejection in rejections if not rejection.record}
    rejected = len(refused) + len(nameless)
    total = len(accepted) + rejected
    if rejected > declaration.max_error_share * total:
        raise TooManyRejected(declaration.id, rejected, total, declaration.max_error_share, rejections)
    return accepted, refused


def _records(triples: Set[Triple], graph: str) -> set[NamedNode]:
    """Return the records that a graph states, without its source, its publisher, runs and parts."""
    own = NamedNode(graph)
    publishers = {t.object for t in triples if t.subject == own and t.predicate == _PUBLISHER}
    beside = {own, *publishers, *activities(triples)}
    return {s for s in map(subject_of, triples) if s not in beside and GENID not in s.value}


def _check_losses(
    declaration: Declaration, lost: Set[NamedNode], held: Set[NamedNode], left: Set[NamedNode]
) -> None:
    """Raise `TooManyLost`: a list that is whole by its form may be cut short, or empty by mistake."""
    may_lose = declaration.max_lost_share * len(held) if left else len(held) * declaration.may_be_empty
    if len(lost) > may_lose:
        raise TooManyLost(declaration.id, len(lost), len(held), len(left), declaration.max_lost_share)


def _no_concept(_scheme: str, _name: str) -> None:
    """Find nothing: RDF names concepts by their IRIs."""


def _by_class(records: Iterable[Record]) -> dict[str, int]:
    counted = Counter(
        shortened(object_of(triple).value)
        for record in records
        for triple in record.triples
        if triple.predicate == TYPE and triple.subject == record.subject
    )
    return dict(sorted(counted.items()))
