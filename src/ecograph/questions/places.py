"""The places that a text names: territories by their names, towns where they are meant as such."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ecograph.cog import around, is_commune
from ecograph.graph.concepts import Concepts
from ecograph.model import Iri, Understood
from ecograph.understanding.naming import Named, Names


def named_in(names: Names, concepts: Concepts, text: str) -> Iterator[Named]:
    """Yield what a text names, towns first; a name inside that of a town is not taken for itself."""
    rest = text
    for start, end, town in concepts.places.find(text):
        rest = rest[:start] + " " * (end - start) + rest[end:]
        if town is not None:
            yield town
    yield from names.find(rest)


def narrowed(understood: Iterable[Understood], concepts: Concepts) -> list[Understood]:
    """Leave out the places in which others lie that are named as well: "Mende, en Lozère" is Mende."""
    found = list(understood)
    places = [one.iri for one in found if one.scheme == "territories"]
    covering = {above for place in places for above in concepts.ancestors(place) if above != place}
    return [one for one in found if one.iri not in covering]


def nearby(places: Iterable[Iri]) -> tuple[Iri, ...]:
    """The places in which something may be looked for: of a town, all its département."""
    found = ((place, around(place)) if is_commune(place) else (place,) for place in places)
    return tuple(dict.fromkeys(near for several in found for near in several))
