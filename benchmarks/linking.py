"""How well texts are linked to what the graph knows, and how fast.

`python -m benchmarks.linking --entities FILE --sentences FILE [--json FILE]`
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, parse

from ecograph.assets import ONTOLOGY
from ecograph.understanding.linking import Entity, Linker

PROPER = frozenset({"Organisation", "Organization", "Actor", "Project"})
THRESHOLD = 0.6  # links surer than this count
SPEED_NAMES, SPEED_ITEMS = 10_000, 2_000

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One text with its gold links, and the phenomenon that it tests."""

    id: str
    text: str
    kind: str
    links: frozenset[Span]


def main() -> None:
    """Measure, print, and write the figures where asked."""
    asked = _arguments()
    entities = read_entities(asked.entities)
    sentences = read_sentences(asked.sentences)
    linker = Linker(entities, places=places())
    found = {s.id: _found(linker, s.text) for s in sentences}
    figures = {**scores(sentences, found), "items_per_second": speed(entities, sentences)}
    _print(figures, sentences, found)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def read_entities(path: Path) -> list[Entity]:
    """Read a gazetteer of JSON lines: id, type, prefLabel, altLabels, acronyms."""
    return [_entity(json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]


def read_sentences(path: Path) -> list[Sentence]:
    """Read gold sentences of JSON lines: id, text, links (start, end, id), kind."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        Sentence(
            id=row["id"],
            text=row["text"],
            kind=row.get("kind", ""),
            links=frozenset((link["start"], link["end"], link["id"]) for link in row["links"]),
        )
        for row in rows
    ]


def places() -> list[str]:
    """The names of the territories of the ontology."""
    label = "http://www.w3.org/2004/02/skos/core#prefLabel"
    content = (ONTOLOGY / "schemes" / "territories.ttl").read_bytes()
    quads = parse(content, format=RdfFormat.TURTLE, base_iri="https://w3id.org/ecograph/")
    return [quad.object.value for quad in quads if quad.predicate.value == label]


def scores(sentences: Sequence[Sentence], found: Mapping[str, frozenset[Span]]) -> dict[str, float]:
    """Precision, recall and F1 over all links; a link counts when span and id agree."""
    right = sum(len(s.links & found[s.id]) for s in sentences)
    proposed = sum(map(len, found.values()))
    wanted = sum(len(s.links) for s in sentences)
    precision = right / proposed if proposed else 1.0
    recall = right / wanted if wanted else 1.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def speed(entities: Sequence[Entity], sentences: Sequence[Sentence]) -> float:
    """Texts a second of processor time, among ten thousand names."""
    made = [_invented(number, entities) for number in range(SPEED_NAMES // 3)]
    linker = Linker([*entities, *made], places=places())
    texts = [sentences[number % len(sentences)].text for number in range(SPEED_ITEMS)]
    start = time.process_time()
    for text in texts:
        linker.find(text)
    return len(texts) / (time.process_time() - start)


def _invented(number: int, entities: Sequence[Entity]) -> Entity:
    """An entity with the words of a real one and a name that no other has."""
    model = entities[number % len(entities)]
    names = [f"{name} {number}" for name in model.names[:2]]
    return Entity(
        id=f"made:{number}", names=(*names, f"Atelier {number} {model.names[0]}"), proper=model.proper
    )


def _entity(row: Mapping[str, Any]) -> Entity:
    names = (row["prefLabel"], *row.get("altLabels", ()), *row.get("acronyms", ()))
    return Entity(id=row["id"], names=tuple(dict.fromkeys(names)), proper=row["type"] in PROPER)


def _found(linker: Linker, text: str) -> frozenset[Span]:
    return frozenset((k.start, k.end, k.id) for k in linker.find(text) if k.confidence > THRESHOLD)


def _print(
    figures: Mapping[str, float], sentences: Iterable[Sentence], found: Mapping[str, frozenset[Span]]
) -> None:
    for name, value in figures.items():
        print(f"{name:<18}{value:>10.3f}")
    wrong: Counter[str] = Counter()
    for sentence in sentences:
        for sign, spans in (
            ("missed", sentence.links - found[sentence.id]),
            ("extra", found[sentence.id] - sentence.links),
        ):
            wrong[sentence.kind] += len(spans)
            for start, end, target in sorted(spans):
                print(f"{sign} {sentence.id} {sentence.kind}: {sentence.text[start:end]!r} {target}")
    print("errors by phenomenon:", {kind: count for kind, count in wrong.most_common() if count})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.linking", description=__doc__)
    parser.add_argument("--entities", type=Path, required=True)
    parser.add_argument("--sentences", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
