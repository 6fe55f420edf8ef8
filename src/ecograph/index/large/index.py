"""Search over an engine: the same questions, answers and reasons as the index in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from scipy.sparse import csr_array

from ecograph.index.bm25f import Matched
from ecograph.index.documents import Document
from ecograph.index.filters import Filters
from ecograph.index.fusion import Scores, fused, ranked
from ecograph.index.hits import (
    LINK_SHARE,
    MOST_CHARACTERS,
    Found,
    Hit,
    Meta,
)
from ecograph.index.large.encoding import asked_of, best, having, matched
from ecograph.index.large.neighbours import linked
from ecograph.index.large.ports import Asked, Candidates, Counted, Engine
from ecograph.index.large.vocabulary import Vocabulary
from ecograph.index.lens import PLAIN, Lens
from ecograph.index.titles import Titles
from ecograph.index.wording import Wording, worded
from ecograph.understanding.embedding import Table
from ecograph.understanding.english import Lexicon

# How many each channel brings. Measured on the development queries: see docs/explanation/index-engine.md.
DEPTH = 400
ON_DISK = "edge"
DEEPEST = 10_000  # what can be paged through
NAMED = 50  # the first by words, among which a title may be what was typed


class LargeIndex:
    """What `Index` answers, from an engine that looks at the documents that may come first."""

    def __init__(
        self,
        engine: Engine,
        vocabulary: Vocabulary,
        table: Table | None,
        meta: Meta,
        *,
        floor: float,
        lexicon: Lexicon | None = None,
        where: str = ON_DISK,
    ) -> None:
        """`where` is the URL of the server that holds the documents, if one does."""
        self.engine, self.vocabulary, self.table, self.meta = engine, vocabulary, table, meta
        self.floor, self.lexicon, self.where = floor, lexicon, where

    @property
    def lexical_only(self) -> bool:
        """Whether there is no word table: texts are then compared by their words alone."""
        return self.table is None

    @property
    def size(self) -> int:
        """How many documents there are."""
        return self.engine.size

    def changed(self, documents: Sequence[Document]) -> int:
        """How many documents are only here or only among these; one that changed counts twice."""
        known = self.engine.documents([document.iri for document in documents])
        same = sum(known.get(document.iri) == document for document in documents)
        return len(documents) + self.size - 2 * same

    def search(
        self,
        query: str,
        *,
        filters: Filters | None = None,
        lens: Lens = PLAIN,
        limit: int = 10,
        offset: int = 0,
        facets: bool = True,
    ) -> Found:
        """The documents that answer a query, best first, ties to the lower IRI.

        An empty query gives all that pass the filters, by title. Without facets only the total is counted.
        """
        filters, start, count = filters or Filters(), max(offset, 0), max(limit, 0)
        if not query.strip():
            iris, counted = self.engine.listed(filters, count, start, facets=facets)
            return _found([Hit(iri=iri, score=0.0, channels={}) for iri in iris], counted)
        asked = self._worded(query if lens.words is None else lens.words)
        depth = min(max(DEPTH, start + count), DEEPEST)
        candidates = self.engine.find(self._encoded(asked, query, lens), filters, depth, facets=facets)
        channels = self._channels(query, candidates)
        total = sum(channels.values(), np.zeros(len(candidates.iris)))
        order = ranked(total, np.ones(len(total), dtype=bool))[start : start + count]
        return _found(self._hits(asked, candidates.iris, order, channels), candidates.counted)

    def __contains__(self, iri: object) -> bool:
        return isinstance(iri, str) and bool(self.engine.documents([iri]))

    def document(self, iri: str) -> Document:
        """The document of a resource; raises `KeyError` when it is not searched."""
        return self.engine.documents([iri])[iri]

    def passing(self, filters: Filters) -> Iterator[Document]:
        """The documents that pass the filters, in order of IRI, read one after another."""
        return self.engine.passing(filters)

    def having(self, competence: str, filters: Filters) -> Sequence[str]:
        """Those that pass and have a competence, in order of IRI."""
        return self.engine.about(having(competence), filters)

    def answering(self, query: str, filters: Filters, lens: Lens = PLAIN) -> list[Document]:
        """The documents that may answer a text, or have to do with the lens's concepts, in order of IRI."""
        asked = self._encoded(self._worded(query), lens=lens)
        candidates = self.engine.find(asked, filters, DEPTH, facets=False)
        return list(self.engine.documents(candidates.iris).values())

    def relevance(self, query: str, iris: Iterable[str]) -> dict[str, float]:
        """How much each document answers a text, from 0 to 1, as `Index.relevance`."""
        asked = self._worded(query)
        known = sorted(self.engine.documents(sorted(set(iris))))
        signals = self.engine.signals(self._encoded(asked), known)
        shares = signals["words"] / max(best(asked, self.vocabulary), 1e-12)
        if "sense" in signals:
            shares = (shares + self._nearness(signals["sense"])) / 2
        return dict(zip(known, shares.tolist(), strict=True))

    def similar(self, iri: str, *, filters: Filters | None = None, limit: int = 10) -> list[Hit]:
        """The documents most like one, by what they say and what they are linked to."""
        if iri not in self:
            return []
        vector = self.engine.vectors([iri])[0]
        near = dict(self.engine.nearest(vector, filters or Filters(), DEPTH))
        near.pop(iri, None)
        others = self.engine.documents(sorted(near))
        said = self._nearness(np.array([near[other] for other in others]))
        joined = linked(self.document(iri), list(others.values()))
        channels = {"sense": said * (1 - LINK_SHARE), "links": joined * LINK_SHARE}
        total = sum(channels.values(), np.zeros(len(others)))
        order = ranked(total, total > 0)[: max(limit, 0)]
        return self._hits(None, list(others), order, channels)

    def matched(self, query: str, iri: str) -> tuple[Matched, ...]:
        """Which words of a query a document holds, in which field, and what each weighs."""
        return matched(self._worded(query), self.document(iri), self.vocabulary)

    def _worded(self, query: str) -> Wording:
        return worded(query.strip()[:MOST_CHARACTERS], self.lexicon)

    def _encoded(self, asked: Wording, typed: str | None = None, lens: Lens = PLAIN) -> Asked:
        name = None if typed is None else typed.strip()[:MOST_CHARACTERS]
        return asked_of(asked, self.vocabulary, self.table, self.floor, name=name, lens=lens)

    def _channels(self, typed: str, candidates: Candidates) -> Mapping[str, Scores]:
        """What each channel gives to each candidate; what is no candidate has nothing to give."""
        signals = {name: np.append(np.maximum(s, 0.0), 0.0) for name, s in candidates.signals.items()}
        size = len(candidates.iris)
        tied = csr_array(candidates.tied, copy=True)
        tied.resize((size + 1, size + 1))
        kinds = np.append(candidates.preferred, 0.0) if candidates.preferred.any() else None
        given = fused(signals, np.append(self._named(typed, candidates), 0.0), tied, kinds=kinds)
        return {channel: scores[:size] for channel, scores in given.items()}

    def _named(self, typed: str, candidates: Candidates) -> Scores:
        """How far a query is the title of those that hold it in full, and of the first by words."""
        words = candidates.signals["words"]
        first = [*candidates.named, *ranked(words, words > 0)[:NAMED].tolist()]
        documents = self.engine.documents([candidates.iris[number] for number in dict.fromkeys(first)])
        named = dict(
            zip(
                documents,
                Titles(list(documents.values())).named(typed.strip()[:MOST_CHARACTERS]),
                strict=True,
            )
        )
        return np.array([float(named.get(iri, 0.0)) for iri in candidates.iris])

    def _hits(
        self,
        asked: Wording | None,
        iris: Sequence[str],
        order: Iterable[int],
        channels: Mapping[str, Scores],
    ) -> list[Hit]:
        chosen = list(order)
        documents = self.engine.documents([iris[number] for number in chosen]) if asked else {}
        return [self._hit(asked, iris[number], number, channels, documents) for number in chosen]

    def _hit(
        self,
        asked: Wording | None,
        iri: str,
        number: int,
        channels: Mapping[str, Scores],
        documents: Mapping[str, Document],
    ) -> Hit:
        given = {channel: float(s[number]) for channel, s in channels.items() if s[number] > 0}
        words = matched(asked, documents[iri], self.vocabulary) if asked else ()
        return Hit(iri=iri, score=sum(given.values()), channels=given, matched=tuple(m.word for m in words))

    def _nearness(self, cosines: Scores) -> Scores:
        return np.clip((cosines - self.floor) / (1 - self.floor), 0.0, 1.0)


def _found(hits: Iterable[Hit], counted: Counted) -> Found:
    facets = {
        facet: _sorted({v: n for v, n in counts.items() if v in counted.listed[facet]})
        for facet, counts in counted.counts.items()
    }
    return Found(hits=tuple(hits), total=counted.total, facets=facets)


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda kv: (-kv[1], kv[0])))
