"""Feeds: each entry becomes an `eco:WatchItem` with title, excerpt, link and day, never its full text."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pyoxigraph import Literal, NamedNode, Triple

from ecograph.fetching import published
from ecograph.model import Rejection
from ecograph.sources.content import Stated
from ecograph.sources.feed_formats import Entry, Feed
from ecograph.sources.plain import excerpt, line_of, plain_text
from ecograph.sources.values import Address, BadValue, Lookup, concept, day_in, iri, url
from ecograph.vocab import DCT, FOAF, RDF, SCHEMA, XSD, eco

EXCERPT = 300
"""The longest excerpt, in characters: enough to recognise an article, not to replace it."""
_TITLE = 500
_TYPE = NamedNode(RDF + "type")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SERVER = re.compile(r"[^/?#]*//[^/?#]*")
_SAFE = "%/:=&?~#+!$,;'@()*[]"

_CUT = {"fr": "le fichier s'arrête dans cet article", "en": "the file ends within this item"}
_NO_LINK = {
    "fr": "l'article n'a pas de lien utilisable (http ou https) : ",
    "en": "the item has no usable link (http or https): ",
}
_NO_TITLE = {"fr": "l'article n'a ni titre ni texte", "en": "the item has neither title nor text"}
_TWICE = {
    "fr": "un article plus haut a le même identifiant et le même lien ; il compte seul",
    "en": "an item above has the same identifier and the same link; it alone counts",
}
_NO_DAY = {
    "fr": "cette date n'a pas été comprise ; l'article est gardé sans date",
    "en": "this date was not understood; the item is kept without one",
}


def _below(text: str) -> str:
    iri(text if "://" in text else f"https://base.example/{text}")
    return text


class FeedOptions(BaseModel):
    """What a declaration says of the watch source that a feed is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str | None = Field(None, pattern="^[a-z]{2,3}$")
    homepage: Address | None = None
    poles: tuple[str, ...] = ()
    watches: tuple[Annotated[str, AfterValidator(_below)], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The watch source of a declaration: what all its items have in common."""

    base: str
    source: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    licence: str
    homepage: str | None
    options: FeedOptions

    @property
    def node(self) -> NamedNode:
        return NamedNode(f"{self.base}/watch-source/{self.source}--feed")

    def described(self, address: str, feed: Feed, lookup: Lookup) -> Iterator[Triple]:
        """Yield what is said of the watch source; raises `BadValue` for a pole that does not exist."""
        yield Triple(self.node, _TYPE, NamedNode(eco("WatchSource")))
        yield Triple(self.node, NamedNode(DCT + "license"), NamedNode(self.licence))
        for predicate, texts in ((DCT + "title", self.titles), (DCT + "description", self.descriptions)):
            for language, text in texts.items():
                yield Triple(self.node, NamedNode(predicate), Literal(text, language=language))
        if known := _published(published(address)):
            yield Triple(self.node, NamedNode(eco("feed")), known)
        if homepage := _published(self.options.homepage or self.homepage or feed.homepage):
            yield Triple(self.node, NamedNode(FOAF + "homepage"), homepage)
        for pole in self.options.poles:
            yield Triple(self.node, NamedNode(eco("inPole")), concept(pole, "poles", lookup))
        for domain in self.options.watches:
            watched = domain if "://" in domain else f"{self.base}/{domain.removeprefix('/')}"
            yield Triple(self.node, NamedNode(eco("watches")), NamedNode(watched))


def stated_items(feed: Feed, watched: Watched, name: str) -> Iterator[Stated]:
    """Yield what each entry says, the bad ones with the reason why they were left out."""
    shared = _shared(feed.entries)
    seen: set[str] = set()
    for entry in feed.entries:
        place = f"{name}, item {entry.number}"
        node = NamedNode(f"{watched.base}/watch-item/{watched.source}--{_identity(entry, shared)}")
        if node.value in seen:
            yield Stated(place, (), warnings=[_told(node, place, "id", entry.id or entry.link, _TWICE)])
            continue
        seen.add(node.value)
        yield _stated(entry, feed, watched, node, place)


def web_address(link: str) -> NamedNode:
    """Return a link as an IRI of the web; raises `BadValue` where it is none, as `javascript:` and the like.

    What may not stand in an IRI is escaped, as browsers do, but not in the name of the server.
    """
    tidied = link.strip()
    begins = _SERVER.match(tidied)
    rest = begins.end() if begins else 0
    return url(tidied[:rest] + quote(tidied[rest:], safe=_SAFE))


def _published(link: str) -> NamedNode | None:
    """Return an address of the watch source; one that cannot be published is left out."""
    try:
        return web_address(link)
    except BadValue:
        return None


def _stated(entry: Entry, feed: Feed, watched: Watched, node: NamedNode, place: str) -> Stated:
    text = plain_text(entry.text)
    title = line_of(plain_text(entry.title) or excerpt(text, 80))
    if entry.cut:
        return Stated(place, (), [_told(node, place, "", entry.title, _CUT)])
    try:
        link = _link(entry)
    except BadValue as error:
        reason = {language: _NO_LINK[language] + said for language, said in error.reason.items()}
        return Stated(place, (), [_told(node, place, "link", entry.link, reason)])
    if not title:
        return Stated(place, (), [_told(node, place, "title", "", _NO_TITLE)])
    language = _language(entry, feed, watched.options)
    triples = [
        Triple(node, _TYPE, NamedNode(eco("WatchItem"))),
        Triple(node, NamedNode(DCT + "title"), Literal(excerpt(title, _TITLE), language=language)),
        Triple(node, NamedNode(SCHEMA + "url"), link),
        Triple(node, NamedNode(eco("fromSource")), watched.node),
    ]
    if text and line_of(text) != title:
        said = Literal(excerpt(text, EXCERPT), language=language)
        triples.append(Triple(node, NamedNode(DCT + "description"), said))
    # The day that the publisher wrote: midnight in Paris is the day before in UTC.
    day = day_in(entry.when)
    if day is not None:
        written = Literal(day.isoformat(), datatype=NamedNode(XSD + "date"))
        triples.append(Triple(node, NamedNode(DCT + "issued"), written))
    unread = entry.when and day is None
    return Stated(
        place, triples, warnings=[_told(node, place, "date", entry.when, _NO_DAY)] if unread else []
    )


def _link(entry: Entry) -> NamedNode:
    """Where an item is read, which its id may tell too; raises `BadValue` where neither can be published."""
    try:
        return web_address(entry.link)
    except BadValue:
        if known := _published(entry.id):
            return known
        raise


def _identity(entry: Entry, shared: frozenset[str]) -> str:
    """A name that an item keeps: of its id, else of its link, else of what it says.

    An id that a feed gives to several links names nothing.
    """
    if entry.id and entry.id not in shared:
        return _digest(entry.id)
    if entry.link:
        return _digest(f"{entry.id} {entry.link}")
    return _digest(f"{entry.title} {entry.when}")


def _shared(entries: Iterable[Entry]) -> frozenset[str]:
    links = Counter(id_ for id_, _ in {(entry.id, entry.link) for entry in entries})
    return frozenset(id_ for id_, count in links.items() if count > 1)


def _language(entry: Entry, feed: Feed, options: FeedOptions) -> str:
    """The language that is declared, else that of the item, else that of the feed, else French."""
    for said in (options.language, entry.language, feed.language):
        known = (said or "").strip().lower().replace("_", "-").partition("-")[0]
        if _LANGUAGE.fullmatch(known):
            return known
    return "fr"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _told(node: NamedNode, place: str, path: str, value: str, reason: Mapping[str, str]) -> Rejection:
    return Rejection(record=node.value, place=place, path=path, value=value[:200], reason=reason)
