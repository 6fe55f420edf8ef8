"""Who may be found, and how many there are of each: filters and facets over the documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ecograph.cog import is_commune, serving
from ecograph.index import opening
from ecograph.index.documents import Document

Mask = NDArray[np.bool_]

FACETS: Mapping[str, Callable[[Document], Sequence[str]]] = {
    "type": lambda d: d.types,
    "pole": lambda d: d.poles,
    "territory": lambda d: d.territories,
    "kind": lambda d: (d.kind,) if d.kind else (),
    "axis": lambda d: d.axes,
    "stage": lambda d: d.stages,
}

# A national scheme can be used in every département: only those where something is are listed. Towns are
# too many: one is listed where it is asked for.
LISTED: Mapping[str, Callable[[Document], Sequence[str]]] = {
    **FACETS,
    "territory": lambda d: [place for place in d.located if not is_commune(place)],
}


def marks(facet: str, value: str) -> tuple[str, ...]:
    """The values of which one lets a document pass where a value is asked for."""
    return serving(value) if facet == "territory" else (value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is asked of a document beside the words: one value of each facet that names any.

    Whether an offer is open is asked and counted where it is said for which day.
    """

    types: tuple[str, ...] = ()
    poles: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    today: date | None = None

    def any(self) -> bool:
        """Whether anything is asked for."""
        return any(self.wanted().values())

    def wanted(self) -> dict[str, tuple[str, ...]]:
        """The values asked for, by facet."""
        return {
            "type": self.types,
            "pole": self.poles,
            "territory": self.territories,
            "kind": self.kinds,
            "axis": self.axes,
            "stage": self.stages,
            opening.FACET: self.open if self.today is not None else (),
        }


class Facets:
    """For each facet and value, the numbers of the documents that have it."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._size = len(documents)
        self._members = {name: _members(map(of, documents)) for name, of in FACETS.items()}
        self._listed = {name: _members(map(of, documents)) for name, of in LISTED.items()}
        self._days = opening.days(documents)

    def allowed(self, filters: Filters, *, but: str = "") -> Mask:
        """Which documents pass the filters, leaving one facet out."""
        mask = np.ones(self._size, dtype=bool)
        for facet, values in filters.wanted().items():
            if values and facet != but:
                mask = mask & self._any(facet, values, filters.today)
        return mask

    def counts(self, matching: Mask, filters: Filters) -> dict[str, dict[str, int]]:
        """How many of the matching documents have each value, the most frequent first.

        A facet does not filter itself: the counts say what choosing another value would give.
        """
        wanted = filters.wanted()
        counts = {
            facet: self._counted(facet, matching & self.allowed(filters, but=facet), wanted[facet])
            for facet in FACETS
        }
        if filters.today is not None:
            within = matching & self.allowed(filters, but=opening.FACET)
            states = opening.states(*self._days, filters.today)
            counts[opening.FACET] = _sorted({s: int((within & mask).sum()) for s, mask in states.items()})
        return counts

    def _any(self, facet: str, values: Iterable[str], today: date | None = None) -> Mask:
        if facet == opening.FACET and today is not None:
            states = opening.states(*self._days, today)
            return np.asarray(np.logical_or.reduce([states[value] for value in values]))
        mask = np.zeros(self._size, dtype=bool)
        for value in values:
            for mark in marks(facet, value):
                mask[self._members[facet].get(mark, [])] = True
        return mask

    def _counted(self, facet: str, mask: Mask, wanted: Iterable[str]) -> dict[str, int]:
        listed = [value for value, numbers in self._listed[facet].items() if mask[numbers].any()]
        chosen = {value: int((mask & self._any(facet, [value])).sum()) for value in wanted}
        counts = {value: int(mask[self._members[facet][value]].sum()) for value in listed} | chosen
        return _sorted(counts)


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    """The most frequent first, without those that are not there."""
    return dict(sorted(((v, n) for v, n in counts.items() if n), key=lambda kv: (-kv[1], kv[0])))


def _members(values: Iterable[Sequence[str]]) -> dict[str, NDArray[np.intp]]:
    found: dict[str, list[int]] = {}
    for number, several in enumerate(values):
        for value in dict.fromkeys(several):
            found.setdefault(value, []).append(number)
    return {value: np.array(numbers, dtype=np.intp) for value, numbers in found.items()}
