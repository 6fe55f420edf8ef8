"""The signs that speak for a resource: what each is worth, and how it is said.

A sign weighs at once and speaks when it is asked to: most candidates are only weighed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from ecograph.cog import is_commune, serving
from ecograph.index import Document
from ecograph.model import Eligibility, Iri, Reason, Status
from ecograph.questions.brief import Brief, WantedNeed
from ecograph.questions.view import View

# What each sign is worth at most; together they make 1. Words, competences and the kind of help say
# what a resource does; the others only tell apart resources that do the same.
TEXT, COMPETENCE, KIND = 0.60, 0.20, 0.05
POLE, AXIS, STAGE, TERRITORY, ELIGIBLE = 0.04, 0.04, 0.03, 0.03, 0.01
NOT_ELIGIBLE = -0.30
# What people judged of a resource: for this very need, and for others. Judgements of many come near
# these, one comes to half of the first and a quarter of the second.
FEEDBACK, FEEDBACK_ELSEWHERE = 0.20, 0.06
_DOUBT, _DOUBT_ELSEWHERE = 1, 3
# Competences and kinds that were recognised in a free text, instead of stated, count for half.
GUESSED = 0.5
# A competence one step above or below the one asked for is worth half of it, and so on.
STEP = 0.5
# Below this a resource shares neither words, competences nor kind with the need: no answer at all.
LEAST_SUBSTANCE = 0.03
_SUBSTANCE = frozenset({"text", "competence", "kind"})
_WORDS_SAID = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What speaks for or against a resource, by how much, and the sentence that says so."""

    kind: str
    contribution: float
    say: Callable[[], str]

    def reason(self) -> Reason:
        """Return the sign in words."""
        return Reason(text=self.say(), contribution=self.contribution, kind=self.kind)


@dataclass(frozen=True)
class Sought:
    """One need of a project, and what the signs look at in both: read once for all candidates."""

    view: View
    brief: Brief
    need: WantedNeed
    language: str

    @property
    def trust(self) -> float:
        """How far the competences and kinds of the need are to be believed."""
        return GUESSED if self.need.guessed else 1.0

    def say(self, french: str, english: str) -> str:
        return english if self.language == "en" else french

    def listed(self, french: str, english: str, items: str) -> str:
        return f"{english}: {items}" if self.language == "en" else f"{french} : {items}"

    def labels(self, iris: Iterable[Iri]) -> str:
        return ", ".join(self.view.label(iri, self.language) for iri in iris)

    @cached_property
    def near(self) -> Mapping[Iri, Mapping[Iri, int]]:
        """For each competence wanted, those above and below it, each with its distance."""
        concepts = self.view.concepts
        return {
            wanted: {**concepts.descendants(wanted), **concepts.ancestors(wanted)}
            for wanted in self.need.competences
        }

    @cached_property
    def around(self) -> list[tuple[int, Iri]]:
        """The project's territories and those above them, each with its distance.

        A département is as near as the town that lies in it.
        """
        concepts = self.view.concepts
        return [
            (max(distance - is_commune(place), 0), above)
            for place in self.brief.territories
            for above, distance in concepts.ancestors(place).items()
        ]


@dataclass(frozen=True, slots=True)
class Case:
    """One need and one resource."""

    sought: Sought
    document: Document
    relevance: float

    @property
    def offered(self) -> tuple[Iri, ...]:
        """The competences that a resource brings; a competence brings itself."""
        return self.document.competences or (self.document.iri,)


def signs_of(case: Case) -> tuple[Sign, ...]:
    """Return what speaks for a resource, eligibility apart; nothing when it is no answer at all.

    An answer has substance: it shares words, competences or the kind of help with the need.
    """
    found = [sign for read in _SUBSTANTIAL if (sign := read(case)) is not None]
    if sum(sign.contribution for sign in found) < LEAST_SUBSTANCE:
        return ()
    return (*found, *(sign for read in _CIRCUMSTANTIAL if (sign := read(case)) is not None))


def substance(signs: Iterable[Sign | Reason]) -> float:
    """Return how much of a score is about what the resource does."""
    return sum(sign.contribution for sign in signs if sign.kind in _SUBSTANCE)


def eligibility_sign(eligibility: Eligibility, language: str) -> Sign | None:
    """Return what eligibility adds or takes away; an unknown does neither."""
    failed = "; ".join(c.label for c in eligibility.criteria if c.status is Status.NOT_MET)
    if failed:
        said = "criteria not met: " if language == "en" else "critères non remplis : "
        return Sign(kind="eligibility", contribution=NOT_ELIGIBLE, say=lambda: said + failed)
    if eligibility.status is Status.MET:
        met = "all known criteria met" if language == "en" else "critères d’éligibilité remplis"
        return Sign(kind="eligibility", contribution=ELIGIBLE, say=lambda: met)
    return None


def within_reach(brief: Brief, document: Document) -> bool:
    """A resource with territories helps those inside one of them; one without helps everywhere.

    What lies inside and around is in the document already: the places themselves are looked up,
    since any two of them have a country in common.
    """
    places, served = brief.territories, document.territories
    if not places or not served or "Resource" not in document.types:
        return True
    return any(mark in served for place in places for mark in serving(place))


def _text(case: Case) -> Sign | None:
    if case.relevance <= 0:
        return None
    return Sign(kind="text", contribution=TEXT * case.relevance, say=partial(_words, case))


