"""Content negotiation: which of the media types on offer a client likes best (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_RANGE = re.compile(r"(\*/\*|[\w!#$&^.+-]+/(?:\*|[\w!#$&^.+-]+))((?:\s*;.*)?)", re.DOTALL)
_QUALITY = re.compile(r";\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE)
_QUALITY_GIVEN = re.compile(r";\s*q\s*=", re.IGNORECASE)


def choose(accept: str | None, offered: Sequence[str], default: str) -> str | None:
    """Return the media type to answer with, or None when nothing on offer is acceptable.

    Equal wishes go to `default`, then to what is offered first. A header that says nothing
    readable is as good as none.
    """
    wishes = _wishes(accept or "")
    if not wishes:
        return default
    ordered = [default, *(media_type for media_type in offered if media_type != default)]
    best = max(ordered, key=lambda media_type: _wish(media_type, wishes))
    return best if _wish(best, wishes)[0] > 0 else None


def _wishes(accept: str) -> dict[str, float]:
    wishes: dict[str, float] = {}
    for part in accept.split(","):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            continue
        quality = _QUALITY.search(found[2])
        if quality is None and _QUALITY_GIVEN.search(found[2]):
            continue
        value = float(quality[1]) if quality else 1.0
        wishes[found[1].lower()] = max(value, wishes.get(found[1].lower(), 0.0))
    return wishes


def _wish(media_type: str, wishes: dict[str, float]) -> tuple[float, int]:
    """Return how much a media type is wanted, and how precisely it was named."""
    ranges = (media_type, media_type.partition("/")[0] + "/*", "*/*")
    for precision, name in zip((2, 1, 0), ranges, strict=True):
        if name in wishes:
            return wishes[name], precision
    return 0.0, 0
