"""The SPARQL 1.1 Protocol, read: which query an HTTP request asks, on which graphs."""

from __future__ import annotations

import binascii
import codecs
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException

from ecograph.errors import BadParameter, BadQuery

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
# Without escapes that are none, what is not ASCII, and line ends.
_USUAL = re.compile(rb"(?: [\x20-\x24\x26-\x7e]++ | %[0-9A-Fa-f]{2} )*+", re.VERBOSE)
_MAX_GRAPHS = 100
_MAX_FIELDS = 1_000

Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query as a client sent it."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What stands for the query and its dataset where the text must not."""
        asked = repr((self.query, self.default_graphs, self.named_graphs))
        return hashlib.sha256(asked.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedUpdate:
    """An update as a client sent it."""

    update: str
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()


def read_update_post(query_string: bytes, content_type: str, body: bytes) -> AskedUpdate:
    """Return what a POST asks to change; raises `BadQuery`, `BadParameter`, and `HTTPException` (415)."""
    return _asked_update(_posted(query_string, content_type, body, name="update", media_type=UPDATE))


def _asked_update(fields: Fields) -> AskedUpdate:
    if _values(fields, "query"):
        raise BadQuery("this is a query, and /sparql/update carries updates out")
    return AskedUpdate(
        update=_single(fields, "update", "updates"),
        using=_graphs(fields, "using-graph-uri"),
        using_named=_graphs(fields, "using-named-graph-uri"),
    )


def read_url(query_string: bytes) -> Asked | None:
    """Return what a GET asks, or None when it asks nothing at all; raises `BadQuery`, `BadParameter`."""
    fields = _fields(query_string)
    return _asked(fields) if fields else None


def read_post(query_string: bytes, content_type: str, body: bytes) -> Asked:
    """Return what a POST asks; raises `BadQuery`, `BadParameter`, and `HTTPException` (415)."""
    if _content(content_type)[0] == UPDATE:
        raise BadQuery("this is an update: /sparql answers queries, /sparql/update carries updates out")
    return _asked(_posted(query_string, content_type, body, name="query", media_type=QUERY))


def _asked(fields: Fields) -> Asked:
    if _values(fields, "update"):
        raise BadQuery("this is an update: /sparql answers queries, /sparql/update carries updates out")
    return Asked(
        query=_single(fields, "query", "queries"),
        default_graphs=_graphs(fields, "default-graph-uri"),
        named_graphs=_graphs(fields, "named-graph-uri"),
    )


def _single(fields: Fields, name: str, plural: str) -> str:
    given = _values(fields, name)
    if len(given) != 1:
        raise BadQuery(f"{len(given)} {plural} were given, not one" if given else f"no `{name}` was given")
    if not given[0].strip():
        raise BadQuery(f"the {name} is empty")
    return given[0]


def _graphs(fields: Fields, name: str) -> tuple[str, ...]:
    graphs = tuple(dict.fromkeys(_values(fields, name)))
    if len(graphs) > _MAX_GRAPHS:
        raise BadParameter(name, f"{len(graphs)} graphs", f"at most {_MAX_GRAPHS} graphs")
    return graphs


def _posted(query_string: bytes, content_type: str, body: bytes, *, name: str, media_type: str) -> Fields:
    """Return the fields of a POST, in which SPARQL comes under its name, as a form or as it is."""
    given, charset = _content(content_type)
    in_url = _fields(query_string)
    if given == FORM:
        return in_url + _fields(body)
    if given == media_type:
        _utf8_only(charset)
        return [*in_url, (name, _decoded(body))]
    raise HTTPException(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"POST it as {media_type}, or as field `{name}` of {FORM}.",
        headers={"Accept-Post": f"{media_type}, {FORM}"},
    )


def read_parameters(query_string: bytes) -> dict[str, str]:
    """Return parameters that are given once each; raises `BadQuery`, `BadParameter`."""
    given: dict[str, str] = {}
    for name, value in _fields(query_string):
        if name in given:
            raise BadParameter(name, value, "one value, and it is given more often")
        if "\0" in value:
            raise BadParameter(name, value, "a text without the character NUL")
        given[name] = value
    return given


def _values(fields: Iterable[tuple[str, str]], name: str) -> list[str]:
    return [value for key, value in fields if key == name]


def _fields(encoded: bytes) -> Fields:
    try:
        if not _USUAL.fullmatch(encoded) or encoded.count(b"&") >= _MAX_FIELDS:
            return parse_qsl(
                encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS
            )
        parts = [part.partition(b"=") for part in encoded.split(b"&") if part]
        return [(_unescaped(name), _unescaped(value)) for name, _, value in parts]
    except ValueError as error:
        raise BadQuery(f"the parameters cannot be read: {error}") from error


def _unescaped(value: bytes) -> str:
    """Return what a part of a form says; a query is mostly escapes, and `urllib.parse` slow at them."""
    # Quoted-printable is the same with another sign, and its decoder is written in C.
    quoted = value.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"=")
    return binascii.a2b_qp(quoted).decode("utf-8")


@lru_cache(maxsize=64)
def _content(content_type: str) -> tuple[str, str]:
    parsed = Message()
    parsed["Content-Type"] = content_type or "application/octet-stream"
    return parsed.get_content_type(), parsed.get_content_charset() or "utf-8"


def _utf8_only(charset: str) -> None:
    try:
        known = codecs.lookup(charset).name
    except LookupError:
        known = charset
    if known not in {"utf-8", "ascii"}:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A query is UTF-8, not {charset}.")


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadQuery(f"the query is not UTF-8: {error.reason} at byte {error.start}") from error
