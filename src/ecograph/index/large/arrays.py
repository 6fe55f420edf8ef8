"""Arrays on disk that are read where they lie: only what is looked at comes into memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def write_arrays(folder: Path, arrays: Mapping[str, Array]) -> None:
    """Write one file for each array."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


def read_arrays(folder: Path, *names: str) -> dict[str, Array]:
    """Map some files of a folder; raises `FileNotFoundError`. An empty array cannot be mapped and is read."""
    return {name: _mapped(folder / f"{name}.npy") for name in names}


def _mapped(path: Path) -> Array:
    try:
        # A plain view of the map: numpy's own class for maps makes every access slower.
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except ValueError:
        return np.asarray(np.load(path, allow_pickle=False))


def grouped(keys: Array) -> tuple[Array, Array, Array]:
    """Sort rows by key: the distinct keys, where each begins (and the last ends), and the order."""
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    return found, np.append(starts, len(keys)).astype(np.int64), order


def place(keys: Array, key: int) -> int | None:
    """Where a key stands among sorted ones, or None when it is not among them."""
    # A number of another type would have the whole array copied.
    at = int(np.searchsorted(keys, keys.dtype.type(key)))
    return at if at < len(keys) and keys[at] == key else None
