"""How SPARQL servers differ from the standard, and from each other: all of it is here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from pyoxigraph import Literal, NamedNode

from ecograph.errors import BadQuery, EcographError, QueryLimit, ServerFailed
from ecograph.graph.exact import sealed, unsealed
from ecograph.graph.terms import Object
from ecograph.vocab import XSD

_REASON_LENGTH = 300
_HTTP_BUSY = frozenset({408, 429, 502, 503, 504})


class Dialect(Protocol):
    """What is particular to a kind of server."""

    name: str
    twins: bool
    """Whether some literals come back changed, so that they are kept in twin graphs as well."""

    silent_rows: float
    """From how many triples on the answer of a CONSTRUCT may have been cut without a word."""

    def parameters(self, seconds: float) -> Mapping[str, str]:
        """Return what is sent with a query beside the protocol's own parameters."""

    def held(self, literal: Literal) -> Literal:
        """Return the literal that the server can keep in place of a typed one: itself, if it can."""

    def term(self, term: Object) -> Object:
        """Return a term as it was before the server changed it."""

    def results(self, body: bytes, form: str | None) -> bytes:
        """Return a JSON result as the standard has it."""

    def refusal(self, headers: Mapping[str, str]) -> EcographError | None:
        """Return why an answer that looks well cannot be used."""

    def page(self, headers: Mapping[str, str]) -> int | None:
        """Return how many rows the server gives at a time when it cut this answer."""

    def failure(self, doing: str, status: int, text: str) -> EcographError:
        """Return what an error of the server means."""

    def longest_iri(self) -> int:
        """Return the length in bytes up to which the server keeps IRIs whole."""


class Standard:
    """SPARQL 1.1 as written."""

    name = "standard"
    twins = False
    silent_rows = float("inf")

    def parameters(self, seconds: float) -> Mapping[str, str]:  # noqa: ARG002 - the standard has none
        return {}

    def held(self, literal: Literal) -> Literal:
        return literal

    def term(self, term: Object) -> Object:
        return term

    def results(self, body: bytes, form: str | None) -> bytes:  # noqa: ARG002 - it is as it should be
        return body

    def refusal(self, headers: Mapping[str, str]) -> EcographError | None:  # noqa: ARG002 - never
        return None

    def page(self, headers: Mapping[str, str]) -> int | None:  # noqa: ARG002 - never cut
        return None

    def failure(self, doing: str, status: int, text: str) -> EcographError:
        reason = _first_line(text)
        if status == 400:
            return BadQuery(reason)
        if status in _HTTP_BUSY:
            return QueryLimit(f"the server is busy ({status} {reason})")
        return ServerFailed(doing, f"the server answered {status} {reason}")

    def longest_iri(self) -> int:
        return 1_000_000


