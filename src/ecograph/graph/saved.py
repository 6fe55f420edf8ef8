"""Saved queries: one question a file, with a header that says what it asks and takes.

A file opens with comment lines:

    # title@fr: Acteurs par pôle          # title@en: Actors by pole      (one a line)
    # description@fr: …                   # description@en: …
    # param: pole concept(poles)          name, type, whether required: `!` after the type

and, for each parameter, holds a line `VALUES ?pole { UNDEF }` (or a default in place of UNDEF):
the value given takes its place, as an RDF term and never as text, so that the file runs as it is
in any SPARQL tool and on any SPARQL server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from ecograph.errors import BadDeclaration, BadParameter, UnknownQuery
from ecograph.vocab import VOC, XSD

_HEADER = re.compile(r"^#\s*(title|description)@(fr|en):\s*(.+?)\s*$")
_PARAM = re.compile(r"^#\s*param:\s*(\w+)\s+(iri|string|integer|date|concept)(?:\(([\w-]+)\))?(!?)\s*$")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter; `scheme` lists its choices when it is a concept."""

    name: str
    type: str
    scheme: str | None
    required: bool

    @property
    def expected(self) -> str:
        """What a value must be, for people."""
        return f"a concept of {VOC}{self.scheme}, as IRI or notation" if self.scheme else _EXPECTED[self.type]

    def term(self, value: str) -> NamedNode | Literal:
        """Return a value as the term it stands for; raises `BadParameter`."""
        try:
            if self.type == "concept" and not _IRI.fullmatch(value):
                return NamedNode(f"{VOC}{self.scheme}/{_slug(value)}")
            return _TERMS[self.type](value)
        except ValueError as error:
            raise BadParameter(self.name, value, self.expected) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A question that can be asked by its name."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    text: str

    def bound(self, values: Mapping[str, str]) -> str:
        """Return the SPARQL text with the given values in place; raises `BadParameter`."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in values.items():
            if name not in known:
                raise BadParameter(name, value, f"one of: {', '.join(known) or 'no parameter'}")
        text = self.text
        for name, parameter in known.items():
            if values.get(name):
                # Backslashes in a term are its own: none may be read as a reference to the pattern.
                given = f"VALUES ?{name} {{ {parameter.term(values[name])} }}".replace("\\", "\\\\")
                text = _slot(name).sub(given, text)
            elif parameter.required:
                raise BadParameter(name, "", parameter.expected)
        return text


def read_queries(folder: Path) -> dict[str, SavedQuery]:
    """Return the saved queries of a folder by name; raises `BadDeclaration` with file and line."""
    return {path.stem: read_query(path) for path in sorted(folder.glob("*.rq"))}


def read_query(path: Path) -> SavedQuery:
    """Read one file; raises `BadDeclaration` with file and line."""
    text = path.read_text("utf-8")
    said: dict[str, dict[str, str]] = {"title": {}, "description": {}}
    parameters = []
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            said[header[1]][header[2]] = header[3]
        elif line.startswith("# param:"):
            parameters.append(_parameter(path, number, line, text))
    for name, texts in said.items():
        if missing := {"fr", "en"} - texts.keys():
            raise BadDeclaration(str(path), f"line 1: no {name}@{min(missing)} in the header")
    return SavedQuery(
        name=path.stem,
        title=said["title"],
        description=said["description"],
        parameters=tuple(parameters),
        text=text,
    )


def named(queries: Mapping[str, SavedQuery], name: str) -> SavedQuery:
    """Return a saved query; raises `UnknownQuery`."""
    if name not in queries:
        raise UnknownQuery(name)
    return queries[name]


def _parameter(path: Path, number: int, line: str, text: str) -> Parameter:
    declared = _PARAM.match(line)
    if declared is None:
        raise BadDeclaration(str(path), f"line {number}: not `# param: name type`: {line}")
    if (declared[2] == "concept") != bool(declared[3]):
        raise BadDeclaration(str(path), f"line {number}: `concept(scheme)` needs its scheme")
    if not _slot(declared[1]).search(text):
        raise BadDeclaration(str(path), f"line {number}: no line `VALUES ?{declared[1]} {{ UNDEF }}`")
    return Parameter(name=declared[1], type=declared[2], scheme=declared[3], required=declared[4] == "!")


def _slot(name: str) -> re.Pattern[str]:
    return re.compile(rf"VALUES \?{name} \{{[^}}]*\}}")


def _iri(value: str) -> NamedNode:
    if not _IRI.fullmatch(value):
        raise ValueError(value)
    return NamedNode(value)


def _slug(value: str) -> str:
    if not re.fullmatch(r"[\w-]+", value):
        raise ValueError(value)
    return value


def _integer(value: str) -> Literal:
    return Literal(str(int(value)), datatype=NamedNode(XSD + "integer"))


def _date(value: str) -> Literal:
    return Literal(date.fromisoformat(value).isoformat(), datatype=NamedNode(XSD + "date"))


_TERMS: Mapping[str, Callable[[str], NamedNode | Literal]] = {
    "iri": _iri,
    "concept": _iri,
    "string": Literal,
    "integer": _integer,
    "date": _date,
}
_EXPECTED = {
    "iri": "an absolute IRI",
    "string": "a text",
    "integer": "a whole number",
    "date": "a date as 2026-01-31",
}
