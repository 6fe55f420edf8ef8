"""RSS, Atom and JSON Feed, as entries; what publishers really send is read as far as it can be."""

from __future__ import annotations

import io
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

from ecograph.errors import MalformedFile
from ecograph.sources.content import File
from ecograph.sources.paths import read_json

_NAMES = {"rss20": "RSS 2.0", "rss10": "RSS 1.0", "atom10": "Atom 1.0", "atom03": "Atom 0.3"}
_HTML = re.compile(rb"<!doctype html|<html[\s>]", re.IGNORECASE)
_OPENED = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_CLOSED = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>")
# An ampersand that begins no entity, as in “R&D”; what is in a CDATA section may be anything.
_BARE = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)",
    re.DOTALL,
)
_REFERENCE = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&#(?:([0-9]+)|[xX]([0-9a-fA-F]+));", re.DOTALL)
# feedparser lets what some broken feeds do to its own code through.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OverflowError)
_HEAD = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as its feed gives it; texts may hold HTML, the address is absolute or not one at all."""

    number: int
    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    when: str = ""
    language: str = ""
    cut: bool = False
    """Whether the file ends within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed: how it is written, what is wrong with that, what it says of itself, its entries in order."""

    written: str
    language: str = ""
    homepage: str = ""
    entries: Sequence[Entry] = ()


def parse_feed(file: File) -> Feed:
    """Read a feed in any format; raises `MalformedFile` where it is none."""
    content = file.content.lstrip()
    if not content:
        raise MalformedFile(file.name, "it is empty; a feed was expected")
    if content.removeprefix(b"\xef\xbb\xbf")[:1] in {b"{", b"["}:
        return _json_feed(file)
    return _xml_feed(file)


def _xml_feed(file: File) -> Feed:
    content, mistaken = _without_mistaken(file.content)
    parsed = _parsed(file, content)
    fault = mistaken or _fault(content, parsed)
    if fault is not None and (mended := _BARE.sub(_escaped, content)) != content:
        parsed = _parsed(file, mended)
    if not parsed.get("version") and not parsed.entries:
        raise MalformedFile(file.name, _no_feed(file.content, fault))
    kind = _NAMES.get(
        parsed.get("version") or "", "RSS" if parsed.get("version") else "a feed of no known format"
    )
    parts = [kind, parsed.get("encoding") or "utf-8"]
    if fault is not None:
        parts.append(f"broken ({fault}), read as far as it goes")
    if not parsed.entries:
        parts.append("without any item")
    return Feed(
        written=", ".join(parts),
        language=_text(parsed.feed.get("language")),
        homepage=_joined(file.url, _text(parsed.feed.get("link"))),
        entries=list(_entries(parsed, file.url, is_cut=_is_cut(file.content))),
    )


def _parsed(file: File, content: bytes) -> Any:
    # Where the feed lies is not told: ids, which name an item wherever the feed moves, would be joined to it.
    headers = {"content-type": _content_type(file)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of its own working
        try:
            # A stream: content alone would be taken for the name of a file or for an address.
            return feedparser.parse(
                io.BytesIO(content),
                response_headers=headers,
                resolve_relative_uris=False,
                sanitize_html=False,
            )
        except _BROKEN as error:
            raise MalformedFile(file.name, "it is too broken to be read as a feed") from error


def _without_mistaken(content: bytes) -> tuple[bytes, str | None]:
    """Put U+FFFD for references to what is no character, at which feedparser fails; tell of the first."""
    first = next(filter(_is_mistaken, _REFERENCE.finditer(content)), None)
    if first is None:
        return content, None
    mended = _REFERENCE.sub(lambda found: b"&#xFFFD;" if _is_mistaken(found) else found[0], content)
    line = content.count(b"\n", 0, first.start()) + 1
    return mended, f"line {line}: {first[0][:20].decode()} is no character"


def _is_mistaken(found: re.Match[bytes]) -> bool:
    """Whether a reference names half a pair of surrogates, or more than Unicode has."""
    digits, base = (found[1], 10) if found[1] else (found[2], 16)
    if digits is None:  # a CDATA section
        return False
    number = int(digits.lstrip(b"0")[:8] or b"0", base)
    return 0xD800 <= number <= 0xDFFF or number > sys.maxunicode


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"&amp;" if found[0] == b"&" else found[0]


def _content_type(file: File) -> str:
    """Bytes that are UTF-8 are hardly ever anything else, whatever header and declaration say."""
    try:
        file.content.decode("utf-8")
    except UnicodeDecodeError:
        return f"application/xml; charset={file.charset}" if file.charset else "application/xml"
    return "application/xml; charset=utf-8"


def _no_feed(content: bytes, fault: str | None) -> str:
    if _HTML.search(content[:_HEAD]):
        return "it is an HTML page; the address of its feed was expected"
    return f"it is no feed ({fault})" if fault else "it is no feed"


def _fault(content: bytes, parsed: Mapping[str, Any]) -> str | None:
    """What is wrong with the XML or its encoding, in a few words with the line."""
    error = parsed.get("bozo_exception")
    if not parsed.get("bozo") or error is None:
        return None
    line = getattr(error, "getLineNumber", lambda: None)()
    said = error.getMessage() if hasattr(error, "getMessage") else str(error)
    if line and b"<?xml" not in content[:_HEAD]:
        line -= 1  # that of the declaration that the parser put first
    return f"line {line}: {said}" if line else said


def _is_cut(content: bytes) -> bool:
    """Whether the file ends within its last item."""
    opened = [match.start() for match in _OPENED.finditer(content)]
    closed = [match.start() for match in _CLOSED.finditer(content)]
    return bool(opened) and (not closed or opened[-1] > closed[-1])


def _entries(parsed: Any, address: str, *, is_cut: bool) -> Iterator[Entry]:
    last = len(parsed.entries)
    for number, entry in enumerate(parsed.entries, start=1):
        # Asked as a plain dictionary: its own `get` gives other keys for missing ones, and warns.
        # What it read of a date is not asked: it makes the second of March of the 30th of February.
        said = dict.get(entry, "published") or dict.get(entry, "updated")
        body = entry.get("summary") or next((part.get("value") for part in entry.get("content", ())), "")
        yield Entry(
            number=number,
            id=_text(entry.get("id")),
            link=_link(entry, address),
            title=_text(entry.get("title")),
            text=_text(body),
            when=_text(said),
            language=_text((entry.get("title_detail") or {}).get("language")),
            cut=is_cut and number == last,
        )


def _link(entry: Any, address: str) -> str:
    """The link of an entry, made whole; an id stands for one where it is an address."""
    link, base = _text(entry.get("link")), (entry.get("title_detail") or {}).get("base") or address
    if not entry.get("links") and not urlsplit(_text(entry.get("id"))).scheme:
        return ""
    return _joined(base, link)


def _json_feed(file: File) -> Feed:
    said = read_json(file)
    items = said.get("items") if isinstance(said, dict) else None
    if not isinstance(items, list):
        raise MalformedFile(file.name, "it is JSON without `items`: no JSON Feed")
    version = _text(said.get("version")).rpartition("/")[2] or "of no known version"
    return Feed(
        written=f"JSON Feed {version}" + ("" if items else ", without any item"),
        language=_text(said.get("language")),
        homepage=_text(said.get("home_page_url")),
        entries=[
            _json_entry(number, item if isinstance(item, dict) else {}, file.url)
            for number, item in enumerate(items, start=1)
        ],
    )


def _json_entry(number: int, item: Mapping[str, Any], base: str) -> Entry:
    link = _text(item.get("url") or item.get("external_url"))
    return Entry(
        number=number,
        id=_text(item.get("id")),
        link=_joined(base, link),
        title=_text(item.get("title")),
        text=_text(item.get("summary") or item.get("content_html") or item.get("content_text")),
        when=_text(item.get("date_published") or item.get("date_modified")),
        language=_text(item.get("language")),
    )


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return link


def _text(value: object) -> str:
    """A text, or a number that stands for one; anything else is nothing."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
