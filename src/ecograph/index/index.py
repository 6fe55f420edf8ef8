"""The index: search by words and by sense, filters and facets, likeness, relevance."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ecograph.index import kept
from ecograph.index.analysis import ANALYZER
from ecograph.index.bm25f import Bm25f, Matched
from ecograph.index.dense import Dense
from ecograph.index.diffusion import ties
from ecograph.index.documents import Document
from ecograph.index.filters import Facets, Filters, Mask
from ecograph.index.fusion import Scores, fused, ranked
from ecograph.index.hits import LINK_SHARE, MOST_CHARACTERS, Found, Hit, Meta
from ecograph.index.lens import PLAIN, Lens, Named
from ecograph.index.lessons import pairs
from ecograph.index.letters import Letters
from ecograph.index.links import link_rows
from ecograph.index.titles import Titles
from ecograph.index.wording import Wording, worded
from ecograph.understanding.embedding import Pair, Table
from ecograph.understanding.english import Lexicon, Sources
from ecograph.understanding.words import fold

Progress = Callable[[str], None]

# Letters alone bring a document from here on: a word mistyped, not a few syllables in common.
LETTERS_FLOOR = 0.35

_log = logging.getLogger(__name__)


class Teacher(Protocol):
    """Makes a word table from texts, and from pairs of texts that belong together."""

    def __call__(self, texts: Sequence[str], pairs: Sequence[Pair], *, progress: Progress) -> Table: ...


class Index:
    """Documents in order of IRI, ready to be searched. It is never changed: a new one is built."""

    def __init__(
        self,
        documents: Sequence[Document],
        lexical: Bm25f,
        letters: Letters,
        dense: Dense | None,
        tied: csr_array,
        meta: Meta,
        lexicon: Lexicon | None = None,
    ) -> None:
        self.documents = tuple(documents)
        self.lexical = lexical
        self.letters = letters
        self.dense = dense
        self.tied = tied
        self.meta = meta
        self.lexicon = lexicon
        self.titles = Titles(self.documents)
        self._named = Named(self.documents)
        self._numbers = {document.iri: number for number, document in enumerate(self.documents)}
        self._facets = Facets(self.documents)

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        *,
        teacher: Teacher | None,
        lexicon: Sources | None = None,
        progress: Progress = _log.info,
        sequence: int = 0,
    ) -> Index:
        """Read the documents, and let the teacher make their word table.

        With a lexicon, English questions are answered through the French words that it gives.

        Without a teacher, or without documents, search goes by words alone. What the teacher
        raises is left to the caller. Of two documents with one IRI the last is kept.
        """
        ordered = sorted({d.iri: d for d in documents}.values(), key=lambda d: d.iri)
        progress(f"indexing {len(ordered)} documents")
        table = taught(ordered, teacher, progress) if teacher and ordered else None
        dense = Dense.of(ordered, table) if table else None
        meta = Meta(
            sequence=sequence,
            embedding=table.identity if table else "",
            lexicon=lexicon.identity if lexicon else "",
        )
        lexical = Bm25f.of(ordered)
        tied = ties(dense.vectors if dense else lexical.profiles, link_rows(ordered))
        return cls(ordered, lexical, Letters.of(ordered), dense, tied, meta, _lexicon(lexicon))

    def save(self, path: Path) -> None:
        """Write the index as a folder, in one move: a reader sees the old one or the new one."""
        content = kept.Kept(
            documents=self.documents,
            lexical=self.lexical,
            letters=self.letters,
            dense=self.dense,
            tied=self.tied,
            lexicon=self.lexicon.sources if self.lexicon else None,
            meta={name: getattr(self.meta, name) for name in kept.META},
        )
        kept.write(path, content, analyzer=self.meta.analyzer)

    @classmethod
    def load(cls, path: Path) -> Index:
        """Read an index back; raises `IndexUnusable` when it must be made again."""
        content = kept.read(path, analyzer=ANALYZER)
        return cls(
            content.documents,
            content.lexical,
            content.letters,
            content.dense,
            content.tied,
            Meta(**content.meta),
            _lexicon(content.lexicon),
        )

    @property
    def lexical_only(self) -> bool:
        """Whether there is no word table: texts are then compared by their words alone."""
        return self.dense is None

    @property
    def size(self) -> int:
        """How many documents there are."""
        return len(self.documents)

    @property
    def table(self) -> Table | None:
        """The word table, where there is one."""
        return self.dense.table if self.dense else None

    def changed(self, documents: Iterable[Document]) -> int:
        """How many documents are only here or only among these; one that changed counts twice."""
        return len(set(documents) ^ set(self.documents))

    def search(
        self,
        query: str,
        *,
        filters: Filters | None = None,
        lens: Lens = PLAIN,
        limit: int = 10,
        offset: int = 0,
    ) -> Found:
        """The documents that answer a query, best first, ties to the lower IRI.

        An empty query gives all that pass the filters, by title.
        """
        filters, text = filters or Filters(), query.strip()[:MOST_CHARACTERS]
        named = self.titles.named(text)
        asked = self._worded(text if lens.words is None else lens.words)
        signals = self._signals(asked, lens)
        matching = _matching(signals) | (named > 0) if text else np.ones(len(self.documents), dtype=bool)
        if lens.within:
            # Whoever types a name wants what has it, wherever it is.
            matching = matching & (self._named.for_places(lens.within) | (named > 0))
        among = matching & self._facets.allowed(filters)
        channels = self._channels(signals, named, lens) if text else {}
        order = ranked(_sum(channels, among), among) if text else self._by_title(among)
        page = order[max(offset, 0) :][: max(limit, 0)]
        return Found(
            hits=tuple(self._hit(asked, int(number), channels) for number in page),
            total=len(order),
            facets=self._facets.counts(matching, filters),
        )

    def __contains__(self, iri: object) -> bool:
        return iri in self._numbers

    def document(self, iri: str) -> Document:
        """The document of a resource; raises `KeyError` when it is not searched."""
        return self.documents[self._numbers[iri]]

    def passing(self, filters: Filters) -> Iterator[Document]:
        """The documents that pass the filters, in order of IRI."""
        return (self.documents[number] for number in np.flatnonzero(self._facets.allowed(filters)))

    def having(self, competence: str, filters: Filters) -> list[str]:
        """Those that pass and have a competence, in order of IRI."""
        allowed = self._facets.allowed(filters)
        return [self.documents[n].iri for n in self._having.get(competence, ()) if allowed[n]]

    def answering(self, query: str, filters: Filters, lens: Lens = PLAIN) -> list[Document]:  # noqa: ARG002 - a larger index asks
        """The documents that may answer a text, in order of IRI: all that pass the filters."""
        return list(self.passing(filters))

    def relevance(self, query: str, iris: Iterable[str] | None = None) -> dict[str, float]:
        """How much each document answers a text, from 0 to 1, whatever the filters are.

        Documents stand to each other as in a search; the best of them has its own answer's worth: half
        the share of the text's words that it holds, half its nearness in sense. A text that nothing
        answers is thus nowhere near. Unknown IRIs are left out.
        """
        scores = self.scores(query)
        chosen = self._numbers if iris is None else [iri for iri in iris if iri in self._numbers]
        return {iri: float(scores[self._numbers[iri]]) for iri in chosen}

    def scores(self, query: str) -> Scores:
        """The relevance of every document, in order of IRI."""
        asked = self._worded(query)
        worth = self._worth(asked)
        signals, named = self._signals(asked, PLAIN), self.titles.named(query.strip())
        # As in a search, neighbours lift what answers by itself, and bring nothing else.
        found = _sum(self._channels(signals, named, PLAIN), worth) * (_matching(signals) | (named > 0))
        return np.asarray(found / max(float(found.max(initial=0.0)), 1e-12) * worth.max(initial=0.0))

    def _worth(self, asked: Wording) -> Scores:
        """What each document answers by itself: of words, of the score of a document full of them."""
        shares = self.lexical.scores(asked) / max(self.lexical.best(asked), 1e-12)
        if self.dense is None:
            return shares
        return np.asarray((shares + self.dense.nearness(self.dense.cosines(asked))) / 2)

    def similar(self, iri: str, *, filters: Filters | None = None, limit: int = 10) -> list[Hit]:
        """The documents most like one, by what they say and what they are linked to.

        An unknown IRI is like nothing.
        """
        filters, number = filters or Filters(), self._numbers.get(iri)
        if number is None:
            return []
        said, linked = self._likeness(number), _products(self._links, number)
        channels = {"sense": said * (1 - LINK_SHARE), "links": linked * LINK_SHARE}
        total = said * (1 - LINK_SHARE) + linked * LINK_SHARE
        among = self._facets.allowed(filters) & (total > 0)
        among[number] = False
        return [self._hit(None, int(n), channels) for n in ranked(total, among)[: max(limit, 0)]]

    def matched(self, query: str, iri: str) -> tuple[Matched, ...]:
        """Which words of a query a document holds, in which field, and what each weighs."""
        return self.lexical.matched(self._worded(query), self._numbers[iri])

    def _worded(self, query: str) -> Wording:
        return worded(query.strip()[:MOST_CHARACTERS], self.lexicon)

    def _signals(self, asked: Wording, lens: Lens) -> dict[str, tuple[Scores, Mask]]:
        """For each channel the score of every document, and which ones it brings by itself."""
        scores, letters = self.lexical.scores(asked), self.letters.scores(asked)
        signals = {"words": (scores, scores > 0), "letters": (letters, letters >= LETTERS_FLOOR)}
        if self.dense is not None:
            cosines = self.dense.cosines(asked)
            signals["sense"] = (np.maximum(cosines, 0.0), cosines >= self.dense.floor)
        if lens.concepts:
            linked = self._named.linked(lens.concepts)
            signals["concepts"] = (linked, linked > 0)
        return signals

    def _channels(
        self, signals: Mapping[str, tuple[Scores, Mask]], named: Scores, lens: Lens
    ) -> dict[str, Scores]:
        scores = {channel: scores for channel, (scores, _) in signals.items()}
        kinds = self._named.preferred(lens.preferred) if lens.preferred else None
        return fused(scores, named, self.tied, kinds=kinds)

    def _hit(self, asked: Wording | None, number: int, channels: Mapping[str, Scores]) -> Hit:
        given = {c: float(s[number]) for c, s in channels.items() if s[number] > 0}
        words = (m.word for m in self.lexical.matched(asked, number)) if asked else ()
        iri = self.documents[number].iri
        return Hit(iri=iri, score=sum(given.values()), channels=given, matched=tuple(words))

    def _by_title(self, among: Mask) -> NDArray[np.intp]:
        return np.array([number for number in self._alphabetical if among[number]], dtype=np.intp)

    @cached_property
    def _alphabetical(self) -> list[int]:
        titles = [fold(document.title.casefold()) for document in self.documents]
        return sorted(range(len(titles)), key=lambda number: (titles[number], number))

    @cached_property
    def _having(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, document in enumerate(self.documents):
            for competence in dict.fromkeys(document.competences):
                found[competence].append(number)
        return found

    @cached_property
    def _links(self) -> csr_array:
        return link_rows(self.documents)

    def _likeness(self, number: int) -> Scores:
        if self.dense is None:
            return _products(self.lexical.profiles, number)
        vectors = self.dense.vectors
        cosines = np.asarray(vectors @ vectors[number], dtype=np.float64)
        return self.dense.nearness(cosines)


def taught(documents: Sequence[Document], teacher: Teacher, progress: Progress) -> Table:
    """Let a teacher make a table from documents."""
    texts = [document.sense for document in documents]
    return teacher(texts, pairs(documents), progress=progress)


def _lexicon(sources: Sources | None) -> Lexicon | None:
    return Lexicon(sources) if sources else None


def _matching(signals: Mapping[str, tuple[Scores, Mask]]) -> Mask:
    return np.asarray(np.logical_or.reduce([brought for _, brought in signals.values()]))


def _sum(channels: Mapping[str, Scores], like: NDArray[Any]) -> Scores:
    return sum(channels.values(), np.zeros(len(like)))


def _products(rows: csr_array, number: int) -> Scores:
    start, end = rows.indptr[number : number + 2]
    vector = np.zeros(rows.shape[1])
    vector[rows.indices[start:end]] = rows.data[start:end]
    return np.asarray(rows @ vector)
