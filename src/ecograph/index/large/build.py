"""Write the folder that `Base` reads, from documents in order of IRI, in one pass over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from ecograph.index.diffusion import LINKS, NEIGHBOURS, normalised
from ecograph.index.documents import Document
from ecograph.index.large.arrays import write_arrays
from ecograph.index.large.cells import Sorting
from ecograph.index.large.columns import Gathered
from ecograph.index.large.edge import Shard
from ecograph.index.large.encoding import about_of, counted
from ecograph.index.large.neighbours import LOOKED_AT
from ecograph.index.large.papers import Kept, Writing
from ecograph.index.large.postings import Counts, Postings
from ecograph.index.large.vocabulary import Told, Vocabulary, write_told
from ecograph.index.links import link_rows
from ecograph.understanding.embedding import Table

Progress = Callable[[str], None]

TOLD = 50_000  # documents between two reports
_BATCH = 256


def write_base(folder: Path, documents: Iterable[Document], table: Table | None, progress: Progress) -> None:
    """Write words, filters, vectors, ties and the vocabulary of some documents."""
    gathered, counts, linked = Gathered(), Counts(), []
    with Writing(folder / "documents") as papers:
        for number, document in enumerate(documents, start=1):
            papers.add(document)
            gathered.add(document)
            counts.add(counted(document), about_of(document))
            linked.append(Document(iri=document.iri, title="", links=document.links))
            if number % TOLD == 0:
                progress(f"read {number} documents")
        papers.finish()
    gathered.columns().save(folder / "columns")
    write_vocabulary(folder, counts, table).save(folder / "words")
    _write_sense(folder, table, linked, progress)


def write_vocabulary(folder: Path, counts: Counts, table: Table | None) -> Postings:
    """Freeze what was counted, for all documents to be weighed alike; return what they weigh now."""
    means = counts.means()
    postings = counts.postings(means)
    Vocabulary.of(counts.size, means, counts.terms, postings.held(counts.terms)).save(folder / "vocabulary")
    width = table.width if table is not None and counts.size else 0
    write_told(folder, Told(size=counts.size, means=means, width=width))
    return postings


def _write_sense(folder: Path, table: Table | None, linked: Sequence[Document], progress: Progress) -> None:
    """Write the vectors, and tie each document to its neighbours; `linked` tell no more than links."""
    papers = Kept.load(folder / "documents")
    if table is None or not len(papers):
        return _write_ties(folder, csr_array((len(papers), len(papers))))
    progress(f"placing {len(papers)} documents")
    vectors = (table.encode(document.sense) for document in papers)
    shard = Shard.create(folder / "sense", vectors, table.width)
    progress("tying neighbours")
    sorting = Sorting(len(papers), shard.vectors)
    tied = _tied(shard, len(papers), link_rows(linked), sorting)
    sorting.save(folder / "cells")
    shard.close()
    return _write_ties(folder, tied)


def _write_ties(folder: Path, tied: csr_array) -> None:
    arrays = {"data": tied.data.astype(np.float32), "indices": tied.indices, "indptr": tied.indptr}
    write_arrays(folder / "ties", arrays)


def _tied(shard: Shard, size: int, links: csr_array, sorting: Sorting) -> csr_array:
    """Documents by documents, as `diffusion.ties`, among the nearest that the graph finds."""
    parts = [_block(shard, block, links, sorting) for block in _blocks(size)]
    rows, columns, weights = (np.concatenate(one) for one in zip(*parts, strict=True))
    return normalised(csr_array(coo_array((weights**2, (rows, columns)), shape=(size, size))))


def _blocks(size: int) -> Iterator[range]:
    return (range(start, min(start + _BATCH, size)) for start in range(0, size, _BATCH))


def _block(
    shard: Shard, block: range, links: csr_array, sorting: Sorting
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    vectors = shard.vectors(block)
    sorting.add(block.start, vectors)
    found = shard.nearest_of_each(list(vectors), LOOKED_AT + 1)
    near = np.concatenate([numbers for numbers, _ in found])
    rows = np.repeat(block, [len(numbers) for numbers, _ in found])
    nearness = np.concatenate([cosines for _, cosines in found]) + LINKS * _common(links, rows, near)
    nearness[near == rows] = -np.inf
    # The few that are nearest in sense and in links, among those near in sense.
    order = np.lexsort((-nearness, rows))
    place = np.arange(len(order)) - np.searchsorted(rows[order], rows[order])
    kept = order[(place < NEIGHBOURS) & (nearness[order] > -np.inf)]
    return rows[kept], near[kept], np.maximum(nearness[kept], 0.0)


def _common(links: csr_array, rows: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.float64]:
    """How much each document is linked to what another is linked to."""
    return np.asarray(links[rows].multiply(links[others]).sum(axis=1), dtype=np.float64).ravel()
