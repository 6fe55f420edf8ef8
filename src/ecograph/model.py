"""The nouns: what the questions take and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

Iri = str


class Level(IntEnum):
    """Who may see a graph; each level sees those below it."""

    PUBLIC = 0
    PARTNERS = 1
    PRIVATE = 2

    @property
    def slug(self) -> str:
        """The name used in declarations, file names and the `visibility` scheme."""
        return self.name.lower()

    @classmethod
    def of(cls, slug: str) -> Level:
        """Return the level named `slug`; raises `KeyError`."""
        return cls[slug.upper()]


class Status(StrEnum):
    """Outcome of an eligibility criterion; an unknown never rejects."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a result is where it is; the contributions of a result add up to its score."""

    text: str
    contribution: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One eligibility criterion, judged; `missing` names the datum that would settle it.

    `dimension` is the notation of what it looks at.
    """

    label: str
    status: Status
    missing: str | None = None
    dimension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """All criteria of an offer, judged for one company."""

    status: Status
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """Another article that prints much the same."""

    iri: Iri
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One resource in an answer."""

    iri: Iri
    label: str
    type: str
    kind: str
    score: float
    reasons: tuple[Reason, ...] = ()
    eligibility: Eligibility | None = None
    fictitious: bool = False
    opens: str | None = None
    closes: str | None = None
    open: str | None = None
    """Of an offer: `now`, `soon`, `closed` or `undated` on the day of the answer."""
    variant_of: Iri | None = None
    """The result before it that is the same scheme in another territory."""
    story_of: Iri | None = None
    """The result before it that is an article which prints much the same."""
    similar: tuple[Similar, ...] = ()
    """Of an article that tells a story first: those that print much the same, in this answer or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One value of a facet, and how many results it keeps."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A concept recognised in a free text, the words that named it, and what it stands for in a search."""

    iri: Iri
    label: str
    scheme: str
    words: str
    facet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """One page of results, with the facets of the whole answer."""

    query: str
    total: int
    results: tuple[Result, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    lexical_only: bool = False
    understood: tuple[Understood, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedAnswer:
    """The resources that answer one need of a project; `outside` and `notice` as of the whole answer."""

    iri: Iri | None
    label: str
    results: tuple[Result, ...]
    outside: tuple[Result, ...] = ()
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The results of one kind, best first; `kind` is the class they have in common."""

    kind: str
    label: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextQuestion:
    """What to ask the company next: the datum that settles most candidates, weighed by their score.

    `settles` counts those for which nothing else is missing, `concerns` those for which it is missing.
    """

    datum: str
    text: str
    settles: int
    concerns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A resource that some facts change, and its eligibility before and after."""

    iri: Iri
    label: str
    type: str
    before: Status | None
    after: Status | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What given facts change, against the project as it is known."""

    facts: Mapping[str, str]
    eligible: tuple[Change, ...]
    not_eligible: tuple[Change, ...]
    entered: tuple[Change, ...]
    left: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A resource of another pole that answers a need, and what links both poles."""

    need: str
    pole: str
    text: str
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchAnswer:
    """Everything that can help one project, overall, need by need and kind by kind.

    `places` names where the project is, `outside` holds what would fit but is not offered there;
    `notice` says in a sentence what an answer without results lacks.
    """

    project: Iri | None
    label: str
    needs: tuple[NeedAnswer, ...]
    results: tuple[Result, ...]
    outside: tuple[Result, ...]
    understood: tuple[Understood, ...] = ()
    places: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    next_question: NextQuestion | None = None
    what_if: WhatIf | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A project that a resource fits, as a result, and the need that it answers best."""

    need_iri: Iri | None
    need: str
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A need that nothing within reach covers.

    `nearest` is the best there is within reach, `elsewhere` what would cover it outside.
    """

    need: Iri | None
    label: str
    project: Iri
    project_label: str
    poles: tuple[str, ...]
    axes: tuple[str, ...]
    places: tuple[str, ...]
    competences: tuple[str, ...]
    kinds: tuple[str, ...]
    nearest: Result | None
    elsewhere: Result | None
    fictitious: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GapAnswer:
    """The gaps, how many there are among how many needs, and how many by pole, axis and territory."""

    total: int
    needs: int
    gaps: tuple[Gap, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]


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
    """A decision that was kept: of which records, what, and from which level on it is seen."""

    decision: Iri
    record: Iri
    into: Iri
    verdict: str
    level: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A stretch of a text (in code points) that names something, how sure that is, and who says so."""

    start: int
    end: int
    quote: str
    iri: Iri
    label: str
    type: str
    confidence: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A quote in its sentence, and the text that it is from."""

    text: Iri
    text_label: str
    before: str
    quote: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """A mention as a person reviews it; a name that the graph does not know is one, however often it is met.

    `count` tells how often, and `others` are further passages, a few at most.

    `before` and `after` are what is left of the quote's sentence, empty where the text is not kept.
    `proposes` is the property that links the text to the target; `stated` tells whether it does.
    """

    id: str
    iri: Iri
    text: Iri
    text_label: str
    before: str
    quote: str
    after: str
    proposes: str
    target: Iri
    target_label: str
    confidence: float
    method: str
    state: str
    stated: bool
    count: int = 1
    others: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One page of mentions to review, the surest first."""

    state: str
    total: int
    items: tuple[ReviewItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A decision on a mention that was kept."""

    id: str
    decision: Iri
    state: str
    stated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PoleSuggestion:
    """A pole that a text seems to be about."""

    iri: Iri
    label: str
    confidence: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read in a text."""

    mentions: tuple[Mention, ...]
    poles: tuple[PoleSuggestion, ...]
