"""How well articles on one event are told as one story, and articles on two events as two.

`python -m benchmarks.stories [--items FILE] [--json FILE]`. Every text of the file is compared with every
other; right are, of the texts of an item, the pairs that are one story, and of “two events” those that are
not.
Of items whose `part` is “held-out” the mistakes are not shown.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from ecograph.understanding.stories import stories

GOLD = Path(__file__).parents[1] / "tests" / "understanding" / "gold" / "stories.jsonl"
TWO = "two events"
BETWEEN = "of different items"


def main() -> None:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(prog="benchmarks.stories", description=__doc__)
    parser.add_argument("--items", type=Path, default=GOLD)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    items = read_items(asked.items)
    figures = {}
    for part in sorted({item["part"] for item in items}):
        own = [item for item in items if item["part"] == part]
        figures[part] = judged(own, show=part != "held-out")
        print(part, ", ".join(f"{kind} {right}/{of}" for kind, (right, of) in figures[part].items()))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def read_items(path: Path) -> list[dict[str, Any]]:
    """Read JSON lines: id, part, kind, texts."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def judged(items: Sequence[Mapping[str, Any]], *, show: bool = False) -> dict[str, tuple[int, int]]:
    """Return for each kind how many pairs are told rightly, of how many; and of pairs of different items."""
    texts = {(item["id"], number): text for item in items for number, text in enumerate(item["texts"])}
    found = stories(texts)
    story = {name: found.get(name, name) for name in texts}
    kinds = {item["id"]: item["kind"] for item in items}
    told: dict[str, list[bool]] = defaultdict(list)
    for one, other in combinations(texts, 2):
        kind = kinds[one[0]] if one[0] == other[0] else BETWEEN
        is_right = (story[one] == story[other]) is (kind not in {TWO, BETWEEN})
        told[kind].append(is_right)
        if show and not is_right:
            print(f"{kind} {one} {other}: {texts[one]} | {texts[other]}")
    return {kind: counted(right) for kind, right in sorted(told.items())}


def counted(right: Iterable[bool]) -> tuple[int, int]:
    """How many are right, of how many."""
    all_of_them = list(right)
    return sum(all_of_them), len(all_of_them)


if __name__ == "__main__":
    main()
