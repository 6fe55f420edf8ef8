"""The ties of documents that came after an index was built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.sparse import csr_array

from ecograph.index.diffusion import LINKS, NEIGHBOURS
from ecograph.index.documents import Document
from ecograph.index.filters import Filters
from ecograph.index.fusion import Scores
from ecograph.index.large.ports import Engine
from ecograph.index.links import link_rows
from ecograph.understanding.embedding import Matrix

Ties = tuple[tuple[str, float], ...]  # neighbours and the share of the score that each gives

LOOKED_AT = 4 * NEIGHBOURS  # the nearest in sense, among which links choose


def neighbours_of(document: Document, vector: Matrix, engine: Engine) -> Ties:
    """The few documents of an engine that are nearest to one; their shares sum to one."""
    near = dict(engine.nearest(vector, Filters(), LOOKED_AT + 1))
    near.pop(document.iri, None)
    others = engine.documents(sorted(near))
    nearness = np.array([near[iri] for iri in others]) + LINKS * linked(document, list(others.values()))
    first = np.argsort(-nearness, kind="stable")[:NEIGHBOURS]
    weights = np.maximum(nearness[first], 0.0) ** 2
    shares = weights / max(float(weights.sum()), 1e-12)
    iris = list(others)
    return tuple((iris[at], float(share)) for at, share in zip(first, shares, strict=True))


def linked(own: Document, others: Sequence[Document]) -> Scores:
    """How much each of some documents is linked to what one is linked to."""
    rows = link_rows([own, *others])
    return np.asarray((rows[1:] @ rows[[0]].T).toarray(), dtype=np.float64).ravel()


def tied_among(iris: Sequence[str], ties: Mapping[str, Ties]) -> csr_array:
    """Documents by documents: the ties that have both ends among them."""
    places = {iri: at for at, iri in enumerate(iris)}
    cells = [
        (at, places[other], share)
        for at, iri in enumerate(iris)
        for other, share in ties.get(iri, ())
        if other in places
    ]
    rows, columns, shares = np.array(cells, dtype=np.float64).reshape(-1, 3).T
    found = (shares, (rows.astype(np.intp), columns.astype(np.intp)))
    return csr_array(found, shape=(len(iris), len(iris)))
