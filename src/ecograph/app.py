"""The façade: one object that every surface shares, and the only place that builds the parts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path

from ecograph import __version__
from ecograph.assets import LOADERS, QUERIES
from ecograph.editing import Editor
from ecograph.errors import BadInput, BadParameter, Busy, EcographError, HomeMismatch, NothingLoaded
from ecograph.exchange.resource import Describer, Description, concise
from ecograph.exchange.serialise import serialise, write_answer
from ecograph.graph.admission import admit
from ecograph.graph.backends import open_backend
from ecograph.graph.home import Current, Home, sequence_of
from ecograph.graph.keys import Key as ApiKey
from ecograph.graph.keys import Keys
from ecograph.graph.ports import Queries, Reader, Row
from ecograph.graph.queries import Account, Free, QueryOutcome, QueryRequest
from ecograph.graph.result_cache import CacheKey, ResultCache
from ecograph.graph.saved import SavedQuery, named, read_queries
from ecograph.graph.transfer import Digest
from ecograph.graph.updates import Dataset, checked_iri
from ecograph.graph.updating import Bounds, Update
from ecograph.graph.upkeep import (
    Manifest,
    Restoration,
    Verification,
    back_up,
    open_backup,
    read_history,
    verify,
)
from ecograph.graph.workers import WorkerPool
from ecograph.model import Iri, Level, MatchAnswer, Outcome, Result, SearchAnswer
from ecograph.publication import Publication
from ecograph.questions.filtering import Asked, resolve
from ecograph.questions.match import match_project, match_text
from ecograph.questions.search import related, search
from ecograph.questions.view import View
from ecograph.refresh import (
    Progress,
    Writer,
    ontology_digest,
    open_writer,
    quiet,
    read_schema,
    snapshot_name,
)
from ecograph.settings import DEFAULT_BASE_IRI, Settings, is_store
from ecograph.sources.declaration import Declaration, in_order, read_declaration, read_declarations
from ecograph.sources.read import File, files_of

Failure = tuple[str, EcographError]

_FREE = Free()
_POLL_SECONDS = 0.05


class EcoGraph:
    """One deployment: what is asked of it and what is loaded into it."""

    def __init__(
        self, settings: Settings, *, today: Callable[[], date] = lambda: datetime.now(UTC).date()
    ) -> None:
        self.settings = settings
        self.home = Home(settings.home)
        self.keys = Keys(self.home.ledger)
        self.queries = read_queries(QUERIES)
        self._today = today
        self._follower: ThreadPoolExecutor | None = None
        self._cache = ResultCache(settings.cache_bytes)
        self._backend = open_backend(self.home, settings)
        self._publication = Publication(
            self.home, self._backend, embedding=settings.embedding, kept=settings.kept_snapshots
        )

    @property
    def base(self) -> str:
        """The base of the resources' IRIs."""
        current = self.home.current()
        return current.base if current else self.settings.base_iri or DEFAULT_BASE_IRI

    def snapshot_id(self) -> str:
        """Return the id of what is published now; raises `NothingLoaded`."""
        return self.snapshot().id

    def snapshot(self) -> Reader:
        """Return what is published now; raises `NothingLoaded`."""
        return self._publication.now().snapshot

    def view(self, level: Level) -> View:
        """Return what a level sees of what is published now; raises `NothingLoaded`."""
        return self._publication.now().view(level)

    # Questions

    def search(
        self, level: Level, query: str, asked: Asked, *, limit: int, offset: int = 0, language: str = "fr"
    ) -> SearchAnswer:
        """Return one page of what answers some words; raises `BadParameter`, `TooLarge`."""
        view = self.view(level)
        filters = resolve(asked, view.concepts)
        return search(view, query, filters, limit=limit, offset=offset, language=language)

    def match_project(
        self, level: Level, iri: Iri, asked: Asked, *, limit: int, language: str = "fr"
    ) -> MatchAnswer:
        """Match a project of the graph; raises `ResourceNotFound`, `BadParameter`."""
        view = self.view(level)
        filters = resolve(asked, view.concepts)
        return match_project(view, iri, filters, limit=limit, today=self._today(), language=language)

    def match_text(
        self, level: Level, text: str, asked: Asked, *, limit: int, language: str = "fr"
    ) -> MatchAnswer:
        """Match a project told in a few words; raises `BadParameter`, `TooLarge`."""
        view = self.view(level)
        return match_text(view, text, resolve(asked, view.concepts), limit=limit, language=language)

    def related(self, level: Level, iri: Iri, *, limit: int, language: str = "fr") -> tuple[Result, ...]:
        """Return the resources most like one; raises `ResourceNotFound`."""
        return related(self.view(level), iri, limit=limit, language=language)

    def describe(self, level: Level, iri: Iri, *, language: str = "fr") -> Description:
        """Return a resource's facts with their sources; raises `ResourceNotFound`."""
        view = self.view(level)
        return Describer(view.snapshot, level, view.concepts, language).describe(iri)

    def resource(self, level: Level, iri: Iri, media_type: str) -> bytes:
        """Return a resource's triples in an RDF syntax; raises `ResourceNotFound`."""
        return serialise(concise(self.snapshot(), level, iri), media_type)

    def saved(self, name: str) -> SavedQuery:
        """Return a saved query; raises `UnknownQuery`."""
        return named(self.queries, name)

    def answer(self, level: Level, query: str, syntax: str) -> bytes:
        """Evaluate SPARQL of whoever owns the home, and return it in a syntax by its short name.

        Raises `BadQuery`, `TooLarge`, or `BadParameter` for a syntax that the form of the query does
        not have.
        """
        admit(query, limit=self.settings.query_bytes)
        return write_answer(self.snapshot().query(level, query), syntax)

    @property
    def query_bytes(self) -> int:
        """The longest SPARQL query accepted from outside."""
        return self.settings.query_bytes

    def sparql(
        self,
        level: Level,
        request: QueryRequest,
        *,
        cancelled: threading.Event | None = None,
        account: Account = _FREE,
    ) -> QueryOutcome:
        """Answer a query from outside: as before, or in a worker process; blocks.

        Raises `BadQuery`, `QueryLimit`, and what the account raises when it cannot pay.
        """
        snapshot = self.snapshot()
        make = partial(
            self._outside.run,
            snapshot,
            request,
            lane=level,
            cancelled=cancelled,
            account=account,
        )
        if not admit(request.text, limit=self.query_bytes).steady:
            return make()
        key = CacheKey(snapshot=snapshot.id, level=level, request=request)
        return self._cache.answer(key, make, cancelled=cancelled)

    def kept_answer(self, level: Level, request: QueryRequest) -> tuple[str, QueryOutcome] | None:
        """Return the id of what is published and the answer that is kept for it, if any; never waits."""
        published = self._publication.read()
        if published is None or request.base != f"{published.base}/":
            return None
        snapshot = published.snapshot.id
        outcome = self._cache.kept(CacheKey(snapshot=snapshot, level=level, request=request))
        return None if outcome is None else (snapshot, outcome)

    def saved_answer(self, level: Level, text: str, media_type: str, syntax: str) -> bytes:
        """Return the answer to one of the saved queries, with its values in place; blocks.

        Raises `BadParameter` for a syntax that the form of the query does not have.
        """
        snapshot = self.snapshot()

        def make() -> QueryOutcome:
            body = write_answer(snapshot.query(level, text), syntax)
            return QueryOutcome(media_type=media_type, body=body, seconds=0.0)

        if not admit(text, limit=self.query_bytes).steady:
            return make().body
        request = QueryRequest(text=text, results_format=media_type)
        return self._cache.answer(CacheKey(snapshot=snapshot.id, level=level, request=request), make).body

    def cache_figures(self, level: Level) -> Mapping[str, int]:
        """Return what became of the answers kept for a level: hits, misses, evictions, bytes."""
        return self._cache.figures(level)

    @property
    def worker_figures(self) -> Mapping[str, int]:
        """What query workers did until now; nothing before they are started."""
        return self._pool.figures if "_pool" in self.__dict__ else {}

    @property
    def worker_failure(self) -> str | None:
        """Why no query worker starts; None while they do."""
        return self._pool.failure if "_pool" in self.__dict__ else None

    @cached_property
    def _pool(self) -> WorkerPool:
        return WorkerPool(
            workers=self.settings.query_workers,
            seconds=self.settings.query_seconds,
            memory_bytes=self.settings.query_memory_bytes,
            result_bytes=self.settings.query_result_bytes,
            query_bytes=self.settings.query_bytes,
        )

    @cached_property
    def _outside(self) -> Queries:
        return self._backend.queries(
            self._pool, seconds=self.settings.query_seconds, result_bytes=self.settings.query_result_bytes
        )

    def close(self) -> None:
        """Stop the processes that were started for queries from outside."""
        if "_pool" in self.__dict__:
            self._pool.close()
        if self._follower is not None:
            self._follower.shutdown()
        self._backend.close()

    def rows(self, level: Level, query: str) -> list[Row]:
        """Return the solutions of one of our SELECT queries."""
        return self.snapshot().rows(level, query)

    def graphs(self, level: Level) -> Sequence[str]:
        """Return the IRIs of the source graphs that a level may see."""
        return self.snapshot().graphs(level)

    def counts(self, level: Level) -> Mapping[str, int]:
        """Return the source graphs that a level may see, each with its number of triples."""
        return self._publication.now().counts(level)

    def warm(self) -> None:
        """Get ready to serve: read what is published, start the workers, index in the background."""
        self.view(Level.PUBLIC)
        _ = self._pool
        self._follower = ThreadPoolExecutor(max_workers=1, thread_name_prefix="index")

    # Loading

    def prepare(self, progress: Progress = quiet) -> None:
        """Make sure that something is published and indexed: in a new home, the vocabulary alone."""
        if self.home.current() is None:
            _, failures = self.load_declared(["ontology"], progress=progress)
            for _, error in failures:
                raise error
        elif self._is_interrupted():
            with suppress(Busy), self.writing("finishing an interrupted load", progress):
                pass
        else:
            self._follow(progress)

    def declarations(self) -> dict[str, Declaration]:
        """Return the declared sources by id."""
        return read_declarations(LOADERS)

    @contextmanager
    def writing(self, purpose: str, progress: Progress = quiet) -> Iterator[Writer]:
        """Hold the right to write; what was written is published on the way out, then indexed."""
        asked = self.settings.base_iri
        with open_writer(
            self.home, self._backend, base=DEFAULT_BASE_IRI, asked=asked, purpose=purpose, progress=progress
        ) as writer:
            yield writer
            if (snapshot := writer.publish()) is not None:
                if writer.hidden:
                    # Until the index follows, it would tell of what some may not see any more.
                    self._publication.index(snapshot, writer.base, partial(_step, progress))
                    self.home.point(snapshot=snapshot, base=writer.base, index=snapshot)
                else:
                    self.home.point(snapshot=snapshot, base=writer.base)
        self._follow(progress)

    def load_declared(
        self, sources: Sequence[str] = (), *, extra: Sequence[Path] = (), progress: Progress = quiet
    ) -> tuple[list[Outcome], list[Failure]]:
        """Load declared sources, all by default; one that cannot be used does not stop the others.

        `extra` names declarations that lie elsewhere; given alone, they alone are loaded.
        """
        own = {declaration.id: declaration for declaration in map(read_declaration, extra)}
        declared = self.declarations() | own
        wanted = in_order([*sources, *own] or declared, declared)
        outcomes: list[Outcome] = []
        failures: list[Failure] = []
        with self.writing(f"ecograph load {' '.join(sources)}".strip(), progress) as writer:
            for declaration in wanted:
                try:
                    files = files_of(declaration, limit=self.settings.load_bytes)
                    outcomes.append(writer.load(declaration, files))
                except BadInput as error:
                    failures.append((declaration.id, error))
        return outcomes, failures

    def load_files(
        self, declaration: Declaration, files: Sequence[File], progress: Progress = quiet
    ) -> Outcome:
        """Load files as the content of one source; in a new home, after the vocabulary."""
        self.prepare(progress)
        with self.writing(f"ecograph load --source {declaration.id}", progress) as writer:
            return writer.load(declaration, files)

    # Writing, by holders of keys

    def update(self, key: ApiKey, text: str, dataset: Dataset) -> None:
        """Carry a SPARQL update out; blocks. Raises `BadQuery`, `Forbidden`, `Refused`, `Busy`."""
        bounds = Bounds(
            seconds=self.settings.query_seconds,
            memory_bytes=self.settings.query_memory_bytes,
            text_bytes=self.query_bytes,
        )
        asked = Update(text=text, base=f"{self.base}/", dataset=dataset)
        with self._editing(key, "an update") as editor:
            editor.update(asked, bounds)

    def put_graph(self, key: ApiKey, iri: Iri, content: bytes, suffix: str) -> bool:
        """Make a document all that a graph says; return whether the graph is new.

        Raises `MalformedFile`, `Forbidden`, `Refused`, `Busy`; the graph is then as it was.
        """
        with self._editing(key, f"PUT {iri}") as editor:
            return editor.put(checked_iri("graph", iri), content, suffix)

    def post_graph(self, key: ApiKey, iri: Iri, content: bytes, suffix: str) -> bool:
        """Add a document to what a graph says; return whether the graph is new. Raises as `put_graph`."""
        with self._editing(key, f"POST {iri}") as editor:
            return editor.post(checked_iri("graph", iri), content, suffix)

    def delete_graph(self, key: ApiKey, iri: Iri) -> None:
        """Take a graph out; raises `UnknownGraph`, `Forbidden`, `Busy`."""
        with self._editing(key, f"DELETE {iri}") as editor:
            editor.delete(checked_iri("graph", iri))

    @contextmanager
    def _editing(self, key: ApiKey, purpose: str) -> Iterator[Editor]:
        """Hold the right to write, once whoever has it is done; raises `Busy` when that takes long."""
        with ExitStack() as stack:
            yield Editor(self._entered(stack, f"{purpose}, with key {key.id}"), key)

    def _entered(self, stack: ExitStack, purpose: str) -> Writer:
        limit = time.monotonic() + self.settings.write_wait_seconds
        while True:
            try:
                return stack.enter_context(self.writing(purpose))
            except Busy:
                if time.monotonic() > limit:
                    raise
                time.sleep(_POLL_SECONDS)

    # Upkeep

    def backup(self, target: Path, progress: Progress = quiet) -> Manifest:
        """Write what is published to a file, while loads and queries go on; raises `NothingLoaded`."""
        with self._still("ecograph backup") as current:
            return back_up(
                self._backend.reader(current.snapshot, current.base),
                self.home.ledger,
                target,
                base=current.base,
                version=__version__,
                report=partial(_step, progress),
            )

    def restore(self, source: Path, progress: Progress = quiet) -> Manifest:
        """Bring an empty home to what was backed up.

        Raises `BackupUnusable`, `HomeNotEmpty`, `HomeMismatch` before anything is touched.
        """
        with open_backup(source) as backup:
            base, asked = backup.manifest.base, self.settings.base_iri
            if asked is not None and asked != base:
                raise HomeMismatch(self.home.root, base, asked)
            report = partial(_step, progress)
            Restoration(
                home=self.home,
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
        """Compare what is published, level by level, with what it should be; raises `NothingLoaded`."""
        with self._still("ecograph verify") as current:
            # The ledger is read last: it never knows less than what is published.
            reader = self._backend.reader(current.snapshot, current.base)
            found = verify(
                reader,
                read_history(self.home.ledger, sequence_of(reader.id)),
                read_schema(),
                base=current.base,
                ontology=snapshot_name(0).partition("-")[2],
            )
        try:
            self.view(Level.PUBLIC)
        except EcographError as error:
            return replace(found, problems=(*found.problems, f"index: {error}"))
        return found

    def compact(self, *, keep_days: int | None = None, progress: Progress = quiet) -> tuple[int, int]:
        """Give back the room of what nobody needs any more; return the bytes before and after.

        Snapshots that a running service still has open stay. With `keep_days`, changes made longer ago
        lose their triples in the ledger.
        """
        before = self.home.size()
        start = None if keep_days is None else datetime.now(UTC) - timedelta(days=keep_days)
        with self.writing("ecograph compact", progress) as writer:
            writer.compact(before=start)
        self.view(Level.PUBLIC)  # so that this process lets go of the snapshot before
        with self.home.indexing():
            self.home.sweep(1)
        return before, self.home.size()

    def copy_store(self, to: str, progress: Progress = quiet) -> Mapping[Level, Digest]:
        """Copy the graph to another store, where it is kept from then on, and return what both hold.

        Raises `CopyDiffers`, and `BadParameter` when it is there already.
        """
        if to == self._backend.name or not is_store(to):
            raise BadParameter("to", to, "`embedded` or a URL, other than ECOGRAPH_STORE")
        target = open_backend(self.home, self.settings.model_copy(update={"store": to}))
        with closing(target), self.writing(f"ecograph store copy --to {to}", progress) as writer:
            return writer.copy_to(target, partial(_step, progress))

    def _is_interrupted(self) -> bool:
        """Tell whether a killed process left what is not published; whoever writes now publishes it."""
        sequence = sequence_of(self._current().snapshot)
        history = read_history(self.home.ledger, sequence)
        return history.pending > 0 or history.last > sequence

    @contextmanager
    def _still(self, purpose: str) -> Iterator[Current]:
        """Give what is published, which must not change meanwhile.

        A snapshot never does. What a server holds does with every write, so that writes are kept out.
        """
        self._current()
        with nullcontext() if self.settings.store == "embedded" else self.home.writing(purpose):
            yield self._current()

    def _current(self) -> Current:
        current = self.home.current()
        if current is None:
            raise NothingLoaded(self.home.root)
        return current

    def _follow(self, progress: Progress) -> None:
        report = partial(_step, progress)
        if self._follower is None:
            self._publication.follow(report)
        else:
            self._follower.submit(self._publication.follow, report)


def _step(progress: Progress, step: str) -> None:
    progress(step, 0, 0)
