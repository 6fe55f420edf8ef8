"""What a search asks for beside its words: a place, a size, an activity, a kind of help, a competence.

A place leaves out what is for other places alone; what names no place stays, and so does whatever
is asked for by its name. The kinds, poles and competences that are named lift what is linked to
them, or to what lies below. A size and an activity hide nothing: they tell, result by result, what
is met. All that was understood is shown, and each part of it can be set aside.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ecograph.cog import is_commune
from ecograph.graph.concepts import Concepts
from ecograph.index import Lens
from ecograph.model import Iri, Understood
from ecograph.questions.eligibility import Applicant
from ecograph.questions.places import named_in, narrowed, nearby
from ecograph.questions.view import View
from ecograph.understanding import figures
from ecograph.understanding.naming import Named, Names
from ecograph.understanding.words import content, fold
from ecograph.vocab import concept

PLACE, SIZE, ACTIVITY, KIND, POLE, COMPETENCE = "territory", "size", "activity", "kind", "pole", "competence"
FACETS = (PLACE, SIZE, ACTIVITY, KIND, POLE, COMPETENCE)
_WORTH = {KIND: 0.3, POLE: 0.1}  # beside 1 for the best document
# Beyond a few, names no longer say what a text is about.
_MOST = 4
# Words that are said of everything leave nothing out: "français", "une aide", "un atelier", "une entreprise".
SAYS_NOTHING = frozenset(
    {
        concept("territories", "FR"),
        concept("territories", "EU"),
        concept("resource-types", "dispositif"),
        concept("resource-types", "action-collaborative"),
        concept("resource-types", "action-individuelle"),
        concept("actor-types", "entreprise"),
    }
)
SIZES = {concept("actor-types", name) for name in ("tpe", "pme", "eti", "grande-entreprise")}
_SIZE_BELOW = ((10, "tpe"), (250, "pme"), (5000, "eti"))
_FACET_OF_SCHEME = {
    "territories": PLACE,
    "resource-types": KIND,
    "actor-types": KIND,
    "competences": COMPETENCE,
    "poles": POLE,
    "naf": ACTIVITY,
}
# Hidden labels serve to classify texts: in a query "son" is no sound. The kinds of help are asked for by
# everyday words ("subvention", "labo"), and an activity by that of a workshop ("boulangerie").
_BY_ANY_NAME = frozenset({"resource-types", "naf"})
# A query names what it seeks; a text that tells a project names much else.
_MOST_WORDS = 6
# "Bois" is what is sought in "aide bois", and what one does in "notre scierie de bois".
_COMPANY = re.compile(
    r"\b(?:notre|nos|mon|ma|entreprise|soci[ée]t[ée]|pme|tpe|eti|exploitante?|secteur|our|my|company|firm|sector)"
    r"\W+(?:\w+\W+){0,3}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A search as it was understood."""

    understood: tuple[Understood, ...] = ()
    lens: Lens = field(default_factory=Lens)
    who: Applicant = field(default_factory=Applicant)

    @property
    def tells_who(self) -> bool:
        """Whether something is known of who asks."""
        return self.who != Applicant()


def request_of(view: View, text: str, *, language: str, without: Collection[str] = ()) -> Request:
    """Understand a search; `without` names facets, or single concepts by IRI or last segment, set aside."""
    found = narrowed(
        (one for one in _found(view.concepts, text, language) if not is_refused(one, without)), view.concepts
    )
    by_facet: Mapping[str, list[Iri]] = {f: [u.iri for u in found if u.facet == f] for f in FACETS}
    places = tuple(by_facet[PLACE])
    return Request(
        understood=tuple(found),
        lens=Lens(
            # What is in a town often names it; a département is named by all.
            words=_without(text, [u.words for u in found if u.facet == PLACE and not is_commune(u.iri)]),
            within=nearby(places),
            concepts={iri: tuple(view.concepts.descendants(iri)) for iri in by_facet[COMPETENCE]},
            preferred={iri: worth for facet, worth in _WORTH.items() for iri in by_facet[facet]},
        ),
        who=Applicant(
            territories=places,
            naf=tuple(by_facet[ACTIVITY]),
            headcount=figures.employees(text) if by_facet[SIZE] else None,
            sizes=tuple(by_facet[SIZE]),
        ),
    )


def stated(view: View, text: str, language: str) -> list[Understood]:
    """Return the size and the activity of a company that a text states."""
    return [one for one in _found(view.concepts, text, language) if one.facet in {SIZE, ACTIVITY}]


def is_refused(one: Understood, without: Collection[str]) -> bool:
    """Tell whether something understood is set aside: by its facet or scheme, its IRI or the end of it."""
    return not {one.facet, one.iri, one.iri.rsplit("/", 1)[-1], one.scheme}.isdisjoint(without)


def _found(concepts: Concepts, text: str, language: str) -> Iterator[Understood]:
    counted = dict.fromkeys(FACETS, 0)
    seen: set[Iri] = set()
    for named in [*named_in(_names(concepts), concepts, text), *_staff(text)]:
        known = concepts.get(named.target)
        if known is None or known.iri in seen or known.iri in SAYS_NOTHING:
            continue
        facet = SIZE if known.iri in SIZES else _FACET_OF_SCHEME[known.scheme]
        if not _is_meant(facet, text, named.words):
            continue
        counted[facet] += 1
        if counted[facet] <= _MOST:
            seen.add(known.iri)
            yield Understood(
                iri=known.iri,
                label=concepts.label(known.iri, language),
                scheme=known.scheme,
                words=named.words,
                facet=facet,
            )


def _is_meant(facet: str, text: str, words: str) -> bool:
    """Tell whether a name stands for what it names, by what comes before it and how long the text is."""
    before = text[: text.find(words)]
    if facet == ACTIVITY:
        return _COMPANY.search(before) is not None
    return facet in {PLACE, SIZE} or len(content(text)) <= _MOST_WORDS


@lru_cache(maxsize=8)
def _names(concepts: Concepts) -> Names:
    """The names to look for: made once for each published state.

    A name of two concepts is that of the scheme that comes first.
    """
    looked = [known for scheme in _FACET_OF_SCHEME for known in concepts.of_scheme(scheme)]
    names: dict[Iri, list[str]] = {}
    taken: set[str] = set()
    for known in looked:
        given = known.names if known.scheme in _BY_ANY_NAME else known.stated
        own = {fold(name.casefold()): name for name in given if not name.isdigit()}
        names[known.iri] = [name for key, name in own.items() if key not in taken]
        taken |= own.keys()
    return Names(names, proper=(known.iri for known in looked if known.scheme == "territories"))


def _staff(text: str) -> Iterator[Named]:
    """The size of a company of so many people."""
    if (stated := figures.headcount(text)) is not None:
        count = int(stated.value)
        name = next((name for least, name in _SIZE_BELOW if count < least), "grande-entreprise")
        yield Named(concept("actor-types", name), stated.words)


def _without(text: str, said: Iterable[str]) -> str | None:
    """A text without the places that it names; None when nothing else would be left."""
    rest = text
    for words in said:
        rest = rest.replace(words, " ")
    return rest if re.search(r"\w", rest) else None
