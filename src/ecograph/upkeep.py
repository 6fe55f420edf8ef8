"""Upkeep: backup, restore, verify, compact, and moving the graph to another store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from ecograph import __version__
from ecograph.errors import BadParameter, EcographError, HomeMismatch, NothingLoaded
from ecograph.graph.backends import open_backend
from ecograph.graph.home import Current, Home, sequence_of
from ecograph.graph.ports import Backend
from ecograph.graph.shipped import ontology_digest, read_schema
from ecograph.graph.transfer import Digest
from ecograph.graph.upkeep import (
    NO_DAMAGE,
    Manifest,
    Restoration,
    Verification,
    back_up,
    check_files,
    damaged,
    fault_of,
    open_backup,
    read_history,
    verify,
)
from ecograph.loading import ontology_mark, snapshot_name
from ecograph.model import Level
from ecograph.progress import Progress, quiet, step
from ecograph.publication import Publication
from ecograph.settings import EMBEDDED, Settings, is_store
from ecograph.writing import Writing

_HALF_WRITTEN = (
    "store: a change was begun on the server and not finished, which may be all that disagrees: the next "
    "write, as `ecograph load --source ontology`, finishes it; verify again then"
)


class Upkeep:
    """What keeps one deployment's data safe, sound and small."""

    def __init__(
        self, settings: Settings, home: Home, backend: Backend, publication: Publication, writing: Writing
    ) -> None:
        self._settings, self._home, self._backend = settings, home, backend
        self._publication, self._writing = publication, writing

    def backup(self, target: Path, progress: Progress = quiet) -> Manifest:
        """Write what is published to a file, while loads and queries go on.

        Raises `NothingLoaded`, `HalfRestored`.
        """
        with self._still("ecograph backup") as current:
            return back_up(
                self._backend.reader(current.snapshot, current.base),
                self._home.ledger,
                target,
                base=current.base,
                version=__version__,
                report=partial(step, progress),
            )

    def restore(self, source: Path, progress: Progress = quiet) -> Manifest:
        """Bring an empty home to what was backed up.

        Raises `BackupUnusable`, `HomeNotEmpty`, `HomeMismatch` before anything is touched.
        """
        with open_backup(source) as backup:
            base, asked = backup.manifest.base, self._settings.base_iri
            if asked is not None and asked != base:
                raise HomeMismatch(self._home.root, base, asked)
            report = partial(step, progress)
            Restoration(
                home=self._home,
                open_store=lambda: self._backend.store(read_schema(), base),
                open_reader=lambda snapshot: self._backend.reader(snapshot, base),
                ontology=ontology_digest(),
                place=self._backend.name,
                name=snapshot_name,
                index=partial(self._publication.follow, report),
                report=report,
            ).run(backup)
            return backup.manifest

    def verify(self) -> Verification:
        """Read all files, and compare what is published, level by level, with what it should be.

        Raises `NothingLoaded`, `HalfRestored`.
        """
        with self._still("ecograph verify") as current:
            embedded = self._settings.store == EMBEDDED
            damage = check_files(self._home, current.snapshot) if embedded else NO_DAMAGE
            problems = (*damage.problems(), *self._ledger_faults())
            if damage.published:
                history = read_history(self._home.ledger, sequence_of(current.snapshot))
                return damaged(current.snapshot, history, problems, base=current.base)
            found = self._compared(current)
        # On a server what was written can be seen, and half of it as well.
        half = (_HALF_WRITTEN,) if found.problems and found.pending and not embedded else ()
        return replace(found, problems=(*problems, *found.problems, *half, *self._index_faults()))

    def _compared(self, current: Current) -> Verification:
        # The ledger is read last: it never knows less than what is published.
        reader = self._backend.reader(current.snapshot, current.base)
        return verify(
            reader,
            read_history(self._home.ledger, sequence_of(reader.id)),
            read_schema(),
            base=current.base,
            ontology=ontology_mark(),
        )

    def _ledger_faults(self) -> Iterator[str]:
        if fault := fault_of(self._home.ledger):
            place = f"ledger: {self._home.ledger} is damaged: {fault}"
            yield f"{place}; restore the last backup into an empty home"

    def _index_faults(self) -> Iterator[str]:
        try:
            self._publication.now()
        except EcographError as error:
            yield f"index: {error}"

    def compact(self, *, keep_days: int | None = None, progress: Progress = quiet) -> tuple[int, int]:
        """Give back the room of what nobody needs any more; return the bytes before and after.

        Snapshots that a running service still has open stay. With `keep_days`, changes made longer ago
        lose their triples in the ledger.
        """
        before = self._home.size()
        start = None if keep_days is None else datetime.now(UTC) - timedelta(days=keep_days)
        with self._writing.open("ecograph compact", progress) as writer:
            writer.compact(before=start)
        self._publication.now()  # so that this process lets go of the snapshot before
        with self._home.indexing():
            self._home.sweep(1)
        return before, self._home.size()

    def copy_store(self, to: str, progress: Progress = quiet) -> Mapping[Level, Digest]:
        """Copy the graph to another store, where it is kept from then on, and return what both hold.

        Raises `CopyDiffers`, and `BadParameter` when it is there already.
        """
        if to == self._backend.name or not is_store(to):
            raise BadParameter("to", to, "`embedded` or a URL, other than ECOGRAPH_STORE")
        target = open_backend(self._home, self._settings.model_copy(update={"store": to}))
        with closing(target), self._writing.open(f"ecograph store copy --to {to}", progress) as writer:
            return writer.copy_to(target, partial(step, progress))

    @contextmanager
    def _still(self, purpose: str) -> Iterator[Current]:
        """Give what is published, which must not change meanwhile.

        A snapshot never does. What a server holds does with every write, so that writes are kept out.
        """
        self._current()
        wait = self._settings.command_wait_seconds
        with nullcontext() if self._settings.store == EMBEDDED else self._home.writing(purpose, wait=wait):
            yield self._current()

    def _current(self) -> Current:
        self._home.check_whole()
        current = self._home.current()
        if current is None:
            raise NothingLoaded(self._home.root)
        return current
