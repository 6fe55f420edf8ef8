"""Whether a name is, or may be, somebody's: silence is better than a card on somebody."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ecograph.understanding.bodies import GIVEN, TRADES
from ecograph.understanding.forms import LITTLE, key, normal

_TITLES = r"\b(?:M\.|MM\.|Mme|Mmes|Mlle|Dr|Pr|Me|Monsieur|Madame|Maître|Docteur)"
_TITLE = re.compile(rf"{_TITLES}\s*$")
_NAME = r"[A-ZÀ-ÖØ-Þ][\w’'-]+"
# "Mme Ada Bois", "Olivier DALLE".
_TITLED = re.compile(rf"{_TITLES}\s+{_NAME}(?:[ \u00a0]{_NAME}){{0,2}}")
_TWO_NAMES = re.compile(rf"\b({_NAME})[ \u00a0](?=({_NAME}))")
# "Ada Durand, directrice de": whoever follows such a comma has a name of their own.
_OFFICE = re.compile(
    r"\s*[,(]\s*(?:(?:le|la|l['’]|son|sa|vice-|co-?|ancien(?:ne)?|jeune)\s*)*"
    r"(?:président|pdg|directeur|directrice|dirigeant|gérant|maire|préfet|député|sénat|ministre|fondat|"
    r"cofondat|responsable|chargé|chef|secrétaire|chercheu|enseignant|professeur|ingénieur|agricult|élu|"
    r"artisan|éleveu|porteu|créat|consultant|conseill|\d{2}\s+ans)",
    re.IGNORECASE,
)
_HOLDERS = (
    r"(?:président|directeur|directrice|dirigeant|gérant|maire|préfet|préfète|député|ministre|"
    r"(?:co)?fondat(?:eur|rice)|responsable|chercheu(?:r|se)|professeur|ingénieur|élève|stagiaire|"
    r"patron|salarié|technicien|étudiant|entrepreneu(?:r|se))(?:n?e)?"
)
_BEFORE_OFFICE = re.compile(rf"{_HOLDERS}\s*,?\s*$", re.IGNORECASE)
# "La directrice du laboratoire Ada Durand": what follows is hers.
_HOLDER_OF = re.compile(rf"\b{_HOLDERS}\b[^,.;:!?]*$", re.IGNORECASE)
_SPEAKS = re.compile(
    r"\s*,?\s*(?:explique|précise|souligne|raconte|ajoute|confie|estime|rappelle|se réjouit|regrette|salue|"
    r"témoigne|sourit|soupire|résume|insiste|poursuit|déclare|assure)"
)
# Words of the language that are surnames as well.
_SURNAMES = frozenset(
    """
    beau beaux bel belle bois bon bonne brave cher clair cour court doux droit dur fin foret forestier
    fort france franc froid gay gentil grand gros haut jardin jeune joli joly juste large lent leger
    long loup martin mort neuf noble noir parfait petit pont port pre puits riche riviere roi rond rouge
    sage sain sec seigneur simple sourd tendre val vert vieux vif vigneron ville vin voyage
    """.split()  # noqa: SIM905 - as a list, one a line
)
OPENING = re.compile(r"(?:^|[.!?…:\n•–-])[\s\u00a0«»“”\"'’(]*$")
_CAPITALISED = re.compile(r"([A-ZÀ-ÖØ-Þ][\w’'-]*) $")
_MOST_WORDS = 3


def without_people(text: str) -> str:
    """Return a text with spaces for the names that titles and given names tell to be people's."""
    text = _TITLED.sub(_spaces, text)
    found = [one for one in _TWO_NAMES.finditer(text) if set(normal_parts(one[1])) & GIVEN]
    for one in reversed(found):
        text = text[: one.start()] + " " * (one.end(2) - one.start()) + text[one.end(2) :]
    return text


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])


def may_be_somebody(
    text: str, start: int, end: int, words: Sequence[str], *, people: Collection[str], common: Collection[str]
) -> bool:
    """Whether a stretch may be a person's name; it holds no legal form, nor a word for a body.

    `people` are the words of the names of those whom the text names, `common` those of its capitalised words
    that are hardly ever names.
    """
    folded = [part for word in words for part in normal_parts(word)]
    before, after = text[:start], text[end:]
    if _TITLE.search(before) or _OFFICE.match(after) or _SPEAKS.match(after):
        return True
    if names_a_trade(words, common):
        return False
    if any(part in GIVEN for part in folded) or any(word in people for word in words):
        return True
    if _BEFORE_OFFICE.search(before):
        return True
    # Two or three words that are nothing but capitalised may be a name and a surname: no given name is a
    # common word, but surnames are.
    is_plain = 2 <= len(words) <= _MOST_WORDS and all(_is_plain(word) for word in words)
    return is_plain and (words[0] not in common or is_held(text, start))


def is_held(text: str, start: int) -> bool:
    """Whether what stands before a place is about somebody who holds an office in what the place names."""
    return _HOLDER_OF.search(text[:start]) is not None


def names_a_trade(words: Sequence[str], common: Collection[str]) -> bool:
    """Whether a name of several words ends with what is done or sold there: "Durand Matériaux"."""
    if len(words) < 2 or not words[-1][0].isupper() or not is_trade(words[-1]):
        return False
    # Ada Bois may be somebody, Ambiance Bois is not.
    return len(words) > 2 or normal(words[-1]) not in _SURNAMES or words[0] in common


def is_trade(word: str) -> bool:
    """Whether a word says what is done or sold, and is nobody's surname."""
    return normal(word) in TRADES or key(normal(word)) in TRADES


def continues_a_name(text: str, start: int, common: Collection[str]) -> bool:
    """Whether a capitalised word stands right before a place, so that what begins there is a part of a name.

    A common word that opens a sentence has a capital in any case: "Selon INRAE".
    """
    before = _CAPITALISED.search(text[:start])
    if before is None or normal(before[1]) in LITTLE:
        return False
    return before[1] not in common or OPENING.search(text[: before.start()]) is None


def normal_parts(word: str) -> list[str]:
    """Return the parts of a word that hyphens or apostrophes join, in lower case without accents."""
    return [normal(part) for part in re.split(r"['’-]", word) if part]


def _is_plain(word: str) -> bool:
    return word[0].isupper() and word[1:].islower() and word.replace("-", "").replace("’", "").isalpha()
