"""An index on a cluster: what is frozen lies in the home, the documents of each level in a collection.

folder/
  cluster.json   where the documents are, and what the index was made with
  vocabulary/    as in an index on disk; so are told.json, table.npz and lexicon.json

Documents change in place: the folder of a later snapshot names the same collection, until all is read
again and a new one is made. A collection that no folder names any more is deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecograph.errors import IndexDown
from ecograph.graph.home import replace_file
from ecograph.index.analysis import ANALYZER
from ecograph.index.dense import FLOOR, floor_of
from ecograph.index.documents import Document
from ecograph.index.hits import Meta
from ecograph.index.kept import IndexUnusable
from ecograph.index.large.build import Progress, write_vocabulary
from ecograph.index.large.encoding import about_of, counted, point_of
from ecograph.index.large.folder import Changes, read_lexicon, read_table, write_means
from ecograph.index.large.index import LargeIndex
from ecograph.index.large.postings import Counts
from ecograph.index.large.vocabulary import read_told, read_vocabulary
from ecograph.understanding.embedding import Table
from ecograph.understanding.english import Sources

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

    from ecograph.index.large.cluster import Cluster

FORMAT = 1
NAMES = "cluster.json"
_ID = "cluster.id"
_SAMPLE = 500  # documents that tell from which cosine texts are near


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A cluster; the names of our collections there begin with `prefix`."""

    url: str
    key: str | None
    prefix: str

    @classmethod
    def of(cls, url: str, key: str | None, home: Path) -> Server:
        """Name the collections of a home: those of a copy in another place are others."""
        return cls(url=url, key=key, prefix=_prefix(home))

    def collection(self, name: str, width: int) -> Cluster:
        """Return an engine over a collection; asks nothing yet. Raises `IndexDown` without the extra."""
        client = self._client
        from ecograph.index.large.cluster import Cluster

        return Cluster(client, name, width=width)

    def sweep(self, indexes: Path) -> None:
        """Delete our collections that no index of a home names."""
        used = {read_state(path.parent).collection for path in indexes.glob(f"*/*/{NAMES}")}
        for found in self._client.get_collections().collections:
            if found.name.startswith(f"{self.prefix}-") and found.name not in used:
                self._client.delete_collection(found.name)

    @property
    def _client(self) -> QdrantClient:
        try:
            from ecograph.index.large.client import client_of
        except ModuleNotFoundError as error:
            raise IndexDown(self.url, "the extra `cluster` is not installed") from error
        return client_of(self.url, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What `cluster.json` holds; `changed` are the documents that were written since all were."""

    url: str
    collection: str
    floor: float
    meta: Mapping[str, Any]
    changed: Sequence[str] = ()
    analyzer: str = ANALYZER
    format: int = FORMAT


def create(
    folder: Path,
    documents: Sequence[Document],
    *,
    server: Server,
    table: Table | None,
    lexicon: Sources,
    meta: Meta,
    progress: Progress,
) -> None:
    """Write an index of documents into a collection of its own. Raises `IndexDown`."""
    folder.mkdir(parents=True)
    counts = Counts()
    for document in documents:
        counts.add(counted(document), about_of(document))
    write_vocabulary(folder, counts, table)
    write_means(folder, table, lexicon)
    vocabulary, name = read_vocabulary(folder), f"{server.prefix}-{folder.name}-{uuid.uuid4().hex[:12]}"
    engine = server.collection(name, read_told(folder).width)
    progress(f"writing {len(documents)} documents to {server.url}")
    engine.create()
    engine.upsert(point_of(document, vocabulary, table) for document in documents)
    engine.tie(documents)
    state = State(url=server.url, collection=name, floor=_floor(documents, table), meta=asdict(meta))
    _write_state(folder, state)


def open_remote(folder: Path, server: Server | None) -> LargeIndex:
    """Open an index, without asking the server; raises `IndexUnusable` when it must be made again."""
    try:
        state = read_state(folder)
        if server is None or not (state.url == server.url and state.collection.startswith(server.prefix)):
            raise IndexUnusable(folder, "it is on another server than the settings name")
        vocabulary, table = read_vocabulary(folder), read_table(folder)
        engine = server.collection(state.collection, read_told(folder).width)
        meta, lexicon = Meta(**state.meta), read_lexicon(folder)
    except FileNotFoundError as error:
        raise IndexUnusable(folder, f"{Path(error.filename or folder).name} is missing") from error
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise IndexUnusable(folder, f"it is damaged ({error})") from error
    return LargeIndex(engine, vocabulary, table, meta, floor=state.floor, lexicon=lexicon, where=state.url)


def stands(indexes: Path, server: Server) -> bool:
    """Tell whether a server still holds what the indexes of a snapshot name. Raises `IndexDown`."""
    named = (read_state(path.parent).collection for path in indexes.glob(f"*/{NAMES}"))
    return all(server.collection(name, 0).exists() for name in named)


def update(before: Path, folder: Path, changes: Changes, server: Server) -> None:
    """Write what changed into the collection of an index, and a folder that says so. Raises `IndexDown`.

    What is gone goes first: it may be what some may not see any more.
    """
    index, state = open_remote(before, server), read_state(before)
    engine = server.collection(state.collection, read_told(before).width)
    known = engine.documents(list(changes))
    written = [d for iri, d in changes.items() if d is not None and known.get(iri) != d]
    engine.delete([iri for iri, document in changes.items() if document is None])
    engine.upsert(point_of(document, index.vocabulary, index.table) for document in written)
    engine.tie(written)
    shutil.copytree(before, folder, copy_function=os.link, ignore=shutil.ignore_patterns(NAMES))
    _write_state(folder, replace(state, changed=sorted({*state.changed, *changes})))


def read_state(folder: Path) -> State:
    """Return where an index is; raises `IndexUnusable` when another version made it."""
    state = State(**json.loads((folder / NAMES).read_text(encoding="utf-8")))
    if (state.format, state.analyzer) != (FORMAT, ANALYZER):
        raise IndexUnusable(folder, f"its version is {state.format}, {state.analyzer}")
    return state


def _write_state(folder: Path, state: State) -> None:
    replace_file(folder / NAMES, json.dumps(asdict(state), indent=1).encode())


def _floor(documents: Sequence[Document], table: Table | None) -> float:
    if table is None or not documents:
        return FLOOR
    step = max(len(documents) // _SAMPLE, 1)
    return floor_of(table.encode_all([document.sense for document in documents[::step]]))


def _prefix(home: Path) -> str:
    path = home / _ID
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        replace_file(path, uuid.uuid4().hex.encode())
    told = f"{path.read_text(encoding='ascii')}:{home.resolve()}"
    return f"ecograph-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
