"""Where the ontology, the queries, the source declarations and the sample data lie."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_PACKED = _PACKAGE / "_assets"
# In a checkout the four folders lie at its top; in a wheel they travel inside the package.
ROOT = _PACKED if _PACKED.is_dir() else _PACKAGE.parents[1]

ONTOLOGY = ROOT / "ontology"
QUERIES = ROOT / "queries"
LOADERS = ROOT / "loaders"


def located(location: str) -> Path:
    """Return the path of a declared file: absolute as it is, else below the asset folders."""
    return ROOT / location
