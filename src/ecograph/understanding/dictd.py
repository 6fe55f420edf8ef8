"""Dictionaries of the dict project as they are installed: an index of headwords beside their entries.

The format is that of dictfmt: each line of the `.index` holds a headword, an offset and a length, the
numbers in base 64; the entries lie in `.dict`, or in `.dict.dz`, which gzip reads.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from ecograph.errors import EcographError

LARGEST = 50_000_000  # bytes of all entries together
_DIGITS = {
    letter: number
    for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
_NUMBERED = re.compile(r"^\s*\d+\.\s*")
_REMARK = re.compile(r"\([^)]*\)|\[[^]]*\]|<[^>]*>|/[^/]*/")


class DictionaryUnusable(EcographError):
    """Files that are no dictionary."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"the dictionary {path} cannot be read: {reason}")
        self.path, self.reason = path, reason


def translations(index: Path) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Yield each headword with its translations, sense by sense; raises `DictionaryUnusable`.

    What is between brackets, pronunciation and remarks on use, is left out.
    """
    entries = _entries(index)
    for number, line in enumerate(index.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split("\t")
        if len(parts) != 3 or not all(parts[1:]) or not set(parts[1] + parts[2]) <= _DIGITS.keys():
            raise DictionaryUnusable(index, f"line {number} is not a headword, an offset and a length")
        if parts[0].startswith("00database"):
            continue
        start = _number(parts[1])
        text = entries[start : start + _number(parts[2])].decode("utf-8", "replace")
        if senses := tuple(_senses(text)):
            yield parts[0].strip(), senses


def _senses(text: str) -> Iterator[tuple[str, ...]]:
    """The first line of an entry repeats the headword; each other one is a sense."""
    for line in text.splitlines()[1:]:
        bare = _REMARK.sub("", _NUMBERED.sub("", line))
        words = tuple(word.strip() for word in re.split(r"[,;]", bare) if word.strip())
        if words:
            yield words


def _entries(index: Path) -> bytes:
    packed, plain = index.with_suffix(".dict.dz"), index.with_suffix(".dict")
    try:
        with gzip.open(packed) if packed.exists() else plain.open("rb") as file:
            entries = file.read(LARGEST + 1)
    except (OSError, EOFError) as error:
        raise DictionaryUnusable(index, f"its entries cannot be read ({error})") from error
    if len(entries) > LARGEST:
        raise DictionaryUnusable(index, f"its entries are longer than {LARGEST} bytes")
    return bytes(entries)


def _number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * 64 + _DIGITS[digit]
    return value
