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
    QueryBatchRequest,
    QueryRequest,
    ScoredPoint,
    SearchParams,
    UpdateOperation,
    VectorStorageDatatype,
)

from ecograph.index.fusion import Numbers
from ecograph.understanding.embedding import Matrix

NAME = "sense"
BATCH = 1_000
_LARGEST_SEGMENT = 10**9  # kB: all in one segment, where a search is one walk
Near = tuple[Numbers, Matrix]  # numbers of documents and their cosines, best first


class Shard:
    """Vectors by the numbers of their documents."""

    def __init__(self, folder: Path, width: int) -> None:
        self._shard, self._width = EdgeShard.load(str(folder)), width

    @classmethod
    def create(cls, folder: Path, vectors: Iterable[Matrix], width: int) -> Shard:
        """Write vectors of length one, the first as number zero, and build their graph."""
        folder.mkdir(parents=True)
        shard = EdgeShard.create(str(folder), _config(width))
        numbered = (Point(number, {NAME: vector.tolist()}) for number, vector in enumerate(vectors))
        for points in _batches(numbered):
            shard.update(UpdateOperation.upsert_points(points))
        shard.optimize()
        shard.flush()
        shard.close()
        return cls(folder, width)

    def nearest(self, vector: Matrix, depth: int) -> Near:
        """The nearest of all, found by walking the graph."""
        # The walk keeps as many as it returns: what lies at the rim of fewer is missed.
        return _read(self._shard.query(_request(vector, depth, SearchParams(hnsw_ef=max(depth, 128)))))

    def nearest_among(self, vector: Matrix, depth: int, among: Iterable[int]) -> Near:
        """The nearest of some, all of them compared."""
        chosen = Filter(must=[HasIdCondition(set(among))])
        return _read(self._shard.query(_request(vector, depth, SearchParams(exact=True), chosen)))

    def nearest_of_each(self, vectors: Sequence[Matrix], depth: int) -> list[Near]:
        """For each vector the nearest of all."""
        requests = [_request(vector, depth, SearchParams(hnsw_ef=64)) for vector in vectors]
        return [_read(found) for found in self._shard.query_batch(QueryBatchRequest(requests))]

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
        hnsw_config=HnswIndexConfig(m=16, ef_construct=64, full_scan_threshold=1_000),
        optimizers=EdgeOptimizersConfig(default_segment_number=1, max_segment_size=_LARGEST_SEGMENT),
        wal_enabled=False,
    )


def _batches(points: Iterator[Point]) -> Iterator[list[Point]]:
    while batch := list(islice(points, BATCH)):
        yield batch


def _request(vector: Matrix, depth: int, params: SearchParams, chosen: Filter | None = None) -> QueryRequest:
    nearest = Query.Nearest(vector.tolist(), using=NAME)
    return QueryRequest(limit=depth, query=nearest, filter=chosen, params=params)


def _read(found: Sequence[ScoredPoint]) -> Near:
    numbers = np.array([point.id for point in found], dtype=np.intp)
    return numbers, np.array([point.score for point in found], dtype=np.float32)
