"""The index follows the graph: one index for each level, made from a published snapshot.

A level has its own index so that nothing of what it may not see, not even how rare a word is,
leaves a trace in its scores. A level that sees no more than the one below shares that one's index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ecograph.errors import EmbeddingUnavailable
from ecograph.graph.home import making
from ecograph.graph.ports import Reader
from ecograph.index.documents import Document
from ecograph.index.harvest import Harvest, harvest
from ecograph.index.index import Index, Teacher
from ecograph.index.kept import IndexUnusable
from ecograph.index.lessons import answers
from ecograph.model import Level
from ecograph.understanding.dictd import DictionaryUnusable
from ecograph.understanding.embedding import METHOD, Pair, Table, can_teach, teach
from ecograph.understanding.english import Sources
from ecograph.understanding.glossary import identity, lexicon_of

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an index is made with: an embedding or `none`, and the folder of installed dictionaries."""

    embedding: str
    dictionaries: Path | None = None
    feedback: bool = True


def fits(indexes: Indexes, means: Means) -> bool:
    """Tell whether indexes were made with what the settings ask for, and with the same dictionaries.

    An index without a table, where one could not be taught, is made again only when one can.
    """
    public = indexes.of(Level.PUBLIC)
    untaught = means.embedding == "none" or not can_teach()
    return public.lexical_only == untaught and public.meta.lexicon == identity(means.dictionaries)


def build_indexes(
    snapshot: Reader, folder: Path, *, previous: Indexes | None, means: Means, report: Report
) -> Indexes:
    """Index a snapshot into a folder, with the table taught before while it still fits."""
    found = harvest(snapshot, Level.PUBLIC)
    build = partial(Index.build, found.documents, lexicon=_lexicon(found, means, report), progress=report)
    teacher = _teacher(found.documents, previous, means.embedding)
    if teacher is not None and means.feedback:
        teacher = _with_answers(teacher, answers(found))
    try:
        public = build(teacher=teacher)
    except EmbeddingUnavailable as error:
        report(f"{error}; search goes by words alone")
        public = build(teacher=None)
    built = {Level.PUBLIC: public}
    reuse = _repeat(public.dense.table) if public.dense else None
    for level in (Level.PARTNERS, Level.PRIVATE):
        if snapshot.graphs(level) != snapshot.graphs(Level(level - 1)):
            own = harvest(snapshot, level)
            lexicon = _lexicon(own, means, report)
            built[level] = Index.build(own.documents, teacher=reuse, lexicon=lexicon, progress=report)
    with making(folder) as scratch:
        for level, index in built.items():
            index.save(scratch / level.slug)
    return Indexes(built)


def _lexicon(found: Harvest, means: Means, report: Report) -> Sources:
    texts, folder = [document.sense for document in found.documents], means.dictionaries
    try:
        return lexicon_of(found.parallel, texts, folder=folder)
    except DictionaryUnusable as error:
        report(f"{error}; English questions go without it")
        # Under the same name: the same files would fail again.
        return replace(lexicon_of(found.parallel, texts), identity=identity(folder))


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


def _with_answers(teacher: Teacher, confirmed: Sequence[Pair]) -> Teacher:
    def teach_more(texts: Sequence[str], pairs: Sequence[Pair], *, progress: Report) -> Table:
        return teacher(texts, [*pairs, *confirmed], progress=progress)

    return teach_more


def _repeat(table: Table) -> Teacher:
    def teacher(texts: Sequence[str], pairs: Sequence[Pair], *, progress: Report) -> Table:  # noqa: ARG001 - a teacher is given them
        progress("keeping the word table taught before")
        return table

    return teacher
