"""From the graph to documents: what is searched of each resource, at one level."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial

from ecograph.cog import DEPARTEMENT, around, is_commune, throughout
from ecograph.graph.concepts import Concepts, read_concepts
from ecograph.graph.facts import DESCRIPTIONS, LABELS, Facts, all_facts, facts_of
from ecograph.graph.judgements import read_judgements
from ecograph.graph.ports import Reader
from ecograph.graph.terms import subject_of
from ecograph.index.documents import Document
from ecograph.model import Iri, Level
from ecograph.understanding.glossary import Parallel
from ecograph.vocab import DCT, SKOS, eco

# Needs are searched through their project, sources and documents through what they describe.
INDEXED = frozenset(
    {"Project", "Resource", "Actor", "Competence", "Pole", "WatchDomain", "WatchItem", "WatchSource"}
)
_OTHER_NAMES = (SKOS + "altLabel", SKOS + "hiddenLabel")
_FICTITIOUS = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
SELECT DISTINCT ?resource WHERE { ?source eco:fictitious true . GRAPH ?source { ?resource a ?class } }
"""
_TEXTS = (*DESCRIPTIONS, eco("task"), SKOS + "note")
_KINDS = (eco("actorType"), eco("resourceType"), eco("stage"))
_HAS_NEED = eco("hasNeed")
_COMPETENCES = (eco("offersCompetence"), eco("coversCompetence"), eco("requiresCompetence"))
# What a document says of other resources, and how far that reaches: need to project, concept to need.
_PLACES = (DCT + "spatial", eco("availableIn"), eco("notAvailableIn"))
_TOLD = (*_COMPETENCES, _HAS_NEED, *_PLACES)
_REACH = 2
_LINKS = (*_COMPETENCES, eco("inPole"), eco("onAxis"), SKOS + "broader", DCT + "relation")


@dataclass(frozen=True, slots=True)
class Harvest:
    """What the index is made of: the documents, in the order of their IRIs, and texts in both languages."""

    documents: list[Document]
    parallel: list[Parallel]
    answered: list[Answered]


@dataclass(frozen=True, slots=True)
class Answered:
    """A need in its words, and a resource that people found to answer it."""

    need: Iri
    text: str
    resource: Iri


def harvest(snapshot: Reader, level: Level) -> Harvest:
    """Read a document for each resource that people search, and every text that exists in two languages.

    What is said of a resource is let go as soon as it is read, but for needs and those that have some.
    """
    concepts, invented = read_concepts(snapshot, level), _invented(snapshot, level)
    needs: dict[Iri, Facts] = {}
    waiting: list[Facts] = []
    documents: list[Document] = []
    parallel: dict[Iri, list[Parallel]] = {}

    def known(iri: Iri) -> Facts:
        return needs.get(iri) or facts_of(snapshot, level, iri)

    def document(about: Facts) -> Document:
        return _document(about, known, concepts, fictitious=about.iri in invented)

    for about in all_facts(snapshot, level):
        if told := list(_parallel(about)):
            parallel[about.iri] = told
        if "Need" in about.classes:
            needs[about.iri] = about
        if INDEXED & set(about.classes):
            waiting.append(about) if about.iris(_HAS_NEED) else documents.append(document(about))
    documents.extend(map(document, waiting))
    return Harvest(
        sorted(documents, key=lambda found: found.iri),
        [text for _, told in sorted(parallel.items()) for text in told],
        list(_answered(snapshot, level, known)),
    )


def _answered(snapshot: Reader, level: Level, known: Callable[[Iri], Facts]) -> Iterator[Answered]:
    for need, resource in read_judgements(snapshot, level).answers():
        if about := known(need):
            texts = (about.label("fr"), *_texts(about))
            yield Answered(need, " . ".join(filter(None, texts)), resource)


def documents_of(
    snapshot: Reader, level: Level, iris: Iterable[Iri], concepts: Concepts | None = None
) -> dict[Iri, Document | None]:
    """Read the documents of some resources alone; None for what is not searched, or not there."""
    concepts = concepts or read_concepts(snapshot, level)
    known = cache(partial(facts_of, snapshot, level))
    invented = _invented(snapshot, level)
    found: dict[Iri, Document | None] = {}
    for iri in iris:
        about = known(iri)
        searched = INDEXED & set(about.classes)
        found[iri] = _document(about, known, concepts, fictitious=iri in invented) if searched else None
    return found


