"""What given facts change: which resources become eligible or not, come into reach or leave it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from ecograph.model import Change, Status, WhatIf
from ecograph.questions.candidates import Candidate, best_of
from ecograph.questions.company import Given
from ecograph.questions.results import type_of

Pair = tuple[Candidate, Candidate]


def what_if(
    before: Iterable[Candidate], after: Iterable[Candidate], given: Given, *, limit: int, language: str
) -> WhatIf:
    """Return what facts change; each list holds the best resources first, at most so many."""
    was = {candidate.iri: candidate for candidate in best_of(before)}
    pairs = [(was[now.iri], now) for now in best_of(after) if now.iri in was]

    def changes(kind: str) -> tuple[Change, ...]:
        found = [pair for pair in pairs if _TELLS[kind](*pair)]
        return tuple(_change(pair, kind, language) for pair in found[:limit])

    return WhatIf(
        facts=given.written,
        eligible=changes("eligible"),
        not_eligible=changes("not_eligible"),
        entered=changes("entered"),
        left=changes("left"),
    )


def _status(candidate: Candidate) -> Status | None:
    return candidate.eligibility.status if candidate.eligibility else None


def _becomes(status: Status) -> Callable[[Candidate, Candidate], bool]:
    def tells(was: Candidate, now: Candidate) -> bool:
        return now.within_reach and _status(now) is status and _status(was) is not status

    return tells


_TELLS: Mapping[str, Callable[[Candidate, Candidate], bool]] = {
    "eligible": _becomes(Status.MET),
    "not_eligible": _becomes(Status.NOT_MET),
    "entered": lambda was, now: now.within_reach and not was.within_reach,
    "left": lambda was, now: was.within_reach and not now.within_reach,
}
_SAID: Mapping[str, tuple[str, str]] = {
    "eligible": ("critères remplis", "criteria met"),
    "not_eligible": ("critères non remplis", "criteria not met"),
    "entered": ("proposé dans ce territoire", "offered in this territory"),
    "left": ("n’est pas proposé dans ce territoire", "not offered in this territory"),
}
_CONCERNED: Mapping[str, Status] = {"eligible": Status.MET, "not_eligible": Status.NOT_MET}


def _change(pair: Pair, kind: str, language: str) -> Change:
    was, now = pair
    return Change(
        iri=now.iri,
        label=now.document.label(language),
        type=type_of(now.document),
        before=_status(was),
        after=_status(now),
        text=_text(now, kind, language),
    )


def _text(now: Candidate, kind: str, language: str) -> str:
    said = _SAID[kind][language == "en"]
    criteria = now.eligibility.criteria if now.eligibility else ()
    named: Sequence[str] = [c.label for c in criteria if c.status is _CONCERNED.get(kind)]
    colon = ": " if language == "en" else " : "
    return said + colon + "; ".join(named) if named else said
