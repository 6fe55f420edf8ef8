"""Eight questions that analysts and pages ask, each with as many parameters as wanted, all different."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from benchmarks.sparql_data import MATTERS, PLACES, POLES, VOC, Known
from ecograph.vocab import PREFIXES

Draw = Callable[[random.Random, Known], str]

_PROLOGUE = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("eco", "rdfs", "skos", "dct", "foaf", "xsd")
)


def lookup(chance: random.Random, known: Known) -> str:
    """All that is said of one resource."""
    return f"SELECT ?p ?o WHERE {{ <{chance.choice(known.actors + known.projects)}> ?p ?o }}"


def two_hops(chance: random.Random, known: Known) -> str:
    """The competences that the needs of a project ask for."""
    return f"""SELECT ?need ?competence ?label WHERE {{
  <{chance.choice(known.projects)}> eco:hasNeed ?need . ?need eco:requiresCompetence ?competence .
  ?competence skos:prefLabel ?label }}"""


def facet(chance: random.Random, _known: Known) -> str:
    """How many companies of a pole and a size each département has."""
    return f"""SELECT ?territory (COUNT(?company) AS ?n) WHERE {{
  ?company a eco:Company ; eco:inPole <{_pole(chance)}> ; dct:spatial ?territory ; eco:headcount ?size
  FILTER(?size >= {chance.randrange(400)}) }} GROUP BY ?territory"""


def text(chance: random.Random, _known: Known) -> str:
    """Projects whose title holds some words."""
    words = f"{chance.choice(MATTERS)} à {chance.choice(PLACES)}".lower()
    return f"""SELECT ?project ?title WHERE {{ ?project a eco:Project ; dct:title ?title
  FILTER(CONTAINS(LCASE(STR(?title)), "{words}")) }}"""


def profile(chance: random.Random, known: Known) -> str:
    """What the page of an actor shows."""
    return f"""SELECT ?label ?description ?type ?pole ?place ?page ?size ?founded ?competence ?name WHERE {{
  BIND(<{chance.choice(known.actors)}> AS ?actor)
  ?actor rdfs:label ?label .
  OPTIONAL {{ ?actor dct:description ?description }} OPTIONAL {{ ?actor eco:actorType ?type }}
  OPTIONAL {{ ?actor eco:inPole ?pole }} OPTIONAL {{ ?actor dct:spatial ?place }}
  OPTIONAL {{ ?actor foaf:homepage ?page }} OPTIONAL {{ ?actor eco:headcount ?size }}
  OPTIONAL {{ ?actor eco:foundedOn ?founded }}
  OPTIONAL {{ ?actor eco:offersCompetence ?competence . ?competence skos:prefLabel ?name }} }}"""


def order(chance: random.Random, _known: Known) -> str:
    """The offers of a pole that close next."""
    after = date(2027, 1, 1) + timedelta(days=chance.randrange(900))
    return f"""SELECT ?offer ?title ?closes WHERE {{
  ?offer a eco:FundingOffer ; eco:inPole <{_pole(chance)}> ; eco:closesOn ?closes ; dct:title ?title
  FILTER(?closes >= "{after}"^^xsd:date) }} ORDER BY ?closes ?offer LIMIT 20"""


def path(chance: random.Random, known: Known) -> str:
    """A competence and all that are broader."""
    return f"""SELECT ?concept ?label WHERE {{
  <{chance.choice(known.concepts)}> skos:broader* ?concept . ?concept skos:prefLabel ?label }}"""


def ask(chance: random.Random, known: Known) -> str:
    """Whether an actor offers a competence of a pole."""
    return f"""ASK {{ <{chance.choice(known.actors)}> eco:offersCompetence ?competence .
  ?competence eco:inPole <{_pole(chance)}> }}"""


QUERIES: dict[str, Draw] = {
    "look-up": lookup,
    "2-hop": two_hops,
    "facet count": facet,
    "text filter": text,
    "profile page": profile,
    "order by": order,
    "broader*": path,
    "ask": ask,
}
SCANS = ("facet count", "text filter", "order by")


def drawn(name: str, known: Known, *, seed: int = 7) -> Iterator[str]:
    """Yield texts of one query, no two the same, until its parameters are used up."""
    chance = random.Random(f"{name}-{seed}")  # noqa: S311 - repeatable, not secret
    seen: set[str] = set()
    repeated = 0
    while repeated < 1000:
        query = _PROLOGUE + QUERIES[name](chance, known)
        repeated = repeated + 1 if query in seen else 0
        if query not in seen:
            seen.add(query)
            yield query


def _pole(chance: random.Random) -> str:
    return f"{VOC}poles/{chance.choice(POLES)}"
