"""What a linker knows: things, and the names by which texts call them."""

from __future__ import annotations

from dataclasses import dataclass

from ecograph.understanding.forms import Token, is_acronym, tokens_of
from ecograph.understanding.plain import plain_of

# Words that begin the names of bodies; texts write them without capital as well.
GENERIC = frozenset(
    {
        *("agence", "association", "banque", "caisse", "centre", "chambre", "cluster", "club", "college"),
        *("comite", "commune", "communaute", "confederation", "conseil", "cooperative", "departement"),
        *("direction", "ecole", "etablissement", "faculte", "federation", "filiere", "fondation", "fonds"),
        *("groupe", "groupement", "hopital", "institut", "interprofession", "laboratoire", "ligue", "lycee"),
        *("mairie", "maison", "ministere", "mission", "office", "parc", "plateforme", "plate", "pole"),
        *("prefecture", "region", "reseau", "satt", "societe", "syndicat", "technopole", "union"),
        *("universite", "ville"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Something that texts may name. A proper one is one thing (an actor), others are notions."""

    id: str
    names: tuple[str, ...]
    proper: bool


@dataclass(frozen=True, slots=True)
class Name:
    """One way to write an entity's name."""

    entity: Entity
    tokens: tuple[Token, ...]
    text: str
    acronym: bool

    @property
    def comma(self) -> bool:
        return "," in self.text


def name_of(entity: Entity, text: str) -> Name:
    """Return one of an entity's names, ready to be compared."""
    plain = plain_of(text).text
    return Name(entity, tuple(tokens_of(plain)), plain, is_acronym(plain))
