"""What follows from the ontology: superclasses and superproperties (RDFS 1.1, rules rdfs7 and rdfs9).

Named graphs keep what sources state; the merged default graph also holds what follows, so that a
query for `eco:Actor` finds companies. Both rules look at one subject at a time, which is what
lets the merge follow a change instead of starting again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import NamedNode, Triple

from ecograph.graph.terms import Object, object_of, subject_of
from ecograph.vocab import RDF, RDFS

TYPE = NamedNode(RDF + "type")
_TYPE_NAME = str(TYPE).encode()
_SUBCLASS = NamedNode(RDFS + "subClassOf")
_SUBPROPERTY = NamedNode(RDFS + "subPropertyOf")

_NONE: frozenset[NamedNode] = frozenset()

Ancestors = Mapping[Object, frozenset[NamedNode]]
Names = Mapping[bytes, Sequence[bytes]]


class Schema:
    """The hierarchy of classes and of properties."""

    def __init__(self, ontology: Iterable[Triple]) -> None:
        ontology = list(ontology)
        self._classes = _ancestors(ontology, _SUBCLASS)
        self._properties = _ancestors(ontology, _SUBPROPERTY)
        # As they stand in N-Triples.
        self._class_names, self._property_names = _names(self._classes), _names(self._properties)

    def entail(self, triples: Iterable[Triple]) -> set[Triple]:
        """Return the triples and all that follows from them."""
        return set(self.closure(triples))

    def closure(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        """Yield the triples and all that follows from each, some of it more than once."""
        for triple in triples:
            yield triple
            yield from self.consequences((triple,))

    def consequences(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        """Yield what follows from each triple, some of it more than once."""
        for triple in triples:
            predicate = triple.predicate
            for parent in self._properties.get(predicate, ()):
                yield Triple(triple.subject, parent, triple.object)
            if predicate == TYPE:
                for parent in self._classes.get(object_of(triple), ()):
                    yield Triple(triple.subject, TYPE, parent)

    def consequences_of_text(self, text: bytes) -> bytes:
        """Return the same of N-Triples as they are written here, as N-Triples."""
        found = []
        for line in text.splitlines(keepends=True):
            subject, predicate, rest = line.split(b" ", 2)
            if (parents := self._property_names.get(predicate)) is not None:
                found += [b"%b %b %b" % (subject, parent, rest) for parent in parents]
            if predicate == _TYPE_NAME:
                found += [
                    b"%b %b %b .\n" % (subject, predicate, parent)
                    for parent in self._class_names.get(rest.removesuffix(b" .\n"), ())
                ]
        return b"".join(found)

    def properties_above(self, predicate: NamedNode) -> frozenset[NamedNode]:
        """Return all properties above one."""
        return self._properties.get(predicate, _NONE)

    def classes_above(self, cls: Object) -> frozenset[NamedNode]:
        """Return all classes above one."""
        return self._classes.get(cls, _NONE)

    def superclasses(self, iri: str) -> frozenset[str]:
        """Return the IRIs of all classes above one."""
        return frozenset(node.value for node in self._classes.get(NamedNode(iri), ()))


def _ancestors(ontology: Iterable[Triple], relation: NamedNode) -> Ancestors:
    parents: dict[NamedNode, set[NamedNode]] = defaultdict(set)
    for triple in ontology:
        if triple.predicate == relation and isinstance(triple.object, NamedNode):
            parents[subject_of(triple)].add(triple.object)
    return {node: frozenset(_reach(node, parents)) for node in list(parents)}


def _names(ancestors: Ancestors) -> Names:
    return {
        str(node).encode(): [str(parent).encode() for parent in parents]
        for node, parents in ancestors.items()
    }


def _reach(start: NamedNode, parents: Mapping[NamedNode, set[NamedNode]]) -> set[NamedNode]:
    reached: set[NamedNode] = set()
    pending = [start]
    while pending:
        for parent in parents.get(pending.pop(), ()):
            if parent not in reached:
                reached.add(parent)
                pending.append(parent)
    return reached - {start}
