"""Qdrant Edge: vectors on disk and the nearest of them, in this process.

A shard is written once, by one process, and never changed: it needs no write-ahead log, and any
number of processes may have it open. (With a log, a second process is refused.) This is the only
module that knows the library, whose interface is beta: tests/index/test_edge.py is its canary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from qdrant_edge import (
    Distance,
    EdgeConfig,
    EdgeOptimizersConfig,
    EdgeShard,
    EdgeVectorParams,
    Filter,
    HasIdCondition,
    HnswIndexConfig,
    Point,
    Query,
    QueryRequest,
    SearchParams,
    UpdateOperation,
    VectorStorageDatatype,
)

from ecograph.index.fusion import Numbers
from ecograph.understanding.embedding import Matrix

NAME = "sense"
BATCH = 1_000
_LARGEST_SEGMENT = 10**9  # kB: all in one segment
Near = tuple[Numbers, Matrix]  # numbers of documents and their cosines, best first


class Shard:
    """Vectors by the numbers of their documents."""

    def __init__(self, folder: Path, width: int) -> None:
        self._shard, self._width = EdgeShard.load(str(folder)), width

    @classmethod
    def create(cls, folder: Path, vectors: Iterable[Matrix], width: int) -> None:
        """Write vectors of length one, the first as number zero."""
        folder.mkdir(parents=True)
        shard = EdgeShard.create(str(folder), _config(width))
        numbered = (Point(number, {NAME: vector.tolist()}) for number, vector in enumerate(vectors))
        for points in _batches(numbered):
            shard.update(UpdateOperation.upsert_points(points))
        shard.optimize()
        shard.flush()
        shard.close()

    def nearest_among(self, vector: Matrix, depth: int, among: Iterable[int]) -> Near:
        """The nearest of some, all of them compared."""
        chosen = Filter(must=[HasIdCondition(set(among))])
        nearest, exact = Query.Nearest(vector.tolist(), using=NAME), SearchParams(exact=True)
        found = self._shard.query(QueryRequest(limit=depth, query=nearest, filter=chosen, params=exact))
        numbers = np.array([point.id for point in found], dtype=np.intp)
        return numbers, np.array([point.score for point in found], dtype=np.float32)

    def vectors(self, numbers: Sequence[int]) -> Matrix:
        """The vectors of some documents, one row each."""
        records = self._shard.retrieve(list(numbers), False, [NAME])  # noqa: FBT003 - no payload
        found = {r.id: r.vector[NAME] for r in records if isinstance(r.vector, dict)}
        rows = [found[number] for number in numbers]
        return np.array(rows, dtype=np.float32).reshape(-1, self._width)

    def close(self) -> None:
        """Let go of the files."""
        self._shard.close()


def _config(width: int) -> EdgeConfig:
    vectors = EdgeVectorParams(size=width, distance=Distance.Dot, datatype=VectorStorageDatatype.Float16)
    return EdgeConfig(
        vectors={NAME: vectors},
        # No graph: what is near is looked for in the cells around.
        hnsw_config=HnswIndexConfig(m=0, ef_construct=64, full_scan_threshold=1_000),
        optimizers=EdgeOptimizersConfig(default_segment_number=1, max_segment_size=_LARGEST_SEGMENT),
        wal_enabled=False,
    )


def _batches(points: Iterator[Point]) -> Iterator[list[Point]]:
    while batch := list(islice(points, BATCH)):
        yield batch
