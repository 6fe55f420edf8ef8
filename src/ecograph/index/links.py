"""What two documents have in common in the graph: the concepts they are linked to."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array, csr_array

from ecograph.index.documents import Document

ITSELF = 1.5  # what is linked to a concept resembles the concept more than its neighbours


def link_rows(documents: Sequence[Document]) -> csr_array:
    """Documents by linked things, each row of length one.

    Something linked to by many tells less of each: columns are divided by the root of their sum.
    """
    numbers = {iri: n for n, iri in enumerate(sorted({i for d in documents for i in d.links}))}
    cells = [(at, numbers[iri], 1.0) for at, d in enumerate(documents) for iri in set(d.links)]
    cells += [(at, numbers[d.iri], ITSELF) for at, d in enumerate(documents) if d.iri in numbers]
    rows, columns, values = np.array(sorted(cells), dtype=np.float64).reshape(-1, 3).T
    shape = (len(documents), len(numbers))
    matrix = coo_array((values, (rows.astype(np.intp), columns.astype(np.intp))), shape=shape)
    return _unit_rows(_toned_down(csr_array(matrix)))


def _toned_down(matrix: csr_array) -> csr_array:
    sums = np.bincount(matrix.indices, weights=matrix.data, minlength=matrix.shape[1])
    data = matrix.data / np.sqrt(sums[matrix.indices])
    return csr_array((data, matrix.indices, matrix.indptr), matrix.shape)


def _unit_rows(matrix: csr_array) -> csr_array:
    sizes = np.diff(matrix.indptr)
    numbers = np.repeat(np.arange(matrix.shape[0]), sizes)
    norms = np.sqrt(np.bincount(numbers, weights=matrix.data**2, minlength=matrix.shape[0]))
    data = matrix.data / norms[numbers]
    return csr_array((data, matrix.indices, matrix.indptr), matrix.shape)
