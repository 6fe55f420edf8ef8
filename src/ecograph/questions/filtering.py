"""Filters as people write them, and as the index takes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ecograph.errors import BadParameter
from ecograph.graph.concepts import Concepts
from ecograph.index import Filters
from ecograph.index.opening import STATES
from ecograph.model import Iri
from ecograph.vocab import NS, TYPES

# What may be found is told apart by its type; these name several types, or a part of one.
_CLASSES = (*TYPES, "Resource", "Organization", "Company", "PublicSupportScheme")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Filters as written: class names; concepts by IRI, notation or label."""

    type: tuple[str, ...] = ()
    pole: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    axis: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def resolve(asked: Asked, concepts: Concepts, today: date | None = None) -> Filters:
    """Return the filters with each concept by its IRI; raises `BadParameter` for unknown ones.

    Whether an offer is open is a question of the day.
    """
    return Filters(
        types=tuple(map(_class, asked.type)),
        poles=_concepts(concepts, "pole", asked.pole, ("poles",)),
        territories=_concepts(concepts, "territory", asked.territory, ("territories",)),
        kinds=_concepts(concepts, "kind", asked.kind, ("resource-types", "actor-types", "project-stages")),
        axes=_concepts(concepts, "axis", asked.axis, ("axes",)),
        stages=_concepts(concepts, "stage", asked.stage, ("project-stages",)),
        open=tuple(map(_state, asked.open)),
        today=today,
    )


def _class(value: str) -> str:
    name = value.removeprefix("eco:").removeprefix(NS)
    if name not in _CLASSES:
        raise BadParameter("type", value, f"one of {', '.join(_CLASSES)}")
    return name


def _state(value: str) -> str:
    if value not in STATES:
        raise BadParameter("open", value, f"one of {', '.join(STATES)}")
    return value


def _concepts(
    concepts: Concepts, name: str, values: Iterable[str], schemes: tuple[str, ...]
) -> tuple[Iri, ...]:
    return tuple(_concept(concepts, name, value, schemes) for value in values)


def _concept(concepts: Concepts, name: str, value: str, schemes: tuple[str, ...]) -> Iri:
    for scheme in schemes:
        if (found := concepts.resolve(scheme, value)) is not None:
            return found.iri
    raise BadParameter(name, value, f"a concept of {' or '.join(schemes)}, by IRI, notation or label")
