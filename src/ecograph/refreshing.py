"""Refreshing: what is due is fetched, read, checked, written and indexed; one failure stops nothing else."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from ecograph import __version__
from ecograph.errors import Busy, EcographError, Gone, TooEarly, TooManyRejected, UnknownSource
from ecograph.fetching import shown
from ecograph.graph.activity import Noted
from ecograph.graph.runs import Due, Runs
from ecograph.interpreting import Failure
from ecograph.loading import attempted
from ecograph.model import Level, Outcome, Run, SourceState
from ecograph.outgoing import Outgoing
from ecograph.planning import reading_digest
from ecograph.progress import Progress, quiet
from ecograph.settings import Settings
from ecograph.sources.content import File
from ecograph.sources.declaration import Declaration, accepting_losses
from ecograph.sources.gather import Gathering, gather
from ecograph.writing import Brought, Writing

_log = logging.getLogger(__name__)

INTERVALS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
}
_FIRST_WAIT, _LONGEST_WAIT = timedelta(hours=1), timedelta(days=7)
_LOOK_SECONDS = 60.0
_GOODBYE_SECONDS = 2.0


class _Stopped(BaseException):
    """The service ends: a source that is under way is left where it is, and is due again."""


@dataclass(frozen=True, slots=True)
class _Fetched:
    """The files of one source, and how they were obtained."""

    files: list[File]
    gathering: Gathering


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of a source: nothing was `brought` where it is unchanged as its server says."""

    gathering: Gathering
    brought: Brought | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """What was tried for one source, how long it took, in seconds, and what came of it."""

    declaration: Declaration
    known: Due
    started: datetime
    seconds: float
    came: _Came | EcographError

    @property
    def brought(self) -> Brought | None:
        return self.came.brought if isinstance(self.came, _Came) else None


