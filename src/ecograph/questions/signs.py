"""The signs that speak for a resource: what each is worth, and how it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ecograph.index import Document
from ecograph.model import Eligibility, Iri, Reason, Status
from ecograph.questions.brief import Brief, WantedNeed
from ecograph.questions.view import View

# What each sign is worth at most; together they make 1. Words, competences and the kind of help say
# what a resource does; the others only tell apart resources that do the same.
TEXT, COMPETENCE, KIND = 0.45, 0.25, 0.15
POLE, AXIS, STAGE, TERRITORY, ELIGIBLE = 0.04, 0.04, 0.03, 0.03, 0.01
NOT_ELIGIBLE = -0.30
# A competence one step above or below the one asked for is worth half of it, and so on.
STEP = 0.5
# Below this a resource shares neither words, competences nor kind with the need: no answer at all.
LEAST_SUBSTANCE = 0.03


@dataclass(frozen=True, slots=True)
class Case:
    """One need, one resource, and the facts that the signs look at."""

    view: View
    brief: Brief
    need: WantedNeed
    document: Document
    relevance: float
    words: tuple[str, ...]
    language: str

    def say(self, french: str, english: str) -> str:
        return english if self.language == "en" else french

    def list(self, french: str, english: str, items: str) -> str:
        return f"{english}: {items}" if self.language == "en" else f"{french} : {items}"

    def labels(self, iris: Iterable[Iri]) -> str:
        return ", ".join(self.view.label(iri, self.language) for iri in iris)


def reasons_of(case: Case) -> list[Reason]:
    """Return what speaks for a resource as an answer to a need, eligibility apart."""
    return [reason for sign in _SIGNS if (reason := sign(case)) is not None]


def is_answer(reasons: Iterable[Reason]) -> bool:
    """Say whether reasons hold enough substance: words, competences or the kind of help."""
    return sum(r.contribution for r in reasons if r.kind in SUBSTANCE) >= LEAST_SUBSTANCE


def eligibility_reason(eligibility: Eligibility, language: str) -> Reason | None:
    """Return what eligibility adds or takes away; an unknown does neither."""
    failed = [c.label for c in eligibility.criteria if c.status is Status.NOT_MET]
    if failed:
        said = "criteria not met: " if language == "en" else "critères non remplis : "
        return Reason(text=said + "; ".join(failed), contribution=NOT_ELIGIBLE, kind="eligibility")
    if eligibility.status is Status.MET:
        said = "all known criteria met" if language == "en" else "critères d’éligibilité remplis"
        return Reason(text=said, contribution=ELIGIBLE, kind="eligibility")
    return None


def within_reach(case: Case) -> bool:
    """A resource with territories helps those inside one of them; one without helps everywhere.

    What lies inside and around is in the document already: the places themselves are looked up,
    since any two of them have a country in common.
    """
    places, served = case.brief.territories, case.document.territories
    if not places or not served or "Resource" not in case.document.types:
        return True
    return any(place in served for place in places)


def _text(case: Case) -> Reason | None:
    if case.relevance <= 0:
        return None
    words = ", ".join(case.words[:6])
    said = (
        case.list("répond au besoin par ses mots", "answers the need in its words", words)
        if words
        else case.say("proche du besoin par le sens", "close to the need in meaning")
    )
    return Reason(text=said, contribution=TEXT * case.relevance, kind="text")


def _competence(case: Case) -> Reason | None:
    if not case.need.competences:
        return None
    shares = {wanted: _nearest(case, wanted) for wanted in case.need.competences}
    found = {wanted: near for wanted, near in shares.items() if near is not None}
    if not found:
        return None
    worth = sum(STEP**distance for _, distance in found.values()) / len(case.need.competences)
    phrases = "; ".join(_shared(case, wanted, offered) for wanted, (offered, _) in found.items())
    said = case.list("compétence", "competence", phrases)
    return Reason(text=said, contribution=COMPETENCE * worth, kind="competence")


def _nearest(case: Case, wanted: Iri) -> tuple[Iri, int] | None:
    """Return the nearest offered competence above or below the wanted one, and its distance."""
    above, below = case.view.concepts.ancestors(wanted), case.view.concepts.descendants(wanted)
    near = [(above.get(o, below.get(o)), o) for o in case.document.competences if o in above or o in below]
    return min(
        ((offered, distance or 0) for distance, offered in near), key=lambda p: (p[1], p[0]), default=None
    )


def _shared(case: Case, wanted: Iri, offered: Iri) -> str:
    if wanted == offered:
        return case.labels([wanted])
    return case.say(
        f"{case.labels([offered])} (proche de {case.labels([wanted])})",
        f"{case.labels([offered])} (near {case.labels([wanted])})",
    )


def _kind(case: Case) -> Reason | None:
    if case.document.kind not in case.need.kinds:
        return None
    label = case.labels([case.document.kind])
    said = case.list("le genre d’aide demandé", "the kind of help asked for", label)
    return Reason(text=said, contribution=KIND, kind="kind")


def _pole(case: Case) -> Reason | None:
    return _common(case, case.brief.poles, case.document.poles, POLE, "pole", ("même pôle", "same pole"))


def _axis(case: Case) -> Reason | None:
    return _common(case, case.brief.axes, case.document.axes, AXIS, "axis", ("même axe", "same axis"))


def _stage(case: Case) -> Reason | None:
    said = ("accepte des projets à ce stade", "takes projects at this stage")
    return _common(case, case.brief.stages, case.document.stages, STAGE, "stage", said)


def _common(
    case: Case, wanted: Iterable[Iri], held: Iterable[Iri], worth: float, kind: str, said: tuple[str, str]
) -> Reason | None:
    shared = [iri for iri in wanted if iri in set(held)]
    if not shared:
        return None
    return Reason(text=case.list(*said, case.labels(shared)), contribution=worth, kind=kind)


def _territory(case: Case) -> Reason | None:
    """The nearer the better: in the same département counts more than in the whole country."""
    steps = [
        (distance, above)
        for place in case.brief.territories
        for above, distance in case.view.concepts.ancestors(place).items()
        if above in case.document.territories
    ]
    if not steps:
        return None
    near = min(steps)[1]
    stated = [d for d, above in steps if above in (case.document.located or case.document.territories)]
    said = case.list("dans le territoire", "in the territory", case.labels([near]))
    worth = TERRITORY * STEP ** min(stated, default=0)
    return Reason(text=said, contribution=worth, kind="territory")


Sign = Callable[[Case], Reason | None]
_SIGNS: tuple[Sign, ...] = (_text, _competence, _kind, _pole, _axis, _stage, _territory)
SUBSTANCE = frozenset({"text", "competence", "kind"})
