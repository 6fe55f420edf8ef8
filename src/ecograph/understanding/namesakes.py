"""Whether a proper name is borne by something else than what the graph knows by it.

Streets, people, other bodies and common words have the names of bodies, and départements are both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ecograph.understanding.bodies import GIVEN
from ecograph.understanding.contexts import NO_PART, Reading
from ecograph.understanding.entries import GENERIC
from ecograph.understanding.forms import Token, key, normal
from ecograph.understanding.words import FRENCH

# Bodies that are named as the land that they govern is: in it, or of its people, it is the land.
_LANDS = frozenset({"agglomeration", "canton", "commune", "departement", "metropole", "region", "ville"})
_IN_LAND = re.compile(
    r"(?:\b(?:dans|hors|à travers)(?: tou(?:t|te|s|tes))? (?:le|la|les|l')|\ben|"
    r"\b(?:habitants|communes|villages|cantons|population|superficie|nord|sud|est|ouest|chef-lieu)"
    r" (?:du|des|de|de la|de l'))\s?$",
    re.IGNORECASE,
)
# What makes a word at the opening of a sentence a common one: "Sève de bouleau"; not "Sève d'abord".
_COMPLEMENT = re.compile(
    r" d(?:e |u |es |e la |e l'|')(?!(?:nouveau|plus|retour|abord|ailleurs|ores|ici|même)\b)[a-zß-ÿœ]"
)
_DETERMINED = re.compile(
    r"(?:\b(?:l[ae]s?|une?|des?|du|cet(?:te)?|ces?|aux?|s[ae]s?|son|leurs?|[nv]otre|[nv]os|chaque) |\bl')$",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b(?:rue|avenue|av\.|boulevard|bd|allées?|impasse|quai|square|faubourg|rond-point)"
    r"(?: d(?:e la|e l'|u|es|e|'))? ?$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"\b(?:MM?\.|Mmes?|Mlle|Dr|Pr|Me|[Mm]onsieur|[Mm]adame|[Mm]aître|[Dd]octeur) $")
_CAPITALISED = re.compile(r"([A-ZÀ-Þ][\w'-]*) $")
_TRADES = frozenset({"pme", "tpe", "eti", "entreprise"})  # before a name, as legal forms are
_QUOTES = ("«", "“", '"')
_JOINED = re.compile(r"[^\W_]-$")
_JOINS_ON = re.compile(r"-[a-zß-ÿœ]")
_CRIED = re.compile(r"\s?!")
# Before a name, what has the name that a body bears by chance.
_INN = re.compile(
    r"\b(?:bars?|cafés?|restaurants?|hôtels?|auberges?|campings?|cinémas?|discothèques?) $", re.IGNORECASE
)


def is_land(reading: Reading, span: Sequence[Token]) -> bool:
    """Whether the land is meant, and not the body that governs it: "dans le département du Cantal"."""
    return span[0].key in _LANDS and _IN_LAND.search(reading.before(span)) is not None


def is_common(reading: Reading, token: Token, name: Token) -> bool:
    """Whether a name of one word is a common word here, by what stands beside it.

    With a capital only because it opens a sentence, it has a complement or is cried; without its capital, it
    has an article.
    """
    if token.text[0].isupper():
        opens = reading.opens(token.start) and not token.text.isupper()
        after = reading.after([token])
        return opens and (_COMPLEMENT.match(after) or _CRIED.match(after)) is not None
    return name.text[0].isupper() and _DETERMINED.search(reading.before([token])) is not None


def is_in_street(reading: Reading, span: Sequence[Token]) -> bool:
    """Whether a street has the name."""
    return _STREET.search(reading.before(span)) is not None


def is_someone_else(reading: Reading, token: Token) -> bool:
    """Whether a name of one word is a surname, an inn's, a piece of another: Mme Brume, Bio-Brume.

    A word that opens a sentence or a title has its capital in any case, unless it is a given name; so has
    an article that opens a line, which is no wrapped one then.
    """
    before = reading.before([token])
    if _TITLE.search(before) or _INN.search(before):
        return True
    if _JOINED.search(before) or _JOINS_ON.match(reading.after([token])):
        return True
    said = _CAPITALISED.search(before)
    if said is None or reading.shouted:
        return False
    word = normal(said[1])
    if word in GIVEN:
        return True
    is_kind = key(word) in GENERIC or word in NO_PART or word in _TRADES
    at = token.start - len(before) + said.start()
    begins = reading.opens(at) or (word in FRENCH and reading.begins_line(at))
    opens = begins or before[: said.start()].rstrip().endswith(_QUOTES)
    return not is_kind and not opens
