"""How well records of one organisation are found, and what that costs with many records.

`python -m benchmarks.resolution [--names N] [--pairs N] [--json FILE]`. The names are made, always the same,
in the manner of French organisations: some have a second record, without SIREN, whose name varies in one way
or two, among lookalikes that are others (the same name in another trade or town, a letter's difference).
Seconds are of processor time, of one process.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ecograph.understanding.forms import LITTLE
from ecograph.understanding.resolution import Entry, alike

_BODIES = (
    "Chambre de commerce et d'industrie",
    "Chambre d'agriculture",
    "Chambre de métiers et de l'artisanat",
    "Fédération du bâtiment",
    "Agence de développement",
    "Syndicat mixte",
    "Communauté de communes",
    "Association familiale",
    "Centre technique du bois",
    "Union des industries métallurgiques",
    "Lycée agricole",
    "Centre hospitalier",
    "Office de tourisme",
    "Mission locale",
    "Maison de santé",
    "Coopérative laitière",
    "Groupement d'employeurs",
    "Pôle de compétitivité",
    "Institut de recherche",
    "École d'ingénieurs",
)
_TRADES = (
    *(
        "Scierie",
        "Menuiserie",
        "Fromagerie",
        "Laiterie",
        "Brasserie",
        "Charpente",
        "Maçonnerie",
        "Imprimerie",
    ),
    *(
        "Transports",
        "Garage",
        "Boulangerie",
        "Salaisons",
        "Électricité",
        "Plomberie",
        "Mécanique",
        "Plastiques",
    ),
    *(
        "Énergies",
        "Biotechnologies",
        "Logiciels",
        "Conseil",
        "Ingénierie",
        "Cosmétiques",
        "Pépinières",
        "Textiles",
    ),
)
_FORMS = ("SAS", "SARL", "SA", "EURL", "SCOP", "SASU")
_STARTS = tuple(
    """
    Ba Be Bon Bou Cha Char Cor Cou Da Del Des Du Fa Fon Ga Gau Gi Ha Jou La Lau Le Ma Mar Mon Mou Na Pa
    Pe Pra Ra Ro Sa Ser Ta Tu Va Ver Vi
    """.split()  # noqa: SIM905 - as a list
)
_MIDDLES = tuple(
    """
    ba be bre ca cha de di fa ga gui la le li lo ma mi mo na ni pa pe ra ri ro sa se ta te ti va ve vi
    zé
    """.split()  # noqa: SIM905 - as a list
)
_ENDS = tuple(
    """
    ac al ard at aud ault el ent er et eu eux ez ier in is on ot ou oux rd s t x y
    """.split()  # noqa: SIM905 - as a list
)


def main() -> None:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=4_000, help="organisations with a second record")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    entries, same = records(asked.names, asked.pairs)
    before = _peak()
    start = time.process_time()
    found = {frozenset((pair.one, pair.other)) for pair in alike(entries)}
    seconds = time.process_time() - start
    figures: dict[str, float] = {
        "records": len(entries),
        "pairs that are one": len(same),
        "precision": len(found & same.keys()) / max(1, len(found)),
        "recall": len(found & same.keys()) / len(same),
        "seconds of processor time": seconds,
        "memory above the records, MB": (_peak() - before) / 1024,
    }
    for way in sorted({way for ways in same.values() for way in ways}):
        of = [pair for pair, ways in same.items() if ways == (way,)]
        figures[f"recall: {way} alone"] = len(found.intersection(of)) / max(1, len(of))
    for name, value in figures.items():
        print(f"{name:<44} {value:>12,.3f}")
    wrong = sorted(found - same.keys(), key=sorted)[:8]
    names = {entry.iri: entry.names[0] for entry in entries}
    for one in wrong:
        print("  not one:", " ~ ".join(names[iri] for iri in sorted(one)))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def records(count: int, pairs: int) -> tuple[list[Entry], dict[frozenset[str], tuple[str, ...]]]:
    """Return so many records, and the pairs that are of one organisation with how their names vary."""
    chance = random.Random(11)  # noqa: S311 - the same records each time
    towns = [_word(chance) for _ in range(900)]
    entries: list[Entry] = []
    same: dict[frozenset[str], tuple[str, ...]] = {}
    taken: set[str] = set()
    for number, (name, town) in enumerate(_names(chance, towns)):
        if len(entries) >= count:
            break
        if name.lower() in taken:
            continue
        taken.add(name.lower())
        one = _entry(f"a{number:06}", name, town, siren=f"siren:{number:09}")
        entries.append(one)
        if len(same) < pairs and number % 5 == 0:
            ways = tuple(sorted(chance.sample(sorted(_WAYS), chance.choice((1, 1, 1, 2)))))
            varied = name
            for way in ways:
                varied = _WAYS[way](chance, varied, town)
            if varied != name:
                entries.append(_entry(f"b{number:06}", varied, town))
                same[frozenset((f"a{number:06}", f"b{number:06}"))] = ways
    return entries, same


def _names(chance: random.Random, towns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield names with their towns, without end: bodies of each town, companies, and lookalikes of both."""
    while True:
        town = chance.choice(towns)
        if chance.random() < 0.15:
            yield f"{chance.choice(_BODIES)} de {town}", town
            continue
        own = _word(chance)
        trade = chance.choice(_TRADES)
        name = f"{trade} {own}" if chance.random() < 0.6 else f"{own} {trade}"
        yield f"{name} {chance.choice(_FORMS)}" if chance.random() < 0.5 else name, town
        if chance.random() < 0.2:  # a namesake in another trade and town
            yield f"{chance.choice(_TRADES)} {own}", chance.choice(towns)


