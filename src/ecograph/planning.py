"""What the files of a source would change in its graph; whoever may write to it carries that out.

files -> records -> validate -> plan
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.errors import TooManyLost, TooManyRejected
from ecograph.graph.aliases import is_official
from ecograph.graph.comparison import Comparison, Counts
from ecograph.graph.derivation import CLAIMING, derive
from ecograph.graph.entailment import TYPE, Schema
from ecograph.graph.facts import LABELS
from ecograph.graph.labels import concept_lookup
from ecograph.graph.ledger import Packed
from ecograph.graph.ports import GraphStore
from ecograph.graph.records import GENID, Record, skolemise
from ecograph.graph.shipped import ontology_digest, read_shapes
from ecograph.graph.staging import Staging, Stored, changed, lines, stored, stored_text
from ecograph.graph.terms import object_of, subject_of
from ecograph.graph.validation import BATCH, Validator
from ecograph.model import Level, Outcome, Rejection
from ecograph.progress import Progress
from ecograph.sources.content import Context, File, Written
from ecograph.sources.declaration import LOSSES, Declaration
from ecograph.sources.description import describe, place_of, source_iri
from ecograph.sources.mapping import expanded
from ecograph.sources.read import check_whole, read_file
from ecograph.sources.repeated import uncontradicted
from ecograph.sources.values import Lookup, is_siren, several
from ecograph.vocab import DCT, SKOS, eco, shortened

# Raised when records come out otherwise from the same files, so that sources are read again.
PIPELINE = "5"
_ONTOLOGY = "ontology"
# Resources that records refer to, of which it is remembered what they are.
_REMEMBERED = 10_000
# By which a cell may name a resource that is loaded.
_NAMES = frozenset({*LABELS, SKOS + "altLabel", DCT + "identifier", eco("siren"), eco("siret")})


@dataclass(slots=True)
class _Told:
    """What is to be told of a load: the records that were left out, those that were not, and remarks."""

    rejections: list[Rejection] = field(default_factory=list)
    warnings: list[Rejection] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    left_out: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The rows that were left out while they were read, by the record that they are of, if it is known."""
    rows: set[str] = field(default_factory=set)
    """Those of them that count by themselves: of no known record, or of one that other rows speak of."""
    accepted: int = 0
    described: int = 0
    """Of the accepted records those that say what the source is, and are none of what its files hold."""
    by_class: Counter[str] = field(default_factory=Counter)
    first: list[Record] = field(default_factory=list)
    claims: list[tuple[str, Triple]] = field(default_factory=list)
    """What makes other statements true, each with the record that says it."""

    def leave_out(self, rejections: Iterable[Rejection]) -> None:
        """Note rows that are left out while they are read."""
        for rejection in rejections:
            self.rejections.append(rejection)
            self.left_out[rejection.record].add(rejection.place)

    def part(self, staging: Staging) -> list[str]:
        """Return the records of which rows were left out and others found; refuse those without others."""
        self.rows |= self.left_out.pop("", set())
        found = [record for record in self.left_out if staging.has(record)]
        self.refused |= self.left_out.keys() - found
        self.rows |= {place for record in found for place in self.left_out[record]}
        return found

    def refuse(self, rejections: Iterable[Rejection]) -> None:
        """Note records that are refused whole."""
        for rejection in rejections:
            self.rejections.append(rejection)
            self.refused.add(rejection.record)

    def accept(self, records: Sequence[Record], *, limit: int, beside: str) -> None:
        """Count records; the first ones are kept, without those that stand beside what the files hold."""
        self.accepted += len(records)
        self.described += sum(record.place == beside for record in records)
        for record in records:
            if len(self.first) < limit and record.place != beside:
                self.first.append(record)
            for triple in record.triples:
                predicate = triple.predicate
                if predicate == TYPE:
                    if triple.subject == record.subject:
                        self.by_class[object_of(triple).value] += 1
                elif predicate in CLAIMING:
                    self.claims.append((record.subject.value, triple))

    def check(self, declaration: Declaration) -> None:
        """Raise `TooManyRejected`."""
        rejected = len(self.refused) + len(self.rows)
        total, share = self.accepted - self.described + rejected, declaration.max_error_share
        if rejected > share * total:
            raise TooManyRejected(declaration.id, rejected, total, share, tuple(self.rejections))

    def outcome(self, source: str, counts: Counts) -> Outcome:
        return Outcome(
            source=source,
            added=counts.added,
            removed=counts.removed,
            records=self.accepted,
            lost=counts.lost,
            held=counts.held,
            rejections=tuple(self.rejections),
            warnings=tuple(self.warnings),
            by_class=dict(sorted((shortened(cls), count) for cls, count in self.by_class.items())),
            written=self.written,
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be written, the first of the records that it is made of, and what is to be told."""

    portions: Iterator[Packed]
    first: Sequence[Record]
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

    @contextmanager
    def plan(self, declaration: Declaration, files: Sequence[File], *, first: int = 0) -> Iterator[Planned]:
        """Give what files change in a source's graph, so many of their records, and what is to be told.

        Raises `MalformedFile`, `TooManyRejected`, `TooManyLost`.
        """
        with closing(Staging()) as staging:
            told = _Told()
            staging.find(self._read(declaration, files, told))
            # A row that does not say which record it is may be any of those that seem to be gone.
            complete = declaration.complete and all(rejection.record for rejection in told.rejections)
            graph = source_iri(self.base, declaration.id)
            for record in told.part(staging):
                staging.find(self._still_known(graph, record, staging))
            self._check(declaration, staging, told, first)
            derived = derive(triple for record, triple in told.claims if record not in told.refused)
            staging.find(stored(derived, ""))
            self.progress(f"{declaration.id}: comparing", 0, 0)
            staging.know(self.store.stated(graph))
            comparison = Comparison(staging, graph, complete, told.refused)
            counts = comparison.carry_out()
            _check_losses(declaration, counts)
            yield Planned(
                portions=staging.portions(),
                first=told.first,
                outcome=told.outcome(declaration.id, counts),
                outlived=comparison.outlived,
            )

    def _read(self, declaration: Declaration, files: Sequence[File], told: _Told) -> Iterator[Stored]:
        """Yield what the files say, and tell what of it was left out or remarked while reading."""
        yield from stored(describe(declaration, self.base), place_of(declaration))
        lookup = self._lookup(declaration) if declaration.kind != "rdf" else _no_concept
        context = Context(self.base, lookup)
        for file in files:
            self.progress(f"{declaration.id}: reading {file.name}", 0, 0)
            content = read_file(declaration, file, context)
            if content.written:
                told.written[file.name] = content.written
            for stated in content.stated:
                if isinstance(stated.triples, Written):  # in which there are no blank nodes
                    yield from stored_text(stated.triples.text, stated.place)
                else:
                    named = skolemise(stated.triples, self.base, declaration.id, place=stated.place)
                    yield from stored(named, stated.place)
                told.leave_out(stated.rejections)
                told.warnings.extend(stated.warnings)
        check_whole(declaration, files, context)

    def _still_known(self, graph: str, record: str, staging: Staging) -> Iterator[Stored]:
        """Yield what the graph says of a record whose rows cannot all be read, if the others leave it so.

        Its parts are those that are found.
        """
        known = self.store.statements(graph, subject=NamedNode(record))
        own = lines(t for t in known if GENID not in str(t.object))
        if left := uncontradicted(own, lines(staging.found(record))):
            yield record, record, "", left

    def _check(self, declaration: Declaration, staging: Staging, told: _Told, first: int) -> None:
        """Check the records that were found, and bring them to how the store keeps them."""
        validator = Validator(read_shapes(), self.schema)
        count, done = staging.count(), 0

        @lru_cache(maxsize=_REMEMBERED)
        def known(node: NamedNode) -> frozenset[Triple]:
            return frozenset(staging.found(node.value) | self.store.about(node))

        for records in staging.records(BATCH):
            self.progress(f"{declaration.id}: checking records", done, count)
            verdict = validator.check(records, known=known)
            told.refuse(verdict.rejections)
            told.warnings.extend(verdict.warnings)
            accepted = [record for record in records if record.subject.value not in told.refused]
            told.accept(accepted, limit=first, beside=place_of(declaration))
            # Numbers are compared as the store keeps them: 1.50 is what it holds as 1.5.
            staging.rewrite(changed(accepted))
            done += len(records)
        told.check(declaration)

    def _lookup(self, declaration: Declaration) -> Lookup:
        """What finds the concepts of the vocabulary and of the sources that one requires, and resources."""
        sources = dict.fromkeys((_ONTOLOGY, *declaration.requires))
        concepts = concept_lookup(t for s in sources for t in self.store.triples(source_iri(self.base, s)))
        resources = partial(self._named, declaration.level)
        return lambda listed, name: (resources if ":" in listed else concepts)(listed, name)

    def _named(self, level: Level, cls: str, name: str) -> str | None:
        """Return the one resource of a class (`eco:Actor`) with a name or number, that a level may see.

        Of several records with one number of a register, that of the register. Raises `BadValue` where
        there are several others: they may be of one organisation, which a person has to say.
        """
        graphs = [graph for graph, seen in self.store.graphs().items() if seen <= level]
        number = name.replace(" ", "")
        text = number if is_siren(number) else name
        values = (Literal(text, language="fr"), Literal(text, language="en"), Literal(text))
        found = {
            subject_of(triple)
            for graph in graphs
            for value in values
            for triple in self.store.statements(graph, value=value)
            if triple.predicate.value in _NAMES
        }
        wanted = NamedNode(expanded(cls))
        fitting = sorted(n.value for n in found if Triple(n, TYPE, wanted) in self.store.about(n))
        official = [iri for iri in fitting if is_siren(number) and is_official(iri)]
        if len(fitting) > 1 and len(official) != 1:
            raise several(name, fitting)
        return next(iter(official or fitting), None)


def reading_digest(declaration: Declaration) -> str:
    """Return what tells one way to read a source from others: its declaration, and this version's own."""
    parts = [PIPELINE, declaration.model_dump_json(exclude=set(LOSSES)), ontology_digest()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _check_losses(declaration: Declaration, counts: Counts) -> None:
    """Raise `TooManyLost`: a list that is whole by its form may be cut short, or empty by mistake."""
    share = declaration.max_lost_share if counts.left else float(declaration.may_be_empty)
    if counts.lost > share * counts.held:
        raise TooManyLost(declaration.id, counts.lost, counts.held, counts.left, declaration.max_lost_share)


def _no_concept(_scheme: str, _name: str) -> None:
    """Find nothing: RDF names concepts by their IRIs."""
