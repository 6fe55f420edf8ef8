"""Writing: what is loaded from sources and what holders of keys change, one writer at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ecograph.assets import LOADERS
from ecograph.editing import Editor, Expectation
from ecograph.errors import Busy, EcographError, Forbidden, UnknownSource
from ecograph.following import Follower
from ecograph.graph.activity import Noted
from ecograph.graph.home import Current, Home, sequence_of
from ecograph.graph.keys import Key
from ecograph.graph.ports import Backend
from ecograph.graph.shipped import read_schema, read_shapes
from ecograph.graph.updates import Dataset, checked_iri, read_update
from ecograph.graph.updating import Bounds, Update, UpdateProcess
from ecograph.graph.upkeep import read_history, read_levels
from ecograph.graph.validation import Validator
from ecograph.interpreting import Documents, Failure, Interpreted, Interpreting
from ecograph.loading import Writer, attempted, open_writer
from ecograph.model import Iri, Level, Outcome, Preview, TextsRead
from ecograph.outgoing import Outgoing
from ecograph.progress import Progress, quiet, step
from ecograph.publication import Publication
from ecograph.settings import DEFAULT_BASE_IRI, Settings
from ecograph.sources.content import File
from ecograph.sources.declaration import (
    Declaration,
    accepting_losses,
    in_order,
    read_declarations,
)
from ecograph.sources.declared import Declared, read_declared, read_given
from ecograph.sources.description import is_kept_beside, source_iri
from ecograph.sources.documents import read_texts
from ecograph.sources.gather import Gathering, gather, is_remote
from ecograph.texts import NO_DOCUMENTS
from ecograph.understanding.unknown import Spotter

_log = logging.getLogger(__name__)

_READ_FROM_FILES = frozenset({"document"})


@dataclass(frozen=True, slots=True)
class Brought:
    """What one load did, and the texts of the source where they are to be read."""

    outcome: Outcome
    texts: Documents | None


class Writing:
    """The ways to change the graph of one deployment."""

    def __init__(
        self,
        settings: Settings,
        home: Home,
        backend: Backend,
        publication: Publication,
        outgoing: Outgoing,
        spotter: Spotter | None = None,
    ) -> None:
        self._settings, self._home = settings, home
        self._interpreting = Interpreting(settings.understanding_confidence, spotter)
        self._backend, self._publication = backend, publication
        self._outgoing = outgoing
        self._follower: Follower | None = None

    def get_ready(self) -> None:
        """Get ready to write while others ask: a write waits neither for the index nor for libraries."""
        threading.Thread(target=_read_validation, name="validation", daemon=True).start()
        self._follower = Follower(self._settings, self._publication)
        self._publication.load_in_background(self._follower.wake)

    @property
    def index_failure(self) -> str | None:
        """Why the index does not follow what is written; None while it does."""
        return None if self._follower is None else self._follower.failure

    def close(self) -> None:
        """Stop what follows in the background; whoever opens the home next goes on."""
        if self._follower is not None:
            self._follower.close()

    def prepare(self, progress: Progress = quiet) -> None:
        """Make sure that something is published and indexed: in a new home, the vocabulary alone.

        Raises `HalfRestored`.
        """
        self._home.check_whole()
        current = self._home.current()
        if current is None:
            _, failures = self.load_declared(["ontology"], progress=progress)
            for _, error in failures:
                raise error
        elif self._is_interrupted(current):
            with suppress(Busy), self.open("finishing an interrupted load", progress, wait=0.0):
                pass
        else:
            self._follow(progress)

    def declarations(self) -> dict[str, Declaration]:
        """Return the shipped sources, those that are loaded when none is named, by id."""
        return read_declarations(LOADERS)

    def declared(self) -> Declared:
        """Return all sources that can be named: shipped, ready, and those of `HOME/loaders`."""
        return read_declared(self._home.root)

    def levels(self) -> dict[str, Level]:
        """Return every source that is loaded, and who may see it."""
        if not self._home.ledger.exists():
            return {}
        return read_levels(self._home.ledger)

    @contextmanager
    def open(
        self, purpose: str, progress: Progress = quiet, *, wait: float | None = None
    ) -> Iterator[Writer]:
        """Hold the right to write; what was written is published on the way out, then indexed.

        Who has it is waited for, by default as long as a command waits; raises `Busy` then.
        """
        with self._session(purpose, progress, wait=wait) as writer:
            yield writer
            self._publish(writer, progress)
        self._follow(progress)

    def _session(
        self, purpose: str, progress: Progress, *, wait: float | None = None
    ) -> AbstractContextManager[Writer]:
        """Hold the right to write, and publish nothing."""
        return open_writer(
            self._home,
            self._backend,
            base=DEFAULT_BASE_IRI,
            asked=self._settings.base_iri,
            purpose=purpose,
            wait=self._settings.command_wait_seconds if wait is None else wait,
            progress=progress,
        )

    def _publish(self, writer: Writer, progress: Progress) -> None:
        if (snapshot := writer.publish()) is None:
            return
        if writer.hidden:
            # Until the index follows, it would tell of what some may not see any more.
            self._publication.index(snapshot, writer.base, partial(step, progress))
            hidden = sequence_of(snapshot)
            self._home.point(snapshot=snapshot, base=writer.base, index=snapshot, hidden=hidden)
        else:
            self._home.point(snapshot=snapshot, base=writer.base)

    def load_declared(
        self,
        sources: Sequence[str] = (),
        *,
        extra: Sequence[Path] = (),
        accept_losses: bool = False,
        progress: Progress = quiet,
    ) -> tuple[list[Outcome], list[Failure]]:
        """Load declared sources, the shipped ones by default; a bad one does not stop the others.

        `extra` names declarations that lie elsewhere; given alone, they alone are loaded. Those that are
        named may lose any number of records with `accept_losses`. What has to be fetched is fetched
        before anyone else's writing is held up.
        """
        given = [read_given(path, self._home.root) for path in extra]
        own = {declaration.id: declaration for declaration in given}
        declared = self.declared()
        failures: list[Failure] = [
            (name, declared.broken[name]) for name in sources if name in declared.broken
        ]
        named = [name for name in sources if name not in declared.broken]
        if not (named or own or failures):
            named = list(declared.shipped)
        wanted = in_order([*named, *own], declared.by_id | own)
        if accept_losses:
            wanted = [accepting_losses(one) if one.id in {*named, *own} else one for one in wanted]
        fetched = {one.id: self._gathered(one, progress) for one in wanted if is_remote(one)}
        outcomes: list[Outcome] = []
        read: dict[str, Documents] = {}
        with self.open(f"ecograph load {' '.join(sources)}".strip(), progress) as writer:
            for declaration in wanted:
                files = fetched.get(declaration.id) or self._gathered(declaration, progress)
                brought = self._attempted(writer, declaration, files)
                if isinstance(brought, EcographError):
                    failures.append((declaration.id, brought))
                    continue
                outcomes.append(brought.outcome)
                if brought.texts is not None:
                    read[declaration.id] = brought.texts
            done = self._interpreting.read(writer, read)
        done = self._spot(done, read, progress)
        told = [replace(one, understood=done.found.get(one.source)) for one in outcomes]
        return told, [*failures, *done.failures]

    def _attempted(
        self, writer: Writer, declaration: Declaration, files: list[File] | EcographError
    ) -> Brought | EcographError:
        if isinstance(files, EcographError):
            return files
        return writer.attempted(
            f"source {declaration.id!r}", partial(self._brought, writer, declaration, files)
        )

    @staticmethod
    def _brought(
        writer: Writer, declaration: Declaration, files: Sequence[File], noted: Noted | None = None
    ) -> Brought:
        outcome = writer.load(declaration, files, noted=noted)
        texts = read_texts(declaration, files, writer.base) if declaration.has_texts else None
        return Brought(outcome, texts)

    def preview(self, path: Path, *, limit: int, progress: Progress = quiet) -> Preview:
        """Return what loading a declaration that lies anywhere would do; nothing is written or published.

        Raises `BadDeclaration`, `MalformedFile` and what gathering its files raises, `Busy`.
        """
        declaration = read_given(path, self._home.root)
        files = self._gathered(declaration, progress)
        if isinstance(files, EcographError):
            raise files
        with self._session(f"ecograph source try {path}", progress) as writer:
            return writer.preview(declaration, files, limit=limit)

    def _gathered(self, declaration: Declaration, progress: Progress) -> list[File] | EcographError:
        progress(f"{declaration.id}: gathering its files", 0, 0)
        gathering = Gathering(self._outgoing.client, limit=self._settings.load_bytes)
        return attempted(f"source {declaration.id!r}", partial(gather, declaration, gathering))

    def load_files(
        self, declaration: Declaration, files: Sequence[File], progress: Progress = quiet
    ) -> Outcome:
        """Load files as the content of one source; in a new home, after the vocabulary."""
        self.prepare(progress)
        with self.open(f"ecograph load --source {declaration.id}", progress) as writer:
            brought = self._brought(writer, declaration, files)
            read = {} if brought.texts is None else {declaration.id: brought.texts}
            done = self._interpreting.read(writer, read)
        done = self._spot(done, read, progress)
        for source, error in done.failures:
            if source == declaration.id:
                raise error
        return replace(brought.outcome, understood=done.found.get(declaration.id))

    def bring(
        self,
        declaration: Declaration,
        files: Sequence[File],
        progress: Progress = quiet,
        *,
        noted: Noted | None = None,
    ) -> Brought:
        """Load files as the content of one source, as one of several; `make_visible` does the rest.

        A run that is `noted` is stated in the graph, where it changes it. A kill before the rest loses
        nothing: whoever opens the home next publishes what is there.
        """
        with self._session(f"ecograph refresh {declaration.id}", progress) as writer:
            brought = self._brought(writer, declaration, files, noted)
            if writer.hidden:  # which nobody may publish in another way meanwhile
                self._publish(writer, progress)
        return brought

    def make_visible(self, read: Mapping[str, Documents], progress: Progress = quiet) -> list[Failure]:
        """Read the texts of sources that were brought, and publish all that was written, once.

        Return the sources whose texts could not be read, and why. Raises `Busy`.
        """
        with ExitStack() as stack:
            writer = self._entered(stack, "ecograph refresh", progress)
            done = self._interpreting.read(writer, read)
        return self._spot(done, read, progress).failures

    def understand(self, sources: Sequence[str] = (), progress: Progress = quiet) -> list[TextsRead]:
        """Read the texts of sources again: by default of all whose texts were read or are to be.

        Raises `UnknownSource` for one that is not loaded.
        """
        declared = self.declared().by_id
        texts = [one for one in declared.values() if one.has_texts and (not sources or one.id in sources)]
        files = {one.id: self._gathered(one, progress) for one in texts if one.kind in _READ_FROM_FILES}
        with self.open(f"ecograph understand {' '.join(sources)}".strip(), progress) as writer:
            known = writer.ledger.sources()
            for source in sources:
                if source not in known:
                    raise UnknownSource(source, tuple(known))
            wanted = sources or [one.id for one in texts if one.id in known]
            read = {
                source: self._texts(files.get(source, []), declared.get(source), writer) for source in wanted
            }
            done = self._interpreting.read(writer, read, others=not sources)
        done = self._spot(done, read, progress)
        for _, error in done.failures:
            raise error
        return list(done.found.values())

    @staticmethod
    def _texts(
        files: list[File] | EcographError, declaration: Declaration | None, writer: Writer
    ) -> Documents:
        """Return the texts of a source's own files; what was read in those that are gone stays."""
        if declaration is None or isinstance(files, EcographError):
            return NO_DOCUMENTS
        return read_texts(declaration, files, writer.base)

    def _spot(self, done: Interpreted, read: Mapping[str, Documents], progress: Progress) -> Interpreted:
        return self._interpreting.spot(done, read, partial(self._waited, "names met in texts"), progress)

    @contextmanager
    def _waited(self, purpose: str) -> Iterator[Writer]:
        with ExitStack() as stack:
            yield self._entered(stack, purpose)

    def load_filled(self, key: Key, declaration: Declaration, file: File) -> Outcome:
        """Load a template that the holder of a key filled in; a source keeps the level that it has.

        Raises `MalformedFile`, `TooManyRejected`, `Forbidden`, `Busy`; the graph is then as it was.
        """
        with ExitStack() as stack:
            writer = self._entered(stack, f"a filled template, with key {key.id}")
            graph = source_iri(writer.base, declaration.id)
            level = writer.store.level_of(graph)
            level = declaration.level if level is None else level
            kept = is_kept_beside(declaration.id) or declaration.id in self.declared().by_id
            if kept or level > key.level:
                raise Forbidden(f"the graph {graph} cannot be written with this key")
            own = replace(writer, author=key.id)
            return own.load(declaration.model_copy(update={"visibility": level.slug}), [file])

    def update(self, key: Key, text: str, dataset: Dataset) -> None:
        """Carry a SPARQL update out; blocks. Raises `BadQuery`, `Forbidden`, `Refused`, `Busy`."""
        bounds = Bounds(
            seconds=self._settings.query_seconds,
            memory_bytes=self._settings.query_memory_bytes,
            text_bytes=self._settings.query_bytes,
        )
        # Refused here already where no engine is needed to see what is wrong.
        read_update(text, dataset=dataset, limit=bounds.text_bytes)
        with UpdateProcess(bounds) as process, self.editing(key, "an update") as editor:
            asked = Update(text=text, base=f"{editor.writer.base}/", dataset=dataset)
            editor.update(asked, process)

    def put_graph(
        self, key: Key, iri: Iri, content: bytes, suffix: str, expected: Expectation | None = None
    ) -> bool:
        """Make a document all that a graph says; return whether the graph is new.

        Raises `PreconditionFailed`, `MalformedFile`, `Forbidden`, `Refused`, `Busy`; the graph is then
        as it was.
        """
        with self._editing_graph(key, "PUT", iri, expected) as editor:
            return editor.put(iri, content, suffix)

    def post_graph(
        self, key: Key, iri: Iri, content: bytes, suffix: str, expected: Expectation | None = None
    ) -> bool:
        """Add a document to what a graph says; return whether the graph is new. Raises as `put_graph`."""
        with self._editing_graph(key, "POST", iri, expected) as editor:
            return editor.post(iri, content, suffix)

    def delete_graph(self, key: Key, iri: Iri, expected: Expectation | None = None) -> None:
        """Take a graph out; raises `PreconditionFailed`, `UnknownGraph`, `Forbidden`, `Busy`."""
        with self._editing_graph(key, "DELETE", iri, expected) as editor:
            editor.delete(iri)

    @contextmanager
    def _editing_graph(
        self, key: Key, purpose: str, iri: Iri, expected: Expectation | None
    ) -> Iterator[Editor]:
        checked_iri("graph", iri)
        with self.editing(key, f"{purpose} {iri}") as editor:
            if expected is not None:
                editor.expect(iri, expected)
            yield editor

    @contextmanager
    def editing(self, key: Key, purpose: str) -> Iterator[Editor]:
        """Hold the right to write, once whoever has it is done; raises `Busy` when that takes long.

        What was read in texts goes with them.
        """
        with ExitStack() as stack:
            writer = self._entered(stack, f"{purpose}, with key {key.id}")
            first = writer.ledger.last()
            yield Editor(writer, key)
            for source, error in self._interpreting.forget_gone(writer, first):  # the next load does it
                _log.warning("%s: %s", source, error)

    def _entered(self, stack: ExitStack, purpose: str, progress: Progress = quiet) -> Writer:
        wait = self._settings.write_wait_seconds
        return stack.enter_context(self.open(purpose, progress, wait=wait))

    def _is_interrupted(self, current: Current) -> bool:
        """Tell whether a killed process left what is not published; whoever writes now publishes it."""
        sequence = sequence_of(current.snapshot)
        history = read_history(self._home.ledger, sequence)
        return history.pending > 0 or history.last > sequence

    def _follow(self, progress: Progress) -> None:
        report = partial(step, progress)
        if self._follower is None:
            self._publication.follow(report)
        else:
            self._follower.ask(report)


def _read_validation() -> None:
    Validator(read_shapes(), read_schema()).get_ready()
