"""Write the folder that `Base` reads, from documents in order of IRI, in one pass over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from ecograph.index.diffusion import LINKS, NEIGHBOURS, normalised
from ecograph.index.documents import Document
from ecograph.index.fusion import Numbers
from ecograph.index.large.arrays import write_arrays
from ecograph.index.large.cells import Cells
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
Vectors = NDArray[np.float16]  # one row of length one for each document
Pairs = tuple[Numbers, Numbers, NDArray[np.float64]]  # documents, their neighbours, and how near those are

TOLD = 50_000  # documents between two reports
AROUND = 4_000  # documents of the cells around each, among which its neighbours are found


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
    with TemporaryFile(dir=folder) as file:
        vectors = np.memmap(file, dtype=np.float16, mode="w+", shape=(len(papers), table.width))
        for number, document in enumerate(papers):
            vectors[number] = table.encode(document.sense)
        Shard.create(folder / "sense", vectors, table.width)
        progress("tying neighbours")
        cells = Cells.of(vectors)
        cells.save(folder / "cells")
        return _write_ties(folder, _tied(vectors, cells, link_rows(linked)))


def _write_ties(folder: Path, tied: csr_array) -> None:
    arrays = {"data": tied.data.astype(np.float32), "indices": tied.indices, "indptr": tied.indptr}
    write_arrays(folder / "ties", arrays)


def _tied(vectors: Vectors, cells: Cells, links: csr_array) -> csr_array:
    """Documents by documents, as `diffusion.ties`, among the nearest of those in the cells around each."""
    size = len(vectors)
    # What lies at the rim of a cell has neighbours that are not around it: other cells part others.
    sorted_twice = [cells] if size <= AROUND else [cells, Cells.of(vectors, seed=1)]
    blocks = (block for each in sorted_twice for block in each.surroundings(AROUND))
    parts = [_block(vectors, own, around, links) for own, around in blocks]
    rows, near, nearness = (np.concatenate(one) for one in zip(*parts, strict=True))
    _, once = np.unique(rows * size + near, return_index=True)
    rows, near, nearness = _nearest(rows[once], near[once], nearness[once])
    return normalised(csr_array(coo_array((nearness**2, (rows, near)), shape=(size, size))))


def _block(vectors: Vectors, own: Numbers, around: Numbers, links: csr_array) -> Pairs:
    """Tie some documents to the few that are nearest in sense and in links, among those near in sense."""
    cosines = vectors[own].astype(np.float32) @ vectors[around].astype(np.float32).T
    most = min(LOOKED_AT + 1, len(around))
    places = np.sort(np.argpartition(-cosines, most - 1, axis=1)[:, :most], axis=1)
    rows, near = np.repeat(own, most), around[places].ravel()
    nearness = np.take_along_axis(cosines, places, axis=1).ravel() + LINKS * _common(links, rows, near)
    others = near != rows
    return _nearest(rows[others], near[others], np.maximum(nearness[others], 0.0))


def _nearest(rows: Numbers, near: Numbers, nearness: NDArray[np.float64]) -> Pairs:
    """Of pairs of documents, the few best of each row; ties go to the lower number."""
    order = np.lexsort((near, -nearness, rows))
    place = np.arange(len(order)) - np.searchsorted(rows[order], rows[order])
    kept = order[place < NEIGHBOURS]
    return rows[kept], near[kept], nearness[kept]


def _common(links: csr_array, rows: Numbers, others: Numbers) -> NDArray[np.float64]:
    """How much each document is linked to what another is linked to."""
    return np.asarray(links[rows].multiply(links[others]).sum(axis=1), dtype=np.float64).ravel()
