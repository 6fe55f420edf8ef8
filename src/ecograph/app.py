"""The façade: one object that every surface shares, and the only place that builds the parts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property, partial
from pathlib import Path

from ecograph.assets import LOADERS, QUERIES
from ecograph.errors import EcographError
from ecograph.exchange.resource import Describer, Description, concise
from ecograph.exchange.serialise import serialise, write_answer
from ecograph.graph.home import Home
from ecograph.graph.queries import QueryOutcome, QueryRequest
from ecograph.graph.saved import SavedQuery, named, read_queries
from ecograph.graph.snapshot import Row, Snapshot
from ecograph.graph.workers import WorkerPool
from ecograph.model import Iri, Level, MatchAnswer, Outcome, Result, SearchAnswer
from ecograph.publication import Publication
from ecograph.questions.filtering import Asked, resolve
from ecograph.questions.match import match_project, match_text
from ecograph.questions.search import related, search
from ecograph.questions.view import View
from ecograph.refresh import Progress, Writer, open_writer, quiet
from ecograph.settings import DEFAULT_BASE_IRI, Settings
from ecograph.sources.declaration import Declaration, in_order, read_declaration, read_declarations
from ecograph.sources.read import File, files_of

Failure = tuple[str, EcographError]


class EcoGraph:
    """One deployment: what is asked of it and what is loaded into it."""

    def __init__(
        self, settings: Settings, *, today: Callable[[], date] = lambda: datetime.now(UTC).date()
    ) -> None:
        self.settings = settings
        self.home = Home(settings.home)
        self.queries = read_queries(QUERIES)
        self._today = today
        self._follower: ThreadPoolExecutor | None = None
        self._publication = Publication(self.home, embedding=settings.embedding, kept=settings.kept_snapshots)

    @property
    def base(self) -> str:
        """The base of the resources' IRIs."""
        current = self.home.current()
        return current.base if current else self.settings.base_iri or DEFAULT_BASE_IRI

    def snapshot_id(self) -> str:
        """Return the id of what is published now; raises `NothingLoaded`."""
        return self.snapshot().id

    def snapshot(self) -> Snapshot:
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

        Raises `BadQuery`, or `BadParameter` for a syntax that the form of the query does not have.
        """
        return write_answer(self.snapshot().query(level, query), syntax)

    @property
    def query_bytes(self) -> int:
        """The longest SPARQL query accepted from outside."""
        return self.settings.query_bytes

    def sparql(
        self, level: Level, request: QueryRequest, *, cancelled: threading.Event | None = None
    ) -> QueryOutcome:
        """Answer a query from outside in a worker process; blocks. Raises `BadQuery`, `QueryLimit`."""
        store = self.snapshot().folder / level.slug
        return self._pool.run(request, store=store, lane=level, cancelled=cancelled)

    @cached_property
    def _pool(self) -> WorkerPool:
        return WorkerPool(
            workers=self.settings.query_workers,
            seconds=self.settings.query_seconds,
            memory_bytes=self.settings.query_memory_bytes,
            result_bytes=self.settings.query_result_bytes,
            query_bytes=self.settings.query_bytes,
        )

    def close(self) -> None:
        """Stop the processes that were started for queries from outside."""
        if "_pool" in self.__dict__:
            self._pool.close()
        if self._follower is not None:
            self._follower.shutdown()

    def rows(self, level: Level, query: str) -> list[Row]:
        """Return the solutions of one of our SELECT queries."""
        return self.snapshot().rows(level, query)

    def graphs(self, level: Level) -> Sequence[str]:
        """Return the IRIs of the source graphs that a level may see."""
        return self.snapshot().graphs(level)

    def warm(self) -> None:
        """Get ready to serve: read what is published, start the workers, index in the background."""
        self.view(Level.PUBLIC)
        _ = self._pool
        self._follower = ThreadPoolExecutor(max_workers=1, thread_name_prefix="index")

    # Loading

    def prepare(self, progress: Progress = quiet) -> None:
        """Make sure that something is published and indexed: in a new home, the vocabulary alone."""
        if self.home.current() is None:
            self.load_declared(["ontology"], progress=progress)
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
            self.home, base=DEFAULT_BASE_IRI, asked=asked, purpose=purpose, progress=progress
        ) as writer:
            yield writer
            self.home.point(snapshot=writer.publish(), base=writer.base)
        self._follow(progress)

    def load_declared(
        self, sources: Sequence[str] = (), *, extra: Sequence[Path] = (), progress: Progress = quiet
    ) -> tuple[list[Outcome], list[Failure]]:
        """Load declared sources, all by default; one that fails does not stop the others.

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
                except EcographError as error:
                    failures.append((declaration.id, error))
        return outcomes, failures

    def load_files(
        self, declaration: Declaration, files: Sequence[File], progress: Progress = quiet
    ) -> Outcome:
        """Load files as the content of one source; in a new home, after the vocabulary."""
        self.prepare(progress)
        with self.writing(f"ecograph load --source {declaration.id}", progress) as writer:
            return writer.load(declaration, files)

    def _follow(self, progress: Progress) -> None:
        report = partial(_step, progress)
        if self._follower is None:
            self._publication.follow(report)
        else:
            self._follower.submit(self._publication.follow, report)


def _step(progress: Progress, step: str) -> None:
    progress(step, 0, 0)
