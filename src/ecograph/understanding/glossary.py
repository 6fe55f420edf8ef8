"""The lexicon of a graph, made from what it says in both languages and from installed dictionaries."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ecograph.understanding.alignment import aligned
from ecograph.understanding.dictd import translations
from ecograph.understanding.english import Sources, stem
from ecograph.understanding.words import content, tokens

METHOD = "lexicon-1"  # changes whenever the same sources would give another lexicon
NAME_WORDS = 4  # of a label that stands for the other: longer ones only teach

RANK = 0.5  # how fast the later meanings of a dictionary lose weight
ENGLISH_FIRST, FRENCH_FIRST = "freedict-eng-fra.index", "freedict-fra-eng.index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel:
    """The same thing said in English and in French; `name` when both are names of it."""

    english: str
    french: str
    name: bool = False


@dataclass(frozen=True, slots=True)
class _Dictionary:
    """Both directions of a dictionary in one, and its French headwords."""

    entries: dict[str, dict[str, float]]
    french: frozenset[str]


def lexicon_of(parallel: Sequence[Parallel], texts: Iterable[str], *, folder: Path | None = None) -> Sources:
    """Make what the lexicon for some French texts needs; `folder` is where dictionaries are installed.

    Raises `DictionaryUnusable` for files that cannot be read.
    """
    dictionary = _read(folder) if folder else _Dictionary({}, frozenset())
    counts = Counter[str]()
    size = 0
    for text in texts:
        counts.update(set(content(text)))
        size += 1
    chosen = [(content(p.english), content(p.french)) for p in parallel]
    return Sources(
        identity=identity(folder),
        names=_names(p for p in parallel if p.name),
        learnt=aligned(([*map(stem, english)], french) for english, french in chosen),
        dictionary=dictionary.entries,
        english=frozenset(chain(dictionary.entries, *(english for english, _ in chosen))),
        french=dictionary.french.union(*(french for _, french in chosen)),
        texts={word: count for word, count in sorted(counts.items()) if count > 1},
        size=size,
    )


def identity(folder: Path | None) -> str:
    """Name the method and the dictionaries: a lexicon of another identity is made again."""
    digests = [hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in dictionaries(folder)]
    return ":".join([METHOD, *digests])


def dictionaries(folder: Path | None) -> list[Path]:
    """The dictionaries of a folder that are read."""
    files = [folder / name for name in (ENGLISH_FIRST, FRENCH_FIRST)] if folder else []
    return [file for file in files if file.is_file()]


def _names(parallel: Iterable[Parallel]) -> dict[str, dict[str, float]]:
    names: dict[str, dict[str, float]] = defaultdict(dict)
    for pair in parallel:
        english, french = content(pair.english), content(pair.french)
        if english and french and max(len(english), len(french)) <= NAME_WORDS:
            names[" ".join(english)][" ".join(tokens(pair.french))] = 1.0
    return dict(names)


def _read(folder: Path) -> _Dictionary:
    weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    french: set[str] = set()
    for english, rank, word in _ranked(folder / ENGLISH_FIRST):
        weights[_plain(english)][_plain(word)] += 1 / (1 + RANK * rank)
    for word, rank, english in _ranked(folder / FRENCH_FIRST):
        weights[_plain(english)][_plain(word)] += 1 / (1 + RANK * rank)
        french.add(_plain(word))
    kept = {english: {f: w for f, w in found.items() if f} for english, found in weights.items() if english}
    return _Dictionary({english: found for english, found in kept.items() if found}, frozenset(french))


def _ranked(index: Path) -> Iterator[tuple[str, int, str]]:
    if index.is_file():
        for headword, senses in translations(index):
            for rank, word in enumerate(chain.from_iterable(senses)):
                yield headword, rank, word


def _plain(text: str) -> str:
    """In lower case, and without small words where there are others, as questions are looked up."""
    return " ".join(content(text) or tokens(text))
