"""The engine of many machines: a Qdrant collection, reached by its URL (extra `cluster`).

A point holds what a layer holds: the document, the saturated frequency of its words, its vector. How
rare a word is stays with the vocabulary, on our side, so that scores do not depend on shards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from qdrant_client import QdrantClient
from qdrant_client import models as q

from ecograph.index import opening
from ecograph.index.documents import Document, from_fields, to_fields
from ecograph.index.filters import FACETS, LISTED, Filters
from ecograph.index.fusion import Scores
from ecograph.index.large.conditions import conditions_of, holding, open_on, passing, serving
from ecograph.index.large.neighbours import Ties, neighbours_of, tied_among
from ecograph.index.large.papers import title_key
from ecograph.index.large.ports import Asked, Candidates, Counted, Point, Weights
from ecograph.understanding.embedding import Matrix

BATCH = 500
MOST_VALUES = 10_000  # of one facet
_WORDS, _SENSE = "words", "sense"
_EXACT = q.SearchParams(exact=True)
_Found = dict[str, float]  # IRI -> score


class Cluster:
    """An `Engine` over one collection."""

    def __init__(self, client: QdrantClient, collection: str, *, width: int) -> None:
        self._client, self._name, self._width = client, collection, width

    def create(self) -> None:
        """Make the collection anew, with the fields that filter."""
        self._client.delete_collection(self._name)
        sense = q.VectorParams(size=self._width, distance=q.Distance.DOT, datatype=q.Datatype.FLOAT16)
        self._client.create_collection(
            self._name,
            vectors_config={_SENSE: sense} if self._width else {},
            sparse_vectors_config={_WORDS: q.SparseVectorParams()},
        )
        for name in (*FACETS, *(f"listed.{facet}" for facet in FACETS)):
            self._client.create_payload_index(self._name, name, q.PayloadSchemaType.KEYWORD)
        for name in ("held", "order", "opens", "closes"):
            self._client.create_payload_index(self._name, name, q.PayloadSchemaType.INTEGER)

    def exists(self) -> bool:
        """Tell whether the collection is there."""
        return self._client.collection_exists(self._name)

    def upsert(self, points: Iterable[Point]) -> None:
        """Write documents in the place of those with the same IRIs."""
        for batch in _batches(map(_stored, points)):
            self._client.upsert(self._name, batch, wait=True)

    def tie(self, documents: Iterable[Document]) -> None:
        """Tell documents that were written which others are their neighbours."""
        for document in documents if self._width else ():
            ties = neighbours_of(document, self.vectors([document.iri])[0], self)
            told = {"ties": [list(tie) for tie in ties]}
            self._client.set_payload(self._name, told, [_id(document.iri)], wait=True)

    def delete(self, iris: Sequence[str]) -> None:
        """Remove documents."""
        if iris:
            selected = q.PointIdsList(points=[_id(iri) for iri in iris])
            self._client.delete(self._name, selected, wait=True)

    @property
    def size(self) -> int:
        return self._client.count(self._name, exact=True).count

    def find(self, asked: Asked, filters: Filters, depth: int, *, facets: bool) -> Candidates:
        passing = [*conditions_of(filters), *serving(asked)]
        words, linked = _sum_of(asked.words, asked.letters), frozenset().union(*asked.concepts)
        held = holding(asked.bringing | asked.names | linked)
        brought = self._best(_sparse(words), _WORDS, [*passing, held], depth) if words else {}
        near = self._brought(asked, passing, depth)
        # Facets say what another choice would give: that needs what is near without the filters.
        also = {*near, *(self._brought(asked, serving(asked), depth) if facets and filters.any() else ())}
        named, others = (self._holders([*passing, holding(n)], depth) for n in (asked.names, linked))
        iris = sorted({*brought, *near, *named, *others})
        bringing = q.Filter(should=[held, q.HasIdCondition(has_id=[_id(iri) for iri in also])])
        told = self._told(iris)
        return Candidates(
            iris=iris,
            named=[at for at, iri in enumerate(iris) if iri in named],
            signals=self.signals(asked, iris),
            tied=tied_among(iris, {iri: _ties(payload) for iri, payload in told.items()}),
            counted=self._counted([bringing, *serving(asked)], filters, facets=facets),
            preferred=np.array(
                [sum(asked.preferred.get(n, 0.0) for n in told[iri]["about"]) for iri in iris]
            ),
        )

    def listed(
        self, filters: Filters, limit: int, offset: int, *, facets: bool
    ) -> tuple[Sequence[str], Counted]:
        conditions = conditions_of(filters)
        records = self._scrolled(conditions, limit + offset) if limit else []
        keyed = {str(record.id): _place(record) for record in records}
        if records:
            # Many titles begin alike: of the last beginning all are wanted, to choose among them.
            last = q.FieldCondition(key="order", match=q.MatchValue(value=_order(max(keyed.values())[0])))
            keyed |= {str(r.id): _place(r) for r in self._all([*conditions, last], "iri", "title")}
        page = [iri for _, iri in sorted(keyed.values())]
        return page[offset : offset + limit], self._counted([], filters, facets=facets)

    def _scrolled(self, conditions: list[q.Condition], limit: int) -> list[q.Record]:
        found, _ = self._client.scroll(
            self._name,
            q.Filter(must=conditions),
            limit=limit,
            order_by=q.OrderBy(key="order"),
            with_payload=["iri", "title"],
        )
        return found

    def passing(self, filters: Filters) -> Iterator[Document]:
        # Qdrant has an order of its own: the IRIs are read first, and put in ours.
        iris = self._iris(conditions_of(filters))
        for start in range(0, len(iris), BATCH):
            yield from self.documents(iris[start : start + BATCH]).values()

    def about(self, number: int, filters: Filters) -> Sequence[str]:
        return self._iris([holding(frozenset([number])), *conditions_of(filters)])

    def _iris(self, conditions: list[q.Condition]) -> list[str]:
        """The IRIs of all that meet some conditions, in order."""
        return sorted(str((record.payload or {})["iri"]) for record in self._all(conditions, "iri"))

    def _all(self, conditions: list[q.Condition], *fields: str) -> Iterator[q.Record]:
        chosen, after = q.Filter(must=conditions), None
        while True:
            found, after = self._client.scroll(
                self._name, chosen, limit=MOST_VALUES, offset=after, with_payload=list(fields)
            )
            yield from found
            if after is None:
                return

    def nearest(self, vector: Matrix, filters: Filters, depth: int) -> Sequence[tuple[str, float]]:
        found = self._best(vector.tolist(), _SENSE, conditions_of(filters), depth) if vector.any() else {}
        return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))

    def signals(self, asked: Asked, iris: Sequence[str]) -> Mapping[str, Scores]:
        among: list[q.Condition] = [q.HasIdCondition(has_id=[_id(iri) for iri in iris])]
        parts = {"words": asked.words, "letters": asked.letters}
        found = {
            name: self._best(_sparse(weights), _WORDS, among, len(iris), _EXACT) if weights and iris else {}
            for name, weights in parts.items()
        }
        if self._width:
            known = asked.vector.any() and len(iris) > 0
            found["sense"] = (
                self._best(asked.vector.tolist(), _SENSE, among, len(iris), _EXACT) if known else {}
            )
        signals = {name: np.array([of.get(iri, 0.0) for iri in iris]) for name, of in found.items()}
        if not asked.concepts:
            return signals
        told = self._told(iris)
        linked = [sum(not below.isdisjoint(told[iri]["about"]) for below in asked.concepts) for iri in iris]
        return {**signals, "concepts": np.array(linked, dtype=np.float64)}

    def documents(self, iris: Sequence[str]) -> dict[str, Document]:
        blocks = (iris[start : start + BATCH] for start in range(0, len(iris), BATCH))
        records = (r for block in blocks for r in self._retrieved(block, "document"))
        read = (from_fields((record.payload or {})["document"]) for record in records)
        found = {document.iri: document for document in read}
        return {iri: found[iri] for iri in iris if iri in found}

    def _retrieved(self, iris: Sequence[str], *fields: str) -> list[q.Record]:
        return self._client.retrieve(self._name, [_id(iri) for iri in iris], with_payload=list(fields))

    def vectors(self, iris: Sequence[str]) -> Matrix:
        if not self._width:
            return np.zeros((len(iris), 0), dtype=np.float32)
        ids = [_id(iri) for iri in iris]
        records = self._client.retrieve(self._name, ids, with_payload=False, with_vectors=[_SENSE])
        found = {record.id: record.vector for record in records}
        rows = [vector[_SENSE] for vector in map(found.get, ids) if isinstance(vector, dict)]
        return np.array(rows, dtype=np.float32)

    def _told(self, iris: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What is kept beside each document: its neighbours, and what it is about."""
        records = self._retrieved(iris, "iri", "ties", "about") if iris else []
        return {str((record.payload or {})["iri"]): record.payload or {} for record in records}

    def _holders(self, conditions: list[q.Condition], depth: int) -> set[str]:
        return {_place(record)[1] for record in self._scrolled(conditions, depth)}

    def _brought(self, asked: Asked, conditions: list[q.Condition], depth: int) -> list[str]:
        """What is near enough in sense to be an answer by itself."""
        if not asked.vector.any():
            return []
        near = self._best(asked.vector.tolist(), _SENSE, conditions, depth)
        return [iri for iri, cosine in near.items() if cosine >= asked.floor]

    def _best(
        self,
        query: q.SparseVector | list[float],
        using: str,
        conditions: list[q.Condition],
        depth: int,
        params: q.SearchParams | None = None,
    ) -> _Found:
        found = self._client.query_points(
            self._name,
            query=query,
            using=using,
            query_filter=q.Filter(must=conditions),
            limit=depth,
            with_payload=["iri"],
            search_params=params,
        )
        return {str((point.payload or {})["iri"]): point.score for point in found.points}

    def _counted(self, bringing: list[q.Condition], filters: Filters, *, facets: bool) -> Counted:
        shown = FACETS if facets else ()
        chosen = {facet: self._chosen(facet, bringing, filters) for facet in shown}
        counts = {f: {**self._facet(f, bringing, filters, f), **chosen[f]} for f in shown}
        listed = {
            facet: frozenset(self._facet(f"listed.{facet}", bringing, filters, facet)) | chosen[facet].keys()
            for facet in shown
        }
        if facets and filters.today is not None:
            counts[opening.FACET] = self._opened(bringing, filters, filters.today)
            listed[opening.FACET] = frozenset(counts[opening.FACET])
        within = q.Filter(must=[*bringing, *conditions_of(filters)])
        total = self._client.count(self._name, within, exact=True).count
        return Counted(total=total, counts=counts, listed=listed)

    def _opened(self, bringing: list[q.Condition], filters: Filters, today: date) -> dict[str, int]:
        """How many documents are open, or not, on a day, those states left out that none is in."""
        others = [*bringing, *conditions_of(filters, but=opening.FACET)]
        counts = {
            state: self._client.count(
                self._name, q.Filter(must=[*others, open_on([state], today)]), exact=True
            ).count
            for state in opening.STATES
        }
        return {state: count for state, count in counts.items() if count}

    def _chosen(self, facet: str, bringing: list[q.Condition], filters: Filters) -> dict[str, int]:
        """How many documents each of the values asked for lets pass, those that let none pass left out."""
        others = conditions_of(filters, but=facet)
        counts = {
            value: self._client.count(
                self._name, q.Filter(must=[*bringing, *others, passing(facet, [value])]), exact=True
            ).count
            for value in filters.wanted()[facet]
        }
        return {value: count for value, count in counts.items() if count}

    def _facet(self, key: str, bringing: list[q.Condition], filters: Filters, facet: str) -> dict[str, int]:
        chosen = q.Filter(must=[*bringing, *conditions_of(filters, but=facet)])
        answer = self._client.facet(self._name, key, chosen, limit=MOST_VALUES, exact=True)
        return {str(hit.value): hit.count for hit in answer.hits}


