"""Names for resources that have none of their own."""

from __future__ import annotations

import re
import unicodedata


def slug(text: str) -> str:
    """Return a text as lower-case ASCII words joined by hyphens."""
    if text.isascii() and text.isalnum():  # a number, a code
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))
