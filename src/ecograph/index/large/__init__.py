"""The index of a large territory: most of it on disk, changed document by document."""

from ecograph.index.large.index import LargeIndex
from ecograph.index.large.ports import Engine

__all__ = ["Engine", "LargeIndex"]
