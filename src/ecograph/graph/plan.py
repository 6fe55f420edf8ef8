"""What a load changes, decided from values alone."""

from __future__ import annotations

from collections.abc import Iterable, Set

import pyoxigraph
from pyoxigraph import NamedNode, RdfFormat, Triple

from ecograph.graph.terms import subject_of

_END = b"\n"


class Diff:
    """Triples to add to one graph, and triples to take out of it.

    They are sets of triples or N-Triples, one triple a line; each is made of the other when it is first
    asked for, so that what a large load wrote down goes into the stores without becoming objects again.
    """

    __slots__ = ("_added", "_removed")

    def __init__(self, added: frozenset[Triple] | bytes, removed: frozenset[Triple] | bytes) -> None:
        self._added, self._removed = _Side(added), _Side(removed)

    @property
    def added(self) -> frozenset[Triple]:
        """The triples to add."""
        return self._added.triples()

    @property
    def removed(self) -> frozenset[Triple]:
        """The triples to take out."""
        return self._removed.triples()

    @property
    def added_text(self) -> bytes:
        """The triples to add, as N-Triples."""
        return self._added.text()

    @property
    def removed_text(self) -> bytes:
        """The triples to take out, as N-Triples."""
        return self._removed.text()

    @property
    def added_count(self) -> int:
        """How many triples it adds."""
        return len(self._added)

    @property
    def removes(self) -> bool:
        """Whether it takes any out."""
        return bool(self._removed)

    @property
    def subjects(self) -> frozenset[NamedNode]:
        """The resources that the change touches."""
        return frozenset(_subjects(self.added | self.removed))

    def whole(self, known: Set[Triple]) -> Diff:
        """Return the same change for a store that may hold nothing of the graph yet."""
        return Diff(frozenset(known - self.removed) | self.added, self.removed)

    def __bool__(self) -> bool:
        return bool(self._added or self._removed)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Diff):
            return NotImplemented
        return (self.added, self.removed) == (other.added, other.removed)

    def __hash__(self) -> int:
        return hash((self.added, self.removed))

    def __repr__(self) -> str:
        return f"Diff(added={self.added!r}, removed={self.removed!r})"


class _Side:
    """What is added, or what is taken out."""

    __slots__ = ("_text", "_triples")

    def __init__(self, said: frozenset[Triple] | bytes) -> None:
        self._triples = None if isinstance(said, bytes) else said
        self._text = _ended(said) if isinstance(said, bytes) else None

    def triples(self) -> frozenset[Triple]:
        if self._triples is None:
            # Lenient: the terms were checked when they were read.
            quads = pyoxigraph.parse(self.text(), format=RdfFormat.N_TRIPLES, lenient=True)
            self._triples = frozenset(quad.triple for quad in quads)
        return self._triples

    def text(self) -> bytes:
        if self._text is None:
            self._text = pyoxigraph.serialize(self.triples(), format=RdfFormat.N_TRIPLES) or b""
        return self._text

    def __len__(self) -> int:
        return self.text().count(_END) if self._triples is None else len(self._triples)


def plan(known: Set[Triple], found: Set[Triple], *, kept: Set[NamedNode] = frozenset()) -> Diff:
    """Decide what turns the known triples into those that were found.

    The subjects in `kept` stay as they are known: their new state was refused.
    """
    wanted = {triple for triple in found if triple.subject not in kept}
    gone = {triple for triple in known - wanted if triple.subject not in kept}
    return Diff(frozenset(wanted - known), frozenset(gone))


def _ended(text: bytes) -> bytes:
    """Return N-Triples whose last line is ended as well: earlier versions left that out."""
    return text if not text or text.endswith(_END) else text + _END


def _subjects(triples: Iterable[Triple]) -> set[NamedNode]:
    return {subject_of(triple) for triple in triples}
