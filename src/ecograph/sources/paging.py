"""Page after page of an API, with guards: no loop, no other host, no end that never comes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Literal as OneOf
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ecograph.errors import BadListing, ListingChanged
from ecograph.fetching import named, shown
from ecograph.sources.content import File
from ecograph.sources.paths import compiled, first, lists, read_json

_PARAMETERS = {"page": "page", "offset": "offset", "cursor": "cursor"}


class Paging(BaseModel):
    """How an API tells where the next page is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: OneOf["next", "page", "offset", "cursor"]
    next: str | None = None
    parameter: str | None = None
    start: int | None = Field(None, ge=0)
    total: str | None = None
    max_pages: int = Field(1_000, ge=1)

    @field_validator("next", "total")
    @classmethod
    def _path(cls, path: str | None) -> str | None:
        if path is not None:
            compiled(path)
        return path

    @model_validator(mode="after")
    def _says_enough(self) -> Paging:
        if (self.by in {"next", "cursor"}) == (self.next is None):
            raise ValueError('`next` is the path of the next address or cursor, with by = "next" or "cursor"')
        return self


Get = Callable[[str], File]
"""Get one page, by its address."""


class Route(Protocol):
    """Where to go from a page: the address of the next, if there is one."""

    def after(self, page: File) -> str | None: ...


def walk(start: str, get: Get, route: Route, *, max_pages: int) -> Iterator[File]:
    """Yield all pages of a listing, from its first address.

    Raises `BadListing` for a page that was seen before, a next page elsewhere, or too many of them.
    """
    seen: set[str] = set()
    address: str | None = start
    while address is not None:
        if len(seen) >= 2 * max_pages:
            raise BadListing(named(start), f"it has more than {max_pages} pages (`max_pages`)")
        page = get(address)
        marks = {address, hashlib.sha256(page.content).hexdigest()}
        if marks & seen:
            raise BadListing(named(address), "the same page came twice; the listing goes round in a ring")
        seen |= marks
        yield page
        address = _within(start, page, route.after(page))


def _within(start: str, page: File, link: str | None) -> str | None:
    """The address of the next page, where the first one is, or where that was found to have moved to."""
    if link is None:
        return None
    here = page.url or page.name
    address = urljoin(here, link)
    if _origin(address) not in {_origin(start), _origin(here)}:
        raise BadListing(page.name, f"its next page is elsewhere, at {shown(address)}")
    return address


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc


def check_total(location: str, pages: Sequence[File], records: str, total: str) -> None:
    """Raise `BadListing` where files, pages of one listing, hold fewer records than one of them announces."""
    documents = [(read_json(page), page.name) for page in pages]
    announced = max(_announced(document, total, name) for document, name in documents)
    check_count(location, announced, sum(_count(document, records, name) for document, name in documents))


class Totals:
    """The numbers of records that the pages of a listing announce, one after the other.

    Where a record was taken out meanwhile, those after it moved up by one, and one of them stands on no page.
    One that was added moves them down: one stands on two pages, and nothing is lost.
    """

    def __init__(self, address: str) -> None:
        self._address, self._last = address, 0

    def check(self, total: int) -> None:
        """Raise `ListingChanged` for a smaller number than before."""
        if total < self._last:
            raise ListingChanged(named(self._address), self._last, total)
        self._last = total


def check_count(address: str, announced: int, found: int) -> None:
    """Raise `BadListing` where fewer records came than a listing announced."""
    if found < announced:
        raise BadListing(named(address), f"it announces {announced:,} records and gives {found:,}")


def _count(document: object, records: str, name: str) -> int:
    return sum(len(items) for _, items in lists(document, records, name=name))


def _announced(document: object, path: str, name: str) -> int:
    text = first(document, path)
    if text is None or not text.isdecimal():
        raise BadListing(name, f"no number of records at {path}")
    return int(text)


class JsonRoute:
    """From one JSON page to the next, as a declaration says it; counts what came."""

    def __init__(self, start: str, records: str, paging: Paging) -> None:
        self._start, self._records, self._paging = start, records, paging
        self._count, self._number = 0, 0
        self._totals = Totals(start)

    def after(self, page: File) -> str | None:
        """Return the next address; raises `BadListing` when less came than was announced."""
        document = read_json(page)
        found = _count(document, self._records, page.name)
        self._count, self._number = self._count + found, self._number + 1
        total = self._total(document, page.name)
        if total is not None and self._paging.by != "cursor":  # a cursor stands at a record, not at a number
            self._totals.check(total)
        link = self._link(document, found, total)
        if link is None and total is not None:
            check_count(self._start, total, self._count)
        return link

    def _total(self, document: object, name: str) -> int | None:
        path = self._paging.total
        return None if path is None else _announced(document, path, name)

    def _link(self, document: object, found: int, total: int | None) -> str | None:
        by, path = self._paging.by, self._paging.next
        if path is not None:
            value = first(document, path) or None
            return value if by == "next" or value is None else self._with(value)
        if found == 0 or (total is not None and self._count >= total):
            return None
        start = self._paging.start
        if by == "page":
            return self._with(str((1 if start is None else start) + self._number))
        return self._with(str((start or 0) + self._count))

    def _with(self, value: str) -> str:
        return with_parameter(self._start, self._paging.parameter or _PARAMETERS[self._paging.by], value)


def with_parameter(address: str, name: str, value: str) -> str:
    """Return an address with a parameter of its query set."""
    parts = urlsplit(address)
    kept = [(n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True) if n != name]
    return urlunsplit(parts._replace(query=urlencode([*kept, (name, value)])))
