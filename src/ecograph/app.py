"""The façade: one object that every surface shares, and the only place that builds the parts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from ecograph.assets import QUERIES
from ecograph.endpoint import Endpoint
from ecograph.exchange.resource import Describer, Description, concise, kept_iri
from ecograph.exchange.serialise import serialise, write_answer
from ecograph.feedback import Feedback
from ecograph.graph.admission import admit
from ecograph.graph.backends import open_backend
from ecograph.graph.home import Home
from ecograph.graph.keys import Keys
from ecograph.graph.ports import Reader, Row
from ecograph.graph.runs import Runs
from ecograph.graph.saved import SavedQuery, named, read_queries
from ecograph.graph.store import guarded
from ecograph.model import (
    Fit,
    GapAnswer,
    Iri,
    Level,
    MatchAnswer,
    Reading,
    Result,
    SearchAnswer,
)
from ecograph.outgoing import Outgoing
from ecograph.publication import Publication
from ecograph.questions.filtering import Asked, resolve
from ecograph.questions.gaps import gaps
from ecograph.questions.match import NO_FACTS, Asking, match_project, match_text
from ecograph.questions.reading import read_text
from ecograph.questions.related import related
from ecograph.questions.reverse import fitting_projects
from ecograph.questions.search import UNDERSTAND, Understanding, search
from ecograph.questions.view import View
from ecograph.refreshing import Refresh
from ecograph.registering import Register
from ecograph.resolving import Resolution
from ecograph.reviewing import Reviewing
from ecograph.settings import Settings
from ecograph.understanding.spotting import spotter_of
from ecograph.understanding.unknown import Spotter
from ecograph.upkeep import Upkeep
from ecograph.writing import Writing


class EcoGraph:
    """One deployment: what is asked of it, and the parts that answer SPARQL, write and keep."""

    def __init__(
        self,
        settings: Settings,
        *,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        spotter: Spotter | None = None,
    ) -> None:
        self.settings = settings
        self.home = Home(settings.home)
        self.keys = Keys(self.home)
        self.queries = read_queries(QUERIES)
        self._today = today
        self._backend = open_backend(self.home, settings)
        self._publication = Publication.of(settings, self.home, self._backend)
        self.endpoint = Endpoint(settings, self._backend, self._publication)
        self.outgoing = Outgoing(settings, self.home, now=now)
        self.writing = Writing(
            settings,
            self.home,
            self._backend,
            self._publication,
            self.outgoing,
            spotter=spotter or spotter_of(settings.spotting),
        )
        self.register = Register(settings, self.writing, self.outgoing)
        self.feedback = Feedback(self._publication, self.writing, in_use=self._in_use, now=now)
        self.review = Reviewing(
            self._publication, self.writing, threshold=settings.understanding_confidence, now=now
        )
        self.resolution = Resolution(
            self._publication,
            self.writing,
            merge_identical=settings.merge_identical == "on",
            now=now,
        )
        self.refresh = Refresh(
            settings,
            Runs(self.home),
            self.writing,
            self.outgoing,
            settle=self.resolution.settle,
            now=now,
        )
        self.upkeep = Upkeep(settings, self.home, self._backend, self._publication, self.writing)

    @property
    def _in_use(self) -> bool:
        """Whether matching looks at what people judged."""
        return self.settings.feedback == "on"

    @property
    def base(self) -> str:
        """The base of the resources' IRIs."""
        return self.outgoing.base

    def snapshot_id(self) -> str:
        """Return the id of what is published now; raises `NothingLoaded`."""
        return self.snapshot().id

    def state(self, level: Level) -> str:
        """Return what tells what a level sees now from what it saw before; raises `NothingLoaded`."""
        return self._publication.now().states[level]

    def snapshot(self) -> Reader:
        """Return what is published now; raises `NothingLoaded`."""
        return self._publication.now().snapshot

    def view(self, level: Level) -> View:
        """Return what a level sees of what is published now; raises `NothingLoaded`."""
        return self._publication.now().view(level, feedback=self._in_use)

    # Questions

    def search(
        self,
        level: Level,
        query: str,
        asked: Asked,
        *,
        limit: int,
        offset: int = 0,
        language: str = "fr",
        reading: Understanding = UNDERSTAND,
    ) -> SearchAnswer:
        """Return one page of what answers some words; raises `BadParameter`, `TooLarge`."""
        view = self.view(level)
        filters = resolve(asked, view.concepts, self._today())
        return search(view, query, filters, limit=limit, offset=offset, language=language, reading=reading)

    def match_project(
        self,
        level: Level,
        iri: Iri,
        asked: Asked,
        *,
        limit: int,
        facts: Mapping[str, str] = NO_FACTS,
        language: str = "fr",
    ) -> MatchAnswer:
        """Match a project of the graph; raises `ResourceNotFound`, `BadParameter`.

        Facts about the company take the place of those known; the answer tells what they change.
        """
        view = self.view(level)
        return match_project(view, iri, self._asking(view, asked, limit, facts, language))

    def match_text(
        self,
        level: Level,
        text: str,
        asked: Asked,
        *,
        limit: int,
        facts: Mapping[str, str] = NO_FACTS,
        language: str = "fr",
        without: Collection[str] = (),
    ) -> MatchAnswer:
        """Match a project told in a few words; raises `BadParameter`, `TooLarge`.

        `without` sets aside what was understood in the words.
        """
        view = self.view(level)
        asking = self._asking(view, asked, limit, facts, language)
        return match_text(view, text, replace(asking, without=without))

    def _asking(
        self, view: View, asked: Asked, limit: int, facts: Mapping[str, str], language: str
    ) -> Asking:
        filters = resolve(asked, view.concepts, self._today())
        return Asking(filters=filters, limit=limit, today=self._today(), facts=facts, language=language)

    def candidates(self, level: Level, iri: Iri, *, limit: int, language: str = "fr") -> tuple[Fit, ...]:
        """Return the projects that a resource or an actor fits; raises `ResourceNotFound`, `BadParameter`."""
        return fitting_projects(self.view(level), iri, limit=limit, today=self._today(), language=language)

    def gaps(self, level: Level, asked: Asked, *, limit: int, language: str = "fr") -> GapAnswer:
        """Return the needs that nothing covers; filters are on the projects. Raises `BadParameter`."""
        view = self.view(level)
        return gaps(view, resolve(asked, view.concepts), limit=limit, language=language)

    def related(self, level: Level, iri: Iri, *, limit: int, language: str = "fr") -> tuple[Result, ...]:
        """Return the resources most like one; raises `ResourceNotFound`."""
        return related(self.view(level), iri, limit=limit, language=language)

    def read(self, level: Level, text: str, *, language: str = "fr") -> Reading:
        """Return what a text names that the graph knows, and its poles; raises `TooLarge`."""
        published = self._publication.now()
        return read_text(published.view(level), published.text_reader(level), text, language=language)

    def kept(self, level: Level, iri: Iri) -> Iri:
        """Return the IRI of the resource that a record is of: another one where they were merged."""
        return kept_iri(self.snapshot(), level, iri)

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
        with guarded("read the snapshot"):
            return write_answer(self.snapshot().query(level, query), syntax)

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
        self.endpoint.start()
        self.writing.get_ready()
        self.endpoint.wait_ready()
        if self.settings.refresh == "on":
            self.refresh.follow_schedule()

    def close(self) -> None:
        """Stop what runs in the background."""
        self.refresh.close()
        self.endpoint.close()
        self.writing.close()
        self.outgoing.close()
        self._backend.close()
