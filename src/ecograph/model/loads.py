"""What came of loading, refreshing or trying a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A record, or a part of one, that was not loaded, and why."""

    record: str
    place: str
    path: str
    value: str
    reason: Mapping[str, str]

    def __str__(self) -> str:
        about = " ".join(part for part in (self.path, self.value) if part)
        return ": ".join(filter(None, (self.place, self.record, about, self.reason.get("en", ""))))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsRead:
    """What one run over the texts of a source did.

    `unspotted` tells of how many it is not known which organisations they name besides those of the graph.
    `texts` is how many there are, `read` how many were read anew; of the `mentions`, `waiting` are left
    to people.
    """

    source: str
    texts: int = 0
    read: int = 0
    mentions: int = 0
    waiting: int = 0
    unspotted: int = 0
    added: int = 0
    removed: int = 0
    seconds: float = 0.0

    @property
    def unchanged(self) -> bool:
        return not (self.added or self.removed)

    def after(self, first: TextsRead) -> TextsRead:
        """Return what a run did together with one just before it, over the same texts."""
        return replace(
            self,
            read=max(self.read, first.read),
            added=self.added + first.added,
            removed=self.removed + first.removed,
            seconds=self.seconds + first.seconds,
        )

    def __add__(self, other: TextsRead) -> TextsRead:
        """Return what two runs did together; of the texts, each is counted once."""
        return replace(
            self,
            read=max(self.read, other.read),
            mentions=self.mentions + other.mentions,
            waiting=self.waiting + other.waiting,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one load did."""

    source: str
    added: int = 0
    removed: int = 0
    records: int = 0
    lost: int = 0
    """How many of the records that the graph `held` of the source leave it."""
    held: int = 0
    unchanged: bool = False
    seconds: float = 0.0
    rejections: tuple[Rejection, ...] = ()
    warnings: tuple[Rejection, ...] = ()
    by_class: Mapping[str, int] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    """How the files that did not say it themselves were found to be written."""
    understood: TextsRead | None = None
    """What was read in its texts, where they are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of refreshing one source: `written`, `unchanged`, `failed`, or `gone` for good."""

    source: str
    at: str
    outcome: str
    seconds: float
    records: int = 0
    added: int = 0
    removed: int = 0
    rejected: int = 0
    remarks: int = 0
    message: str = ""
    rejections: tuple[Rejection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """Where a source stands: when it is due, its last run, and the step of the one under way."""

    source: str
    schedule: str | None
    due: str | None
    failures: int
    last: Run | None
    step: str = ""
    done: int = 0
    total: int = 0

    @property
    def brief(self) -> SourceState:
        """What may be told to whoever sees the source: messages and steps name files and hosts."""
        last = replace(self.last, message="", rejections=()) if self.last else None
        return replace(self, last=last, step="under way" if self.step else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a load would do, and its first records as Turtle."""

    outcome: Outcome
    turtle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong in a declaration, where, and what to do about it; line 0 where it is nowhere."""

    line: int
    key: str
    reason: str
