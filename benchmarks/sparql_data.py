"""A territory of any size, the same every time: actors, projects, needs, competences, offers, watch items.

Sources are named graphs whose sizes follow Zipf's law; most are public. Words are French, competences
form a hierarchy, and every record points at others as in a real graph.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from ecograph.model import Level
from ecograph.vocab import PREFIXES

BASE = "https://bench.example"
VOC = "https://w3id.org/ecograph/voc/"
SOURCES = 40
_KEPT = 150  # resources of a kind and a source that queries may ask for
_SHARE_OF_CONCEPTS = 400  # quads for each competence
_BRANCHES = 5


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


POLES = ("chimie", "ecomat", "agro", "sante", "num", "tertiaire")
DEPARTMENTS = tuple(f"{VOC}territories/DEP-{number:02}" for number in range(1, 96) if number != 20)
MATTERS = _words(
    "lavande châtaigne laine chanvre miel bois lin paille algue argile résine fromage myrtille cuir "
    "verre acier papier liège ardoise plume noisette tomate safran soie"
)
PLACES = _words(
    "Florac Mende Millau Alès Figeac Foix Tulle Auch Agen Dax Pau Albi Rodez Nérac Lodève Sète Uzès "
    "Privas Aubenas Thiers Issoire Aurillac Ussel Guéret Brive Cahors Castres Mazamet Quillan Limoux "
    "Céret Prades Saverne Colmar Guebwiller Vesoul Dole Morez Oyonnax Annonay"
)
_AIMS = _words("Sécher Filer Recycler Valoriser Conserver Tracer Alléger Isoler Teindre Analyser")
_TRADES = _words("Atelier Fabrique Coopérative Laboratoire Établissements Société Maison Scierie")
_MEANS = _words("Diagnostic Subvention Formation Prêt Avance Accompagnement Plateforme Expertise")
_KINDS = _words("entreprise laboratoire cluster agence-developpement federation-professionnelle association")
_STAGES = ("idee", "faisabilite", "prototype", "industrialisation", "marche", "termine")
_OFFERS = ("SupportOffer", "FundingOffer", "TrainingOffer", "ExpertiseOffer", "Facility")
_NEED_KINDS = ("expertise", "formation", "financement", "diagnostic", "plateforme", "stagiaire")

_TYPE = f"<{PREFIXES['rdf']}type>"
_DAY0 = date(2024, 1, 1)


def eco(name: str) -> str:
    """Return a term of the ontology, as N-Quads writes it."""
    return f"<{PREFIXES['eco']}{name}>"


def _term(prefix: str, name: str) -> str:
    return f"<{PREFIXES[prefix]}{name}>"


def _french(text: str) -> str:
    return f'"{text}"@fr'


def _typed(value: object, datatype: str) -> str:
    return f'"{value}"^^<{PREFIXES["xsd"]}{datatype}>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source: how many quads it holds, and who may see them."""

    id: str
    quads: int
    level: Level

    @property
    def graph(self) -> str:
        """The IRI of its named graph."""
        return f"{BASE}/source/{self.id}"


@dataclass(slots=True)
class Known:
    """Public resources that queries may ask for."""

    actors: list[str] = field(default_factory=list)
    projects: list[str] = field(default_factory=list)
    concepts: list[str] = field(default_factory=list)


Fact = tuple[str, str, str]


