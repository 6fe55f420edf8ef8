"""What to say of an answer that holds little: nothing said, nothing known, or nothing here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ecograph.questions.brief import Brief
from ecograph.questions.candidates import Candidate
from ecograph.questions.view import View
from ecograph.understanding.words import content
from ecograph.vocab import eco

_PLACES_NAMED = 5


def notice(
    view: View, brief: Brief, here: Sequence[Candidate], outside: Sequence[Candidate], language: str
) -> str | None:
    """Return a sentence on what is missing, or None when something answers."""
    if here:
        return None
    if outside:
        return _elsewhere(view, brief, outside, language)
    said = _SAID["unsaid" if _says_nothing(brief) else "unknown"]
    return said[language == "en"]


def _says_nothing(brief: Brief) -> bool:
    return not any(content(need.text) or need.competences or need.kinds for need in brief.needs)


def _elsewhere(view: View, brief: Brief, outside: Sequence[Candidate], language: str) -> str:
    here = ", ".join(view.label(iri, language) for iri in brief.territories)
    there = ", ".join(_places(view, outside, language))
    count = len(outside)
    if language == "en":
        answers = "one resource answers" if count == 1 else f"{count} resources answer"
        return f"Nothing is offered here ({here}), but {answers} elsewhere: {there}."
    answers = "une ressource répond" if count == 1 else f"{count} ressources répondent"
    return f"Rien n’est proposé ici ({here}), mais {answers} ailleurs : {there}."


def _places(view: View, outside: Iterable[Candidate], language: str) -> list[str]:
    """Return where resources are offered, those of the best first."""
    iris = dict.fromkeys(
        place for candidate in outside for place in view.facts(candidate.iri).iris(eco("availableIn"))
    )
    named = [view.label(iri, language) for iri in list(iris)[:_PLACES_NAMED]]
    return named + ["…"] * (len(iris) > _PLACES_NAMED)


_SAID = {
    "unsaid": (
        "Ce texte ne dit pas encore ce que vous cherchez : nommez un métier, une technique, un produit ou "
        "le genre d’aide voulu.",
        "This text does not say yet what you look for: name a trade, a technique, a product or the kind of "
        "help wanted.",
    ),
    "unknown": (
        "Rien dans le graphe ne répond à ces mots, ni ici ni ailleurs. Dites le projet autrement, en "
        "français ou en anglais, avec le métier, la technique ou le produit.",
        "Nothing in the graph answers these words, here or elsewhere. Put the project in other words, in "
        "French or English, with the trade, the technique or the product.",
    ),
}
