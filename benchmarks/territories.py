"""How well the territories that short texts name are told, among communes of which many share their names.

`python -m benchmarks.territories [--items FILE] [--communes FILE] [--json FILE]`. `places` of an item are the
communes it names, as "48 Mende", régions and départements as DEP-48; the département that stands beside a
commune counts neither way. Communes are those of the ontology and of the file, which has no codes of
communes: theirs are made up. Of items whose `part` is “held-out” the mistakes are not shown.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from benchmarks.classification import notions
from ecograph.assets import ONTOLOGY
from ecograph.cog import COMMUNE, DEPARTEMENT, REGION, department_of, is_commune
from ecograph.understanding.places import Place
from ecograph.understanding.territories import Territories
from ecograph.vocab import SKOS, concept

GOLD = Path(__file__).parents[1] / "tests" / "understanding" / "gold"
THRESHOLD = 0.65  # territories surer than this count
_LABELS = (SKOS + "prefLabel", SKOS + "altLabel")
_CODE = 5  # signs in the code of a commune


def main() -> None:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(prog="benchmarks.territories", description=__doc__)
    parser.add_argument("--items", type=Path, default=GOLD / "places.jsonl")
    parser.add_argument("--communes", type=Path, default=GOLD / "communes.jsonl")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    places = list(known(asked.communes))
    items = read_rows(asked.items)
    found = told(places, items)
    figures = {
        part: scores([item for item in items if item["part"] == part], found)
        for part in sorted({item["part"] for item in items})
    }
    for part, values in figures.items():
        print(part, " ".join(f"{name} {value:.3f}" for name, value in values.items()))
    for item in items:
        if item["part"] != "held-out" and found[item["id"]] != frozenset(item["places"]):
            print(f"{item['id']}: {item['places']} taken for {sorted(found[item['id']])}: {item['text']}")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def known(communes: Path) -> Iterator[Place]:
    """Yield the territories of the ontology, and the communes of a file that it has not."""
    shipped = list(_shipped())
    yield from shipped
    named = {
        (department_of(_code(one)), name) for one in shipped if is_commune(one.iri) for name in one.names
    }
    for row in read_rows(communes):
        start = COMMUNE + row["department"]
        for number, name in enumerate(row["communes"]):
            if (DEPARTEMENT + row["department"], name) not in named:
                notation = f"{start}{number:0{_CODE - len(row['department'])}d}"
                yield Place(concept("territories", notation), notation, (name,))


def _shipped() -> Iterator[Place]:
    names: dict[str, list[str]] = defaultdict(list)
    familiar = set()
    content = (ONTOLOGY / "schemes" / "territories.ttl").read_bytes()
    for quad in parse(content, format=RdfFormat.TURTLE, base_iri="https://w3id.org/ecograph/"):
        subject, value = quad.subject, quad.object
        if quad.predicate.value == SKOS + "member":
            familiar.add(value.value)
        elif quad.predicate.value in _LABELS and _is_name(value) and isinstance(subject, NamedNode):
            at = 0 if quad.predicate.value == _LABELS[0] else len(names[subject.value])
            names[subject.value].insert(at, value.value)
    for iri, own in names.items():
        notation = iri.rsplit("/", 1)[-1]
        if notation.startswith((REGION, DEPARTEMENT, COMMUNE)):
            yield Place(iri, notation, tuple(own), familiar=iri in familiar)


def _is_name(value: object) -> bool:
    return isinstance(value, Literal) and value.language == "fr" and not any(map(str.isdigit, value.value))


def told(places: Iterable[Place], items: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Tell for each item the territories that are found surely enough, as the gold items write them."""
    places = list(places)
    written = {one.iri: _written(one) for one in places}
    words = {word for notion in notions() for name in notion.names for word in name.split() if word.islower()}
    territories = Territories(places, common=words)
    found = {}
    for item in items:
        sure = {written[k.id] for k in territories.find(item["text"]) if k.confidence > THRESHOLD}
        around = {DEPARTEMENT + place.split()[0] for place in item["places"] if " " in place}
        found[item["id"]] = frozenset(sure - (around - set(item["places"])))
    return found


def scores(items: Iterable[Mapping[str, Any]], found: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """Precision, recall and F1 over all territories."""
    items = list(items)
    right = sum(len(found[item["id"]] & set(item["places"])) for item in items)
    proposed = sum(len(found[item["id"]]) for item in items)
    wanted = sum(len(item["places"]) for item in items)
    return {
        "precision": right / max(1, proposed),
        "recall": right / max(1, wanted),
        "f1": 2 * right / max(1, proposed + wanted),
    }


def _code(place: Place) -> str:
    return place.notation.removeprefix(COMMUNE)


def _written(place: Place) -> str:
    if not is_commune(place.iri):
        return place.notation
    return f"{department_of(_code(place)).removeprefix(DEPARTEMENT)} {place.names[0]}"


if __name__ == "__main__":
    main()