def _word(chance: random.Random) -> str:
    middle = "".join(chance.choice(_MIDDLES) for _ in range(chance.choice((1, 1, 2))))
    return chance.choice(_STARTS) + middle + chance.choice(_ENDS)


def _entry(iri: str, name: str, town: str, siren: str = "") -> Entry:
    known = frozenset({siren}) if siren else frozenset[str]()
    return Entry(
        iri=iri, names=(name,), identifiers=known, places=frozenset({town}), within=frozenset({town})
    )


def _form(chance: random.Random, name: str, _town: str) -> str:
    words = [word for word in name.split() if word not in _FORMS]
    return " ".join(words if len(words) < len(name.split()) else [chance.choice(_FORMS), *words])


def _accents(_chance: random.Random, name: str, _town: str) -> str:
    plain = name.translate(str.maketrans("éèêëàâîïôùûçÉÈ", "eeeeaaiiouucEE"))
    return plain.upper() if plain == name else plain


def _slip(chance: random.Random, name: str, _town: str) -> str:
    long = [n for n, word in enumerate(name.split()) if len(word) > 5]
    if not long:
        return name
    words = name.split()
    at = chance.choice(long)
    place = chance.randrange(2, len(words[at]) - 1)
    word = words[at]
    words[at] = chance.choice(
        (
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        )
    )
    return " ".join(words)


def _order(_chance: random.Random, name: str, _town: str) -> str:
    words = [word for word in name.split() if word not in _FORMS]
    return (
        f"{words[-1]} {' '.join(words[:-1])}" if len(words) == 2 else f"{words[-1]}, {' '.join(words[:-2])}"
    )


def _town(_chance: random.Random, name: str, town: str) -> str:
    return name.removesuffix(f" de {town}") + f" ({town})" if town in name else f"{name} {town}"


def _acronym(_chance: random.Random, name: str, town: str) -> str:
    own = name.replace("'", " ").split()
    if town not in own:
        return name
    letters = [word[0].upper() for word in own if word.lower() not in {*LITTLE, "et"} and word != town]
    return f"{''.join(letters)} {town}" if len(letters) > 1 else name


_WAYS: dict[str, Callable[[random.Random, str, str], str]] = {
    "accents and case": _accents,
    "a slip": _slip,
    "legal form": _form,
    "order of words": _order,
    "town": _town,
    "acronym": _acronym,
}


def _peak() -> float:
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main()
