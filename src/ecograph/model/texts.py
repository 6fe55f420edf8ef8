"""What was read in texts, and how people review it."""

from __future__ import annotations

from dataclasses import dataclass

from ecograph.model.basics import Iri


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
    """A mention as a person reviews it; of a name that the graph does not know, all of one level are one.

    `level` is the lowest that sees it, and keeps what is decided of it. `count` tells how often it is met,
    and `others` are further passages, a few at most.

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
    level: str
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
    """A decision on a mention that was kept, and from which level on it is seen and holds."""

    id: str
    decision: Iri
    state: str
    stated: bool
    level: str


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
