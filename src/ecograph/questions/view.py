"""What one level sees of the published graph: the start of every question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

from pyoxigraph import Triple

from ecograph.errors import ResourceNotFound
from ecograph.graph.concepts import Concepts
from ecograph.graph.facts import Facts, facts_of
from ecograph.graph.judgements import NONE_JUDGED, Judgements, read_judgements
from ecograph.graph.ports import Reader
from ecograph.index import Document, Filters, Searched
from ecograph.model import GapAnswer, Iri, Level
from ecograph.understanding.naming import Names

_FACTS_KEPT = 20_000  # resources; a few kB each
_RECOGNISED = ("competences", "poles", "axes", "territories", "resource-types", "actor-types")
_CRITERIA = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
SELECT ?offer ?criterion ?property ?value WHERE {
  ?offer eco:hasEligibility ?criterion .
  ?criterion ?property ?value
}
"""


@dataclass(frozen=True, eq=False)
class View:
    """A snapshot, its index and its concepts, as one level may see them.

    What is published never changes: what was read of it once is kept.
    """

    level: Level
    snapshot: Reader
    index: Searched
    concepts: Concepts
    # Whether matching looks at what people judged of earlier answers.
    feedback: bool = True

    def facts(self, iri: Iri) -> Facts:
        """Return what is known of a resource; raises `ResourceNotFound`."""
        facts = self._facts(iri)
        if not facts:
            raise ResourceNotFound(iri)
        return facts

    def label(self, iri: Iri, language: str) -> str:
        """Return the label of a concept or resource, or the last segment of its IRI."""
        if iri in self.concepts:
            return self.concepts.label(iri, language)
        facts = self._facts(iri)
        return facts.label(language) if facts else iri.rsplit("/", 1)[-1]

    @cached_property
    def criteria(self) -> Mapping[Iri, tuple[Facts, ...]]:
        """The eligibility criteria of each offer that has some, in the order of their IRIs."""
        said: dict[Iri, dict[Iri, list[Triple]]] = defaultdict(lambda: defaultdict(list))
        for row in self.snapshot.rows(self.level, _CRITERIA):
            triple = Triple(row["criterion"], row["property"], row["value"])  # type: ignore[arg-type]  # the first two are IRIs in any graph
            said[row["offer"].value][row["criterion"].value].append(triple)
        return {
            offer: tuple(Facts(iri, triples) for iri, triples in sorted(criteria.items()))
            for offer, criteria in said.items()
        }

    @cached_property
    def gap_answers(self) -> dict[tuple[Filters, str], GapAnswer]:
        """What was found missing, by filters and language; holds nothing that refers back here."""
        return {}

    @cached_property
    def judgements(self) -> Judgements:
        """What people judged of matches; none where that is switched off."""
        return read_judgements(self.snapshot, self.level) if self.feedback else NONE_JUDGED

    @cached_property
    def held(self) -> Mapping[Iri, tuple[Document, tuple[Iri, ...]]]:
        """The competences that some actor offers, each with those actors, in the order of their IRIs."""
        known = self.index.passing(Filters(types=("Competence",)))
        offered = ((one, tuple(self.index.having(one.iri, Filters(types=("Actor",))))) for one in known)
        return {one.iri: (one, actors) for one, actors in offered if actors}

    @cached_property
    def names(self) -> Names:
        """The names by which a text may mention a concept."""
        concepts = [concept for scheme in _RECOGNISED for concept in self.concepts.of_scheme(scheme)]
        return Names(
            {c.iri: [name for name in c.names if not name.isdigit()] for c in concepts},
            proper=(c.iri for c in concepts if c.scheme == "territories"),
        )

    @cached_property
    def _facts(self) -> Callable[[Iri], Facts]:
        return lru_cache(_FACTS_KEPT)(partial(facts_of, self.snapshot, self.level))


def kind_label(view: View, document: Document, language: str) -> str:
    """Return the label of a document's kind, empty when it has none."""
    return view.concepts.label(document.kind, language) if document.kind else ""


NO_FILTERS = Filters()
