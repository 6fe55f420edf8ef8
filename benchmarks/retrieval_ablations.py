"""One change at a time to our ranking, and weights chosen on other queries than they are measured on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from scipy.sparse import csr_array

from benchmarks.retrieval_systems import DEPTH, Search
from ecograph.index import Document, Index
from ecograph.index.analysis import term
from ecograph.index.diffusion import NEIGHBOURS, STEPS, ties
from ecograph.index.fusion import WEIGHTS, Scores, fused
from ecograph.index.links import link_rows
from ecograph.index.wording import Wording, worded
from ecograph.understanding.english import Lexicon
from ecograph.understanding.words import content

CHANNELS = ("words", "letters", "sense")
FOLDS, REPEATS = 5, 20
# Query expansion, which was tried and not kept: the words of the corpus nearest to the query's vector.
EXPANSION, EXPANSION_WEIGHT, EXPANSION_COUNT = 60, 0.4, 3

Values = Mapping[str, float]
Rewording = Callable[[Wording], Wording]


@dataclass(frozen=True, kw_only=True, eq=False)
class Setup:
    """All that a ranking is made of."""

    index: Index
    lexicon: Lexicon | None
    tied: csr_array
    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    steps: tuple[float, float] = STEPS
    names: float = 1.0
    reworded: Rewording = lambda asked: asked

    @classmethod
    def of(cls, index: Index) -> Setup:
        """Ours."""
        return cls(index=index, lexicon=index.lexicon, tied=index.tied)

    def search(self, query: str) -> list[str]:
        """The first documents for a query."""
        asked = self.reworded(worded(query, self.lexicon))
        named = self.index.titles.named(query) * self.names
        given = fused(self._signals(asked), named, self.tied, weights=self.weights, steps=self.steps)
        scores = sum(given.values(), np.zeros(len(named)))
        return [self.index.documents[n].iri for n in np.argsort(-scores, kind="stable")[:DEPTH]]

    def _signals(self, asked: Wording) -> dict[str, Scores]:
        index = self.index
        signals = {"words": index.lexical.scores(asked), "letters": index.letters.scores(asked)}
        if index.dense is not None:
            signals["sense"] = np.maximum(index.dense.cosines(asked), 0.0)
        return {channel: scores for channel, scores in signals.items() if self.weights[channel]}


def changes(index: Index) -> Iterator[tuple[str, Setup]]:
    """Ours with one thing taken away, or done otherwise."""
    ours = Setup.of(index)
    for channel in CHANNELS:
        yield f"without {channel}", replace(ours, weights={**WEIGHTS, channel: 0.0})
    yield "without neighbours", replace(ours, steps=(0.0, 0.0))
    yield "without the name", replace(ours, names=0.0)
    yield "without the English route", replace(ours, lexicon=None)
    if index.lexicon is not None:
        yield from _lexicons(ours, index.lexicon)
    yield from _other_ties(ours)
    for steps in ((2.0, 0.0), (1.0, 0.5), (1.0, 1.0), (3.0, 3.0)):
        yield f"steps of {steps[0]:g} and {steps[1]:g}", replace(ours, steps=steps)
    for channel, weight in (("letters", 0.5), ("sense", 1.0), ("sense", 3.0)):
        yield f"{channel} weighs {weight:g}", replace(ours, weights={**WEIGHTS, channel: weight})
    if index.dense is not None:
        expanded = _expansion(index)
        yield "query expansion", replace(ours, reworded=expanded)
        halved = {**WEIGHTS, "sense": 1.0}
        yield "query expansion, sense 1", replace(ours, reworded=expanded, weights=halved)


def out_of_fold(index: Index, measured: Callable[[Search], Values]) -> Values:
    """What weights gain on queries that they were not chosen on, mean over 20 divisions in five."""
    ours = Setup.of(index)
    tables = [measured(setup.search) for setup in _grid(ours)]
    queries = sorted(tables[0])
    scores = np.array([[table[query] for query in queries] for table in tables])
    total = np.zeros(len(queries))
    for seed in range(REPEATS):
        order = np.random.default_rng(seed).permutation(len(queries))
        for held in np.array_split(order, FOLDS):
            others = np.setdiff1d(order, held)
            total[held] += scores[scores[:, others].mean(axis=1).argmax(), held]
    return dict(zip(queries, (total / REPEATS).tolist(), strict=True))


def known_items(search: Search, documents: Sequence[Document]) -> float:
    """The share of titles that come first when they are typed; equal titles stand for each other."""
    titles = {document.iri: document.title for document in documents}
    found = [(document.title, search(document.title)) for document in documents if document.title]
    return sum(bool(iris) and titles[iris[0]] == title for title, iris in found) / max(len(found), 1)


def _grid(ours: Setup) -> Iterator[Setup]:
    steps = ((0.0, 0.0), (1.0, 0.5), (2.0, 2.0), (3.0, 3.0))
    for letters, sense, step in product((0.0, 0.5, 1.0), (1.0, 2.0, 3.0), steps):
        yield replace(ours, weights={**WEIGHTS, "letters": letters, "sense": sense}, steps=step)


def _lexicons(ours: Setup, lexicon: Lexicon) -> Iterator[tuple[str, Setup]]:
    made = lexicon.sources
    if made.dictionary:
        yield "without the dictionary", replace(ours, lexicon=Lexicon(replace(made, dictionary={})))
    yield "without concept labels", replace(ours, lexicon=Lexicon(replace(made, names={})))
    yield "without aligned texts", replace(ours, lexicon=Lexicon(replace(made, learnt={})))
    alone = replace(made, names={}, learnt={})
    yield "without labels and aligned texts", replace(ours, lexicon=Lexicon(alone))


def _other_ties(ours: Setup) -> Iterator[tuple[str, Setup]]:
    index = ours.index
    said = index.dense.vectors if index.dense else index.lexical.profiles
    links = link_rows(index.documents)
    yield "ties without links", replace(ours, tied=ties(said, csr_array(links.shape)))
    for count in (NEIGHBOURS - 2, NEIGHBOURS + 3):
        yield f"{count} neighbours", replace(ours, tied=ties(said, links, neighbours=count))


def _expansion(index: Index) -> Rewording:
    assert index.dense is not None
    table = index.dense.table
    counts = Counter(word for document in index.documents for word in content(document.sense))
    words = sorted(word for word, count in counts.items() if count >= EXPANSION_COUNT)
    vectors = table.encode_all(words)

    def expanded(asked: Wording) -> Wording:
        near = vectors @ table.encode_words(asked.words)
        added = {term(words[n]): EXPANSION_WEIGHT * float(near[n]) for n in _highest(near)}
        said = {name: name for name in added} | dict(asked.said)
        return replace(asked, terms={**added, **asked.terms}, said=said)

    return expanded


def _highest(near: Scores | np.ndarray[tuple[int], np.dtype[np.float32]]) -> Iterable[int]:
    return [int(n) for n in np.argsort(-near, kind="stable")[:EXPANSION] if near[n] > 0]
