"""Crossovers (*métissage*): what another pole holds that a project needs, and what links both."""

from __future__ import annotations

from collections.abc import Iterable

from ecograph.model import Bridge
from ecograph.questions.candidates import Candidate, order, told, weighed
from ecograph.questions.signs import Case, Sought, shared_competences, shared_words, substance

# Money has no know-how to lend: only these bring another pole's.
_BRINGERS = frozenset({"Actor", "ExpertiseOffer", "TrainingOffer", "Facility", "Competence"})
# Without a competence in common, both texts must be this relevant to each other to make a bridge;
# with one, it must not be the faintest.
NEAR_ENOUGH, LEAST_SUBSTANCE = 0.3, 0.1
_HOLDERS_NAMED = 3


def bridges(sought: Sought, here: Iterable[Candidate], *, limit: int) -> list[Bridge]:
    """Return what other poles offer to a need, best first, ties to the lower IRI."""
    if not sought.brief.poles:
        return []
    own = [candidate for candidate in here if _crosses(sought, candidate)]
    found = sorted([*own, *_know_how(sought, own)], key=order)
    return [_bridge(sought, candidate) for candidate in found[:limit]]


def _know_how(sought: Sought, shown: Iterable[Candidate]) -> list[Candidate]:
    """Return the competences of other poles that someone holds, where none of those is shown already."""
    names = {candidate.iri for candidate in shown}
    held = [document for document, actors in sought.view.held.values() if names.isdisjoint(actors)]
    return [candidate for candidate in weighed(sought, held) if _crosses(sought, candidate)]


def _crosses(sought: Sought, candidate: Candidate) -> bool:
    poles, own = set(candidate.document.poles), set(sought.brief.poles)
    if not poles or poles & own or not _BRINGERS & set(candidate.document.types):
        return False
    by_competence = any(sign.kind == "competence" for sign in candidate.signs)
    enough = by_competence and substance(candidate.signs) >= LEAST_SUBSTANCE
    return enough or candidate.relevance >= NEAR_ENOUGH


def _bridge(sought: Sought, candidate: Candidate) -> Bridge:
    poles = sought.labels(candidate.document.poles)
    said = f"{_link(sought, candidate, poles)}{_held(sought, candidate)}"
    return Bridge(need=sought.need.label, pole=poles, text=said, result=told(sought, candidate))


def _link(sought: Sought, candidate: Candidate, poles: str) -> str:
    """Return the sentence that says what both poles have in common: competences, words, or the sense."""
    case = Case(sought, candidate.document, candidate.relevance)
    own = sought.labels(sought.brief.poles)
    both = sought.say(f"{own} à {poles}", f"{own} with {poles}")
    if common := "; ".join(shared_competences(case)):
        return sought.say(f"« {common} » relie {both}", f"“{common}” links {both}")
    if words := ", ".join(shared_words(case)):
        return sought.say(f"Les mots « {words} » relient {both}", f"The words “{words}” link {both}")
    return sought.say(f"Le sens du besoin relie {both}", f"The sense of the need links {both}")


def _held(sought: Sought, candidate: Candidate) -> str:
    _, actors = sought.view.held.get(candidate.iri, (None, ()))
    documents = map(sought.view.index.document, actors[:_HOLDERS_NAMED])
    names = ", ".join(document.label(sought.language) for document in documents)
    return sought.say(f" ; détenue par : {names}", f"; held by: {names}") if names else ""
