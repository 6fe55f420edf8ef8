"""What searching and matching answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecograph.model.basics import Iri, Status


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
