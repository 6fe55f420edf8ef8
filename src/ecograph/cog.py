"""What the codes of the official geographic code (COG) say by themselves.

A commune's code begins with that of its département: what is said of a commune and of the
département around it can be told without looking either of them up.
"""

from __future__ import annotations

import re

from ecograph.vocab import concept

COMMUNE, DEPARTEMENT, REGION = "COM-", "DEP-", "REG-"
SCHEME = "territories"
# Five signs: the code of a commune, or a postcode.
FIVE = re.compile(r"(?:97[1-8]|98[4-8])\d{2}|(?!97|98)\d{5}|2[AB]\d{3}", re.IGNORECASE)
_SHORTENED = re.compile(r"[1-9]\d{3}")

_DEPARTEMENT_CODE = re.compile(r"0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-8]|98[4-8]")


def is_department(code: str) -> bool:
    """Whether a code is that of a département, or of a collectivity overseas: 48, 2A, 974."""
    return _DEPARTEMENT_CODE.fullmatch(code) is not None


def is_commune(iri: str) -> bool:
    """Whether an IRI is that of a commune."""
    return iri.rsplit("/", 1)[-1].startswith(COMMUNE)


def department_of(code: str) -> str:
    """The notation of the département of a postcode or of a commune's code."""
    if code[:2] in {"97", "98"}:
        return f"{DEPARTEMENT}{code[:3]}"
    if code[:2] == "20":  # postcodes of Corsica; its communes have 2A and 2B
        return f"{DEPARTEMENT}2A" if code[2] in "01" else f"{DEPARTEMENT}2B"
    return f"{DEPARTEMENT}{code[:2]}"


def lengthened(code: str) -> str:
    """A code with the zero before it that spreadsheets take for none: 1000 is the postcode 01000."""
    return f"0{code}" if _SHORTENED.fullmatch(code) else code


def around(iri: str) -> str:
    """The département of a commune."""
    return concept(SCHEME, department_of(iri.rsplit(COMMUNE, 1)[-1]))


def throughout(iri: str) -> str:
    """The mark of what is of use in every commune of a département: communes are too many to be listed."""
    return f"{iri}/communes"


def serving(iri: str) -> tuple[str, ...]:
    """The marks of which one says that something is of use in a place."""
    return (iri, throughout(around(iri))) if is_commune(iri) else (iri,)
