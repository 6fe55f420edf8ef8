"""Concepts by what people call them: for cells of tables that hold labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pyoxigraph import Literal, NamedNode, Triple

from ecograph.understanding.forms import normal
from ecograph.vocab import SKOS, VOC

# The first that gives a name keeps it.
_ROLES = tuple(SKOS + role for role in ("notation", "prefLabel", "altLabel", "hiddenLabel"))
_IN_SCHEME = SKOS + "inScheme"


def concept_lookup(triples: Iterable[Triple]) -> Callable[[str, str], str | None]:
    """Return what finds the IRI of a scheme's concept by notation or label; case and accents do not count."""
    schemes: dict[str, str] = {}
    said: dict[str, list[tuple[str, str]]] = {role: [] for role in _ROLES}
    for triple in triples:
        subject, predicate, value = triple.subject, triple.predicate.value, triple.object
        if not isinstance(subject, NamedNode):
            continue
        if predicate == _IN_SCHEME and isinstance(value, NamedNode):
            schemes[subject.value] = value.value.removeprefix(VOC)
        elif predicate in said and isinstance(value, Literal):
            said[predicate].append((subject.value, value.value))
    names: dict[tuple[str, str], str] = {}
    for role in _ROLES:
        for iri, name in sorted(said[role]):
            if iri in schemes:
                names.setdefault((schemes[iri], _key(name)), iri)
    return lambda scheme, name: names.get((scheme, _key(name)))


def _key(name: str) -> str:
    return normal(name) or name