class Territory:
    """So many quads of one invented territory."""

    def __init__(self, quads: int, *, seed: int = 1) -> None:
        self.known = Known()
        self._seed = seed
        self._concepts = max(200, quads // _SHARE_OF_CONCEPTS)
        self._makers: tuple[Callable[[_Pen, int], Iterator[Fact]], ...] = (
            self._actor, self._project, self._offer, self._actor, self._item, self._project,
        )  # fmt: skip
        self.sources = _sources(quads)

    def write(self, folder: Path) -> dict[str, Path]:
        """Write one N-Quads file for each source, and return them by source."""
        files = {}
        for source in self.sources:
            files[source.id] = path = folder / f"{source.id}.nq"
            graph = f" <{source.graph}> .\n"
            with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
                file.writelines(" ".join(fact) + graph for fact in self.facts(source))
        return files

    def facts(self, source: Source) -> Iterator[Fact]:
        """Yield what one source states, each fact once."""
        pen = _Pen(source, random.Random(f"{self._seed}-{source.id}"))  # noqa: S311 - repeatable, not secret
        return islice(self._all(pen), source.quads)

    def _all(self, pen: _Pen) -> Iterator[Fact]:
        if pen.source.id == "s00":
            for number in range(self._concepts):
                yield from self._concept(pen, number)
        number = 0
        while True:
            for make in self._makers:
                yield from make(pen, number)
            number += 1

    def _keep(self, pen: _Pen, kept: list[str], iri: str, number: int) -> None:
        if pen.source.level is Level.PUBLIC and number < _KEPT:
            kept.append(iri.strip("<>"))

    def _concept(self, pen: _Pen, number: int) -> Iterator[Fact]:
        iri = _competence(number)
        self.known.concepts.append(iri.strip("<>"))
        matter = MATTERS[number % len(MATTERS)]
        yield iri, _TYPE, eco("Competence")
        yield iri, _term("skos", "prefLabel"), _french(f"{pen.pick(_AIMS)} : {matter} {number}")
        yield iri, _term("skos", "inScheme"), f"<{VOC}competences>"
        yield iri, _term("skos", "notation"), f'"C{number}"'
        yield iri, eco("inPole"), f"<{VOC}poles/{POLES[number % len(POLES)]}>"
        if number:
            yield iri, _term("skos", "broader"), _competence((number - 1) // _BRANCHES)

    def _actor(self, pen: _Pen, number: int) -> Iterator[Fact]:
        iri = pen.new("actor")
        self._keep(pen, self.known.actors, iri, number)
        company = pen.random.random() < 0.7
        yield iri, _TYPE, eco("Company" if company else "Organization")
        yield (
            iri,
            _term("rdfs", "label"),
            _french(f"{pen.pick(_TRADES)} {pen.matter()} de {pen.place()} {number}"),
        )
        yield (
            iri,
            _term("dct", "description"),
            _french(f"Travaille {pen.matter()} et {pen.matter()} depuis {number} jours."),
        )
        yield iri, eco("actorType"), f"<{VOC}actor-types/{'entreprise' if company else pen.pick(_KINDS)}>"
        yield iri, eco("inPole"), pen.pole()
        yield iri, _term("dct", "spatial"), f"<{pen.pick(DEPARTMENTS)}>"
        yield iri, _term("foaf", "homepage"), f"<https://{pen.source.id}-{number}.example/>"
        if company:
            yield iri, eco("headcount"), _typed(int(pen.random.paretovariate(0.9)) % 3000, "integer")
            yield iri, eco("foundedOn"), pen.day(-9000)
        for competence in {self._skill(pen) for _ in range(pen.random.randint(1, 3))}:
            yield iri, eco("offersCompetence"), competence

    def _project(self, pen: _Pen, number: int) -> Iterator[Fact]:
        carrier = pen.some("actor")
        iri = pen.new("project")
        self._keep(pen, self.known.projects, iri, number)
        yield iri, _TYPE, eco("Project")
        yield (
            iri,
            _term("dct", "title"),
            _french(f"{pen.pick(_AIMS)} {pen.matter()} à {pen.place()}, lot {number}"),
        )
        yield (
            iri,
            _term("dct", "description"),
            _french(f"Il reste à savoir si {pen.matter()} et {pen.matter()} vont ensemble."),
        )
        yield iri, eco("carriedBy"), carrier
        yield iri, eco("inPole"), pen.pole()
        yield iri, eco("stage"), f"<{VOC}project-stages/{pen.pick(_STAGES)}>"
        yield iri, _term("dct", "created"), pen.day(0)
        for _ in range(pen.random.randint(1, 2)):
            need = pen.new("need")
            yield iri, eco("hasNeed"), need
            yield need, _TYPE, eco("Need")
            yield (
                need,
                _term("dct", "title"),
                _french(f"Trouver qui sait {pen.pick(_AIMS).lower()} {pen.matter()}"),
            )
            yield need, eco("needKind"), f"<{VOC}resource-types/{pen.pick(_NEED_KINDS)}>"
            for competence in {self._skill(pen), self._skill(pen)}:
                yield need, eco("requiresCompetence"), competence

    def _offer(self, pen: _Pen, number: int) -> Iterator[Fact]:
        iri = pen.new("offer")
        yield iri, _TYPE, eco(pen.pick(_OFFERS))
        yield iri, _term("dct", "title"), _french(f"{pen.pick(_MEANS)} {pen.matter()} {pen.place()} {number}")
        yield iri, eco("offeredBy"), pen.some("actor")
        yield iri, eco("inPole"), pen.pole()
        yield iri, eco("availableIn"), f"<{pen.pick(DEPARTMENTS)}>"
        yield iri, eco("coversCompetence"), self._skill(pen)
        yield iri, eco("minAmount"), _typed(1000 * pen.random.randint(1, 50), "decimal")
        yield iri, eco("maxAmount"), _typed(1000 * pen.random.randint(51, 900), "decimal")
        yield iri, eco("opensOn"), pen.day(0)
        yield iri, eco("closesOn"), pen.day(1200)

    def _item(self, pen: _Pen, number: int) -> Iterator[Fact]:
        iri = pen.new("watch-item")
        yield iri, _TYPE, eco("WatchItem")
        yield iri, _term("dct", "title"), _french(f"{pen.place()} mise sur {pen.matter()} ({number})")
        yield iri, _term("dct", "issued"), pen.day(400)
        yield iri, _term("foaf", "page"), f"<https://presse.example/{pen.source.id}/{number}>"
        yield iri, eco("relevantTo"), pen.pole()
        yield iri, eco("mentions"), pen.some("actor")

    def _skill(self, pen: _Pen) -> str:
        # Few competences are everywhere, most are rare.
        return _competence(int(self._concepts * pen.random.random() ** 2))


class _Pen:
    """What one source has written until now, and its own chance."""

    def __init__(self, source: Source, chance: random.Random) -> None:
        self.source, self.random = source, chance
        self._made: dict[str, int] = {}

    def new(self, kind: str) -> str:
        self._made[kind] = number = self._made.get(kind, 0) + 1
        return self._iri(kind, number)

    def some(self, kind: str) -> str:
        return self._iri(kind, 1 + self.random.randrange(max(1, self._made.get(kind, 0))))

    def pick(self, choices: tuple[str, ...]) -> str:
        return choices[int(self.random.random() * len(choices))]

    def matter(self) -> str:
        return self.pick(MATTERS)

    def place(self) -> str:
        return self.pick(PLACES)

    def pole(self) -> str:
        return f"<{VOC}poles/{self.pick(POLES)}>"

    def day(self, offset: int) -> str:
        return _typed(_DAY0 + timedelta(days=offset + self.random.randrange(800)), "date")

    def _iri(self, kind: str, number: int) -> str:
        return f"<{BASE}/{kind}/{self.source.id}--{number}>"


def _competence(number: int) -> str:
    return f"<{VOC}competences/bench-{number}>"


def _sources(quads: int) -> tuple[Source, ...]:
    total = sum(1 / (rank + 1) for rank in range(SOURCES))
    sizes = [int(quads / (rank + 1) / total) for rank in range(SOURCES)]
    sizes[0] += quads - sum(sizes)
    levels = {6: Level.PARTNERS, 8: Level.PRIVATE}
    return tuple(
        Source(id=f"s{rank:02}", quads=size, level=levels.get(rank % 10, Level.PUBLIC))
        for rank, size in enumerate(sizes)
    )
