"""Write the base of an index anew, with what changed since, while it is read and written.

`python -m ecograph.index.large.compact FOLDER PARENT` does it in a process of its own, at low priority:
comparing vectors takes every processor and holds the interpreter's lock. The parent then
swaps, under the lock of whoever indexes: what changed meanwhile lies above the new base. A child that is
killed leaves the index as it was.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from heapq import merge
from pathlib import Path

from ecograph.errors import StorageFailed
from ecograph.graph.isolation import end_with
from ecograph.index.documents import Document
from ecograph.index.large.build import write_base
from ecograph.index.large.folder import (
    NAMES,
    Above,
    State,
    read_above,
    read_state,
    read_table,
    tied,
    write_above,
)
from ecograph.index.large.layer import Layer
from ecograph.index.large.papers import Kept

# So many changed documents are read and weighed when an index is opened: half a second.
MOST_ABOVE = 1_000
_NICE = 10

_log = logging.getLogger(__name__)


def is_due(folder: Path) -> bool:
    """Tell whether enough has changed since the base was written."""
    above = read_above(folder, read_state(folder))
    return len(above.hidden) > MOST_ABOVE


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Start the process that writes the new base of an index beside the one in use."""
    command = [sys.executable, "-m", "ecograph.index.large.compact", str(folder), str(os.getpid())]
    return subprocess.Popen(command)  # noqa: S603 - our own module, with a folder of ours


def compacted(folder: Path, child: subprocess.Popen[bytes]) -> Path:
    """Wait for a new base; raises `StorageFailed` when the process ended without one."""
    if child.wait() != 0:
        raise StorageFailed(f"rebuild the index {folder}", f"its process ended with {child.returncode}")
    return folder / _next(read_state(folder))


def same_base(current: Path, seen: Path) -> bool:
    """Tell whether an index still stands on the base that another stood on: it was not made again since."""
    return (current / NAMES).exists() and read_state(current).base == read_state(seen).base


def swap(current: Path, fresh: Path, seen: Path) -> None:
    """Put a new base in the place of that of an index, which may have changed since it was begun.

    `seen` is the folder that the new base was made of. Whoever swaps holds the right to index.
    """
    state = read_state(current)
    begun, now = read_above(seen, read_state(seen)), read_above(current, state)
    below = Layer.open(current / state.base)
    back = [iri for iri in begun.changed if iri not in now.changed and iri not in now.removed]
    changed = {iri: d for iri, d in now.changed.items() if begun.changed.get(iri) != d}
    held = Layer.open(fresh).documents(sorted(now.removed))
    above = Above(changed={**changed, **below.documents(back)}, removed=frozenset(held), ties={})
    name = fresh.name if current == seen else _adopted(current, fresh)
    write_above(current, replace(state, base=name), tied(current / name, above, read_table(current)))


def write_next(folder: Path) -> None:
    """Write the next base of an index: the documents of this one, as they are now."""
    state = read_state(folder)
    scratch, fresh = folder / ".base", folder / _next(state)
    for left in (scratch, fresh):
        shutil.rmtree(left, ignore_errors=True)
    documents = _documents(folder / state.base, read_above(folder, state))
    write_base(scratch, documents, read_table(folder), _log.info)
    scratch.rename(fresh)


def _documents(base: Path, above: Above) -> Iterator[Document]:
    kept = (document for document in Kept.load(base / "documents") if document.iri not in above.hidden)
    return merge(
        kept, (above.changed[iri] for iri in sorted(above.changed)), key=lambda document: document.iri
    )


def _adopted(current: Path, fresh: Path) -> str:
    shutil.rmtree(current / fresh.name, ignore_errors=True)
    shutil.copytree(fresh, current / fresh.name, copy_function=os.link)
    return fresh.name


def _next(state: State) -> str:
    return f"base-{int(state.base.removeprefix('base-')) + 1}"


if __name__ == "__main__":
    os.nice(_NICE)
    end_with(int(sys.argv[2]))
    write_next(Path(sys.argv[1]))
