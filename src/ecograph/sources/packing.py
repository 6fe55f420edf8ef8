"""What a broken ZIP file does to whoever reads it: the standard library raises whatever it stumbles over."""

from __future__ import annotations

import zlib
from zipfile import BadZipFile

BROKEN = (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""A wrong checksum, an end too soon, an impossible place, a way of packing or a password nobody knows."""
