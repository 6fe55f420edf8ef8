"""The index: what is searched, how it is found, and why."""

from ecograph.index.bm25f import Matched
from ecograph.index.documents import Document
from ecograph.index.filters import Filters
from ecograph.index.hits import Found, Hit, Meta
from ecograph.index.index import Index, Teacher
from ecograph.index.kept import IndexUnusable
from ecograph.index.large import LargeIndex
from ecograph.index.lens import Lens

Searched = Index | LargeIndex

__all__ = [
    "Document",
    "Filters",
    "Found",
    "Hit",
    "Index",
    "IndexUnusable",
    "LargeIndex",
    "Lens",
    "Matched",
    "Meta",
    "Searched",
    "Teacher",
]
