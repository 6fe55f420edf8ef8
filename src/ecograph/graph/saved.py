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
_PARAM = re.compile(
    r"^#\s*param:\s*(\w+)\s+(iri|string|integer|date|concept)(?:\(([\w-]+)\))?(!?)\s*$", re.ASCII
)
_PARAM_LIKE = re.compile(r"^#\s*param\b")
_SLOT = re.compile(r"^([ \t]*)VALUES[ \t]+\?(\w+)[ \t]*\{([^{}]*)\}", re.ASCII | re.MULTILINE)
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
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
        for name, parameter in known.items():
            if parameter.required and not values.get(name):
                raise BadParameter(name, "", parameter.expected)
        terms = {name: str(known[name].term(value)) for name, value in values.items() if value}
        # One pass over the file's own text: what a value says is never read as a slot.
        return _SLOT.sub(lambda slot: _filled(slot, terms), self.text)


def read_queries(folder: Path) -> dict[str, SavedQuery]:
    """Return the saved queries of a folder by name; raises `BadDeclaration` with file and line."""
    return {path.stem: read_query(path) for path in sorted(folder.glob("*.rq"))}


def read_query(path: Path) -> SavedQuery:
    """Read one file; raises `BadDeclaration` with file and line."""
    text = _text(path)
    said: dict[str, dict[str, str]] = {"title": {}, "description": {}}
    parameters: dict[str, Parameter] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            said[header[1]][header[2]] = header[3]
        elif _PARAM_LIKE.match(line):
            parameter = _parameter(path, number, line)
            if parameter.name in parameters:
                raise BadDeclaration(str(path), f"line {number}: {parameter.name} is declared twice")
            parameters[parameter.name] = parameter
    for name, texts in said.items():
        if missing := {"fr", "en"} - texts.keys():
            raise BadDeclaration(str(path), f"line 1: no {name}@{min(missing)} in the header")
    _check_slots(path, text, parameters)
    return SavedQuery(
        name=path.stem,
        title=said["title"],
        description=said["description"],
        parameters=tuple(parameters.values()),
        text=text,
    )


def named(queries: Mapping[str, SavedQuery], name: str) -> SavedQuery:
    """Return a saved query; raises `UnknownQuery`."""
    if name not in queries:
        raise UnknownQuery(name)
    return queries[name]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + error.object[: error.start].count(b"\n")
        raise BadDeclaration(str(path), f"line {line}: not UTF-8") from error


def _parameter(path: Path, number: int, line: str) -> Parameter:
    declared = _PARAM.match(line)
    if declared is None:
        raise BadDeclaration(str(path), f"line {number}: not `# param: name type`: {line}")
    if (declared[2] == "concept") != bool(declared[3]):
        raise BadDeclaration(str(path), f"line {number}: `concept(scheme)` needs its scheme")
    return Parameter(name=declared[1], type=declared[2], scheme=declared[3], required=declared[4] == "!")


def _check_slots(path: Path, text: str, parameters: Mapping[str, Parameter]) -> None:
    """Every parameter has its slot, and every open slot is a parameter."""
    slots = list(_SLOT.finditer(text))
    for slot in slots:
        if slot[3].strip() == "UNDEF" and slot[2] not in parameters:
            line = 1 + text.count("\n", 0, slot.start())
            raise BadDeclaration(str(path), f"line {line}: ?{slot[2]} has no `# param:` in the header")
    for name in sorted(parameters.keys() - {slot[2] for slot in slots}):
        line = next(n for n, said in enumerate(text.splitlines(), start=1) if _declares(said, name))
        raise BadDeclaration(str(path), f"line {line}: no line `VALUES ?{name} {{ UNDEF }}`")


def _declares(line: str, name: str) -> bool:
    declared = _PARAM.match(line)
    return declared is not None and declared[1] == name


def _filled(slot: re.Match[str], terms: Mapping[str, str]) -> str:
    term = terms.get(slot[2])
    return slot[0] if term is None else f"{slot[1]}VALUES ?{slot[2]} {{ {term} }}"


def _iri(value: str) -> NamedNode:
    if not _IRI.fullmatch(value):
        raise ValueError(value)
    return NamedNode(value)


def _slug(value: str) -> str:
    if not re.fullmatch(r"[\w-]+", value):
        raise ValueError(value)
    return value


def _integer(value: str) -> Literal:
    if not _INTEGER.fullmatch(value):
        raise ValueError(value)
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
