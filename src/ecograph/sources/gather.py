"""How the files of a declared source are obtained, by its kind.

What a location names is read from this machine, or fetched where it is a web address. A kind that has to
ask for its content page by page has a gatherer of its own in `_GATHERERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from ecograph.assets import ROOT, located
from ecograph.errors import EcographError, ListingChanged, MalformedFile, TooLarge
from ecograph.fetching import Client, Response, named, published
from ecograph.sources.content import File
from ecograph.sources.dcat import HydraRoute
from ecograph.sources.declaration import Declaration
from ecograph.sources.listing import JsonOptions
from ecograph.sources.paging import JsonRoute, Route, check_total, walk
from ecograph.sources.rdf import ACCEPTED, read_bytes
from ecograph.sources.register import REQUESTS_PER_SECOND, look_up

FEED_BYTES = 20_000_000
"""The largest feed of a stranger. Ten thousand items with their texts are less; one that is made to harm
takes a hundred times its size of memory while it is parsed."""
HYDRA_PAGES = 1_000
PAGE_PAUSE = 0.2
"""Between two pages of an API, in seconds."""
_TRIES = 3  # to read a listing that changes meanwhile
_ANYTHING = "*/*"
_JSON = "application/json, */*;q=0.1"
_NONE: Mapping[str, str] = MappingProxyType({})


class Gathering:
    """One gathering of one source's files: what it may use, and what it came across."""

    def __init__(
        self,
        client: Client | None,
        *,
        limit: int,
        conditional: bool = False,
        moves: Mapping[str, str] = _NONE,
    ) -> None:
        self._client, self.limit = client, limit
        self._conditional, self._moves = conditional, moves
        self._headers, self._hosts = _NONE, frozenset[str]()
        self._bytes = 0
        self.responses: list[Response] = []
        """What was answered, without the content."""

    @property
    def client(self) -> Client:
        """What goes out; raises `EcographError` where nothing may."""
        if self._client is None:
            raise EcographError("nothing may be fetched here")
        return self._client

    def speak_for(self, declaration: Declaration) -> None:
        """Ask with the headers of a declaration from now on; they and keys go to the hosts that it names."""
        self._headers = declaration.headers
        self._hosts = frozenset(filter(is_address, declaration.location))

    @property
    def unchanged(self) -> bool:
        """Whether every address that was asked still gives what was read before."""
        return bool(self.responses) and all(response.not_modified for response in self.responses)

    @property
    def moved(self) -> dict[str, str]:
        """The addresses that moved for good, and where to."""
        return {response.asked: response.moved for response in self.responses if response.moved}

    def read(self, paths: Iterable[Path]) -> Iterator[File]:
        """Read files of this machine, named as people know them; raises `MalformedFile`, `TooLarge`."""
        for path in paths:
            yield File(_name(path), read_bytes(path, limit=self.limit))

    def fetch(self, url: str, *, accept: str = _ANYTHING, limit: int | None = None) -> File:
        """Fetch one address as a file; raises `FetchFailed`, `TooLarge`."""
        response = self.client.get(
            self._moves.get(url, url),
            headers={"accept": accept, **self._headers},
            to=self._hosts,
            limit=limit,
            conditional=self._conditional,
        )
        self._note(response)
        return _as_file(url, response)

    def ask(self, url: str, *, accept: str = _JSON, pause: float = PAGE_PAUSE) -> File:
        """Ask an API, which is made for programs, for one page; always anew: pages only make sense together.

        Raises `FetchFailed`, and `TooLarge` where all pages together are more than one source may be.
        """
        response = self.client.get(
            url,
            headers={"accept": accept, **self._headers},
            to=self._hosts,
            limit=min(self.limit, self.client.content_bytes),
            pause=pause,
            api=True,
        )
        self._note(response)
        if self._bytes > self.limit:
            raise TooLarge(named(url), self.limit, "bytes with the pages before it")
        return _as_file(url, response)

    def _note(self, response: Response) -> None:
        self._bytes += len(response.content)
        self.responses.append(replace(response, content=b""))

    def mark(self) -> tuple[int, int]:
        """Return how much came until now."""
        return self._bytes, len(self.responses)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Forget what came since a mark."""
        self._bytes = mark[0]
        del self.responses[mark[1] :]

    def remember(self) -> None:
        """Ask for what was fetched only if it changed, from now on: it has been put to use."""
        for response in self.responses:
            self.client.remember(response)


def _as_file(url: str, response: Response) -> File:
    return File(
        named(url),
        response.content,
        url=published(response.url),
        media_type=response.media_type,
        charset=response.charset,
    )


Gatherer = Callable[[Declaration, Gathering], Iterator[File]]
"""Yields the files of a source, in the order in which they are to be read."""


def gather(declaration: Declaration, gathering: Gathering) -> list[File]:
    """Return the files of a source; none where all of them are as they were (`Gathering.unchanged`).

    Raises `MalformedFile` where a local file is missing, `FetchFailed` where an address gives nothing.
    """
    gathering.speak_for(declaration)
    return list(_GATHERERS.get(declaration.kind, _located)(declaration, gathering))


def is_remote(declaration: Declaration) -> bool:
    """Tell whether anything has to be fetched for a source."""
    return any(is_address(location) for location in declaration.location)


def _located(declaration: Declaration, gathering: Gathering) -> Iterator[File]:
    for location in declaration.location:
        if is_address(location):
            yield gathering.fetch(location)
        else:
            yield from gathering.read(files_at(location))


def _feed(declaration: Declaration, gathering: Gathering) -> Iterator[File]:
    for location in declaration.location:
        if is_address(location):
            yield gathering.fetch(
                location, accept=_FEEDS, limit=min(FEED_BYTES, gathering.client.content_bytes)
            )
        else:
            yield from gathering.read(files_at(location))


def _rdf(declaration: Declaration, gathering: Gathering) -> Iterator[File]:
    for location in declaration.location:
        if is_address(location):
            yield gathering.fetch(location, accept=ACCEPTED)
        else:
            yield from gathering.read(files_at(location))


def _paged(declaration: Declaration, gathering: Gathering) -> Iterator[File]:
    """All pages of an API, one after the other, or those of one that were kept as files."""
    options = declaration.paged
    for location in declaration.location:
        if not is_address(location):
            yield from _kept(location, gathering, options)
            continue
        start = declaration.preset.asked(location)
        if options.paging is None:
            yield gathering.ask(start)
        else:
            route = partial(JsonRoute, start, options.records, options.paging)
            yield from _walked(start, gathering, route, accept=_JSON, max_pages=options.paging.max_pages)


def _kept(location: str, gathering: Gathering, options: JsonOptions) -> list[File]:
    files = list(gathering.read(files_at(location)))
    if options.paging is not None and options.paging.total is not None:
        check_total(location, files, options.records, options.paging.total)
    return files


def _hydra(declaration: Declaration, gathering: Gathering) -> Iterator[File]:
    """All pages of a catalogue in RDF."""
    for location in declaration.location:
        if is_address(location):
            # What is named below a page does not matter to find the next one.
            route = partial(HydraRoute, location, location)
            yield from _walked(location, gathering, route, accept=ACCEPTED, max_pages=HYDRA_PAGES)
        else:
            yield from gathering.read(files_at(location))


def _walked(
    start: str, gathering: Gathering, route: Callable[[], Route], *, accept: str, max_pages: int
) -> list[File]:
    """All pages of a listing, from the first one again where it changed meanwhile, once or twice."""
    get = partial(gathering.ask, accept=accept)
    for _ in range(_TRIES - 1):
        before = gathering.mark()
        try:
            return list(walk(start, get, route(), max_pages=max_pages))
        except ListingChanged:
            gathering.back_to(before)
    return list(walk(start, get, route(), max_pages=max_pages))


def _looked_up(declaration: Declaration, gathering: Gathering) -> Iterator[File]:
    """One answer for each company that is declared."""
    for siren in declaration.look_up:
        for location in declaration.location:
            answer = gathering.ask(look_up(location, siren), pause=1 / REQUESTS_PER_SECOND)
            yield replace(answer, asked=siren)


def _stock(declaration: Declaration, gathering: Gathering) -> Iterator[File]:
    """Files too large to be held: those of this machine are read where they lie."""
    for location in declaration.location:
        if is_address(location):
            yield gathering.fetch(location, limit=gathering.limit)
            continue
        for path in files_at(location):
            if not path.is_file():
                raise MalformedFile(_name(path), "there is no such file")
            yield File(_name(path), b"", path=path)


_FEEDS = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"
_GATHERERS: Mapping[str, Gatherer] = {
    "feed": _feed,
    "rdf": _rdf,
    "json": _paged,
    "opendatasoft": _paged,
    "ckan": _paged,
    "udata": _paged,
    "aides": _paged,
    "dcat": _hydra,
    "sirene": _stock,
    "recherche-entreprises": _looked_up,
}


def is_address(location: str) -> bool:
    """Tell whether a location is fetched."""
    return urlsplit(location).scheme in {"http", "https"}


def files_at(location: str) -> list[Path]:
    """Return the files of this machine at a location; raises `MalformedFile` where `*` stands for none."""
    if "*" not in location:
        return [located(location)]
    path = located(location)
    found = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    if not found:
        raise MalformedFile(location, "no file has such a name")
    return found


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
