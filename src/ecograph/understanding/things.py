"""What has a name and is no body: labels, fairs, laws, roads, techniques."""

from __future__ import annotations

import re

from ecograph.understanding.forms import normal
from ecograph.understanding.kinds import is_kind_word, words_of_name

# Words for what has a name and is no body; their names may begin with them.
_THINGS = (
    r"labels?|normes?|salons?|festivals?|foires?|programmes?|projets?|dispositifs?|logiciels?|prix|"
    r"concours|trophées?|"
    r"certifications?|marques?|appels?|mentions?|formats?|protocoles?|diplômes?|plans?|lois?|décrets?|"
    r"directives?|"
    r"contrats?|pactes?|chartes?|stratégies?|schémas?|dotations?|subventions?|prêts?|bourses?|"
    r"conventions?|traités?|"
    r"codes?|règlements?|journées?|rencontres|assises|états généraux|forums?|nuits?|fêtes?|semaines?|"
    r"coupes?|(?<!au )tour|"
    r"grands? prix|challenges?|tournois?|expositions?|expos?|spectacles?|films?|livres?|albums?|"
    r"revues?|magazines?|opérations?|"
    r"campagnes?|éditions? (?:du|de la)|gammes?|modèles?|collections?|variétés?|races?|cépages?|"
    r"fromages?|vins?|"
    r"aop|aoc|igp|rue|avenue|place|route|boulevard|quai|impasse|chemin|allée|salle|stade|gymnase|"
    r"collégiale|église|"
    r"cathédrale|château|pont|viaduc|col|lac|mont|monts|plateau|vallée|gorges|causse|hameau|quartier|"
    r"lotissement|zone|"
    r"parking|barrage|voie|ligne|via|rn|rd|formation|master|licence|bts|objectif|ambition|"
    r"applications?|applis?|tracteurs?|voitures?|robots?|satellites?|ségur|sommets?|"
    r"territoires? d[e'’]|petites villes|cœurs? de|action cœur|agenda|appellations?|fonds vert|"
    r"cartes?|pass|défis?|point|roc|porte|train|sentier|gr|"
    r"présidente?|maires?|préfets?|préfète|secrétaire|vice-présidente?|sous-préf[eè]te?"
)
_OTHER_THING = re.compile(
    rf"\b(?:{_THINGS})\s+(?:d['’]|de\s+la\s+|de\s+l['’]|de\s+|du\s+|des\s+|l['’])?[«“\"]?\s*$", re.IGNORECASE
)
_BEGINS_AS_THING = re.compile(rf"(?:L[ea]s?\s|L['’])?(?:{_THINGS})(?=[\s'’]|$)", re.IGNORECASE)
# "France 2030", "Natura 2000": what is called by a year is to be done by then.
_YEAR = re.compile(r"(?:19|20)\d\d$")
_DATED = re.compile(r"[ \u00a0](?:19|20)\d\d\b")
# Organs of a body, which are none: "le Conseil municipal", "la Commission des finances".
_ORGAN = re.compile(
    r"(?:conseil|comité|commission|bureau|assemblée|direction|service|pôle)"
    r"(?: (?:municipal|communautaire|syndical|permanente|plénière|technique|générale|scientifique|social[e]?|"
    r"exécutif|délibérante?|consultative|d['’]administration|de surveillance|de pilotage|de suivi|"
    r"de rédaction|"
    r"(?:des|du|de la|de l['’]|de|d['’]) ?[a-zà-ÿ]+)){1,2}$",
    re.IGNORECASE,
)
# A thing that somebody made: "un Fendt", "sa Peugeot"; "deux Kangoo".
_A_SAMPLE = re.compile(
    r"\b(?:une?|son|sa|ses|leurs?|ce|cette|ces|deux|trois|quatre|\d+)[ \u00a0]$", re.IGNORECASE
)
_SPELT_BY = re.compile(r"[\w\u00a0 '’-]{0,120}\($")


def is_other(text: str, start: int, end: int) -> bool:
    """Whether what surrounds a name says that it is no body's: a label, a part of a title, a technique."""
    before, after = text[:start], text[end:]
    if _OTHER_THING.search(before) or _A_SAMPLE.search(before) or _is_thing(text[start:end], after):
        return True
    opened, closed = before.rfind("«"), before.rfind("»")
    if opened > closed and (before[opened + 1 :].strip() or not after.lstrip().startswith("»")):
        return True  # within a longer title
    if not after.startswith(")") or not (said := _SPELT_BY.search(before)):
        return False
    letters = len(normal(text[start:end]))
    return not any(map(is_kind_word, words_of_name(said[0])[-letters:]))


def _is_thing(name: str, after: str) -> bool:
    """Whether a name says itself that it is a thing's, a date's, or an organ's."""
    if _BEGINS_AS_THING.match(name) or _YEAR.search(name):
        return True
    return bool(_DATED.match(after) or _ORGAN.fullmatch(name))
