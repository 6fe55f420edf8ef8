"""Poles of a text: which fields of activity it is about, several or none.

The names of a field (its own and those of its competences, curated in the ontology) vote when a text
holds them. Words that no name holds vote too, more softly, by the names that they are near to in a word
table. A text that gathers too little is left to people: an answer is a suggestion, not a statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ecograph.understanding.embedding import Table
from ecograph.understanding.forms import key
from ecograph.understanding.people import without_people
from ecograph.understanding.words import content

METHOD = "poles/5"
# Found on 199 sentences of three sets; a plateau: see docs/explanation/understanding.md.
LEAST = 0.7  # votes below which a text is left to people
SHARE = 0.55  # of the votes of the first, from which another field is meant as well
ENOUGH = 3.0  # votes that make the first sure: more of them take nothing from another field
SOFT = 1.0  # weight of words near a name against names themselves
NEAR, NEIGHBOURS = 0.5, 5  # cosine from which a word is near a name; how many names it may be near to
SAME_STEM = 0.5  # what a word counts that has only its stem from a name
UNCERTAIN = 0.4  # what a word of several senses counts: never enough alone
LONGEST = 6  # words in one name
ONE_WORD = 0.6  # confidence of a pole at most for which no more than one word speaks as it is written
MOST_NAMES = 3  # from here on, that more concepts bear a name says no more

_KEPT_WORDS = 20_000

# Words that names of concepts have, for people to find them, and that mean much else in a text: "le bilan de
# l'accident", "la carte scolaire". One of them alone says nothing. As they are compared.
SEVERAL_SENSES = frozenset(
    """
    animation appellation bauge bilan carte cession cohorte compagnon concertation consigne contrat
    croute culture drive editeur escalier film forme fraude froid gout indicateur infrastructure integration
    jeu localisation marqueur marron menu mesure migration module monument nez parasite parcelle
    passif pilote planification plaquette plasma pollution portail promoteur reacteur redacteur regime
    regulation residu saisie sauvegarde son statut substitution tension vrac
    """.split()  # noqa: SIM905 - as a list
)

Analyze = Callable[[str], Sequence[str]]
"""What makes terms of a text: one for each of its words that carry meaning, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notion:
    """A concept that speaks for some poles: its names in French, and their identifiers."""

    names: tuple[str, ...]
    poles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A pole that a text is about, and how sure that is, from 0 to 1."""

    pole: str
    confidence: float


class PoleClassifier:
    """Tells the poles of texts. `analyze` makes terms of a text; without a table, only names vote."""

    def __init__(self, notions: Iterable[Notion], *, analyze: Analyze, table: Table | None = None) -> None:
        notions = list(notions)
        self._analyze = analyze
        self._poles = sorted({pole for notion in notions for pole in notion.poles})
        self._votes = _votes(notions, analyze)
        self._written = _written(notions, analyze)
        self._near = _Nearness(notions, self._poles, table) if table is not None else None

    def suggest(self, text: str) -> list[Suggestion]:
        """The poles of a text, surest first; none when it says too little."""
        votes, told = self._counted(text)
        least = max(LEAST, SHARE * min(ENOUGH, max(votes.values(), default=0.0)))
        kept = sorted(((vote, pole) for pole, vote in votes.items() if vote >= least), reverse=True)
        return [
            Suggestion(pole=pole, confidence=min(vote / (vote + 1), 1.0 if told[pole] > 1 else ONE_WORD))
            for vote, pole in kept
        ]

    def votes(self, text: str) -> Mapping[str, float]:
        """How much a text speaks for each pole that it speaks for at all; people's names say nothing."""
        return self._counted(text)[0]

    def _counted(self, text: str) -> tuple[Mapping[str, float], Mapping[str, int]]:
        """The votes for each pole, and how many words of the text speak for it as they are written."""
        text = without_people(text)
        votes: dict[str, float] = defaultdict(float)
        told: dict[str, int] = defaultdict(int)
        for given, written in self._named(text):
            for pole, vote in given.items():
                votes[pole] += vote
                told[pole] += written
        if self._near is not None:
            for pole, vote in zip(self._poles, self._near.votes(text), strict=True):
                votes[pole] += SOFT * float(vote)
        return votes, told

    def _named(self, text: str) -> Iterator[tuple[Mapping[str, float], int]]:
        """Yield what each name that a text holds gives to poles, the longest at each place, each once.

        With it, how many words of it stand there as they are written.
        """
        words, terms = content(text), tuple(self._analyze(text))
        heard: set[tuple[str, ...]] = set()
        at = 0
        while at < len(terms):
            for length in range(min(LONGEST, len(terms) - at), 0, -1):
                name = terms[at : at + length]
                if given := self._votes.get(name):
                    if name not in heard:
                        written = self._is_written(name, words[at])
                        uncertain = length == 1 and key(words[at]) in SEVERAL_SENSES
                        share = UNCERTAIN if uncertain else SAME_STEM
                        yield (given, length) if written else (_lessened(given, share), 0)
                    heard.add(name)
                    break
            else:
                length = 1
            at += length

    def _is_written(self, name: tuple[str, ...], word: str) -> bool:
        """Whether a name stands there as it is: "agence" has the stem of "agencement", and no more.

        With accents that the name has not, a word is another one (fermé, ferme); with several senses, it is
        perhaps.
        """
        if len(name) > 1:
            return True
        form = _form(word) if not word.isascii() else key(word)
        return form in self._written[name] and key(word) not in SEVERAL_SENSES


