"""What people decide: of answers, and of records that may be one."""

from __future__ import annotations

from dataclasses import dataclass

from ecograph.model.basics import Iri


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A judgement that was kept: its decision, what it is about, and from which level on it is seen."""

    decision: Iri
    need: Iri
    resource: Iri
    verdict: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A resource whose rank among the answers to a need is another with judgements than without."""

    need: str
    iri: Iri
    label: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackReport:
    """How many judgements hold, whether matching uses them, and what they move."""

    decisions: int
    helpful: int
    not_relevant: int
    in_use: bool
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordShown:
    """A record, with its name and the sources that describe it."""

    iri: Iri
    label: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Two records that may be of one organisation, how sure that is (0 to 1), and why.

    `unique` where an identifier that only one organisation has says so.
    """

    one: RecordShown
    other: RecordShown
    score: float
    unique: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A decision on two records: `merge`, the first is merged into the second; or `keep-apart`."""

    decision: Iri
    record: RecordShown
    into: RecordShown
    verdict: str
    by: str
    on: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionReport:
    """One page of the pairs to decide, how many there are, and the decisions that hold."""

    total: int
    duplicates: tuple[Duplicate, ...]
    decisions: tuple[Ruled, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A decision that was kept: of which records, what, and from which level on it is seen.

    `contradictions` are different official identifiers of one kind that the merged records have.
    """

    decision: Iri
    record: Iri
    into: Iri
    verdict: str
    level: str
    contradictions: tuple[str, ...] = ()
