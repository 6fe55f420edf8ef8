"""What has a name and is no body: labels, fairs, laws, roads, techniques."""

from __future__ import annotations

import re

from ecograph.understanding.forms import normal
from ecograph.understanding.kinds import is_kind_word, words_of_name

# What has a name and is no body.
_OTHER_THING = re.compile(
    r"\b(?:labels?|normes?|salons?|festivals?|foires?|programmes?|projets?|dispositifs?|logiciels?|prix|concours|"
    r"certifications?|marques?|appels?|mentions?|formats?|protocoles?|diplômes?|rue|avenue|place|route|plans?|lois?)"
    r"\s+(?:d['’]|de\s+|du\s+|l['’])?[«“\"]?\s*$",
    re.IGNORECASE,
)
_SPELT_BY = re.compile(r"[\w\u00a0 '’-]{0,120}\($")


def is_other(text: str, start: int, end: int) -> bool:
    """Whether what surrounds a name says that it is no body's: a label, a part of a title, a technique."""
    before, after = text[:start], text[end:]
    if _OTHER_THING.search(before):
        return True
    opened, closed = before.rfind("«"), before.rfind("»")
    if opened > closed and (before[opened + 1 :].strip() or not after.lstrip().startswith("»")):
        return True  # within a longer title
    if not after.startswith(")") or not (said := _SPELT_BY.search(before)):
        return False
    letters = len(normal(text[start:end]))
    return not any(map(is_kind_word, words_of_name(said[0])[-letters:]))