def _ties(payload: Mapping[str, Any]) -> Ties:
    return tuple((str(iri), float(share)) for iri, share in payload["ties"])


def _stored(point: Point) -> q.PointStruct:
    document = point.document
    payload = {
        "iri": document.iri,
        "title": title_key(document),
        "order": _order(title_key(document)),
        "document": to_fields(document),
        "held": sorted({*point.words, *point.about}),
        "about": sorted(point.about),
        "ties": [list(tie) for tie in point.ties],
        **dict(zip(("opens", "closes"), opening.days_of(document), strict=True)),
        "listed": {facet: list(of(document)) for facet, of in LISTED.items()},
        **{facet: list(of(document)) for facet, of in FACETS.items()},
    }
    vectors: dict[str, q.SparseVector | list[float]] = {_WORDS: _sparse(point.words)}
    if len(point.vector):
        vectors[_SENSE] = point.vector.tolist()
    return q.PointStruct(id=_id(document.iri), vector=vectors, payload=payload)


def _place(record: q.Record) -> tuple[str, str]:
    """What a document is put in order by: its title, then its IRI."""
    payload = record.payload or {}
    return str(payload["title"]), str(payload["iri"])


def _order(key: str) -> int:
    """A number that puts texts in order by their beginning: Qdrant orders by numbers alone."""
    return int.from_bytes(key.encode()[:7].ljust(7, b"\0"), "big")


def _sparse(weights: Weights) -> q.SparseVector:
    return q.SparseVector(indices=list(weights), values=list(weights.values()))


def _sum_of(words: Weights, letters: Weights) -> Weights:
    return {number: words.get(number, 0.0) + letters.get(number, 0.0) for number in {**words, **letters}}


def _id(iri: str) -> str:
    return str(uuid5(NAMESPACE_URL, iri))


def _batches(points: Iterator[q.PointStruct]) -> Iterator[list[q.PointStruct]]:
    while batch := list(islice(points, BATCH)):
        yield batch
