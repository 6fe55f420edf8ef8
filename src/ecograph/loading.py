"""The one path by which anything enters the graph.

files -> records -> validate -> plan -> write down -> apply -> publish -> index
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import TypeVar

import pyoxigraph
from pyoxigraph import RdfFormat

from ecograph.errors import EcographError, HalfRestored, HomeMismatch, StoreMismatch, StoreTaken, Unexpected
from ecograph.graph.activity import Noted
from ecograph.graph.entailment import Schema
from ecograph.graph.home import Home
from ecograph.graph.joining import as_one, joined
from ecograph.graph.ledger import Ledger, Packed, united
from ecograph.graph.plan import Diff
from ecograph.graph.ports import Backend, GraphStore
from ecograph.graph.raising import Raising
from ecograph.graph.shipped import ontology_digest, read_schema
from ecograph.graph.transfer import Digest, Report, copy
from ecograph.model import Level, Outcome, Preview
from ecograph.planning import Planned, Planner
from ecograph.progress import Progress, quiet, step
from ecograph.settings import EMBEDDED
from ecograph.sources.content import File
from ecograph.sources.declaration import Declaration, accepting_losses
from ecograph.sources.description import source_iri, stories_id, understood_id
from ecograph.vocab import PREFIXES

T = TypeVar("T")

_log = logging.getLogger(__name__)


def attempted(what: str, work: Callable[[], T]) -> T | EcographError:
    """Return what comes of one of several things to do, or why nothing did: the others go on.

    This is the boundary around a source. What nobody foresaw, a fault in a parser say, is logged with
    its trace. What is wrong with the home is no source's failure, and is raised.
    """
    try:
        return work()
    except (HalfRestored, HomeMismatch, StoreMismatch, StoreTaken):
        raise
    except EcographError as error:
        return error
    except Exception as error:  # noqa: BLE001 - a source's fault must stay its own
        _log.exception("%s failed unexpectedly", what)
        return Unexpected(what, error)


def snapshot_name(ledger: Ledger) -> str:
    """Return the id of the snapshot that holds all changes of a ledger.

    What follows from the same statements differs from one ontology to another, and another change may have
    the same number where a backup was restored: a tag that says the same must never stand for both.
    """
    last = ledger.last()
    return "-".join(filter(None, (f"{last:08d}", ontology_mark(), ledger.mark(last))))


def ontology_mark() -> str:
    """Return what the ids of snapshots that are made with this ontology hold."""
    return ontology_digest()[:8]


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
    ) -> Outcome:
        """Bring a source's graph to what its files say; a run that is `noted` is stated with what it changes.

        Records that break a shape are left out and reported, and what the graph said of them
        before is kept. Raises `MalformedFile`, or `TooManyRejected` and `TooManyLost` beyond what the
        source tolerates; the graph is then as it was.
        """
        started = time.monotonic()
        digest = self._planner.digest(declaration, files)
        loaded = self.ledger.loaded(declaration.id)
        if loaded is not None and loaded.digest == digest:
            return Outcome(source=declaration.id, unchanged=True)
        with self._planner.plan(declaration, files) as planned:
            if planned.outcome.rejections:
                digest = ""  # read it again next time: what was refused may be acceptable by then
            outcome = self._carried_out(declaration, digest, planned, noted)
        return replace(outcome, seconds=time.monotonic() - started)

    def _carried_out(
        self, declaration: Declaration, digest: str, planned: Planned, noted: Noted | None
    ) -> Outcome:
        outcome, portions = planned.outcome, planned.portions
        is_changed = bool(outcome.added or outcome.removed)
        if noted is not None and is_changed:
            portions = chain(portions, [self._noted(declaration, planned, noted)])
        loaded = self.ledger.loaded(declaration.id)
        if loaded is not None and loaded.level != declaration.level:
            diff = self.bring(declaration.id, declaration.level, digest, united(portions))
            if noted is None:
                outcome = replace(outcome, added=len(diff.added), removed=len(diff.removed))
        elif is_changed:
            self.write_all(declaration.id, declaration.level, digest, portions)
        else:
            self.ledger.remember(declaration.id, declaration.level, digest)
        unchanged = not (outcome.added or outcome.removed or outcome.rejections)
        return replace(outcome, unchanged=unchanged)

    def _noted(self, declaration: Declaration, planned: Planned, noted: Noted) -> Packed:
        """Return what states a run, in the place of one that it makes old."""
        noted.counts.update(_counts(planned.outcome))
        graph = source_iri(self.base, declaration.id)
        stated = noted.triples(graph, declaration.id, self.base)
        return Packed.of(Diff(frozenset(stated), planned.outlived))

    def write_all(self, source: str, level: Level, digest: str, portions: Iterable[Packed]) -> None:
        """Write all portions of a change down, then make them: whoever opens the home next finishes."""
        count = self.ledger.begin_all(
            portions,
            source=source,
            graph=source_iri(self.base, source),
            level=level,
            digest=digest,
            author=self.author,
        )
        self._make_pending("writing", count)

    def _make_pending(self, doing: str, count: int = 0) -> None:
        """Make the changes that were written down, which are `count` where that is known."""
        done = 0
        for changes in joined(self.ledger.pending()):
            self.progress(f"{changes[0].source}: {doing}", done, count)
            self.store.apply(as_one(changes))
            self.ledger.finish(*changes)
            done += len(changes)

    def attempted(self, what: str, work: Callable[[], T]) -> T | EcographError:
        """Do one of several things in this session, as `attempted` does; what it began to write is finished.

        Raises what finishing it raises: then nothing else can be written either.
        """
        done = attempted(what, work)
        if isinstance(done, EcographError):
            self.finish_begun()
        return done

    def finish_begun(self) -> None:
        """Make the changes that were written down and not made."""
        self._make_pending("finishing an interrupted load")

    def preview(self, declaration: Declaration, files: Sequence[File], *, limit: int) -> Preview:
        """Return what a load would do, and the first records as Turtle; nothing is written.

        Raises `MalformedFile`. More rejections and losses than the source tolerates are only told.
        """
        lenient = accepting_losses(declaration).model_copy(update={"max_error_share": 1.0})
        with self._planner.plan(lenient, files, first=limit) as planned:
            triples = sorted((t for record in planned.first for t in record.triples), key=str)
            turtle = pyoxigraph.serialize(triples, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b""
            return Preview(outcome=planned.outcome, turtle=turtle.decode())

    @property
    def _planner(self) -> Planner:
        return Planner(self.base, self.store, self.schema, self.progress)

    def bring(self, source: str, level: Level, digest: str, diff: Diff, *, author: str = "") -> Diff:
        """Change the graph of a source, seen from a level on; return what is written."""
        loaded = self.ledger.loaded(source)
        if loaded is not None and loaded.level != level:
            diff = diff.whole(self.store.triples(source_iri(self.base, source)))
            if level > loaded.level:
                self.hidden.append(source)
                self._raise_decisions(source, level)
                self._forget_understood(source, level)
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
        name = snapshot_name(self.ledger)
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
        name = snapshot_name(self.ledger)
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
        """Hide what was decided of the records and texts of a source with them, and before them."""
        moves = Raising(self.store, self.base, source, level).moves()
        with self.ledger.together():
            begun = [
                self.ledger.begin(
                    source=kept, graph=source_iri(self.base, kept), level=seen, digest="", diff=diff
                )
                for kept, seen, diff in moves
            ]
        for change in begun:
            self.store.apply(change)
            self.ledger.finish(change)


@contextmanager
def open_writer(
    home: Home,
    backend: Backend,
    *,
    base: str,
    asked: str | None,
    purpose: str,
    wait: float = 0.0,
    progress: Progress = quiet,
) -> Iterator[Writer]:
    """Open a home for writing, and finish what a killed process left.

    A new home is made for `asked`, or else `base`. Raises `Busy` when another writes for `wait` seconds,
    `HomeMismatch` when the home was made for another base than `asked`, `StoreMismatch` when its
    graph is kept elsewhere, `StoreTaken` when another home writes to its server.
    """
    waited = home.writing(purpose, wait=wait, report=partial(step, progress))
    with waited, closing(_open_ledger(home)) as ledger:
        kept = _settle_base(home, ledger, asked, base)
        _settle_store(home, ledger, backend.name)
        schema = read_schema()
        with closing(backend.store(schema, kept)) as store:
            writer = Writer(home, kept, ledger, store, schema, progress)
            writer.finish_begun()  # what a killed process left
            _merge_again(ledger, store)
            yield writer


def _merge_again(ledger: Ledger, store: GraphStore) -> None:
    """Merge all graphs again when the ontology changed."""
    if ledger.fact("ontology") != ontology_digest():
        store.merge_all()
        ledger.keep_fact("ontology", ontology_digest())


def _open_ledger(home: Home) -> Ledger:
    home.check_whole()
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


def _counts(outcome: Outcome) -> dict[str, int]:
    return {
        "recordsAccepted": outcome.records,
        "recordsRejected": len(outcome.rejections),
        "statementsAdded": outcome.added,
        "statementsRemoved": outcome.removed,
    }