class _Nearness:
    """Votes of single words by the names that they are near to."""

    def __init__(self, notions: Sequence[Notion], poles: Sequence[str], table: Table) -> None:
        self._table = table
        shares: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for notion in notions:
            for name in notion.names:
                words = content(name)
                for word in words:
                    for pole in notion.poles:
                        shares[word][pole] += 1 / len(notion.poles) / len(words)
        known = {word: vector for word in sorted(shares) if (vector := table.encode_words([word])).any()}
        self._vectors = np.stack(list(known.values())) if known else np.zeros((0, table.width), np.float32)
        self._shares = np.array(
            [[shares[word][pole] / sum(shares[word].values()) for pole in poles] for word in known]
        ).reshape(len(known), len(poles))

        self._of = lru_cache(maxsize=_KEPT_WORDS)(self._of_word)

    def votes(self, text: str) -> NDArray[np.float64]:
        """What the words of a text give to each pole, in their order."""
        nothing = np.zeros(self._shares.shape[1])
        return sum((self._of(word) for word in content(text)), nothing)

    def _of_word(self, word: str) -> NDArray[np.float64]:
        cosines = self._vectors @ self._table.encode_words([word])
        nearest = np.argsort(-cosines, kind="stable")[:NEIGHBOURS]
        weights = np.clip(cosines[nearest] - NEAR, 0.0, None) / (1 - NEAR)
        return np.asarray(weights @ self._shares[nearest] / NEIGHBOURS)


def _votes(notions: Iterable[Notion], analyze: Analyze) -> dict[tuple[str, ...], dict[str, float]]:
    """For each name, as terms, what it gives to each pole."""
    counted: dict[tuple[str, ...], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for notion in notions:
        for name in notion.names:
            if terms := tuple(analyze(name)):
                for pole in notion.poles:
                    counted[terms][pole] += 1 / len(notion.poles)
    return {terms: _given(terms, poles) for terms, poles in counted.items()}


def _written(notions: Iterable[Notion], analyze: Analyze) -> dict[tuple[str, ...], set[str]]:
    """For each name of one term, the words that it is written with."""
    words: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for name in (name for notion in notions for name in notion.names):
        terms = tuple(analyze(name))
        if len(terms) == 1:
            for word in content(name):
                words[terms].update((key(word), _form(word)))
    return words


def _form(word: str) -> str:
    """A word in the singular, with its accents."""
    return word.rstrip("sx")


def _lessened(given: Mapping[str, float], share: float) -> Mapping[str, float]:
    return {pole: vote * share for pole, vote in given.items()}


def _given(terms: tuple[str, ...], poles: Mapping[str, float]) -> dict[str, float]:
    """A name of several words tells more, and so does one that several concepts bear."""
    total = sum(poles.values())
    weight = (1 + 0.5 * (len(terms) - 1)) * min(total, MOST_NAMES) ** 0.5
    return {pole: weight * count / total for pole, count in poles.items()}
