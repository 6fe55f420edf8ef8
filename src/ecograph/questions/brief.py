"""A project as matching needs it: its needs, and what is known of who carries it.

It is read from the graph, or understood from a free text in which names of competences, poles,
axes and territories are recognised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from ecograph.errors import BadParameter, TooLarge
from ecograph.graph.facts import DESCRIPTIONS, Facts
from ecograph.model import Iri, Understood
from ecograph.questions.eligibility import Applicant, applicant
from ecograph.questions.places import named_in, narrowed
from ecograph.questions.request import ACTIVITY, SAYS_NOTHING, SIZES, is_refused, stated
from ecograph.questions.view import View
from ecograph.understanding import figures
from ecograph.vocab import DCT, concept, eco

LONGEST = 20_000
# What a text states of who asks.
_FACTS = frozenset({"territories", "eligibility-dimensions"})
_HEADCOUNT = concept("eligibility-dimensions", "effectif")
# A text may name much in passing; beyond some places a name no longer says what it is about.
_MOST_OF_A_SCHEME = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedNeed:
    """One need: its words, and the competences and kinds of resource that it names.

    In a free text they are `guessed`: a word in passing may name one that nobody asks for.
    """

    iri: Iri | None
    label: str
    text: str
    competences: tuple[Iri, ...] = ()
    kinds: tuple[Iri, ...] = ()
    guessed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A project and everything that the score looks at."""

    iri: Iri | None
    label: str
    needs: tuple[WantedNeed, ...]
    poles: tuple[Iri, ...] = ()
    axes: tuple[Iri, ...] = ()
    stages: tuple[Iri, ...] = ()
    territories: tuple[Iri, ...] = ()
    carriers: tuple[Iri, ...] = ()
    who: Applicant = field(default_factory=Applicant)
    understood: tuple[Understood, ...] = ()
    today: date | None = None


def brief_of(view: View, iri: Iri, *, today: date, language: str) -> Brief:
    """Read a project; raises `ResourceNotFound`, or `BadParameter` when it is no project."""
    project = view.facts(iri)
    if "Project" not in project.classes:
        raise BadParameter("project", iri, "the IRI of a project")
    carriers = project.iris(eco("carriedBy"))
    carrier = view.facts(carriers[0]) if carriers else None
    label = project.label(language)
    about = project.text(DESCRIPTIONS, "fr")
    needs = tuple(_need(view.facts(need), language) for need in project.iris(eco("hasNeed")))
    return Brief(
        iri=iri,
        label=label,
        needs=needs or (WantedNeed(iri=None, label=label, text=f"{label}. {about}"),),
        poles=project.iris(eco("inPole")),
        axes=project.iris(eco("onAxis")),
        stages=project.iris(eco("stage")),
        territories=project.iris(DCT + "spatial") or (carrier.iris(DCT + "spatial") if carrier else ()),
        carriers=(*carriers, *project.iris(eco("partner"))),
        who=applicant(project, carrier, today=today),
    )


def brief_from(view: View, text: str, *, language: str, without: Collection[str] = ()) -> Brief:
    """Understand a free text as a project with one need; raises `BadParameter` when it is empty.

    `without` names what was understood and is set aside, as in a search.
    """
    text = text.strip()
    if not text:
        raise BadParameter("text", text, "a few words about the project")
    if len(text) > LONGEST:
        raise TooLarge("the text of the project", LONGEST, "characters")
    read = (*_understood(view, text, language), *_stated(view, text, language))
    understood = narrowed((one for one in read if not is_refused(one, without)), view.concepts)
    by_scheme: dict[str, list[Iri]] = defaultdict(list)
    for found in understood:
        by_scheme[found.scheme].append(found.iri)
    label = text if len(text) <= 80 else f"{text[:79]}…"
    need = WantedNeed(
        iri=None,
        label=label,
        text=_without_facts(text, understood),
        competences=tuple(by_scheme["competences"]),
        kinds=tuple(by_scheme["resource-types"]),
        guessed=True,
    )
    return Brief(
        iri=None,
        label=label,
        needs=(need,),
        poles=tuple(by_scheme["poles"]),
        axes=tuple(by_scheme["axes"]),
        stages=tuple(by_scheme["project-stages"]),
        territories=tuple(by_scheme["territories"]),
        who=Applicant(
            territories=tuple(by_scheme["territories"]),
            naf=tuple(by_scheme["naf"]),
            headcount=figures.employees(text) if by_scheme["eligibility-dimensions"] else None,
            stages=tuple(by_scheme["project-stages"]),
            # An investor or a laboratory that is named is no size of the company.
            sizes=tuple(iri for iri in by_scheme["actor-types"] if iri in SIZES),
        ),
        understood=tuple(understood),
    )


def _need(need: Facts, language: str) -> WantedNeed:
    return WantedNeed(
        iri=need.iri,
        label=need.label(language),
        text=". ".join(filter(None, (need.label("fr"), need.text(DESCRIPTIONS, "fr")))),
        competences=need.iris(eco("requiresCompetence")),
        kinds=need.iris(eco("needKind")),
    )


def _without_facts(text: str, understood: Iterable[Understood]) -> str:
    """Return a text without the places and the headcount it states: they do not say what is sought."""
    for found in understood:
        if found.scheme in _FACTS:
            text = text.replace(found.words, " ")
    return text


def _understood(view: View, text: str, language: str) -> Iterable[Understood]:
    counted: dict[str, int] = defaultdict(int)
    seen: set[Iri] = set()
    for named in named_in(view.names, view.concepts, text):
        found = view.concepts.get(named.target)
        if found is None or found.iri in seen | SAYS_NOTHING or counted[found.scheme] >= _MOST_OF_A_SCHEME:
            continue
        seen.add(found.iri)
        counted[found.scheme] += 1
        label = view.concepts.label(found.iri, language)
        yield Understood(iri=found.iri, label=label, scheme=found.scheme, words=named.words)


def _stated(view: View, text: str, language: str) -> Iterator[Understood]:
    """Yield the activity, the stage and the headcount that a text states."""
    yield from (one for one in stated(view, text, language) if one.facet == ACTIVITY)
    for stage in figures.stages(text):
        if (found := view.concepts.resolve("project-stages", stage.value)) is not None:
            yield Understood(
                iri=found.iri, label=found.label(language), scheme=found.scheme, words=stage.words
            )
    if (employees := figures.headcount(text)) is not None:
        colon = ": " if language == "en" else " : "
        label = f"{view.concepts.label(_HEADCOUNT, language)}{colon}{employees.value}"
        scheme = "eligibility-dimensions"
        yield Understood(iri=_HEADCOUNT, label=label, scheme=scheme, words=employees.words)
