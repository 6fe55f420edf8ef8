"""What everything else is told in: an IRI, who may see it, how a criterion turned out."""

from __future__ import annotations

from enum import IntEnum, StrEnum

Iri = str


class Level(IntEnum):
    """Who may see a graph; each level sees those below it."""

    PUBLIC = 0
    PARTNERS = 1
    PRIVATE = 2

    @property
    def slug(self) -> str:
        """The name used in declarations, file names and the `visibility` scheme."""
        return self.name.lower()

    @classmethod
    def of(cls, slug: str) -> Level:
        """Return the level named `slug`; raises `KeyError`."""
        return cls[slug.upper()]


class Status(StrEnum):
    """Outcome of an eligibility criterion; an unknown never rejects."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
