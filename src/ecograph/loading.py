"""The one path by which anything enters the graph.

files -> records -> validate -> plan -> write down -> apply -> publish -> index
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from ecograph.assets import ONTOLOGY
from ecograph.errors import HalfRestored, HomeMismatch, StoreMismatch, TooManyRejected
from ecograph.graph.activity import Noted, activities, outlived
from ecograph.graph.derivation import derive
from ecograph.graph.entailment import TYPE, Schema
from ecograph.graph.facts import LABELS
from ecograph.graph.home import Home
from ecograph.graph.labels import concept_lookup
from ecograph.graph.ledger import Ledger
from ecograph.graph.plan import Diff, plan
from ecograph.graph.ports import Backend, GraphStore
from ecograph.graph.raising import raised
from ecograph.graph.records import Record, group, merged, skolemise, with_parts
from ecograph.graph.terms import canonical, object_of, subject_of
from ecograph.graph.transfer import Digest, Report, copy
from ecograph.graph.validation import BATCH, Validator, Verdict
from ecograph.model import Level, Outcome, Preview, Rejection
from ecograph.settings import EMBEDDED
from ecograph.sources.content import Context, File
from ecograph.sources.declaration import Declaration
from ecograph.sources.description import describe, source_iri, stories_id, understood_id
from ecograph.sources.mapping import expanded
from ecograph.sources.rdf import parse
from ecograph.sources.read import read_file
from ecograph.sources.values import Lookup
from ecograph.vocab import DCT, PREFIXES, SKOS, eco, shortened

# Raised when records come out otherwise from the same files, so that sources are read again.
PIPELINE = "2"
_ONTOLOGY = "ontology"
# By which a cell may name a resource that is loaded.
_NAMES = frozenset({*LABELS, SKOS + "altLabel", DCT + "identifier", eco("siren"), eco("siret")})

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much (0: unknown)."""


def snapshot_name(sequence: int) -> str:
    """Return the id of the snapshot that holds the changes up to one.

    What follows from the same statements differs from one ontology to another.
    """
    return f"{sequence:08d}-{ontology_digest()[:8]}"


def quiet(_step: str, _done: int, _total: int) -> None:
    """Show no progress."""


def step(progress: Progress, name: str) -> None:
    """Report a step that is not counted."""
    progress(name, 0, 0)


