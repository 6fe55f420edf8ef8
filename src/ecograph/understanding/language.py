"""The language of a text, told by its small words."""

from __future__ import annotations

from ecograph.understanding.words import ENGLISH, FRENCH, tokens

LEAST = 2  # small words without which a text tells nothing
SHARE = 0.12  # of the words, below which it is in neither language
READ = 400  # words that are looked at


def language_of(text: str) -> str | None:
    """Return "fr", "en", or None for a text in neither, or too short to tell."""
    words = tokens(text)[:READ]
    french, english = (sum(word in small for word in words) for small in (FRENCH, ENGLISH))
    most = max(french, english)
    if most < max(LEAST, SHARE * len(words)) or french == english:
        return None
    return "fr" if french > english else "en"
