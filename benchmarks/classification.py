"""How well short texts are sorted into the poles of the ontology.

`python -m benchmarks.classification --items FILE [--json FILE]`
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from ecograph.assets import ONTOLOGY
from ecograph.errors import EmbeddingUnavailable
from ecograph.index.analysis import terms
from ecograph.understanding.embedding import Table, teach
from ecograph.understanding.poles import Notion, PoleClassifier

SKOS = "http://www.w3.org/2004/02/skos/core#"
IN_POLE = "https://w3id.org/ecograph/ns#inPole"
SPEAKS = "https://w3id.org/ecograph/ns#speaksForPole"
TOPIC_WORD = "https://w3id.org/ecograph/ns#topicWord"
NAMES = (*(SKOS + role for role in ("prefLabel", "altLabel", "hiddenLabel")), TOPIC_WORD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One text and the notations of its poles."""

    id: str
    text: str
    poles: frozenset[str]


def main() -> None:
    """Measure, print, and write the figures where asked."""
    asked = _arguments()
    items = read_items(asked.items)
    classifier = PoleClassifier(notions(), analyze=terms, table=french_table())
    start = time.process_time()
    found = {item.id: frozenset(s.pole for s in classifier.suggest(item.text)) for item in items}
    seconds = time.process_time() - start
    figures = {**scores(items, found), "items_per_second": len(items) / seconds}
    _print(figures, items, found)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def read_items(path: Path) -> list[Item]:
    """Read JSON lines: id, text, poles."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [Item(id=row["id"], text=row["text"], poles=frozenset(row["poles"])) for row in rows]


def notions() -> list[Notion]:
    """The poles and the competences of the ontology, with their French names; poles by notation."""
    names: dict[str, list[str]] = {}
    poles: dict[str, list[str]] = {}
    notations: dict[str, str] = {}
    silent: set[str] = set()
    for scheme in ("poles", "competences"):
        content = (ONTOLOGY / "schemes" / f"{scheme}.ttl").read_bytes()
        for quad in parse(content, format=RdfFormat.TURTLE, base_iri="https://w3id.org/ecograph/"):
            subject, value = quad.subject.value, quad.object
            if quad.predicate.value in NAMES and value.language == "fr":
                names.setdefault(subject, []).append(value.value)
            elif quad.predicate.value == SPEAKS and value.value == "false":
                silent.add(subject)
            elif quad.predicate.value == IN_POLE:
                poles.setdefault(subject, []).append(value.value)
            elif quad.predicate.value == SKOS + "notation" and scheme == "poles":
                notations[subject] = value.value
                poles[subject] = [subject]
    return [
        Notion(names=tuple(names[concept]), poles=tuple(notations[pole] for pole in poles[concept]))
        for concept in sorted(poles.keys() - silent)
    ]


def french_table() -> Table | None:
    """The French word vectors as they are installed; None where they are not."""
    try:
        return teach([], [])
    except EmbeddingUnavailable:
        return None


def scores(items: Sequence[Item], found: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """Micro- and macro-averaged F1 over the poles, and the share of texts left to people."""
    poles = sorted({pole for item in items for pole in item.poles | found[item.id]})
    counts = {pole: _counts(pole, items, found) for pole in poles}
    micro = _f1(*(sum(column) for column in zip(*counts.values(), strict=True)))
    undecided = sum(not found[item.id] for item in items) / len(items)
    return {
        "micro_f1": micro,
        "macro_f1": statistics.fmean(_f1(*count) for count in counts.values()),
        "undecided": undecided,
    }


def _counts(pole: str, items: Sequence[Item], found: Mapping[str, frozenset[str]]) -> tuple[int, int, int]:
    """How often a pole was found rightly, wanted, and found."""
    right = sum(pole in item.poles and pole in found[item.id] for item in items)
    return right, sum(pole in item.poles for item in items), sum(pole in found[item.id] for item in items)


def _f1(right: int, wanted: int, proposed: int) -> float:
    return 2 * right / (wanted + proposed) if wanted + proposed else 1.0


def _print(figures: Mapping[str, float], items: Sequence[Item], found: Mapping[str, frozenset[str]]) -> None:
    for name, value in figures.items():
        print(f"{name:<18}{value:>10.3f}")
    for item in items:
        if item.poles != found[item.id]:
            print(f"{item.id}: {sorted(item.poles)} taken for {sorted(found[item.id])}: {item.text}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.classification", description=__doc__)
    parser.add_argument("--items", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
