"""Candidates by kind: money, training, expertise, talent, facilities, support, actors."""

from __future__ import annotations

from collections.abc import Iterable

from ecograph.questions.candidates import Candidate

# A candidate belongs to the first of these that it is.
_GROUPS = (
    ("FundingOffer", "Financements", "Funding"),
    ("TrainingOffer", "Formations", "Training"),
    ("ExpertiseOffer", "Expertises", "Expertise"),
    ("TalentOffer", "Stagiaires, alternants, doctorants", "Interns, apprentices, doctoral students"),
    ("Facility", "Plateformes et équipements", "Facilities"),
    ("SupportOffer", "Accompagnements", "Support"),
    ("Resource", "Autres ressources", "Other resources"),
    ("Actor", "Acteurs", "Actors"),
)


def grouped(found: Iterable[Candidate], language: str) -> list[tuple[str, str, list[Candidate]]]:
    """Return candidates by kind: class, label and candidates in their order, the best group first."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in found:
        groups.setdefault(_kind(candidate), []).append(candidate)
    labels = {name: english if language == "en" else french for name, french, english in _GROUPS}
    return [(name, labels[name], members) for name, members in groups.items()]


def _kind(candidate: Candidate) -> str:
    return next(name for name, _, _ in _GROUPS if name in candidate.document.types)
