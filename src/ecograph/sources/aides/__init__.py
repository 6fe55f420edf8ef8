"""Support schemes in the French exchange schema."""

from ecograph.sources.aides.reading import read_aides

__all__ = ["read_aides"]
