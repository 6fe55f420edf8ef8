"""The figures of the search benchmark as a picture (SVG), on logarithmic scales."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

WIDTH, HEIGHT, MARGIN = 640, 360, 60
LEAST_MS, MOST_MS = 1.0, 1000.0
LINES: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], float]]] = {
    "filtered, p95": ("#1f6f50", lambda run: float(run["filtered"]["p95"])),
    "filtered, CPU": ("#7fb89f", lambda run: float(run["filtered"]["cpu"])),
    "with all facets, p95": ("#8a3b12", lambda run: float(run["facets"]["p95"])),
    "with all facets, CPU": ("#d49a6a", lambda run: float(run["facets"]["cpu"])),
}


def drawn(runs: Sequence[Mapping[str, Any]]) -> str:
    """Milliseconds of a search against the number of documents, one line a measure."""
    ordered = sorted(runs, key=lambda run: int(run["documents"]))
    across = _scale(ordered[0]["documents"], ordered[-1]["documents"], MARGIN, WIDTH - MARGIN)
    up = _scale(LEAST_MS, MOST_MS, HEIGHT - MARGIN, MARGIN)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="12" role="img" aria-label="Milliseconds of a search by number of documents">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        *(_across_line(ms, up) for ms in (1, 10, 100, 1000)),
        *(_tick(int(run["documents"]), across) for run in ordered),
    ]
    for at, (name, (colour, of)) in enumerate(LINES.items()):
        points = [(across(run["documents"]), up(of(run))) for run in ordered]
        parts += [_line(points, colour), _legend(at, name, colour)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _scale(least: float, most: float, start: float, end: float) -> Callable[[float], float]:
    span = math.log10(most / least) or 1.0
    return lambda value: start + (end - start) * math.log10(value / least) / span


def _across_line(ms: int, up: Callable[[float], float]) -> str:
    y = up(ms)
    line = f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
    return f'{line}<text x="{MARGIN - 8}" y="{y + 4:.1f}" text-anchor="end">{ms} ms</text>'


def _tick(documents: int, across: Callable[[float], float]) -> str:
    label = f"{documents:,}".replace(",", " ")
    return f'<text x="{across(documents):.1f}" y="{HEIGHT - MARGIN + 20}" text-anchor="middle">{label}</text>'


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'


def _legend(at: int, name: str, colour: str) -> str:
    x, y = MARGIN + 16, MARGIN - 12 + 18 * at
    square = f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>'
    return f'{square}<text x="{x + 16}" y="{y}">{name}</text>'