class Refresh:
    """Keeps the sources of one deployment as new as they ask for."""

    def __init__(
        self,
        settings: Settings,
        ledger_runs: Runs,
        writing: Writing,
        outgoing: Outgoing,
        *,
        settle: Callable[[], int],
        now: Callable[[], datetime],
    ) -> None:
        """`settle` makes records one that are surely one, once they are published."""
        self._settings, self._runs, self._writing = settings, ledger_runs, writing
        self._outgoing, self._settle, self._now = outgoing, settle, now
        self._lock = threading.Lock()
        self._steps: dict[str, tuple[str, int, int]] = {}
        self._closed = threading.Event()
        self._threads: list[threading.Thread] = []

    def run(
        self,
        sources: Sequence[str] = (),
        *,
        level: Level = Level.PRIVATE,
        accept_losses: bool = False,
        progress: Progress = quiet,
    ) -> list[Run]:
        """Refresh named sources, or all that are due; return what came of each.

        They may lose any number of records with `accept_losses`. Raises `UnknownSource`, and `Busy` while
        another thread refreshes.
        """
        wanted = self.wanted(sources, level)
        if accept_losses:
            wanted = list(map(accepting_losses, wanted))
        if not self._lock.acquire(blocking=False):
            raise Busy("a refresh that is under way")
        try:
            return self._refreshed(wanted, progress) if wanted else []
        except _Stopped:
            return []
        finally:
            self._steps.clear()
            self._lock.release()

    def start(
        self, sources: Sequence[str] = (), *, level: Level = Level.PRIVATE, accept_losses: bool = False
    ) -> list[str]:
        """Refresh in the background; return which sources. Raises as `run` does."""
        wanted = [declaration.id for declaration in self.wanted(sources, level)]
        if self._lock.locked():
            raise Busy("a refresh that is under way")
        if wanted:
            refresh = partial(self._quietly, wanted, accept_losses=accept_losses)
            self._begin(threading.Thread(target=refresh, name="refresh", daemon=True))
        return wanted

    def wanted(self, sources: Sequence[str], level: Level) -> list[Declaration]:
        """Return the named sources, or those that are due; raises `UnknownSource` for one not seen."""
        declared = self._writing.declared()
        seen = {name: one for name, one in declared.by_id.items() if one.level <= level}
        for name in sources:
            if name in declared.broken and level == Level.PRIVATE:
                raise declared.broken[name]
            if name not in seen:
                raise UnknownSource(name, tuple(seen))
        if sources:
            return [seen[name] for name in dict.fromkeys(sources)]
        return [one for name, one in sorted(seen.items()) if name not in declared.ready and self._is_due(one)]

    def states(self, level: Level, *, reports: bool = True) -> list[SourceState]:
        """Return what a level may know: each source with a schedule or a run, and its step under way.

        Without `reports`, nothing tells where sources lie.
        """
        declared = self._writing.declared()
        found = []
        for name, declaration in sorted(declared.by_id.items()):
            last = self._runs.last(name) if declaration.level <= level else None
            ours = name in declared.own or (declaration.schedule and name not in declared.ready)
            if declaration.level <= level and (last is not None or ours):
                known = self._runs.due(name)
                step, done, total = self._steps.get(name, ("", 0, 0))
                due = known.due if known else None
                state = SourceState(
                    source=name,
                    schedule=declaration.schedule,
                    due=due.isoformat(timespec="seconds") if due else None,
                    failures=known.failures if known else 0,
                    last=last,
                    step=step,
                    done=done,
                    total=total,
                )
                found.append(state if reports else state.brief)
        return found

    def follow_schedule(self, *, seconds: float = _LOOK_SECONDS) -> None:
        """Refresh what is due from now on, in a thread that looks every so many seconds."""
        self._begin(threading.Thread(target=self._keep, args=(seconds,), name="schedule", daemon=True))

    def close(self) -> None:
        """Stop refreshing, at the next step of what is under way; that is due again.

        What still waits for a server by then ends with the process, as by a kill.
        """
        self._closed.set()
        limit = time.monotonic() + _GOODBYE_SECONDS
        for thread in self._threads:
            thread.join(timeout=max(0.0, limit - time.monotonic()))

    def _begin(self, thread: threading.Thread) -> None:
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    def _keep(self, seconds: float) -> None:
        while not self._closed.is_set():
            self._quietly(())
            self._closed.wait(seconds)

    def _quietly(self, sources: Sequence[str], *, accept_losses: bool = False) -> None:
        """Refresh in a thread, which lives on whatever comes."""
        runs = attempted("the refresh", partial(self.run, sources, accept_losses=accept_losses))
        if isinstance(runs, EcographError):
            _log.warning("could not refresh: %s", runs)
            return
        for run in runs:
            _log.info("refreshed %s: %s %s", run.source, run.outcome, run.message)

    def _refreshed(self, wanted: Sequence[Declaration], progress: Progress) -> list[Run]:
        """Bring each source to what it says now, publish all of them once, and record what came of each.

        What failed, and what its server says is as it was, is recorded at once; the others when it is sure
        that they are published. Until then they are due.
        """
        self._writing.prepare(progress)
        self._runs.begin([declaration.id for declaration in wanted], self._now())
        runs: dict[str, Run] = {}
        brought: list[_Attempt] = []
        for declaration in wanted:
            attempt = self._attempt(declaration, self._telling(declaration.id, progress))
            if attempt.brought is None:
                runs[declaration.id] = self._ended(attempt, attempt.came)
            else:
                brought.append(attempt)
        late = self._published(brought, progress)
        for attempt in brought:
            source = attempt.declaration.id
            runs[source] = self._ended(attempt, late.get(source, attempt.came))
        return [runs[declaration.id] for declaration in wanted]

    def _telling(self, source: str, progress: Progress) -> Progress:
        """Return what tells how far a source is, and stops where the service ends."""

        def told(step: str, done: int, total: int) -> None:
            if self._closed.is_set():
                raise _Stopped
            self._steps[source] = (step, done, total)
            progress(step, done, total)

        return told

    def _attempt(self, declaration: Declaration, progress: Progress) -> _Attempt:
        started, clock = self._now(), time.monotonic()
        known = self._runs.due(declaration.id) or Due(due=None)
        work = partial(self._brought, declaration, known, started, progress)
        came = attempted(f"source {declaration.id!r}", work)
        seconds = time.monotonic() - clock
        return _Attempt(declaration=declaration, known=known, started=started, seconds=seconds, came=came)

    def _brought(self, declaration: Declaration, known: Due, started: datetime, progress: Progress) -> _Came:
        fetched = self._fetched(declaration, known, progress)
        if fetched.gathering.unchanged:
            return _Came(fetched.gathering, None)
        self._load_required(declaration, progress)
        used = tuple(dict.fromkeys(file.url for file in fetched.files if file.url))
        noted = Noted(started=started, now=self._now, used=used, version=f"EcoGraph {__version__}")
        brought = self._writing.bring(declaration, fetched.files, progress, noted=noted)
        return _Came(fetched.gathering, brought)

    def _published(self, brought: Sequence[_Attempt], progress: Progress) -> Mapping[str, EcographError]:
        """Make visible what was brought; return the sources for which that failed, and why."""
        loaded = {one.declaration.id: one.brought for one in brought if one.brought is not None}
        read = {source: one.texts for source, one in loaded.items() if one.texts is not None}
        failures: list[Failure] | EcographError = []
        if read or not all(one.outcome.unchanged for one in loaded.values()):
            failures = attempted("publishing", partial(self._writing.make_visible, read, progress))
        if isinstance(failures, EcographError):
            return dict.fromkeys(loaded, failures)
        for source, error in failures:
            _log.warning("%s: %s", source, error)
        if loaded:
            self._resolve(progress)
        return dict(failures)

    def _resolve(self, progress: Progress) -> None:
        """Make records one that are surely one; the next run does what could not be done."""
        merged = attempted("resolution", self._settle)
        if isinstance(merged, EcographError):
            _log.warning("could not merge records: %s", merged)
        elif merged:
            progress(f"{merged} records merged by their identifiers", 0, 0)

    def _ended(self, attempt: _Attempt, came: _Came | EcographError) -> Run:
        """Record what came of a source, and when it is due again."""
        self._steps.pop(attempt.declaration.id, None)
        if isinstance(came, _Came):
            done = attempted(f"source {attempt.declaration.id!r}", partial(self._done, attempt, came))
            if isinstance(done, Run):
                return done
            came = done
        run = _failed(attempt.declaration.id, came, attempt.started, attempt.seconds)
        if not isinstance(came, Busy):  # then nothing was tried: it stays due
            due = self._after(attempt.declaration, attempt.known, came, attempt.started)
            kept = attempted("the record of a run", partial(self._runs.record, run, due))
            if isinstance(kept, EcographError):
                _log.warning("could not record the run of %s: %s", run.source, kept)
        return run

    def _done(self, attempt: _Attempt, came: _Came) -> Run:
        declaration, gathering = attempt.declaration, came.gathering
        outcome = came.brought.outcome if came.brought else Outcome(source=declaration.id, unchanged=True)
        moved = _moved(declaration, gathering) or attempt.known.moved
        run = _done(outcome, attempt.started, attempt.seconds, moved)
        if not outcome.rejections:
            gathering.remember()
        due = attempt.started + INTERVALS[declaration.schedule] if declaration.schedule else None
        self._runs.record(run, Due(due=due, state=self._state(declaration), moved=moved))
        return run

    def _fetched(self, declaration: Declaration, known: Due, progress: Progress) -> _Fetched:
        progress(f"{declaration.id}: gathering its files", 0, 0)
        conditional = bool(known.state) and known.state == self._state(declaration)
        moves = {declaration.location[0]: known.moved} if known.moved else {}
        limit = self._settings.load_bytes
        gathering = Gathering(self._outgoing.client, limit=limit, conditional=conditional, moves=moves)
        files = gather(declaration, gathering)
        if any(response.not_modified for response in gathering.responses) and not gathering.unchanged:
            # The files of a source are read together: what did not change is needed as well.
            gathering = Gathering(self._outgoing.client, limit=limit, moves=moves)
            files = gather(declaration, gathering)
        return _Fetched(files, gathering)

    def _load_required(self, declaration: Declaration, progress: Progress) -> None:
        """Load what a source requires and the graph does not hold; raises what prevents it."""
        missing = [source for source in declaration.requires if not self._runs.loaded(source)]
        if missing:
            _, failures = self._writing.load_declared(missing, progress=progress)
            for _, error in failures:
                raise error

    def _is_due(self, declaration: Declaration) -> bool:
        if declaration.schedule is None:
            return False
        known = self._runs.due(declaration.id)
        if known is None:
            return True
        if known.due is None:
            return known.state != _gone(declaration)
        return known.due <= self._now()

    def _state(self, declaration: Declaration) -> str:
        """Tells whether what the graph holds of a source would be read in the same way now."""
        loaded = self._runs.loaded(declaration.id)
        return f"{reading_digest(declaration)} {loaded}" if loaded else ""

    def _after(self, declaration: Declaration, known: Due, error: EcographError, started: datetime) -> Due:
        """When to try again: after what the server asks for, else twice as late as the last time."""
        failures = known.failures + 1
        if isinstance(error, Gone):
            return Due(due=None, failures=failures, state=_gone(declaration))
        due = started + min(_FIRST_WAIT * 2 ** min(failures - 1, 10), _LONGEST_WAIT)
        if isinstance(error, TooEarly):
            due = max(error.until, started)
        return Due(due=due, failures=failures, state=known.state)


