"""Refreshing: what is due is fetched, read, checked, written and indexed; one failure stops nothing else."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ecograph import __version__
from ecograph.errors import BadInput, Busy, EcographError, Gone, TooEarly, TooManyRejected, UnknownSource
from ecograph.graph.activity import Noted
from ecograph.graph.runs import Due, Runs
from ecograph.model import Level, Outcome, Run, SourceState
from ecograph.outgoing import Outgoing
from ecograph.planning import reading_digest
from ecograph.progress import Progress, quiet
from ecograph.settings import Settings
from ecograph.sources.content import File
from ecograph.sources.declaration import Declaration
from ecograph.sources.gather import Gathering, gather
from ecograph.writing import Writing

_log = logging.getLogger(__name__)

INTERVALS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
}
_FIRST_WAIT, _LONGEST_WAIT = timedelta(hours=1), timedelta(days=7)
_LOOK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Fetched:
    """The files of one source, and how they were obtained."""

    files: list[File]
    gathering: Gathering


class Refresh:
    """Keeps the sources of one deployment as new as they ask for."""

    def __init__(
        self,
        settings: Settings,
        ledger_runs: Runs,
        writing: Writing,
        outgoing: Outgoing,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._settings, self._runs, self._writing = settings, ledger_runs, writing
        self._outgoing, self._now = outgoing, now
        self._lock = threading.Lock()
        self._steps: dict[str, tuple[str, int, int]] = {}
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def run(
        self, sources: Sequence[str] = (), *, level: Level = Level.PRIVATE, progress: Progress = quiet
    ) -> list[Run]:
        """Refresh named sources, or all that are due; return what came of each.

        Raises `UnknownSource`, and `Busy` while another thread refreshes.
        """
        wanted = self.wanted(sources, level)
        if not self._lock.acquire(blocking=False):
            raise Busy("a refresh that is under way")
        try:
            return list(self._each(wanted, progress))
        finally:
            self._steps.clear()
            self._lock.release()

    def start(self, sources: Sequence[str] = (), *, level: Level = Level.PRIVATE) -> list[str]:
        """Refresh in the background; return which sources. Raises as `run` does."""
        wanted = [declaration.id for declaration in self.wanted(sources, level)]
        if self._lock.locked():
            raise Busy("a refresh that is under way")
        if wanted:
            threading.Thread(target=self._quietly, args=(wanted,), name="refresh", daemon=True).start()
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

    def states(self, level: Level) -> list[SourceState]:
        """Return what a level may know: each source with a schedule or a run, and its step under way."""
        declared = self._writing.declared()
        found = []
        for name, declaration in sorted(declared.by_id.items()):
            last = self._runs.last(name) if declaration.level <= level else None
            ours = name in declared.own or (declaration.schedule and name not in declared.ready)
            if declaration.level <= level and (last is not None or ours):
                known = self._runs.due(name)
                step, done, total = self._steps.get(name, ("", 0, 0))
                due = known.due if known else None
                found.append(
                    SourceState(
                        source=name,
                        schedule=declaration.schedule,
                        due=due.isoformat(timespec="seconds") if due else None,
                        failures=known.failures if known else 0,
                        last=last,
                        step=step,
                        done=done,
                        total=total,
                    )
                )
        return found

    def follow_schedule(self, *, seconds: float = _LOOK_SECONDS) -> None:
        """Refresh what is due from now on, in a thread that looks every so many seconds."""
        self._thread = threading.Thread(target=self._keep, args=(seconds,), name="schedule", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following the schedule; a source that is under way is not waited for, and is due again."""
        self._closed.set()

    def _keep(self, seconds: float) -> None:
        while not self._closed.is_set():
            self._quietly(())
            self._closed.wait(seconds)

    def _quietly(self, sources: Sequence[str]) -> None:
        try:
            for run in self.run(sources):
                _log.info("refreshed %s: %s %s", run.source, run.outcome, run.message)
        except EcographError as error:
            _log.warning("could not refresh: %s", error)

    def _each(self, wanted: Sequence[Declaration], progress: Progress) -> Iterator[Run]:
        for declaration in wanted:
            if self._closed.is_set():
                return

            def told(step: str, done: int, total: int, source: str = declaration.id) -> None:
                self._steps[source] = (step, done, total)
                progress(step, done, total)

            yield self._one(declaration, told)
            self._steps.pop(declaration.id, None)

    def _one(self, declaration: Declaration, progress: Progress) -> Run:
        """Refresh one source, and record the run; what fails is part of it."""
        started, clock = self._now(), time.monotonic()
        known = self._runs.due(declaration.id) or Due(due=None)
        try:
            fetched = self._fetched(declaration, known, progress)
            if fetched.gathering.unchanged:
                outcome = Outcome(source=declaration.id, unchanged=True)
            else:
                outcome = self._loaded(declaration, fetched, started, progress)
        except BadInput as error:
            run = _failed(declaration.id, error, started, time.monotonic() - clock)
            self._runs.record(run, self._after(declaration, known, error, started))
            return run
        except Busy as error:  # nothing was tried: it stays due
            return _failed(declaration.id, error, started, time.monotonic() - clock)
        moved = _moved(declaration, fetched.gathering) or known.moved
        run = _done(outcome, started, time.monotonic() - clock, moved)
        if not outcome.rejections:
            fetched.gathering.remember()
        state = self._state(declaration)
        due = started + INTERVALS[declaration.schedule] if declaration.schedule else None
        self._runs.record(run, Due(due=due, state=state, moved=moved))
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

    def _loaded(
        self, declaration: Declaration, fetched: _Fetched, started: datetime, progress: Progress
    ) -> Outcome:
        if declaration.requires and self._runs.loaded(declaration.id) == "":
            self._writing.load_declared(declaration.requires, progress=progress)
        used = tuple(dict.fromkeys(file.url for file in fetched.files if file.url))
        noted = Noted(started=started, used=used, version=f"EcoGraph {__version__}")
        return self._writing.load_files(declaration, fetched.files, progress, noted=noted, now=self._now)

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

    def _after(self, declaration: Declaration, known: Due, error: BadInput, started: datetime) -> Due:
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
        told.append(f"its address moved for good to {moved}: change `location`")
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
