"""What the graph says of one resource, by property."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.graph.ports import Reader
from ecograph.graph.preference import Rank, contested, ranks
from ecograph.graph.terms import object_of, subject_of
from ecograph.model import Iri, Level
from ecograph.vocab import DCT, FOAF, NS, RDF, RDFS, SKOS, TYPES

LABELS = (SKOS + "prefLabel", DCT + "title", RDFS + "label", FOAF + "name")
DESCRIPTIONS = (DCT + "description", SKOS + "definition")

Ranks = Mapping[tuple[Iri, NamedNode | Literal], Rank]
_NO_RANKS: Ranks = {}
_UNRANKED: Rank = (-1.0, "")


class Facts:
    """The merged statements about one resource."""

    def __init__(self, iri: Iri, triples: Iterable[Triple], preferred: Ranks = _NO_RANKS) -> None:
        self.iri = iri
        said: dict[str, list[NamedNode | Literal]] = defaultdict(list)
        for triple in triples:
            said[triple.predicate.value].append(object_of(triple))
        self._said: Mapping[str, list[NamedNode | Literal]] = {
            predicate: _in_order(predicate, terms, preferred) for predicate, terms in said.items()
        }
        self.contested = frozenset(predicate for predicate, _ in preferred)

    def place_of(self, predicate: Iri, term: NamedNode | Literal) -> int:
        """Return the place of a value among those of a contested property; 0 where nothing is contested."""
        terms = self._said.get(predicate, ()) if predicate in self.contested else ()
        return list(terms).index(term) if term in terms else 0

    def __bool__(self) -> bool:
        return bool(self._said)

    def iris(self, *predicates: str) -> tuple[Iri, ...]:
        """Return the resources that a property points to."""
        return tuple(t.value for p in predicates for t in self._said.get(p, ()) if isinstance(t, NamedNode))

    def iri_of(self, predicate: str) -> Iri | None:
        return next(iter(self.iris(predicate)), None)

    def literals(self, *predicates: str) -> list[Literal]:
        """Return the literals of some properties, property by property."""
        return [t for p in predicates for t in self._said.get(p, ()) if isinstance(t, Literal)]

    def text(self, predicates: Iterable[str], language: str) -> str:
        """Return a text in a language, else in French, else in any."""
        found = self.literals(*predicates)
        for wanted in (language, "fr", None):
            for literal in found:
                if wanted is None or literal.language == wanted:
                    return literal.value
        return ""

    def bilingual(self) -> Iterator[tuple[str, list[str], list[str]]]:
        """Yield each property that has texts in French and in English, with both, in order of its IRI."""
        for predicate, terms in sorted(self._said.items()):
            texts = [term for term in terms if isinstance(term, Literal)]
            french, english = ([t.value for t in texts if t.language == code] for code in ("fr", "en"))
            if french and english:
                yield predicate, french, english

    def number(self, predicate: str) -> float | None:
        """Return the value of a numeric property, or None when there is none that reads as one."""
        for literal in self.literals(predicate):
            try:
                return float(literal.value)
            except ValueError:
                continue
        return None

    def label(self, language: str) -> str:
        return self.text(LABELS, language) or self.iri

    @property
    def classes(self) -> tuple[str, ...]:
        """The local names of the resource's classes of the ontology, most telling first."""
        names = {iri.removeprefix(NS) for iri in self.iris(RDF + "type") if iri.startswith(NS)}
        return tuple(name for name in TYPES if name in names) + tuple(sorted(names - set(TYPES)))


def facts_of(snapshot: Reader, level: Level, iri: Iri) -> Facts:
    """Return what a level may know of one resource."""
    return _facts(snapshot, level, iri, list(snapshot.merged(level, iri)))


def all_facts(snapshot: Reader, level: Level) -> Iterator[Facts]:
    """Yield what a level may know of every resource, in the order in which they are stored."""
    for subject, triples in groupby(snapshot.merged(level), key=subject_of):
        yield _facts(snapshot, level, subject.value, list(triples))


def _facts(snapshot: Reader, level: Level, iri: Iri, triples: Sequence[Triple]) -> Facts:
    """Return facts whose contested values are in order: the most trusted source first, then the latest."""
    disputed = contested(triples)
    return Facts(iri, triples, ranks(snapshot, level, iri, disputed) if disputed else _NO_RANKS)


def _in_order(
    predicate: Iri, terms: Iterable[NamedNode | Literal], preferred: Ranks
) -> list[NamedNode | Literal]:
    ordered = sorted(terms, key=str)
    return sorted(ordered, key=lambda term: preferred.get((predicate, term), _UNRANKED), reverse=True)
