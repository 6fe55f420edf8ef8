"""Search in addresses: the filters asked for, the facets to choose from, and the links between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from fastapi import Request

from ecograph.errors import BadParameter
from ecograph.index import Filters
from ecograph.index.opening import FACET, UNDATED
from ecograph.model import FacetValue, SearchAnswer
from ecograph.questions.filtering import Asked, resolve
from ecograph.questions.search import facet_label
from ecograph.questions.view import View

FACETS = ("type", "kind", "pole", "territory", "axis", "stage", "open")
# Every actor of the graph but persons is an organization, every offer a resource: these say no more.
_TELL_NOTHING = {"Organization"}
_SHOWN_AT_ONCE = 7
_MOST_ASIDE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a facet: how it is written in an address, and how many results it keeps."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A facet with its values; those of `more` are folded away."""

    name: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...]

    @property
    def chosen(self) -> int:
        """How many of its values are asked for."""
        return sum(choice.chosen for choice in (*self.choices, *self.more))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is on, and the address without it."""

    facet: str
    label: str
    without: str


@dataclass(frozen=True, slots=True)
class Search:
    """A search as its address tells it."""

    words: str
    asked: Asked
    page: int
    aside: tuple[str, ...] = ()

    def address(
        self, *, page: int = 1, without: tuple[str, str] | None = None, aside: str | None = None
    ) -> str:
        """Return the address of another page of this search, or of this search less one filter.

        `aside` is something understood in the words that is not to be.
        """
        pairs = [("q", self.words)] if self.words else []
        pairs += [pair for pair in _pairs(self.asked) if pair != without]
        pairs += [("without", value) for value in (*self.aside, *([aside] if aside else []))]
        pairs += [("page", str(page))] if page > 1 else []
        return f"/search?{urlencode(pairs)}"


def search_of(request: Request) -> Search:
    """Return the search that a request's address tells; a page that is no number is the first."""
    given = request.query_params
    page = given.get("page", "1")
    filters = {name: tuple(value for value in given.getlist(name) if value) for name in FACETS}
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    aside = tuple(dict.fromkeys(value for value in given.getlist("without")[:_MOST_ASIDE] if value))
    return Search(given.get("q", "").strip(), Asked(**filters), max(1, number), aside)


def chips(view: View, search: Search, language: str) -> list[Chip]:
    """Return the filters that are on."""
    return [
        Chip(
            facet=facet,
            label=_label(view, facet, _resolved(view, facet, value), language),
            without=search.address(without=(facet, value)),
        )
        for facet, value in _pairs(search.asked)
    ]


def understood(answer: SearchAnswer, search: Search) -> list[Chip]:
    """Return what was understood in the words, each with the address of the search without it."""
    return [
        Chip(facet=one.facet, label=one.label, without=search.address(aside=one.iri.rsplit("/", 1)[-1]))
        for one in answer.understood
    ]


def facets(view: View, answer: SearchAnswer, filters: Filters, language: str) -> list[Facet]:
    """Return the facets of an answer that have something to choose."""
    built = (_facet(view, name, answer.facets.get(name, ()), filters, language) for name in FACETS)
    return [facet for facet in built if facet.choices and not _says_nothing(facet)]


def _says_nothing(facet: Facet) -> bool:
    """Whether a facet only tells that no offer has dates."""
    return facet.name == FACET and not facet.chosen and [c.value for c in facet.choices] == [UNDATED]


def written(view: View, facet: str, value: str) -> str:
    """Return a facet's value as an address writes it: its last segment where that is enough."""
    short = value.rsplit("/", 1)[-1]
    try:
        return short if _resolved(view, facet, short) == value else value
    except BadParameter:
        return value


def _facet(view: View, name: str, values: Iterable[FacetValue], filters: Filters, language: str) -> Facet:
    wanted = filters.wanted()[name]
    counted = {v.value: v for v in values if v.value not in _TELL_NOTHING or v.value in wanted}
    absent = [value for value in wanted if value not in counted]
    found = [
        *(_choice(view, name, v.value, v.label, v.count, wanted) for v in counted.values()),
        *(_choice(view, name, value, _label(view, name, value, language), 0, wanted) for value in absent),
    ]
    first = [c for i, c in enumerate(found) if i < _SHOWN_AT_ONCE or c.chosen]
    return Facet(name=name, choices=tuple(first), more=tuple(c for c in found if c not in first))


def _choice(view: View, facet: str, value: str, label: str, count: int, wanted: tuple[str, ...]) -> Choice:
    return Choice(value=written(view, facet, value), label=label, count=count, chosen=value in wanted)


def _pairs(asked: Asked) -> Iterator[tuple[str, str]]:
    named: Mapping[str, tuple[str, ...]] = {name: getattr(asked, name) for name in FACETS}
    return ((name, value) for name, values in named.items() for value in values)


def _resolved(view: View, facet: str, value: str) -> str:
    return resolve(Asked(**{facet: (value,)}), view.concepts, date.min).wanted()[facet][0]


def _label(view: View, facet: str, value: str, language: str) -> str:
    return facet_label(view, facet, value, language)
