"""What the words of a name tell: whether it is a body's, and of which kind."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ecograph.understanding.bodies import COMPANY_FORMS, KIND_OF, KINDS, NO_NAMES
from ecograph.understanding.forms import LITTLE, is_acronym, key, normal
from ecograph.understanding.people import is_trade

SHORTEST_ACRONYM = 3
_SHORTEST_TRADE = 6  # letters
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|&")


def kind_of(name: str) -> str:
    """Return the notation of the kind of actor that a name tells of; a company where it tells nothing."""
    words = [normal(word) for word in words_of_name(name)]
    return next((KIND_OF[word] for word in words if word in KIND_OF), "entreprise")


def is_company(name: str) -> bool:
    """Whether a name says that it is a company's, by a legal form."""
    return any(normal(word) in COMPANY_FORMS for word in words_of_name(name))


def words_of_name(name: str) -> list[str]:
    """Return the words of a name that carry it, without articles and prepositions."""
    found = (re.sub(r"^[ldLD]['’]", "", word) for word in _WORD.findall(name))
    return [word for word in found if normal(word) not in LITTLE]


def is_kind_word(word: str) -> bool:
    """Whether a word tells what kind of body it is of: a chamber, and any trade (menuiserie, fromagerie)."""
    singular = key(normal(word)) if word else ""
    return singular in KINDS or (singular.endswith("erie") and len(singular) > _SHORTEST_TRADE)


def ends_as_body(words: Sequence[str]) -> bool:
    """Whether a name of three words or more ends with what is done there: "Ada Durand Conseil"."""
    last = words[-1]
    return len(words) > 2 and last[0].isupper() and (is_kind_word(last) or is_trade(last))


def is_body_acronym(word: str) -> bool:
    """Whether a word is an acronym that may begin a name: "CPIE du Velay", "CMA 48"."""
    return (
        is_acronym(word) and word.isupper() and len(word) >= SHORTEST_ACRONYM and normal(word) not in NO_NAMES
    )


def may_be_called(noun: str) -> bool:
    """Whether what a noun tells of may be a body: "le studio", "l'opérateur", "le géant"; no "bière"."""
    return is_kind_word(noun) or noun.endswith(("eur", "ier", "iste", "ant", "ent", "pôle", "site"))
