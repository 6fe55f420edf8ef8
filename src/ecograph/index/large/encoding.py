"""From texts to the numbers that engines store and compare; the same for every engine.

What depends on all documents (mean lengths, how many hold a word) is frozen in the vocabulary when
the index is built, so that a document added later is weighed like those that were there before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from ecograph.index.analysis import term, words
from ecograph.index.bm25f import FIELDS, K1, MOST_TERMS, Matched
from ecograph.index.documents import Document
from ecograph.index.large.ports import Asked, Point
from ecograph.index.large.vocabulary import Vocabulary, number_of
from ecograph.index.lens import PLAIN, Lens
from ecograph.index.wording import Wording
from ecograph.understanding.embedding import Matrix, Table
from ecograph.understanding.words import content, fold


def counted(document: Document) -> dict[str, Counter[str]]:
    """How often each term stands in each field."""
    texts = {"title": document.title, "labels": document.names, "text": document.text}
    return {name: Counter(map(term, words(text))) for name, text in texts.items()}


ANYWHERE = number_of("@ anywhere")


def name_of(text: str) -> int:
    """The number of a name in full, whatever its capitals, accents and spaces; no word has it."""
    return number_of("= " + fold(" ".join(text.casefold().split())))


def link_of(iri: str) -> int:
    """The number of being linked to a resource, or being it; no word has it."""
    return number_of("@ " + iri)


def having(competence: str) -> int:
    """The number of having a competence: offering, covering or requiring it."""
    return number_of("@ having " + competence)


def about_of(document: Document) -> frozenset[int]:
    """The numbers of the titles that a document goes by, and of what it is linked to.

    One that serves no place in particular has that of no place.
    """
    titles = {name_of(title) for title in (document.title, document.title_en) if title}
    own = (document.kind, *document.poles, *document.links, *document.competences, document.iri)
    nowhere = () if document.territories else (ANYWHERE,)
    return frozenset(
        {*titles, *(link_of(iri) for iri in own if iri), *map(having, document.competences), *nowhere}
    )


def shares(counts: Mapping[str, Counter[str]], means: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """For each term and field the frequency, weighted and brought to the mean length."""
    found: dict[str, dict[str, float]] = {}
    for field in FIELDS:
        of_field = counts[field.name]
        scale = field.weight / (1 - field.b + field.b * of_field.total() / means[field.name])
        for name, count in of_field.items():
            found.setdefault(name, {})[field.name] = count * scale
    return found


def point_of(document: Document, vocabulary: Vocabulary, table: Table | None) -> Point:
    """A document as engines store it, its neighbours still unknown."""
    totals: dict[int, float] = {}
    for name, fields in shares(counted(document), vocabulary.means).items():
        # Two terms in 2³² may have one number: then they are one term.
        totals[number_of(name)] = totals.get(number_of(name), 0.0) + sum(fields.values())
    return Point(
        document=document,
        words={number: total / (K1 + total) for number, total in totals.items()},
        about=about_of(document),
        vector=_vector(content(document.sense), table),
    )


def asked_of(
    asked: Wording,
    vocabulary: Vocabulary,
    table: Table | None,
    floor: float,
    *,
    name: str | None = None,
    lens: Lens = PLAIN,
) -> Asked:
    """A query as engines take it; `name` is what was typed, where not all of it is looked up."""
    weighed = {name: n * vocabulary.idf(number_of(name)) for name, n in asked.terms.items()}
    kept = sorted(weighed, key=lambda name: (-weighed[name], name))[:MOST_TERMS]
    unknown = [name for name in kept if not vocabulary.holds(number_of(name))]
    # Runs of letters do not translate, and a word that is known is spelt as it should be.
    near = {name: vocabulary.near(name) for name in unknown if not asked.english}
    return Asked(
        words={number_of(name): weighed[name] for name in kept},
        letters=_lettered(near, vocabulary),
        names=frozenset([name_of(asked.text if name is None else name)]),
        concepts=tuple(frozenset(map(link_of, below)) for below in lens.concepts.values()),
        preferred={link_of(iri): worth for iri, worth in lens.preferred.items()},
        places=lens.within,
        bringing=frozenset(map(number_of, kept)) | {n for pairs in near.values() for n, _ in pairs},
        vector=_vector(asked.words, table),
        floor=floor,
    )


def best(asked: Wording, vocabulary: Vocabulary) -> float:
    """What a document would score that held every known word of a query without end."""
    numbers = {number_of(name): weight for name, weight in asked.terms.items()}
    return sum(weight * vocabulary.idf(n) for n, weight in numbers.items() if vocabulary.holds(n))


def matched(asked: Wording, document: Document, vocabulary: Vocabulary) -> tuple[Matched, ...]:
    """Which words of a query a document holds, and where; the heaviest first."""
    found = shares(counted(document), vocabulary.means)
    kept = [
        Matched(word=asked.said[name], term=name, fields=_weighed(found[name], name, weight, vocabulary))
        for name, weight in asked.terms.items()
        if name in found
    ]
    return tuple(sorted(kept, key=lambda m: (-m.weight, m.word)))


def _vector(words: Iterable[str], table: Table | None) -> Matrix:
    return np.zeros(0, dtype=np.float32) if table is None else table.encode_words(words)


def _weighed(
    fields: Mapping[str, float], name: str, weight: float, vocabulary: Vocabulary
) -> dict[str, float]:
    whole = weight * vocabulary.idf(number_of(name)) / (K1 + sum(fields.values()))
    return {field: whole * share for field, share in fields.items()}


def _lettered(near: Mapping[str, tuple[tuple[int, float], ...]], vocabulary: Vocabulary) -> dict[int, float]:
    """The terms that are written like those asked for, each as near as the nearest says."""
    found: dict[int, float] = {}
    for number, likeness in (pair for pairs in near.values() for pair in pairs):
        found[number] = max(found.get(number, 0.0), likeness * vocabulary.idf(number))
    return found
