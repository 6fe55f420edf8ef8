"""A large index on disk: a base that never changes, what changed since, and one small file that says which.

folder/
  large.json      the names of the two below, and what the index was made with; replaced in one move
  base-<n>/       the documents of the last build; folders of later snapshots hold it by hard links
  above-<n>.json  documents that changed since, IRIs that are gone, and the neighbours of what changed
  table.npz       the word table, and lexicon.json what English words stand for; absent where there is none

A process that is killed leaves files that nothing names: the next one that writes removes them.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ecograph.graph.home import replace_file
from ecograph.index.analysis import ANALYZER
from ecograph.index.dense import FLOOR, floor_of
from ecograph.index.documents import Document, from_fields, to_fields
from ecograph.index.hits import Meta
from ecograph.index.kept import IndexUnusable
from ecograph.index.large.build import Progress, write_base
from ecograph.index.large.index import LargeIndex
from ecograph.index.large.layer import Layer
from ecograph.index.large.layers import Layers
from ecograph.index.large.neighbours import Ties, neighbours_of
from ecograph.index.large.papers import Kept
from ecograph.index.large.ports import Engine
from ecograph.index.large.vocabulary import Vocabulary, read_vocabulary
from ecograph.understanding.embedding import Table
from ecograph.understanding.english import Lexicon, Sources, from_json, to_json

FORMAT = 3
NAMES = "large.json"
_TABLE, _LEXICON = "table.npz", "lexicon.json"
_SAMPLE = 500  # documents that tell from which cosine texts are near

Changes = Mapping[str, Document | None]  # None: the document is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What `large.json` holds."""

    base: str
    above: str | None
    floor: float
    meta: Mapping[str, Any]
    analyzer: str = ANALYZER
    format: int = FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """What changed since the base was written."""

    changed: Mapping[str, Document]
    removed: frozenset[str]
    ties: Mapping[str, Ties]

    @property
    def hidden(self) -> frozenset[str]:
        """The documents for which the base does not answer any more."""
        return self.removed | self.changed.keys()


NOTHING = Above(changed={}, removed=frozenset(), ties={})


def create(
    folder: Path,
    documents: Iterable[Document],
    *,
    table: Table | None,
    lexicon: Sources | None,
    meta: Meta,
    progress: Progress,
) -> None:
    """Write an index of documents, which come in order of IRI."""
    folder.mkdir(parents=True)
    write_base(folder / "base-1", documents, table, progress)
    write_means(folder, table, lexicon)
    floor = _floor(Layer.open(folder / "base-1")) if table is not None else FLOOR
    write_state(folder, State(base="base-1", above=None, floor=floor, meta=asdict(meta)))


def open_large(folder: Path) -> LargeIndex:
    """Open an index; raises `IndexUnusable` when it must be made again."""
    try:
        state, table = read_state(folder), read_table(folder)
        vocabulary = read_vocabulary(folder / state.base)
        engine = engine_of(folder / state.base, read_above(folder, state), vocabulary, table)
        lexicon = read_lexicon(folder)
    except FileNotFoundError as error:
        raise IndexUnusable(folder, f"{Path(error.filename or folder).name} is missing") from error
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise IndexUnusable(folder, f"it is damaged ({error})") from error
    return LargeIndex(engine, vocabulary, table, Meta(**state.meta), floor=state.floor, lexicon=lexicon)


def update(before: Path, folder: Path, changes: Changes) -> None:
    """Write an index that differs from another by some documents; only these are read and weighed."""
    state = read_state(before)
    _link(before, folder, state)
    above = _followed(before / state.base, read_above(before, state), changes, read_table(before))
    write_above(folder, state, above)


def write_above(folder: Path, state: State, above: Above) -> None:
    """Write what changed since the base, and then say so."""
    at = int((state.above or "above-0.json").removeprefix("above-").removesuffix(".json")) + 1
    name = f"above-{at}.json"
    told = {
        "changed": [to_fields(document) for document in above.changed.values()],
        "removed": sorted(above.removed),
        "ties": above.ties,
    }
    (folder / name).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    write_state(folder, replace(state, above=name))


def read_above(folder: Path, state: State) -> Above:
    """Return what changed since the base was written."""
    if state.above is None:
        return NOTHING
    told = json.loads((folder / state.above).read_text(encoding="utf-8"))
    documents = map(from_fields, told["changed"])
    return Above(
        changed={document.iri: document for document in documents},
        removed=frozenset(told["removed"]),
        ties={iri: tuple((other, share) for other, share in ties) for iri, ties in told["ties"].items()},
    )


