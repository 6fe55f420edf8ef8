"""Acronyms that French uses for several things, and the words by which one tells which is meant.

Minutes say PV of themselves, farmers IA of insemination, heating engineers PAC of heat pumps. The words are
looked for around the acronym; without any, or with words of more than one sense, nothing is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

AROUND = 60  # characters on either side


def _words(stems: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(stems.split())})", re.IGNORECASE)


# For each acronym, its senses, each by the beginnings of its words; of the first ones, a name of it has one.
_SENSES = {
    "ca": (
        _words("affaires chiffre euros millions million k€ m€ marge résultat"),
        _words("administra adminis siège vote délibér"),
        _words("agricult exploit"),
    ),
    "ia": (
        _words("intelligen artificiel algorithm numéri donnée générat logiciel"),
        _words("insémin semence taureau génisse reproduct"),
    ),
    "pac": (
        _words("agricol éleveur agriculteur prime jachère hectare bruxelles"),
        _words("pompe chaleur chaudière chauff géotherm aérotherm"),
    ),
    "pse": (
        _words("sauvegarde emploi licenci suppression"),
        _words("environnement écosystém haie zone"),
    ),
    "pv": (
        _words("photovolt solaire énerg panneau toiture ombri kwc mwc onduleur électri"),
        _words(
            "procès verba réunion séance assemblée comité approb approuv adopt sign rédig rédac annex diffus "
            "stationne amende contravention gendarm polici huissier radar"
        ),
    ),
    "ra": (
        _words("réalité augment casque lunettes immersi"),
        _words("rapport exercice comptes"),
    ),
}


def has_other_sense(acronym: str, names: Iterable[str], around: str) -> bool:
    """Whether what stands around an acronym speaks for another sense than that of these names."""
    senses = _SENSES.get(acronym, ())
    said = {number for number, sense in enumerate(senses) if sense.search(around)}
    own = {number for number, sense in enumerate(senses) if any(map(sense.search, names))}
    return bool(said) and bool(own) and said.isdisjoint(own)
