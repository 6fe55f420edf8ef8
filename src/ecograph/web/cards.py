"""Results as cards: what a reader needs to choose one without opening it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ecograph.graph.facts import DESCRIPTIONS, LABELS, Facts
from ecograph.model import Iri, Result
from ecograph.questions.variants import folded
from ecograph.questions.view import View
from ecograph.vocab import DCT, eco
from ecograph.web.links import href
from ecograph.web.typography import sentence, shortened_text

_LONGEST_SUMMARY = 220
_MOST_TERRITORIES = 3
# How a card is coloured: by what a reader looks for, not by class.
_FAMILIES = {"Project": "project", "Need": "project", "Actor": "actor", "Person": "actor"}
_NOTIONS = {"Competence", "Pole", "WatchDomain"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A result, where it is shown, and what its record says in short."""

    result: Result
    heading: str
    href: str | None
    tongue: str | None
    type: str
    family: str
    territory: str
    summary: str
    summary_tongue: str | None
    variants: tuple[Card, ...] = ()


def cards(view: View, results: Iterable[Result], base: str, language: str) -> list[Card]:
    """Return results as cards, in the same order."""
    return [_card(view, result, base, language) for result in results]


def folded_cards(view: View, results: Sequence[Result], base: str, language: str) -> list[Card]:
    """Return results as cards, those of one scheme in several territories as one card."""
    return [
        replace(_card(view, result, base, language), variants=tuple(cards(view, variants, base, language)))
        for result, variants in folded(results)
    ]


def _card(view: View, result: Result, base: str, language: str) -> Card:
    facts = view.facts(result.iri)
    summary = facts.text(DESCRIPTIONS, language)
    return Card(
        result=result,
        heading=heading(facts, result.label),
        href=href(result.iri, base),
        tongue=tongue(facts, result.label, language),
        type=view.label(eco(result.type), language),
        family=_family(result.type),
        territory=_territory(view, facts, language),
        summary=shortened_text(summary, _LONGEST_SUMMARY),
        summary_tongue=tongue(facts, summary, language),
    )


def heading(facts: Facts, label: str) -> str:
    """Return a label as a heading: a term with a capital, a name or a title as its source writes it."""
    return label if set(facts.classes) - _NOTIONS else sentence(label)


def tongue(facts: Facts, text: str, language: str) -> str | None:
    """Return the language that a text of a resource is in, None when it is the page's or has none."""
    found = {t.language for t in facts.literals(*LABELS, *DESCRIPTIONS) if t.value == text}
    return None if not found or found & {language, None} else min(filter(None, found))


def tongue_of(view: View, iri: Iri, text: str, language: str) -> str | None:
    """Return the language that a resource's label is in, None when it is the page's or has none."""
    return tongue(Facts(iri, view.snapshot.merged(view.level, iri)), text, language)


def _family(type_name: str) -> str:
    return _FAMILIES.get(type_name, "notion" if type_name in _NOTIONS else "offer")


def _territory(view: View, facts: Facts, language: str) -> str:
    places = facts.iris(DCT + "spatial") or facts.iris(eco("availableIn"))
    named = [view.label(iri, language) for iri in places[:_MOST_TERRITORIES]]
    more = ["…"] if len(places) > _MOST_TERRITORIES else []
    return ", ".join(named + more)
