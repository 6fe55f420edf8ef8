"""The index follows the graph: one index for each level, made from a published snapshot.

A level has its own index so that nothing of what it may not see, not even how rare a word is,
leaves a trace in its scores. A level that sees no more than the one below shares that one's index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ecograph.errors import EmbeddingUnavailable
from ecograph.graph.home import making
from ecograph.graph.ports import Reader
from ecograph.index.documents import Document
from ecograph.index.harvest import read_documents
from ecograph.index.index import Index, Teacher
from ecograph.index.kept import IndexUnusable
from ecograph.model import Level
from ecograph.understanding.embedding import METHOD, Pair, Table, can_teach, teach

# The share of documents that must have changed before the graph teaches a new table.
STALE = 0.1

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Indexes:
    """The index of each level."""

    by_level: dict[Level, Index]

    def of(self, level: Level) -> Index:
        return self.by_level[max(known for known in self.by_level if known <= level)]


def load_indexes(folder: Path) -> Indexes:
    """Read the indexes of one snapshot; raises `IndexUnusable` when they must be made again."""
    found = {level: folder / level.slug for level in Level if (folder / level.slug).is_dir()}
    if Level.PUBLIC not in found:
        raise IndexUnusable(folder, "it is missing")
    return Indexes({level: Index.load(path) for level, path in found.items()})


def fits(indexes: Indexes, embedding: str) -> bool:
    """Tell whether indexes were made with the embedding that the settings ask for.

    An index without a table, where one could not be taught, is made again only when one can.
    """
    lexical = indexes.of(Level.PUBLIC).lexical_only
    return lexical == (embedding == "none" or not can_teach())


def build_indexes(
    snapshot: Reader, folder: Path, *, previous: Indexes | None, embedding: str, report: Report
) -> Indexes:
    """Index a snapshot into a folder, with the table taught before while it still fits."""
    documents = read_documents(snapshot, Level.PUBLIC)
    teacher = _teacher(documents, previous, embedding)
    try:
        public = Index.build(documents, teacher=teacher, progress=report)
    except EmbeddingUnavailable as error:
        report(f"{error}; search goes by words alone")
        public = Index.build(documents, teacher=None, progress=report)
    built = {Level.PUBLIC: public}
    reuse = _repeat(public.dense.table) if public.dense else None
    for level in (Level.PARTNERS, Level.PRIVATE):
        if snapshot.graphs(level) != snapshot.graphs(Level(level - 1)):
            own = read_documents(snapshot, level)
            built[level] = Index.build(own, teacher=reuse, progress=report)
    with making(folder) as scratch:
        for level, index in built.items():
            index.save(scratch / level.slug)
    return Indexes(built)


def _teacher(documents: Sequence[Document], previous: Indexes | None, embedding: str) -> Teacher | None:
    if embedding == "none":
        return None
    old = previous.of(Level.PUBLIC) if previous else None
    if old is None or old.dense is None or not old.dense.table.identity.startswith(f"{METHOD}:"):
        return partial(teach)
    changed = set(documents) ^ set(old.documents)
    if len(changed) > 2 * STALE * max(len(documents), 1):
        return partial(teach)
    return _repeat(old.dense.table)


def _repeat(table: Table) -> Teacher:
    def teacher(texts: Sequence[str], pairs: Sequence[Pair], *, progress: Report) -> Table:  # noqa: ARG001 - a teacher is given them
        progress("keeping the word table taught before")
        return table

    return teacher
