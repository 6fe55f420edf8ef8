"""The written forms of words: what two spellings of one name have in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

# The words that names drop and take: "CCI de la Lozère", "CCI Lozère".
LITTLE = frozenset({"d", "de", "des", "du", "l", "la", "le", "les"})

_WORD = re.compile(r"(?<![^\W_])[A-Z]&[A-Z](?![^\W_])|[^\W_]+|&")  # R&D is one word
_ABBREVIATED = {
    "st": "saint",
    "ste": "sainte",
    "&": "et",
    "univ": "universite",
    "asso": "association",
    "dept": "departement",
    "dpt": "departement",
    "inst": "institut",
    "labo": "laboratoire",
}
# The few words in -ail whose plural is in -aux.
_AIL = frozenset({"corail", "email", "soupirail", "travail", "vantail", "vitrail"})
_OPENED = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "Oe", "Æ": "Ae"})
_LONGEST_ACRONYM = 8
_INVARIABLE = 3  # letters up to which a final s belongs to the word


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, where it stands, and what it is compared by."""

    text: str
    start: int
    end: int
    key: str

    @property
    def little(self) -> bool:
        return self.key in LITTLE


def tokens_of(text: str) -> list[Token]:
    """The words of a text in order, with their places in code points."""
    return [Token(match[0], match.start(), match.end(), key(match[0])) for match in _WORD.finditer(text)]


def is_abbreviation(word: str) -> bool:
    """Whether a word is written short, with a dot after it or without: St, Univ."""
    return normal(word) in _ABBREVIATED


def joined(tokens: Iterable[Token]) -> str:
    """The letters of the words that carry a name, without anything between them."""
    return "".join(token.key for token in tokens if token.key not in LITTLE)


@lru_cache(maxsize=65_536)
def normal(word: str) -> str:
    """A word in lower case without accents; ligatures opened, signs dropped."""
    decomposed = unicodedata.normalize("NFKD", word.translate(_OPENED).lower())
    return "".join(c for c in decomposed if c.isalnum())


def is_acronym(text: str) -> bool:
    """Whether a name is one short word with two capitals or more: INRAE, POLeN, CCI 48."""
    letters = re.sub(r"[\W_]", "", text)
    capitals = sum(c.isupper() for c in letters)
    words = [word for word in re.findall(r"[^\W\d_]+", text) if word]
    return (
        2 <= len(letters) <= _LONGEST_ACRONYM
        and capitals >= 2
        and capitals >= sum(c.islower() for c in letters)
        and all(word[0].isupper() for word in words)
    )


@lru_cache(maxsize=65_536)
def key(word: str) -> str:
    """What a word is compared by: in the singular, without case or accents, abbreviations written out."""
    plain = word.lower() if "&" in word else normal(word) or word  # R&D is not RD
    return _singular(_ABBREVIATED.get(plain, plain))


def _singular(word: str) -> str:
    if len(word) <= _INVARIABLE:
        return word
    single = word[:-1] if word[-1] in "sx" else word
    # Nobody can tell whether a word in -aux is one in -al, in -au or in -ail: all are compared as one.
    if (single.endswith("au") and not single.endswith("eau")) or single in _AIL:
        return single.removesuffix("au").removesuffix("ail") + "al"
    return single