def touched(snapshot: Reader, level: Level, subjects: Iterable[Iri]) -> set[Iri]:
    """Return the resources whose documents may say something else once these subjects do.

    A document tells the names of its competences and what its needs say: those that point to a subject
    are touched, and those that point to them in turn.
    """
    found: set[Iri] = set()
    reached = set(subjects)
    for _ in range(_REACH + 1):
        found |= reached
        quads = (quad for iri in sorted(reached) for quad in snapshot.referring(level, iri))
        reached = {subject_of(quad).value for quad in quads if quad.predicate.value in _TOLD} - found
    return found


def _invented(snapshot: Reader, level: Level) -> set[Iri]:
    return {row["resource"].value for row in snapshot.rows(level, _FICTITIOUS)}


def _document(
    facts: Facts, known: Callable[[Iri], Facts | None], concepts: Concepts, *, fictitious: bool
) -> Document:
    needs = [need for iri in facts.iris(_HAS_NEED) if (need := known(iri))]
    whole = [facts, *needs]
    competences = _unique(iri for part in whole for iri in part.iris(*_COMPETENCES))
    texts = [text for part in whole for text in _texts(part)]
    named = [concepts.label(iri, "fr") for iri in competences]
    title = facts.label("fr")
    return Document(
        iri=facts.iri,
        title=title,
        title_en=facts.label("en"),
        labels=_unique(text for text in _names(facts) if text != title),
        text="\n".join([*texts, *(part.label("fr") for part in needs), *named]),
        passages=tuple(passage for text in texts for passage in text.split("\n")),
        links=_unique(iri for part in whole for iri in part.iris(*_LINKS)),
        types=facts.classes,
        kind=next(iter(facts.iris(*_KINDS)), ""),
        poles=facts.iris(eco("inPole")),
        axes=facts.iris(eco("onAxis")),
        stages=facts.iris(eco("stage"), eco("acceptsStage")),
        located=_located(facts, concepts),
        territories=_territories(facts, concepts),
        competences=competences,
        opens=_day(facts, "opensOn"),
        closes=_day(facts, "closesOn"),
        fictitious=fictitious,
    )


def _day(facts: Facts, said: str) -> str:
    return min((literal.value for literal in facts.literals(eco(said))), default="")


def _names(facts: Facts) -> Iterator[str]:
    for literal in facts.literals(*_OTHER_NAMES, *LABELS):
        yield literal.value


def _texts(facts: Facts) -> Iterator[str]:
    for literal in facts.literals(*_TEXTS):
        yield literal.value


def _located(facts: Facts, concepts: Concepts) -> tuple[Iri, ...]:
    """Where a resource is: the territories named, and those that include them."""
    return _unique(above for place in facts.iris(DCT + "spatial") for above in concepts.ancestors(place))


def _territories(facts: Facts, concepts: Concepts) -> tuple[Iri, ...]:
    """Where a resource can be of use: where it is, and every territory in which it is offered.

    Communes are listed where they are named alone; a whole département has one mark for all of its own.
    """
    offered = facts.iris(eco("availableIn"))
    refused = facts.iris(eco("notAvailableIn"))
    outside = {below for place in refused for below in concepts.areas(place)}
    inside = (mark for place in offered for mark in _inside(place, refused, outside, concepts))
    beyond = (above for place in offered for above in concepts.ancestors(place))
    served = (place for place in (*inside, *beyond) if place not in outside)
    return _unique((*_located(facts, concepts), *served))


def _inside(
    place: Iri, refused: Iterable[Iri], outside: Collection[Iri], concepts: Concepts
) -> Iterator[Iri]:
    """The territories inside one; and what serves every commune of a département or, listed, most of them."""
    towns = {town for town in refused if is_commune(town)}
    torn = {around(town) for town in towns}
    for area in concepts.areas(place):
        if area in outside:
            continue
        yield area
        if area in torn:
            yield from (below for below in concepts.descendants(area) if below not in towns)
        elif area.rsplit("/", 1)[-1].startswith(DEPARTEMENT):
            yield throughout(area)


def _parallel(facts: Facts) -> Iterator[Parallel]:
    """Texts that stand alone in each language; and every English name of a thing with its French label."""
    label = facts.literals(*LABELS)
    for predicate, french, english in facts.bilingual():
        if len(french) == len(english) == 1:
            yield Parallel(english=english[0], french=french[0], name=predicate in LABELS)
    others = [text.value for text in facts.literals(SKOS + "altLabel") if text.language == "en"]
    if french_label := next((text.value for text in label if text.language == "fr"), ""):
        yield from (Parallel(english=other, french=french_label, name=True) for other in others)


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
