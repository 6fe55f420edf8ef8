"""What people judged of matches: a resource helped with a need, or has nothing to do with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ecograph.graph.ports import Reader
from ecograph.graph.terms import instant
from ecograph.model import Iri, Level
from ecograph.vocab import concept

_DECISIONS = """
PREFIX eco: <https://w3id.org/ecograph/ns#>
SELECT ?decision ?need ?candidate ?status ?by ?on WHERE {
  ?decision a eco:Decision ; eco:decisionOn ?match ; eco:decidedBy ?by ; eco:decidedOn ?on .
  ?match a eco:Match ; eco:forNeed ?need ; eco:candidate ?candidate ; eco:matchStatus ?status
}
"""
# What became of a match, where that says whether the resource answers the need.
_WORTH: Mapping[Iri, int] = {
    concept("match-status", "aide"): 1,
    concept("match-status", "retenu"): 1,
    concept("match-status", "non-pertinent"): -1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One judgement: +1, the resource answers the need; -1, it does not."""

    decision: Iri
    need: Iri
    candidate: Iri
    worth: int
    by: str
    on: str


@dataclass(frozen=True)
class Judgements:
    """The judgements that hold: of each person on each match the last one."""

    all: tuple[Judgement, ...] = ()

    def of(self, need: Iri | None, candidate: Iri) -> tuple[Judgement, ...]:
        """Return what was judged of a resource for one need."""
        return tuple(j for j in self._by_candidate.get(candidate, ()) if j.need == need)

    def of_others(self, need: Iri | None, candidate: Iri) -> tuple[Judgement, ...]:
        """Return what was judged of a resource for other needs."""
        return tuple(j for j in self._by_candidate.get(candidate, ()) if j.need != need)

    def answers(self) -> Iterator[tuple[Iri, Iri]]:
        """Yield the needs and the resources that more people found to answer them than not."""
        sums: dict[tuple[Iri, Iri], int] = defaultdict(int)
        for judgement in self.all:
            sums[judgement.need, judgement.candidate] += judgement.worth
        yield from sorted(pair for pair, worth in sums.items() if worth > 0)

    @cached_property
    def _by_candidate(self) -> Mapping[Iri, list[Judgement]]:
        found: dict[Iri, list[Judgement]] = defaultdict(list)
        for judgement in self.all:
            found[judgement.candidate].append(judgement)
        return found


NONE_JUDGED = Judgements()


def read_judgements(snapshot: Reader, level: Level) -> Judgements:
    """Read the judgements that a level may see."""
    return Judgements(tuple(_last(_read(snapshot, level))))


def _read(snapshot: Reader, level: Level) -> Iterator[Judgement]:
    for row in snapshot.rows(level, _DECISIONS):
        worth = _WORTH.get(row["status"].value)
        if worth is not None:
            yield Judgement(
                decision=row["decision"].value,
                need=row["need"].value,
                candidate=row["candidate"].value,
                worth=worth,
                by=row["by"].value,
                on=row["on"].value,
            )


def _last(found: Iterable[Judgement]) -> list[Judgement]:
    last: dict[tuple[Iri, Iri, str], Judgement] = {}
    for judgement in sorted(found, key=lambda j: (instant(j.on), j.decision)):
        last[judgement.need, judgement.candidate, judgement.by] = judgement
    return [last[key] for key in sorted(last)]
