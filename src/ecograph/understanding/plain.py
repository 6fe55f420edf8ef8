"""A text as it is read: signs that look alike are one sign, and words that something broke are whole.

Feeds and spreadsheets write one name with accents apart (NFD), with soft hyphens, with the apostrophes
of four code pages, cut at a line's end, or with an ending in brackets. Places in what is read are told
as places in the text as it is stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# One sign for one, so that no place moves. \x91 to \x9c: Windows signs in a text that says Latin-1.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("’‘‛`´ʼʹʻˈ′＇\x91\x92", "'"),
        **dict.fromkeys("‐‑‒−﹣－", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u205f", " "),
        "\x96": "–",
        "\x9c": "œ",
        "\x8c": "Œ",
    }
)
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"»)]*[^\s<>\"»).,;:!?]|[\w.+-]+@[\w-]+\.[\w.-]*\w")
_HIDDEN = "¤"  # stands for each sign of an address: no name is read in it
# What is not read: signs without width; the hyphen of a word that a line's end cuts, unless a little word
# follows ("Villefranche-\nde-Rouergue"); endings that a reader may choose ("matériau(x)", "dirigeant·e·s").
_INVISIBLE = r"[\u00ad\u200b-\u200d\u2060\ufeff]"
_CUT = (
    r"(?<=[^\W\d_])[-\u00ad¬][ \t]*\r?\n[ \t]*(?=[a-zß-ÿœ])"
    r"(?!(?:de|du|des|d|la|le|les|l|en|et|sur|sous|lès|lez)(?![^\W_]))"
)
_ENDING = (
    r"(?<=[^\W\d_])(?:\((?:s|x|e|es|ne|aux)\)|[·•‧⋅](?:e|ne|le|te|ère|rice|trice|euse|s)(?:[·•‧⋅]?s)?(?![^\W_])"
    r"|\.e\.s(?![^\W_])|-e-s(?![^\W_]))"
)
_APART = r"[^\W\d_][\u0300-\u036f]+"
_MENDED = re.compile(f"(?P<cut>{_CUT})|(?P<ending>{_ENDING})|(?P<apart>{_APART})|{_INVISIBLE}")
# Most texts hold none of these signs, which is seen at once.
_SUSPECT = re.compile(
    r"[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff·•‧⋅¬]|-[ \t]*\r?\n|\([sxena]|[.-]e[.-]s"
)


@dataclass(frozen=True, slots=True)
class Plain:
    """What is read of a text, and the places of its signs in the text as stored; none where nothing moved."""

    text: str
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()

    def stored(self, start: int, end: int) -> tuple[int, int]:
        """The places in the stored text, in code points, of a stretch of what is read."""
        return (self.starts[start], self.ends[end - 1]) if self.starts else (start, end)


def plain_of(text: str) -> Plain:
    """Return what is read of a text."""
    alike = text if text.isascii() and "`" not in text else text.translate(_ALIKE)
    if "@" in alike or "://" in alike or "www." in alike:
        alike = _ADDRESS.sub(lambda found: _HIDDEN * len(found[0]), alike)
    return _mended(alike) if _SUSPECT.search(alike) else Plain(alike)


def _mended(text: str) -> Plain:
    """What is read of a text in which words may be broken."""
    signs: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for found in [*_MENDED.finditer(text), None]:
        start, end = found.span() if found is not None else (len(text), len(text))
        signs.append(text[at:start])
        starts += range(at, start)
        ends += range(at + 1, start + 1)
        if found is not None and found["apart"] is not None:
            whole = unicodedata.normalize("NFC", found[0])
            signs.append(whole)
            starts += [start] * len(whole)
            ends += [end] * len(whole)
        elif found is not None and found["ending"] is not None:
            ends[-1] = end  # the ending belongs to the word
        at = end
    return Plain("".join(signs), starts, ends)
