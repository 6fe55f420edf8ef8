"""The index follows the graph: one index for each level, made from a published snapshot.

A level has its own index so that nothing of what it may not see, not even how rare a word is,
leaves a trace in its scores. A level that sees no more than the one below shares that one's index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ecograph.errors import EmbeddingUnavailable
from ecograph.graph.concepts import NONE_KNOWN, Concepts
from ecograph.graph.home import making
from ecograph.graph.ports import Reader
from ecograph.index import Searched
from ecograph.index.documents import Document
from ecograph.index.harvest import Harvest, harvest
from ecograph.index.hits import Meta
from ecograph.index.index import Index, Teacher, taught
from ecograph.index.kept import IndexUnusable
from ecograph.index.large import LargeIndex, remote
from ecograph.index.large.folder import NAMES, Changes, create, open_large, read_table, update
from ecograph.index.large.follow import is_stale, touched_documents
from ecograph.index.large.index import ON_DISK
from ecograph.index.lessons import answers
from ecograph.model import Iri, Level
from ecograph.understanding.dictd import DictionaryUnusable
from ecograph.understanding.embedding import METHOD, Pair, Table, can_teach, teach
from ecograph.understanding.english import Sources
from ecograph.understanding.glossary import identity, lexicon_of

# The share of documents that must have changed before the graph teaches a new table.
STALE = 0.1

# From so many documents on, ties and scores of all documents take too long, and too much memory.
MANY = 20_000
IN_MEMORY = "memory"

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Indexes:
    """The index of each level."""

    by_level: dict[Level, Searched]

    def of(self, level: Level) -> Searched:
        return self.by_level[max(known for known in self.by_level if known <= level)]


def load_indexes(folder: Path, server: remote.Server | None = None) -> Indexes:
    """Read the indexes of one snapshot; raises `IndexUnusable` when they must be made again."""
    found = {level: folder / level.slug for level in Level if (folder / level.slug).is_dir()}
    if Level.PUBLIC not in found:
        raise IndexUnusable(folder, "it is missing")
    return Indexes({level: _load(path, server) for level, path in found.items()})


def is_large(folder: Path) -> bool:
    """Tell whether the indexes of a snapshot follow document by document."""
    return _is_followed(folder / Level.PUBLIC.slug)


def _is_followed(path: Path) -> bool:
    return (path / NAMES).exists() or (path / remote.NAMES).exists()


def _load(path: Path, server: remote.Server | None) -> Searched:
    if (path / remote.NAMES).exists():
        return remote.open_remote(path, server)
    return open_large(path) if (path / NAMES).exists() else Index.load(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What an index is made with: an embedding or `none`, and the folder of installed dictionaries.

    `engine` is `memory`, `edge`, or `auto`: on disk from `MANY` documents on; with a `server`, its URL.
    """

    embedding: str
    dictionaries: Path | None = None
    feedback: bool = True
    engine: str = "auto"
    server: remote.Server | None = None

    def where(self, count: Callable[[], int]) -> str:
        """Tell where documents are kept; they are counted where it depends on their number."""
        if self.engine != "auto":
            return self.engine
        return ON_DISK if count() > MANY else IN_MEMORY


def fits(indexes: Indexes, means: Means) -> bool:
    """Tell whether indexes were made with what the settings ask for, and with the same dictionaries.

    An index without a table, where one could not be taught, is made again only when one can.
    """
    public = indexes.of(Level.PUBLIC)
    where = public.where if isinstance(public, LargeIndex) else IN_MEMORY
    if where != means.where(lambda: public.size):
        return False
    untaught = means.embedding == "none" or not can_teach()
    return public.lexical_only == untaught and public.meta.lexicon == identity(means.dictionaries)


def build_indexes(
    snapshot: Reader,
    folder: Path,
    *,
    previous: Indexes | None,
    means: Means,
    report: Report,
) -> None:
    """Index a snapshot into a folder, with the table taught before while it still fits."""
    found = harvest(snapshot, Level.PUBLIC)
    teacher = _teacher(found.documents, previous, means.embedding)
    if teacher is not None and means.feedback:
        teacher = _with_answers(teacher, answers(found))
    with making(folder) as scratch:
        table = _written(scratch / Level.PUBLIC.slug, found, teacher, means, report)
        reuse = _repeat(table) if table else None
        for level in own_levels(snapshot)[1:]:
            _written(scratch / level.slug, harvest(snapshot, level), reuse, means, report)


