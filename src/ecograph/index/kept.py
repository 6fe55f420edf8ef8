"""The index on disk: a folder of plain files, written beside the old one and then moved."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ecograph.errors import EcographError
from ecograph.index.bm25f import FIELDS, Bm25f
from ecograph.index.dense import Dense
from ecograph.index.documents import Document, from_lines, to_lines
from ecograph.index.letters import Letters
from ecograph.understanding.embedding import Table
from ecograph.understanding.english import Sources, from_json, to_json

FORMAT = 4
META = ("sequence", "embedding", "lexicon")  # what an index tells of how it was made

_DOCUMENTS, _META, _TABLE = "documents.jsonl", "meta.json", "table.npz"
_WORDS, _SENSE, _LETTERS, _TIES = "words.npz", "vectors.npy", "letters.npz", "ties.npz"
_LEXICON = "lexicon.json"


class IndexUnusable(EcographError):
    """An index that is absent, damaged, or made by another version: build it again."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the index {path} cannot be used: {reason}; the next load makes it again, as "
            "`ecograph load --source ontology`"
        )
        self.path, self.reason = path, reason


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """What an index is made of."""

    documents: Sequence[Document]
    lexical: Bm25f
    letters: Letters
    dense: Dense | None
    tied: csr_array
    lexicon: Sources | None
    meta: Mapping[str, Any]


def write(path: Path, content: Kept, *, analyzer: str) -> None:
    """Write a folder beside, then put it in the place of the old one."""
    fresh, old = path.with_name(path.name + ".new"), path.with_name(path.name + ".old")
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    fresh.mkdir(parents=True)
    _write_files(fresh, content, analyzer)
    if path.exists():
        path.rename(old)
    fresh.rename(path)
    shutil.rmtree(old, ignore_errors=True)


def read(path: Path, *, analyzer: str) -> Kept:
    """Read a folder back, if it was written by this version for this analyzer."""
    try:
        meta = json.loads((path / _META).read_text(encoding="utf-8"))
        _check(path, meta, analyzer)
        return _read_files(path, meta)
    except FileNotFoundError as error:
        raise IndexUnusable(path, f"{Path(error.filename).name} is missing") from error
    except (ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise IndexUnusable(path, f"it is damaged ({error})") from error


def _check(path: Path, meta: Mapping[str, Any], analyzer: str) -> None:
    wanted = {"format": FORMAT, "analyzer": analyzer}
    for name, value in wanted.items():
        if meta.get(name) != value:
            raise IndexUnusable(path, f"its {name} is {meta.get(name)}, not {value}")


def _write_files(folder: Path, content: Kept, analyzer: str) -> None:
    with (folder / _DOCUMENTS).open("w", encoding="utf-8") as file:
        file.writelines(to_lines(content.documents))
    np.savez(folder / _WORDS, allow_pickle=False, **_arrays(content.lexical))
    np.savez(folder / _LETTERS, allow_pickle=False, **_letters_arrays(content.letters))
    np.savez(folder / _TIES, allow_pickle=False, **_parts(content.tied))
    if content.dense is not None:
        content.dense.table.save(folder / _TABLE)
        np.save(folder / _SENSE, content.dense.vectors)
    if content.lexicon is not None:
        (folder / _LEXICON).write_text(to_json(content.lexicon), encoding="utf-8")
    floor = content.dense.floor if content.dense else None
    meta = {"format": FORMAT, "analyzer": analyzer, "floor": floor, **content.meta}
    (folder / _META).write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")


def _read_files(folder: Path, meta: Mapping[str, Any]) -> Kept:
    with (folder / _DOCUMENTS).open(encoding="utf-8") as file:
        documents = tuple(from_lines(file))
    with np.load(folder / _WORDS, allow_pickle=False) as arrays:
        lexical = _lexical(arrays, len(documents))
    with np.load(folder / _LETTERS, allow_pickle=False) as arrays:
        letters = _letters(arrays, len(documents))
    with np.load(folder / _TIES, allow_pickle=False) as arrays:
        tied = _sparse(arrays, (len(documents), len(documents)))
    return Kept(
        documents=documents,
        lexical=lexical,
        letters=letters,
        dense=_dense(folder, meta),
        tied=tied,
        lexicon=_lexicon(folder, meta),
        meta={name: meta[name] for name in META},
    )


def _dense(folder: Path, meta: Mapping[str, Any]) -> Dense | None:
    if meta["floor"] is None:
        return None
    table = Table.load(folder / _TABLE)
    return Dense(table, np.load(folder / _SENSE, allow_pickle=False), meta["floor"])


def _lexicon(folder: Path, meta: Mapping[str, Any]) -> Sources | None:
    return from_json((folder / _LEXICON).read_text(encoding="utf-8")) if meta["lexicon"] else None


_PARTS = ("data", "indices", "indptr")
Arrays = Mapping[str, NDArray[Any]]


def _arrays(lexical: Bm25f) -> dict[str, NDArray[Any]]:
    arrays = {"vocabulary": _joined(lexical.vocabulary)}
    for name, matrix in lexical.frequencies.items():
        arrays |= _parts(matrix, f"{name}.")
    return arrays


def _lexical(arrays: Arrays, size: int) -> Bm25f:
    vocabulary = _numbered(arrays["vocabulary"])
    shape = (len(vocabulary), size)
    return Bm25f(vocabulary, {f.name: _sparse(arrays, shape, f"{f.name}.") for f in FIELDS}, size)


def _letters_arrays(letters: Letters) -> dict[str, NDArray[Any]]:
    return {"runs": _joined(letters.runs), "idf": letters.idf, **_parts(letters.rows)}


def _letters(arrays: Arrays, size: int) -> Letters:
    runs = _numbered(arrays["runs"])
    return Letters(runs, arrays["idf"], _sparse(arrays, (size, len(runs))))


def _parts(matrix: csr_array, prefix: str = "") -> dict[str, NDArray[Any]]:
    return {f"{prefix}{part}": getattr(matrix, part) for part in _PARTS}


def _sparse(arrays: Arrays, shape: tuple[int, int], prefix: str = "") -> csr_array:
    return csr_array(tuple(arrays[f"{prefix}{part}"] for part in _PARTS), shape=shape)


def _joined(words: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _numbered(array: NDArray[np.uint8]) -> dict[str, int]:
    joined = array.tobytes().decode()
    return {word: number for number, word in enumerate(joined.split("\n") if joined else [])}
