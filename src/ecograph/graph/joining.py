"""Changes that are made at once: the portions of one load, which the ledger has one by one.

Each time that a store takes much in it leaves files behind, which it has to merge later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ecograph.graph.ledger import Change
from ecograph.graph.plan import Diff

# So much N-Triples at once; a store needs several times as much of memory to take it in.
_BYTES = 16_000_000


def joined(changes: Iterable[Change]) -> Iterator[Sequence[Change]]:
    """Yield changes in their order, together those that may be made as one."""
    run: list[Change] = []
    size = 0
    for change in changes:
        if run and (size > _BYTES or not _goes_on(run[-1], change)):
            yield run
            run, size = [], 0
        run.append(change)
        size += len(change.diff.added_text)
    if run:
        yield run


def as_one(changes: Sequence[Change]) -> Change:
    """Return the change that several are, which were `joined`."""
    if len(changes) == 1:
        return changes[0]
    return replace(changes[-1], diff=Diff(b"".join(change.diff.added_text for change in changes), b""))


def _goes_on(change: Change, after: Change) -> bool:
    """Tell whether a change may be made together with the one before: what only adds has no order."""
    alike = (change.graph, change.level) == (after.graph, after.level)
    return alike and not (change.diff.removes or after.diff.removes)
