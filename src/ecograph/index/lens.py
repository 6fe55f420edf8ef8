"""What a query asks for beside its words: places, and concepts that it names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ecograph.index.documents import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """How a query is read.

    `words` are those that are looked up, None for all. `within` holds places: what is for other places
    alone is left out. `concepts` gives, for each concept named, itself and those below it: what is linked
    to them answers, and its neighbours do. `preferred` gives kinds and poles with what each is worth, on the
    scale on which the best document has 1 before any bonus.
    """

    words: str | None = None
    within: tuple[str, ...] = ()
    concepts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    preferred: Mapping[str, float] = field(default_factory=dict)


PLAIN = Lens()


class Named:
    """Which documents have to do with a place or a concept."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents

    def for_places(self, places: Sequence[str]) -> NDArray[np.bool_]:
        """The documents that can be of use in one of these places, or that name no place at all."""
        asked = set(places)
        return np.array([not d.territories or not asked.isdisjoint(d.territories) for d in self._documents])

    def linked(self, concepts: Mapping[str, Sequence[str]]) -> NDArray[np.float64]:
        """To how many of these concepts each document is linked, directly or through one below."""
        scores = np.zeros(len(self._documents))
        for below in concepts.values():
            found = {number for iri in below for number in self._holding.get(iri, ())}
            scores[sorted(found)] += 1.0
        return scores

    def preferred(self, worth: Mapping[str, float]) -> NDArray[np.float64]:
        """What the kind and the poles of each document are worth."""
        scores = np.zeros(len(self._documents))
        for iri, value in worth.items():
            scores[self._holding.get(iri, [])] += value
        return scores

    @cached_property
    def _holding(self) -> Mapping[str, list[int]]:
        holding: dict[str, list[int]] = defaultdict(list)
        for number, document in enumerate(self._documents):
            own = (document.kind, *document.poles, *document.links, *document.competences, document.iri)
            for iri in {iri for iri in own if iri}:
                holding[iri].append(number)
        return holding
