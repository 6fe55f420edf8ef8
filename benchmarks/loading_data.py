"""A table of companies like the SIRENE register's, with bad rows of ten kinds, and how it is declared.

What is in it is invented; the numbers only follow the rules that real ones follow.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from stdnum import luhn

HEADER = (
    "siren", "denomination", "activite", "effectif", "codePostal", "dateCreation",
    "formeJuridique", "adresse", "siteWeb", "categorie",
)  # fmt: skip
Row = dict[str, str]

_FIRST = ("Ateliers", "Menuiserie", "Laboratoires", "Distillerie", "Énergies", "Scierie", "L'Œuvre", "Bois &")
_LAST = ("Causse", "Margeride", "Aubrac", "Cévennes", "Gévaudan", "Tarn", "Lot", "Allier")
_NAF = ("20.53Z", "16.10A", "10.89Z", "62.01Z", "71.12B", "41.20A", "01.28Z", "47.91B")
_PLACES = ("48000", "34000", "30100", "12000", "07200", "2A004", "97400", "75011", "69003")
_FORMS = ("SAS", "SARL", "EI", "EURL", "Association")
_SIZES = ("TPE", "PME", "ETI")

_BAD: tuple[Callable[[Row], Row], ...] = (
    lambda row: row | {"siren": row["siren"][:8] + str((int(row["siren"][8]) + 1) % 10)},
    lambda row: row | {"siren": row["siren"][:7]},
    lambda row: row | {"siren": ""},
    lambda row: row | {"denomination": "  "},
    lambda row: row | {"activite": "Chimie"},
    lambda row: row | {"effectif": "une dizaine"},
    lambda row: row | {"codePostal": "99 ailleurs"},
    lambda row: row | {"dateCreation": "31/02/2019"},
    lambda row: row | {"siteWeb": "javascript:alert(1)"},
    lambda row: row | {"effectif": "-12"},
)
"""Each makes another mistake; the last is one that only the shapes see."""


def rows(count: int, *, bad: int, seed: int = 48) -> Iterator[Row]:
    """Yield rows, of which so many, spread evenly, are bad in one of ten ways, each in its turn."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    every = count // bad if bad else count + 1
    for number in range(count):
        row = _row(number, chance)
        turn, is_bad = divmod(number + 1, every)
        yield _BAD[(turn - 1) % len(_BAD)](row) if not is_bad and turn <= bad else row


def write(path: Path, count: int, *, bad: int) -> None:
    """Write the table as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, delimiter=";")
        writer.writeheader()
        writer.writerows(rows(count, bad=bad))


def _row(number: int, chance: random.Random) -> Row:
    digits = f"{10_000_000 + 7 * number:08d}"
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)} {number}"
    day = f"{chance.randint(1, 28):02d}/{chance.randint(1, 12):02d}/{chance.randint(1960, 2025)}"
    return {
        "siren": digits + luhn.calc_check_digit(digits),
        "denomination": name,
        "activite": chance.choice(_NAF),
        "effectif": str(chance.randint(0, 400)),
        "codePostal": chance.choice(_PLACES),
        "dateCreation": day,
        "formeJuridique": chance.choice(_FORMS),
        "adresse": f'{chance.randint(1, 200)} rue dite "du {chance.choice(_LAST)}"',
        "siteWeb": f"https://www.entreprise-{number}.example/",
        "categorie": chance.choice(_SIZES),
    }


DECLARATION = """
id = "registre"
kind = "table"
location = ["{table}"]
visibility = "public"
max_error_share = 0.05
requires = ["ontology"]
licence = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
title = {{ fr = "Registre d'essai", en = "Register for measuring" }}
description = {{ fr = "Des entreprises inventées.", en = "Invented companies." }}
publisher = {{ name = "EcoGraph" }}
fictitious = true

[[records]]
kind = "actor"
class = "eco:Company"
id = ["siren"]
[records.properties]
"rdfs:label" = {{ column = "denomination", lang = "fr", required = true }}
"dct:identifier" = {{ column = "siren" }}
"eco:siren" = {{ column = "siren", as = "siren", required = true }}
"eco:naf" = {{ column = "activite", as = "naf" }}
"eco:headcount" = {{ column = "effectif", as = "integer" }}
"dct:spatial" = {{ column = "codePostal", as = "territory" }}
"eco:foundedOn" = {{ column = "dateCreation", as = "date" }}
"eco:legalForm" = {{ column = "formeJuridique", as = "concept", scheme = "legal-forms" }}
"dct:description" = {{ column = "adresse", lang = "fr" }}
"foaf:homepage" = {{ column = "siteWeb", as = "url" }}
"eco:actorType" = {{ column = "categorie", as = "concept", scheme = "actor-types" }}
"""