def engine_of(base: Path, above: Above, vocabulary: Vocabulary, table: Table | None) -> Engine:
    """Return the documents of a base and those above it as one engine."""
    below = Layer.open(base, hidden=above.hidden)
    if not above.hidden:
        return below
    held = Layer.of(above.changed.values(), vocabulary, table)
    return Layers(below, held, above.ties)


def tied(base: Path, above: Above, table: Table | None) -> Above:
    """Give each document above that has no neighbours yet those it has now."""
    if table is None or not (missing := above.changed.keys() - above.ties.keys()):
        return above
    engine = engine_of(base, above, read_vocabulary(base), table)
    found = {
        iri: neighbours_of(above.changed[iri], table.encode(above.changed[iri].sense), engine)
        for iri in sorted(missing)
    }
    return replace(above, ties={**above.ties, **found})


def read_state(folder: Path) -> State:
    """Return what an index is made of; raises `IndexUnusable` when another version made it."""
    state = State(**json.loads((folder / NAMES).read_text(encoding="utf-8")))
    if (state.format, state.analyzer) != (FORMAT, ANALYZER):
        raise IndexUnusable(folder, f"its version is {state.format}, {state.analyzer}")
    return state


def write_state(folder: Path, state: State) -> None:
    """Say what an index is made of from now on."""
    replace_file(folder / NAMES, json.dumps(asdict(state), indent=1).encode())


def write_means(folder: Path, table: Table | None, lexicon: Sources | None) -> None:
    """Write the word table and what English words stand for, where there are any."""
    if table is not None:
        table.save(folder / _TABLE)
    if lexicon is not None:
        (folder / _LEXICON).write_text(to_json(lexicon), encoding="utf-8")


def read_lexicon(folder: Path) -> Lexicon | None:
    """Return what English words stand for in an index."""
    return _read_lexicon(_File.at(folder / _LEXICON)) if (folder / _LEXICON).exists() else None


def read_table(folder: Path) -> Table | None:
    """Return the word table of an index."""
    return _read_table(_File.at(folder / _TABLE)) if (folder / _TABLE).exists() else None


@dataclass(frozen=True, slots=True)
class _File:
    """A file, known by what it is and not by its name: indexes of one build share theirs by hard links."""

    path: Path = field(compare=False)
    inode: int
    changed: int

    @classmethod
    def at(cls, path: Path) -> _File:
        told = path.stat()
        return cls(path, told.st_ino, told.st_mtime_ns)


@lru_cache(maxsize=2)
def _read_table(file: _File) -> Table:
    return Table.load(file.path)


@lru_cache(maxsize=4)
def _read_lexicon(file: _File) -> Lexicon:
    return Lexicon(from_json(file.path.read_text(encoding="utf-8")))


def _followed(base: Path, above: Above, changes: Changes, table: Table | None) -> Above:
    """What is above the base once some documents have changed."""
    papers = Kept.load(base / "documents")  # without the rest of the base, which takes a while to open
    known = {iri: papers[number] for iri, number in papers.numbers(changes).items()}
    told = {iri: document for iri, document in changes.items() if document is not None}
    others = {iri: document for iri, document in above.changed.items() if iri not in changes}
    # A document that is what the base says again is the base's to answer for.
    kept = {**others, **{iri: document for iri, document in told.items() if known.get(iri) != document}}
    removed = (above.removed | (changes.keys() - told.keys())) - told.keys()
    ties = {iri: ties for iri, ties in above.ties.items() if iri in kept and iri not in changes}
    return tied(base, Above(changed=kept, removed=removed, ties=ties), table)


def _link(before: Path, folder: Path, state: State) -> None:
    """Give the files that stay the same a second name: that takes no room and hardly any time."""
    folder.mkdir(parents=True)
    shutil.copytree(before / state.base, folder / state.base, copy_function=os.link)
    for name in (_TABLE, _LEXICON):
        if (before / name).exists():
            os.link(before / name, folder / name)


def _floor(layer: Layer) -> float:
    iris: Sequence[str] = layer.sample(_SAMPLE)
    return floor_of(layer.vectors(iris)) if iris else FLOOR