class Virtuoso(Standard):
    """Virtuoso 7.2, as measured on the one that Debian packages.

    - ASK answers a table whose column is `__ASK_RETVAL`, and no row when false.
    - A query out of time is a 200 with a partial answer and `X-SQL-State: S1TAT`.
    - An answer of more than ResultSetMaxRows is cut; a SELECT says so in `X-SPARQL-MaxRows`, a
      CONSTRUCT does not.
    - Numbers, dates and points are stored by value; a float can never be deleted again.
    - Integers beyond 64 bits, durations and malformed numbers are refused, or turned into others.
    - In JSON a boolean reads 1 or 0; an IRI longer than some 1,900 bytes loses its end.
    """

    name = "virtuoso"
    twins = True
    silent_rows = 1_000.0

    def parameters(self, seconds: float) -> Mapping[str, str]:
        return {"timeout": str(max(1_000, int(seconds * 1_000)))}

    def held(self, literal: Literal) -> Literal:
        name = literal.datatype.value
        if name.startswith(XSD):
            return _held(name.removeprefix(XSD), literal)
        if name == _WKT and _POINT.fullmatch(literal.value):
            return Literal(literal.value, datatype=NamedNode(_GEOMETRY))
        return sealed(literal) if name in {_WKT, _XML} or name.startswith(_VIRTUOSO) else literal

    def term(self, term: Object) -> Object:
        if isinstance(term, Literal):
            if term.datatype.value == XSD + "boolean" and term.value in _BOOLEANS:
                return Literal(_BOOLEANS[term.value], datatype=term.datatype)
            if term.datatype.value == _GEOMETRY:
                return Literal(term.value, datatype=NamedNode(_WKT))
        return term

    def results(self, body: bytes, form: str | None) -> bytes:
        answer = json.loads(body)
        if form == "ASK":
            return _asked(answer)
        for binding in answer["results"]["bindings"]:
            for term in binding.values():
                self._mend(term)
        return json.dumps(answer, ensure_ascii=False).encode()

    def refusal(self, headers: Mapping[str, str]) -> EcographError | None:
        if headers.get("x-sql-state") == "S1TAT":
            return QueryLimit("it took the server too long")
        state = headers.get("x-sql-state")
        return (
            ServerFailed("read the server's answer", headers.get("x-sql-message", state)) if state else None
        )

    def page(self, headers: Mapping[str, str]) -> int | None:
        return int(headers.get("x-sparql-maxrows", 0)) or None

    def failure(self, doing: str, status: int, text: str) -> EcographError:
        reason = _first_line(text)
        if "42000" in reason or "estimated execution time" in reason:
            return QueryLimit(f"it would take the server too long ({reason})")
        # What its compiler cannot plan, and what its functions cannot take, is an error of the server too.
        if status == 500 and _UNPLANNED.search(reason):
            return BadQuery(f"the server cannot evaluate this query ({reason})")
        return super().failure(doing, status, text)

    def longest_iri(self) -> int:
        return 1_800

    def _mend(self, term: dict[str, Any]) -> None:
        if "datatype" not in term:
            return
        term["type"] = "literal"
        literal = Literal(term["value"], datatype=NamedNode(term["datatype"]))
        mended = unsealed(self.term(literal))
        if isinstance(mended, Literal):
            term["value"], term["datatype"] = mended.value, mended.datatype.value


def dialect_of(server: str) -> Dialect:
    """Return the dialect of a server by what it says of itself in the `Server` header."""
    return Virtuoso() if "virtuoso" in server.lower() else Standard()


_UNPLANNED = re.compile(r"Virtuoso (07|22|37|42)\w{3} Error")
_VIRTUOSO = "http://www.openlinksw.com/schemas/virtrdf#"
_GEOMETRY = _VIRTUOSO + "Geometry"
_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_XML = "http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral"
# Points are kept in single precision: good enough to compute with, and exact in the twin.
_POINT = re.compile(r"POINT ?\(-?\d{1,3}(\.\d{1,15})? -?\d{1,3}(\.\d{1,15})?\)")
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_BOOLEANS = {"0": "false", "1": "true"}
_NUMBERS = frozenset({"integer", "decimal", "float", "double"})
_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}")
_KEPT: Mapping[str, re.Pattern[str]] = {
    "integer": _WHOLE,
    "decimal": re.compile(r"-?(0|[1-9]\d{0,11})\.\d{0,11}[1-9]"),
    "boolean": re.compile("true|false"),
    "date": re.compile(_DAY),
    "dateTime": re.compile(rf"{_DAY}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"),
    "gYear": re.compile(r"\d{4}"),
    "anyURI": re.compile(r"\S+"),
}


def _held(name: str, literal: Literal) -> Literal:
    if name in _KEPT and _KEPT[name].fullmatch(literal.value):
        return literal
    if name in _NUMBERS:
        return _decimal(literal)
    if name == "boolean" and literal.value in _BOOLEANS:
        return Literal(_BOOLEANS[literal.value], datatype=literal.datatype)
    return sealed(literal)


def _decimal(literal: Literal) -> Literal:
    """Return a number as a decimal that the server keeps, or sealed when it cannot be one."""
    try:
        value = Decimal(literal.value)
        if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
            return sealed(literal)
        text = format(value.quantize(Decimal(10) ** -12).normalize(), "f")
    except InvalidOperation:
        return sealed(literal)
    return Literal(text, datatype=NamedNode(XSD + ("decimal" if "." in text else "integer")))


def _asked(answer: dict[str, Any]) -> bytes:
    if "boolean" in answer:
        return json.dumps(answer).encode()
    rows = answer["results"]["bindings"]
    said = bool(rows) and rows[0]["__ASK_RETVAL"]["value"] == "1"
    return json.dumps({"head": {}, "boolean": said}).encode()


def _first_line(text: str) -> str:
    flat = " ".join(re.sub(r"<[^>]*>", " ", text.split("\n\n", maxsplit=1)[0]).split())
    return flat[:_REASON_LENGTH] or "without a reason"