def read_schema() -> Schema:
    """Return the hierarchy of the ontology that this version ships."""
    content = (ONTOLOGY / "ecograph.ttl").read_bytes()
    return Schema(parse(content, name="ontology/ecograph.ttl", base="https://w3id.org/ecograph/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What the files of a source say, and what of it was left out or remarked while reading."""

    records: list[Record]
    rejections: list[Rejection] = field(default_factory=list)
    warnings: list[Rejection] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Decided:
    """What is to be written, the records that it is made of, and what is to be told."""

    diff: Diff
    accepted: Sequence[Record]
    outcome: Outcome
    outlived: frozenset[Triple]
    """What is said of runs that another one makes old."""


@dataclass(frozen=True)
class Writer:
    """The right to change one home's graph."""

    home: Home
    base: str
    ledger: Ledger
    store: GraphStore
    schema: Schema
    progress: Progress
    hidden: list[str] = field(default_factory=list)
    """The sources that fewer may see than before."""
    author: str = ""
    """The id of the key with which what is loaded was sent; empty for what this machine loads."""

    def load(
        self,
        declaration: Declaration,
        files: Sequence[File],
        *,
        noted: Noted | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Outcome:
        """Bring a source's graph to what its files say; a run that is `noted` is stated with what it changes.

        Records that break a shape are left out and reported, and what the graph said of them
        before is kept. Raises `MalformedFile`, or `TooManyRejected` beyond what the source
        tolerates; the graph is then as it was.
        """
        started = time.monotonic()
        digest = self._digest(declaration, files)
        loaded = self.ledger.loaded(declaration.id)
        if loaded is not None and loaded.digest == digest:
            return Outcome(source=declaration.id, unchanged=True)
        decided = self._decide(declaration, files)
        if decided.outcome.rejections:
            digest = ""  # read it again next time: what was refused may be acceptable by then
        diff = decided.diff
        if noted is not None and diff:
            noted.counts.update(_counts(diff, len(decided.accepted), len(decided.outcome.rejections)))
            graph = source_iri(self.base, declaration.id)
            stated = noted.triples(graph, declaration.id, self.base, now())
            with_run = Diff(diff.added | stated, diff.removed | decided.outlived)
            self.bring(declaration.id, declaration.level, digest, with_run)
        else:
            diff = self.bring(declaration.id, declaration.level, digest, diff)
        return replace(
            decided.outcome,
            unchanged=not diff and not decided.outcome.rejections,
            added=len(diff.added),
            removed=len(diff.removed),
            seconds=time.monotonic() - started,
        )

    def preview(self, declaration: Declaration, files: Sequence[File], *, limit: int) -> Preview:
        """Return what a load would do, and the first records as Turtle; nothing is written.

        Raises `MalformedFile`. More rejections than the source tolerates are only told.
        """
        lenient = declaration.model_copy(update={"max_error_share": 1.0})
        decided = self._decide(lenient, files)
        about = f"declaration of {declaration.id}"
        first = [record for record in decided.accepted if record.place != about][:limit]
        triples = sorted((t for record in first for t in record.triples), key=str)
        turtle = pyoxigraph.serialize(triples, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b""
        return Preview(outcome=decided.outcome, turtle=turtle.decode())

    def _decide(self, declaration: Declaration, files: Sequence[File]) -> _Decided:
        """Return what files change in a source's graph, and what is to be told of that."""
        read = self._read(declaration, files)
        records = merged(read.records)
        verdict = self._validate(declaration.id, records)
        rejections = (*read.rejections, *verdict.rejections)
        accepted, refused = _sift(declaration, records, rejections)
        found = {triple for record in accepted for triple in record.triples}
        known = self.store.triples(source_iri(self.base, declaration.id))
        kept = with_parts(refused, known)
        # Numbers are compared as the store keeps them: 1.50 is what it holds as 1.5.
        found = canonical(found | derive(found))
        # A row that does not say which record it is may be any of those that seem to be gone.
        complete = declaration.complete and all(rejection.record for rejection in read.rejections)
        diff = plan(known, found, complete=complete, kept={*kept, *activities(known)})
        outcome = Outcome(
            source=declaration.id,
            added=len(diff.added),
            removed=len(diff.removed),
            records=len(accepted),
            rejections=rejections,
            warnings=(*read.warnings, *verdict.warnings),
            by_class=_by_class(accepted),
            written=read.written,
        )
        return _Decided(diff, accepted, outcome, frozenset(outlived(known)))

    def bring(self, source: str, level: Level, digest: str, diff: Diff, *, author: str = "") -> Diff:
        """Change the graph of a source, seen from a level on; return what is written."""
        loaded = self.ledger.loaded(source)
        if loaded is not None and loaded.level != level:
            diff = diff.whole(self.store.triples(source_iri(self.base, source)))
            if level > loaded.level:
                self.hidden.append(source)
                self._forget_understood(source, level)
                self._raise_decisions(source, level)
        self._write(source, level, digest, diff, author=author)
        return diff

    def remove(self, source: str, digest: str = "") -> None:
        """Take a graph out that follows from another; where there is none, only the digest is kept."""
        graph = source_iri(self.base, source)
        level = self.store.level_of(graph)
        if level is not None:
            self._write(source, level, digest, Diff(frozenset(), frozenset(self.store.triples(graph))))
        elif (loaded := self.ledger.loaded(source)) is not None and loaded.digest != digest:
            self.ledger.remember(source, loaded.level, digest)

    def _forget_understood(self, source: str, level: Level) -> None:
        """Take out what was read in a source that fewer may see from now on, before anything else."""
        for lower in Level:
            if lower < level:
                self.remove(understood_id(source, lower))
                self.remove(stories_id(lower))

    def publish(self) -> str | None:
        """Make what was written visible to readers that open a snapshot from now on; return its id.

        There is none before the first source is loaded.
        """
        if not self.ledger.last():
            return None
        name = snapshot_name(self.ledger.last())
        if made := self._published(name):
            return made[-1]
        self.progress("publishing", 0, 0)
        self.store.publish(self.home.snapshots / name)
        return name

    def compact(self, *, before: datetime | None) -> None:
        """Rewrite the stores and the ledger without what was taken out, and publish the same state again.

        Changes made `before` a time keep their place in the ledger, but not their triples.
        """
        self.progress("compacting the ledger", 0, 0)
        self.ledger.compact(before=before)
        if not self.ledger.last():
            return
        self.progress("compacting the stores", 0, 0)
        self.store.optimize()
        self._publish_again(self.store)

    def copy_to(self, backend: Backend, report: Report) -> dict[Level, Digest]:
        """Bring another store to the same graph, compare them, and keep the graph there from now on.

        Raises `CopyDiffers`; begun again after an interruption, it goes on where it was.
        """
        with closing(backend.store(self.schema, self.base)) as target:
            digests = copy(self.store, target, report)
            if backend.name == EMBEDDED:  # whose readers open what was published
                self.home.point(snapshot=self._publish_again(target), base=self.base)
        self.ledger.keep_fact("store", backend.name)
        return digests

    def _publish_again(self, store: GraphStore) -> str:
        # Readers hold the files of the snapshot before: a new one takes a new name.
        name = snapshot_name(self.ledger.last())
        made = self._published(name)
        number = int(made[-1].removeprefix(name).strip("-") or 0) + 1 if made else 1
        store.publish(self.home.snapshots / f"{name}-{number:03d}")
        return f"{name}-{number:03d}"

    def _published(self, name: str) -> list[str]:
        return sorted(path.name for path in self.home.snapshots.glob(f"{name}*"))

    def _write(self, source: str, level: Level, digest: str, diff: Diff, *, author: str = "") -> None:
        if not diff:
            return self.ledger.remember(source, level, digest)
        self.progress(f"{source}: writing", 0, 0)
        graph = source_iri(self.base, source)
        change = self.ledger.begin(
            source=source,
            graph=graph,
            level=level,
            digest=digest,
            diff=diff,
            author=author or self.author,
        )
        self.store.apply(change)
        return self.ledger.finish(change)

    def _raise_decisions(self, source: str, level: Level) -> None:
        """Hide what was decided of the records of a source with them, and before them."""
        graph, target = source_iri(self.base, source), source_iri(self.base, f"resolution-{level.slug}")
        moves = raised(self.store, graph, level, target)
        with self.ledger.together():
            begun = [
                self.ledger.begin(
                    source=held.removeprefix(source_iri(self.base, "")),
                    graph=held,
                    level=seen,
                    digest="",
                    diff=diff,
                )
                for held, seen, diff in moves
            ]
        for change in begun:
            self.store.apply(change)
            self.ledger.finish(change)

    def _digest(self, declaration: Declaration, files: Sequence[File]) -> str:
        parts = [self.base, reading_digest(declaration)]
        parts += [f"{file.name} {file.digest}" for file in files]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

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
        validator = Validator((ONTOLOGY / "shapes.ttl").read_bytes(), self.schema)
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


@contextmanager
def open_writer(
    home: Home,
    backend: Backend,
    *,
    base: str,
    asked: str | None,
    purpose: str,
    progress: Progress = quiet,
) -> Iterator[Writer]:
    """Open a home for writing, and finish what a killed process left.

    A new home is made for `asked`, or else `base`. Raises `Busy` while another process writes and
    `HomeMismatch` when the home was made for another base than `asked`, `StoreMismatch` when its
    graph is kept elsewhere.
    """
    with home.writing(purpose), closing(_open_ledger(home)) as ledger:
        kept = _settle_base(home, ledger, asked, base)
        _settle_store(home, ledger, backend.name)
        schema = read_schema()
        with closing(backend.store(schema, kept)) as store:
            _catch_up(ledger, store, progress)
            yield Writer(home, kept, ledger, store, schema, progress)


def _catch_up(ledger: Ledger, store: GraphStore, progress: Progress) -> None:
    """Finish what a killed process left, and merge again when the ontology changed."""
    for change in ledger.pending():
        progress(f"{change.source}: finishing an interrupted load", 0, 0)
        store.apply(change)
        ledger.finish(change)
    if ledger.fact("ontology") != ontology_digest():
        store.merge_all()
        ledger.keep_fact("ontology", ontology_digest())


def _open_ledger(home: Home) -> Ledger:
    if home.unfinished.exists():
        raise HalfRestored(home.root)
    return Ledger(home.ledger)


def _settle_base(home: Home, ledger: Ledger, asked: str | None, default: str) -> str:
    kept = ledger.fact("base")
    if kept is None:
        kept = asked or default
        ledger.keep_fact("base", kept)
    if asked is not None and asked != kept:
        raise HomeMismatch(home.root, kept, asked)
    return kept


def _settle_store(home: Home, ledger: Ledger, asked: str) -> None:
    """Write to no store that misses changes of the ledger."""
    kept = ledger.fact("store")
    if kept is None:
        kept = EMBEDDED if ledger.last() else asked
        ledger.keep_fact("store", kept)
    if asked != kept:
        raise StoreMismatch(home.root, kept, asked)


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


def _counts(diff: Diff, accepted: int, rejected: int) -> dict[str, int]:
    return {
        "recordsAccepted": accepted,
        "recordsRejected": rejected,
        "statementsAdded": len(diff.added),
        "statementsRemoved": len(diff.removed),
    }


def reading_digest(declaration: Declaration) -> str:
    """Return what tells one way to read a source from others: its declaration, and this version's own."""
    parts = [PIPELINE, declaration.model_dump_json(), ontology_digest()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def ontology_digest() -> str:
    """Return what tells this version's ontology from others."""
    files = [ONTOLOGY / "ecograph.ttl", ONTOLOGY / "shapes.ttl"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