def _gone(declaration: Declaration) -> str:
    """What is kept of a source that is gone: declared in another way, it is asked again."""
    return f"gone {reading_digest(declaration)}"


def _moved(declaration: Declaration, gathering: Gathering) -> str:
    """Where the one address of a source moved to for good, if it did."""
    found = list(gathering.moved.values())
    return found[0] if len(found) == 1 and len(declaration.location) == 1 else ""


def _done(outcome: Outcome, started: datetime, seconds: float, moved: str) -> Run:
    told = [f"{name}: read as {written}" for name, written in outcome.written.items()]
    if moved:
        told.append(f"its address moved for good to {shown(moved)}: change `location`")
    return Run(
        source=outcome.source,
        at=started.isoformat(timespec="seconds"),
        outcome="unchanged" if outcome.unchanged else "written",
        seconds=round(seconds, 3),
        records=outcome.records,
        added=outcome.added,
        removed=outcome.removed,
        rejected=len(outcome.rejections),
        remarks=len(outcome.warnings),
        message="; ".join(told),
        rejections=outcome.rejections,
    )


def _failed(source: str, error: EcographError, started: datetime, seconds: float) -> Run:
    rejections = error.rejections if isinstance(error, TooManyRejected) else ()
    return Run(
        source=source,
        at=started.isoformat(timespec="seconds"),
        outcome="gone" if isinstance(error, Gone) else "failed",
        seconds=round(seconds, 3),
        rejected=len(rejections),
        message=str(error),
        rejections=rejections,  # type: ignore[arg-type]  # what a load rejects
    )
