"""Rows that go through declared mappings, wherever they stand: each with what it says, or what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecograph.sources.content import Stated, Written
from ecograph.sources.mapping import NO_FAULTS, Cells, Mapper
from ecograph.sources.repeated import Repeated
from ecograph.sources.values import Reason

_NOTHING = Written("")


class Mapped:
    """The mappings of one source, ready for the rows of one file; to be closed.

    `called` is how a row above is called where another contradicts it (`repeated.LINES`).
    """

    def __init__(self, mappers: Sequence[Mapper], called: Mapping[str, str]) -> None:
        self._mappers, self._repeated = mappers, Repeated(called)

    def close(self) -> None:
        """Let go of what was kept to compare."""
        self._repeated.close()

    def stated(self, cells: Cells, place: str, at: str, faults: Mapping[str, Reason] = NO_FAULTS) -> Stated:
        """Return what a row says; `at` tells it from the others of its file."""
        if len(self._mappers) > 1:
            return self._several(cells, place, at, faults)
        written, rejections = self._mappers[0].read(cells, place, faults)
        if written.text:
            rejections = self._repeated.contradictions(self._mappers[0], cells, written, at, place)
        return Stated(place, _NOTHING if rejections else written, rejections)

    def _several(self, cells: Cells, place: str, at: str, faults: Mapping[str, Reason]) -> Stated:
        """Return what all the mappings make of a row; of a record that one of them rejects, nothing."""
        read = [(mapper, *mapper.read(cells, place, faults)) for mapper in self._mappers]
        rejections = [rejection for _, _, found in read for rejection in found]
        refused = {rejection.record for rejection in rejections}
        text = ""
        for mapper, written, _ in read:
            if written.text and written.subject not in refused:
                found = self._repeated.contradictions(mapper, cells, written, at, place)
                text += "" if found else written.text
                rejections += found
        return Stated(place, Written(text), rejections)