def follow_indexes(
    snapshot: Reader,
    folder: Path,
    *,
    before: Path,
    subjects: frozenset[Iri],
    means: Means,
    report: Report,
    known: Mapping[Level, Concepts] = NONE_KNOWN,
) -> bool:
    """Index a snapshot that differs from an indexed one by what some subjects say.

    `known` are its concepts, where somebody has read them. False, and nothing written, where all
    documents that the public sees have to be read for that. What happens above the public's level
    leaves its index as it was: not even the day of a rebuild tells of it.
    """
    found = {n: _changes(snapshot, n, before, subjects, known.get(n)) for n in own_levels(snapshot)}
    if found[Level.PUBLIC] is None:
        return False
    table = read_table(before / Level.PUBLIC.slug)
    with making(folder) as scratch:
        for level, changes in found.items():
            if changes is None:
                reuse = _repeat(table) if table else None
                _written(scratch / level.slug, harvest(snapshot, level), reuse, means, report)
            else:
                _update(before / level.slug, scratch / level.slug, changes, means)
                report(f"indexed {len(changes)} documents of level {level.slug}")
    return True


def _update(before: Path, folder: Path, changes: Changes, means: Means) -> None:
    if means.server is None:
        update(before, folder, changes)
    else:
        remote.update(before, folder, changes, means.server)


def _changes(
    snapshot: Reader, level: Level, before: Path, subjects: frozenset[Iri], concepts: Concepts | None
) -> Changes | None:
    """What changes in the index of a level; None where it has none yet, or all has to be read for it."""
    folder = before / level.slug
    if not _is_followed(folder):
        return None
    changes = touched_documents(snapshot, level, subjects, concepts)
    return None if changes is None or is_stale(folder, changes, STALE) else changes


def own_levels(snapshot: Reader) -> list[Level]:
    """Return the levels that have an index of their own: those that see more than the one below."""
    graphs = {level: snapshot.graphs(level) for level in Level}
    return [level for level in Level if level is Level.PUBLIC or graphs[level] != graphs[Level(level - 1)]]


def _written(
    folder: Path, found: Harvest, teacher: Teacher | None, means: Means, report: Report
) -> Table | None:
    """Write the index of one level, in memory or on disk as their number asks; return its table."""
    lexicon = _lexicon(found, means, report)
    try:
        return _write(folder, found.documents, teacher, lexicon, means, report)
    except EmbeddingUnavailable as error:
        report(f"{error}; search goes by words alone")
        return _write(folder, found.documents, None, lexicon, means, report)


def _write(
    folder: Path,
    documents: list[Document],
    teacher: Teacher | None,
    lexicon: Sources,
    means: Means,
    report: Report,
) -> Table | None:
    if means.where(lambda: len(documents)) == IN_MEMORY:
        index = Index.build(documents, teacher=teacher, lexicon=lexicon, progress=report)
        index.save(folder)
        return index.dense.table if index.dense else None
    table = taught(documents, teacher, report) if teacher and documents else None
    meta = Meta(sequence=0, embedding=table.identity if table else "", lexicon=lexicon.identity)
    if means.server is None:
        create(folder, documents, table=table, lexicon=lexicon, meta=meta, progress=report)
        return table
    remote.create(
        folder, documents, server=means.server, table=table, lexicon=lexicon, meta=meta, progress=report
    )
    return table


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
    table = old.table if old else None
    if old is None or table is None or not table.identity.startswith(f"{METHOD}:"):
        return partial(teach)
    if old.changed(documents) > 2 * STALE * max(len(documents), 1):
        return partial(teach)
    return _repeat(table)


def _with_answers(teacher: Teacher, confirmed: Sequence[Pair]) -> Teacher:
    def teach_more(texts: Sequence[str], pairs: Sequence[Pair], *, progress: Report) -> Table:
        return teacher(texts, [*pairs, *confirmed], progress=progress)

    return teach_more


def _repeat(table: Table) -> Teacher:
    def teacher(texts: Sequence[str], pairs: Sequence[Pair], *, progress: Report) -> Table:  # noqa: ARG001 - a teacher is given them
        progress("keeping the word table taught before")
        return table

    return teacher