def shared_words(case: Case) -> list[str]:
    """Return the words of a need that a resource holds."""
    sought = case.sought
    found = (matched.word for matched in sought.view.index.matched(sought.need.text, case.document.iri))
    return list(dict.fromkeys(found))[:_WORDS_SAID]


def _words(case: Case) -> str:
    sought, words = case.sought, ", ".join(shared_words(case))
    if words:
        return sought.listed("répond au besoin par ses mots", "answers the need in its words", words)
    return sought.say("proche du besoin par le sens", "close to the need in meaning")


def _competence(case: Case) -> Sign | None:
    sought = case.sought
    found = [near for wanted in sought.need.competences if (near := _nearest(case, wanted))]
    if not found:
        return None
    worth = sum(STEP**distance for _, distance in found) / len(sought.need.competences)
    return Sign(kind="competence", contribution=COMPETENCE * worth * sought.trust, say=partial(_shared, case))


def _nearest(case: Case, wanted: Iri) -> tuple[Iri, int] | None:
    """Return the nearest offered competence above or below the wanted one, and its distance."""
    near = case.sought.near[wanted]
    found = ((offered, near[offered]) for offered in case.offered if offered in near)
    return min(found, key=lambda pair: (pair[1], pair[0]), default=None)


def shared_competences(case: Case) -> list[str]:
    """Return the competences of a resource that a need asks for, or that are near them."""
    pairs = ((wanted, _nearest(case, wanted)) for wanted in case.sought.need.competences)
    found = [(wanted, near[0]) for wanted, near in pairs if near]
    wanted_itself = {wanted for wanted, offered in found if wanted == offered}
    # What is asked for by its name needs not be called near something else too.
    said = [(w, offered) for w, offered in found if w == offered or offered not in wanted_itself]
    return list(dict.fromkeys(_linked(case.sought, *pair) for pair in said))


def _shared(case: Case) -> str:
    return case.sought.listed("compétence", "competence", "; ".join(shared_competences(case)))


def _linked(sought: Sought, wanted: Iri, offered: Iri) -> str:
    if wanted == offered:
        return sought.labels([wanted])
    near = sought.say("proche de", "near")
    return f"{sought.labels([offered])} ({near} {sought.labels([wanted])})"


def _kind(case: Case) -> Sign | None:
    kinds = {case.document.kind} & set(case.sought.need.kinds)
    worth = KIND * case.sought.trust
    return _common(case, kinds, worth, "kind", "le genre d’aide demandé", "the kind of help asked for")


def _pole(case: Case) -> Sign | None:
    shared = set(case.sought.brief.poles) & set(case.document.poles)
    return _common(case, shared, POLE, "pole", "même pôle", "same pole")


def _axis(case: Case) -> Sign | None:
    shared = set(case.sought.brief.axes) & set(case.document.axes)
    return _common(case, shared, AXIS, "axis", "même axe", "same axis")


def _stage(case: Case) -> Sign | None:
    shared = set(case.sought.brief.stages) & set(case.document.stages)
    said = ("accepte des projets à ce stade", "takes projects at this stage")
    return _common(case, shared, STAGE, "stage", *said)


def _common(case: Case, shared: set[Iri], worth: float, kind: str, french: str, english: str) -> Sign | None:
    if not shared:
        return None

    def say() -> str:
        return case.sought.listed(french, english, case.sought.labels(sorted(shared)))

    return Sign(kind=kind, contribution=worth, say=say)


def _territory(case: Case) -> Sign | None:
    """The nearer the better: in the same département counts more than in the whole country."""
    served = frozenset(case.document.territories)
    steps = [(distance, above) for distance, above in case.sought.around if above in served]
    # What is offered in another region has the country in common with the project, and helps it nothing.
    if not steps or not within_reach(case.sought.brief, case.document):
        return None
    near = min(steps)[1]
    stated = case.document.located or case.document.territories
    worth = TERRITORY * STEP ** min((d for d, above in steps if above in stated), default=0)
    return _common(case, {near}, worth, "territory", "dans le territoire", "in the territory")


def _judged(case: Case) -> Sign | None:
    """What people found of this resource, for this need and, with less weight, for others."""
    judgements, need = case.sought.view.judgements, case.sought.need.iri
    own = [j.worth for j in judgements.of(need, case.document.iri)]
    others = [j.worth for j in judgements.of_others(need, case.document.iri)]
    worth = FEEDBACK * sum(own) / (len(own) + _DOUBT)
    worth += FEEDBACK_ELSEWHERE * sum(others) / (len(others) + _DOUBT_ELSEWHERE)
    if not worth:
        return None
    return Sign(kind="feedback", contribution=worth, say=partial(_verdict, case, own, others))


def _verdict(case: Case, own: Sequence[int], others: Sequence[int]) -> str:
    say = case.sought.say
    where = (
        (own, say("pour ce besoin", "for this need")),
        (others, say("pour d’autres besoins", "for other needs")),
    )
    parts = []
    for worths, place in where:
        helpful, not_relevant = worths.count(1), worths.count(-1)
        if helpful:
            parts.append(f"{say('jugé utile', 'found helpful')} {place} ({helpful})")
        if not_relevant:
            parts.append(f"{say('jugé non pertinent', 'found not relevant')} {place} ({not_relevant})")
    return "; ".join(parts)


Reading = Callable[[Case], Sign | None]
_SUBSTANTIAL: tuple[Reading, ...] = (_text, _competence, _kind)
_CIRCUMSTANTIAL: tuple[Reading, ...] = (_pole, _axis, _stage, _territory, _judged)
