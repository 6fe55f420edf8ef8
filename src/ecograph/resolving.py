"""Resolution: which records are of one organisation. People decide; what they decide can be undone.

A decision is seen by whoever sees both records, and by nobody else: it tells that they exist.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from ecograph.exchange.deciding import NOTHING_SAID, Decision, Said, as_turtle, moment_after
from ecograph.graph.keys import Key
from ecograph.model import Iri, Level, ResolutionReport, Resolved
from ecograph.publication import Publication
from ecograph.questions.duplicates import contradicting, described, duplicates, ruled
from ecograph.questions.pairing import Decidable, Pairing
from ecograph.understanding.resolution import Alike
from ecograph.writing import Writing

# What is decided of two records, as a notation of the kinds of decisions.
VERDICTS = {"merge": "fusionne", "keep-apart": "rejete", "undo": "retire"}
_AUTOMATIC = Said("Même identifiant officiel ; réglage du déploiement.", "fr")


class Resolution:
    """The records of one deployment that are one, or may be."""

    def __init__(
        self,
        publication: Publication,
        writing: Writing,
        *,
        merge_identical: bool,
        now: Callable[[], datetime],
    ) -> None:
        self._publication, self._writing = publication, writing
        self._merge_identical, self._now = merge_identical, now
        self._found: dict[Level, tuple[str, Sequence[Alike]]] = {}
        self._lock = threading.Lock()

    def report(self, level: Level, *, limit: int, offset: int = 0, language: str = "fr") -> ResolutionReport:
        """Return the pairs to decide, likely ones first, and the decisions that a level sees."""
        view, found = self._publication.now().view(level), self._duplicates(level)
        return ResolutionReport(
            total=len(found),
            duplicates=tuple(described(view, pair, language) for pair in found[offset : offset + limit]),
            decisions=tuple(ruled(view, language)),
        )

    def merge(
        self, key: Key, one: Iri, other: Iri, *, keep: Iri | None = None, said: Said = NOTHING_SAID
    ) -> Resolved:
        """Make two records one, under the IRI to keep or the better of both.

        Different official numbers are for whoever decides to judge: the answer tells them.
        Raises `ResourceNotFound`, `BadParameter`, `TooLarge`, `Refused`, `Busy`.
        """
        told = contradicting(self._publication.now().view(key.level), one, other)
        decided = self._decide(key, "merge", lambda pairing: pairing.to_merge(one, other, keep), said)
        return replace(decided, contradictions=tuple(told))

    def keep_apart(self, key: Key, one: Iri, other: Iri, *, said: Said = NOTHING_SAID) -> Resolved:
        """Keep two records apart: they are not proposed again. Raises as `merge` does."""
        return self._decide(key, "keep-apart", lambda pairing: pairing.to_keep_apart(one, other), said)

    def undo(self, key: Key, one: Iri, other: Iri | None = None, *, said: Said = NOTHING_SAID) -> Resolved:
        """Take the last decision back, on two records or the only one on a record. Raises as `merge` does."""
        return self._decide(key, "undo", lambda pairing: pairing.to_undo(one, other), said)

    def settle(self, by: str = "ecograph") -> int:
        """Merge all records with equal identifiers, where the deployment wants that; return how many."""
        if not self._merge_identical:
            return 0
        return sum(self._settle(pair, level, by) for level in Level for pair in self._equal(level))

    def _equal(self, level: Level) -> Sequence[Alike]:
        """Return the pairs with equal identifiers, as far as a level sees their identifiers."""
        return [pair for pair in self._duplicates(level) if pair.unique]

    def _settle(self, pair: Alike, level: Level, by: str) -> bool:
        """Merge a pair for whoever sees as much as a level; what people decided stays, taken back or not."""
        pairing = self._pairing(Level.PRIVATE)
        if pairing.are_one(pair.one, pair.other, level) or pairing.is_ruled_out(pair.one, pair.other):
            return False
        made = self._now().isoformat(timespec="seconds")
        key = Key(id="resolution", name=by, level=Level.PRIVATE, may_write=True, created_at=made)
        self._decide(
            key,
            "merge",
            lambda now: replace(now.to_merge(pair.one, pair.other, None), level=level),
            _AUTOMATIC,
        )
        return True

    def _decide(self, key: Key, verdict: str, find: Callable[[Pairing], Decidable], said: Said) -> Resolved:
        """Find what may be decided and decide it, while nobody else can decide otherwise."""
        with self._writing.editing(key, "a decision on records") as editor:
            pairing, base = self._pairing(key.level), editor.writer.base
            found = find(pairing)
            decision = Decision(
                about=found.record,
                into=found.into,
                kind=VERDICTS[verdict],
                said=said,
                by=key.name,
                on=moment_after(self._now(), pairing.decided_on(found.record, found.into)),
            )
            seen = replace(editor, key=replace(key, level=found.level))
            seen.decide(as_turtle(decision.triples(base)))
        return Resolved(
            decision=decision.iri(base),
            record=found.record,
            into=found.into,
            verdict=verdict,
            level=found.level.slug,
        )

    def _pairing(self, level: Level) -> Pairing:
        return Pairing(self._publication.now().snapshot, level)

    def _duplicates(self, level: Level) -> Sequence[Alike]:
        """Return the pairs to decide; found once for each state of the graph."""
        view = self._publication.now().view(level)
        with self._lock:
            state, found = self._found.get(level, ("", ()))
            if state != view.snapshot.id:
                found = duplicates(view)
                self._found[level] = view.snapshot.id, found
            return found
