"""How addresses are told: without what only their server is to know, and short."""

from __future__ import annotations

import re
from urllib.parse import unquote

import httpx

PLACE = re.compile(r"(?:\$|%24)(?:\{|%7b)(\w+)(?:\}|%7d)", re.IGNORECASE | re.ASCII)
"""Where a key is to stand, as a declaration writes it (`${insee}`) or as an address escapes it."""
HIDDEN = "***"
_PARAMETER = re.compile(r"(?<=[?&;])([^=&;#]+)=([^&;#]+)")
_SECRET = re.compile(r".*(?:key|token|secret|password|sig|signature)", re.IGNORECASE)
_LONGEST = 200


def published(url: str) -> str:
    """Return an address without the values of parameters whose names say that they are secret.

    The places of keys stay, escaped as an IRI has them.
    """
    return PLACE.sub(r"$%7B\1%7D", _PARAMETER.sub(_covered, url))


def named(url: str) -> str:
    """Return an address as people read it: without a password, with the places of keys as declared."""
    try:
        parsed = httpx.URL(url)
        plain = str(parsed.copy_with(userinfo=None)) if parsed.userinfo else url
    except (httpx.InvalidURL, ValueError, TypeError):
        plain = url.rpartition("@")[2]
    return PLACE.sub(r"${\1}", published(plain))


def shown(url: str) -> str:
    """Return an address as messages show it: as people read it, and short."""
    plain = named(url)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"


def _covered(parameter: re.Match[str]) -> str:
    name, value = parameter.groups()
    is_told = PLACE.fullmatch(value) or not _SECRET.fullmatch(unquote(name))
    return parameter[0] if is_told else f"{name}={HIDDEN}"
