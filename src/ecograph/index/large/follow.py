"""A large index follows the graph: the documents that a change touches are read again, and no others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from ecograph.graph.aliases import DECISION_ON, MERGED_INTO
from ecograph.graph.concepts import Concepts
from ecograph.graph.ledger import Change
from ecograph.graph.ports import Reader
from ecograph.graph.terms import object_of, subject_of
from ecograph.index.harvest import documents_of, touched
from ecograph.index.large import remote
from ecograph.index.large.folder import Changes, read_above, read_state
from ecograph.index.large.vocabulary import read_told
from ecograph.model import Iri, Level
from ecograph.vocab import SKOS, eco

MOST_TOUCHED = 5_000  # documents: reading more one by one takes longer than reading all
# What concepts say of their place in the hierarchy changes documents that do not name them.
_FAR = frozenset({SKOS + "broader", SKOS + "narrower"})


def subjects_of(changes: Iterable[Change]) -> frozenset[Iri] | None:
    """Return whom some changes speak of; None when what they say may reach every document."""
    found: set[Iri] = set()
    for change in changes:
        for triple in (*change.diff.added, *change.diff.removed):
            if _reaches_far(triple):
                return None
            found.add(subject_of(triple).value)
            if triple.predicate in (DECISION_ON, MERGED_INTO):
                found.add(object_of(triple).value)
        if len(found) > MOST_TOUCHED:
            return None
    return frozenset(found)


def touched_documents(
    snapshot: Reader, level: Level, subjects: frozenset[Iri], concepts: Concepts | None = None
) -> Changes | None:
    """Return the documents that a change of some subjects touches; None when they are too many."""
    aliases = snapshot.aliases(level)
    around = {node.value for node in aliases.around(map(NamedNode, subjects))}
    iris: Sequence[Iri] = sorted(islice(touched(snapshot, level, around), MOST_TOUCHED + 1))
    return documents_of(snapshot, level, iris, concepts) if len(iris) <= MOST_TOUCHED else None


def is_stale(folder: Path, changes: Changes, share: float) -> bool:
    """Tell whether more than a share of the documents would have changed since the base was written."""
    if (folder / remote.NAMES).exists():
        changed, told = frozenset(remote.read_state(folder).changed), read_told(folder)
    else:
        state = read_state(folder)
        changed, told = read_above(folder, state).hidden, read_told(folder / state.base)
    return len(changed | changes.keys()) > share * max(told.size, 1)


def _reaches_far(triple: Triple) -> bool:
    if triple.predicate.value == eco("fictitious"):
        return object_of(triple).value == "true"
    return triple.predicate.value in _FAR
