"""Names that a text introduces by saying what they are of: "l'entreprise Alcapsy", "au lycée Peytavin"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ecograph.understanding.bodies import GIVEN
from ecograph.understanding.people import is_held, normal_parts

_SPACE = r"[ \u00a0]"
# What is called by the name alone, and what has this word in its name. Words for people (a manufacturer, a
# publisher) are left out: their names may be somebody's.
_CALLED = (
    r"entreprise|société|groupe|start-?up|jeune pousse|coopérative|association|collectif|cabinet|agence|"
    r"cluster|incubateur|accélérateur|club|réseau|banque|enseigne|bureau d['’]études|pme|eti|ong|compagnie|"
    r"pôle de compétitivité|grappe d['’]entreprises|tiers-lieu|filiale|fonds|fonderie|laboratoire|mutuelle|"
    r"fabricant|équipementier|énergéticien|distributeur|semencier|bailleur|opérateur|géant|numéro un"
)
_NAMED = (
    r"lycée|collège|école|hôpital|clinique|université|institut|fondation|centre hospitalier|ehpad|"
    r"établissements|laboratoires|fédération|syndicat|union|"
    r"filature|forge|atelier|garage|restaurant|café|auberge|magasin|boutique|éditions|maison|laiteries|"
    # any trade: "savonnerie", "imprimerie", "boulangerie"
    r"(?!mairie|galerie|gendarmerie|prairie|batterie|loterie|imagerie|messagerie|billetterie|infirmerie|"
    r"tuilerie|théorie|patrie|partie|catégorie)[a-zà-ÿ]{4,}erie"
)
_AFTER_SOMEBODY = re.compile(
    r"lycée|collège|école|hôpital|clinique|université|institut|fondation|laboratoires|éditions", re.IGNORECASE
)
# "le lycée agricole", "le groupe espagnol", "l'école d'ingénieurs": words that end otherwise may be verbs.
_TOLD = (
    rf"(?:{_SPACE}(?:agricole|mixte|privée?|publi(?:c|que)|familiale?|locale?|régionale?|"
    rf"départementale?|nationale?|"
    r"internationale?|industriel(?:le)?|citoyen(?:ne)?|sporti(?:f|ve)|culturel(?:le)?|professionnel(?:le)?|"
    r"technique|technologique|général|générale|élémentaire|primaire|maternelle|supérieure|polyvalent|"
    r"hôtelier|adaptée|solidaire|mutualiste|inclusive|associati(?:f|ve)|coopérati(?:f|ve)|ouvrière|forestière|"
    r"laitière|viticole|apicole|innovante|pharmaceutique|agroalimentaire|informatique|bancaire|minière|"
    r"d['’]insertion|de conseil|à mission|"
    r"d['’]ingénieurs|de (?:commerce|recherche|design|management)|"
    r"(?:espagnol|allemand|américain|italien|japonais|chinois|coréen|indien|suisse|belge|anglais|britannique|"
    r"néerlandais|danois|suédois|norvégien|finlandais|canadien|québécois|brésilien|français|"
    r"européen)(?:ne|e)?|"
    r"[a-zà-ÿ]{4,}(?:ien(?:ne)?|aise?|oise?|éen(?:ne)?|aine?)))?"
    # "le fabricant de skis nautiques"
    rf"(?:{_SPACE}(?:de{_SPACE}|d['’])[a-zà-ÿ]+(?:{_SPACE}[a-zà-ÿ]+s)?)?"
)
_WORD = r"[A-ZÀ-ÖØ-Þ](?:[A-Z]{0,3}!(?=[ \u00a0][A-Z])|[\w’'&+-]*)"
_LITTLE = r"(?:(?:de la|de l['’]|du|des|de|d['’]|en|la|le|les|of|for)(?:(?<=['’])|[ \u00a0]))"
NAME = (
    rf"(?:L[ea]s?{_SPACE})?{_WORD}"
    rf"(?:{_SPACE}(?:{_LITTLE})?(?:{_WORD}|\d{{1,3}}\b)|{_SPACE}(?:&|et){_SPACE}(?:Fils|Frères|"
    rf"Associés|Cie)\b|{_SPACE}&{_SPACE}{_WORD})*"
)
_AFTER_NAME = re.compile(r"\w[ \u00a0][A-ZÀ-ÖØ-Þ][\w’'-]+[ \u00a0]$")
_INTRODUCED = re.compile(
    rf"\b(?:(?P<called>(?i:{_CALLED})){_TOLD}{_SPACE}(?:[«“\"]{_SPACE}?)?(?P<name>{NAME})|"
    rf"(?P<named>(?i:{_NAMED}){_TOLD}{_SPACE}{NAME})|"
    rf"(?P<seated>(?i:lycée|hôpital|clinique|université|centre hospitalier){_TOLD}{_SPACE}"
    rf"(?:du{_SPACE}|de{_SPACE}|d['’]){NAME}))"
)


def introduced(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield where bodies are named after a word for what they are, and whether that word is in the name.

    What has a given name is left, but for schools, hospitals and foundations: they are called after people.
    """
    for found in _INTRODUCED.finditer(text):
        group = next(name for name in ("name", "named", "seated") if found[name])
        # "Le Cluster Bois": with a capital, the word belongs to the name.
        is_part = group != "name" or text[found.start()].isupper()
        start, end = found.start() if is_part else found.start(group), found.end(group)
        if is_part and _AFTER_NAME.search(text[: found.start()]):
            continue  # "Gilles Vayssade Plomberie Chauffage"
        called_after = _AFTER_SOMEBODY.match(found[0]) is not None
        if not called_after and (_has_given_name(found[group]) or _may_be_holder(text, found)):
            continue
        if called_after and is_held(text, found.start()):
            continue
        yield start, end, is_part


def _has_given_name(name: str) -> bool:
    """Whether a name may be somebody's by a given name in it; "Chez Germaine" is an inn's."""
    return " Chez " not in f" {name}" and any(
        part in GIVEN for word in name.split() for part in normal_parts(word)
    )


def _may_be_holder(text: str, found: re.Match[str]) -> bool:
    """Whether a name of two or three words may be who directs it: "le patron du groupe Ada Durand"."""
    return is_held(text, found.start()) and 2 <= len((found["name"] or "").split()) <= 3
