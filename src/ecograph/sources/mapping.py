"""Mappings: from the cells of a row to the triples of its records, as a declaration says it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Literal as OneOf

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pyoxigraph import Literal, NamedNode

from ecograph.model import Rejection
from ecograph.sources import values
from ecograph.sources.content import Written
from ecograph.sources.naming import slug
from ecograph.sources.values import BadValue, Lookup, Reader, Term, tidy
from ecograph.vocab import PREFIXES, RDF, SKOS, VOC, concept

_TYPE = NamedNode(RDF + "type")
_PLAIN = re.compile(r"[A-Za-z0-9]+")
_REMEMBERED = 10_000  # values of a column, so that what never comes back takes no room
_RECURRING = frozenset({"integer", "decimal", "boolean", "date", "concept", "territory", "commune", "naf"})
_NO_ID = {
    "fr": "la ligne n'a pas d'identifiant : la colonne est vide",
    "en": "the row has no identifier: the column is empty",
}
_REQUIRED = {"fr": "cette colonne doit être remplie", "en": "this column must be filled"}

Cell = str | Sequence[str]
"""What stands in a column: a text, or the several values that a path found."""
Cells = Mapping[str, Cell]
Function = OneOf[
    "text", "integer", "decimal", "boolean", "date", "url", "iri", "siren", "siret",
    "concept", "territory", "commune", "naf", "reference", "resource", "email",
]  # fmt: skip


class Property(BaseModel):
    """How one property of a record comes out of a row."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    column: str | None = None
    constant: str | None = None
    function: Function = Field("text", alias="as")
    split: str | None = None
    lang: str | None = None
    scheme: str | None = None
    kind: str | None = None
    form: str | None = Field(None, alias="format")
    required: bool = False

    @model_validator(mode="after")
    def _says_enough(self) -> Property:
        if (self.column is None) == (self.constant is None):
            raise ValueError("give either `column` or `constant`")
        if self.function in {"concept", "resource"} and self.scheme is None:
            raise ValueError(f'`as = "{self.function}"` needs `scheme`')
        if self.function == "reference" and self.kind is None:
            raise ValueError('`as = "reference"` needs `kind`')
        return self


class RecordMapping(BaseModel):
    """How one record, an instance of a class, comes out of a row.

    A concept of a `scheme` is named for its notation: `prefix` and the identifier as it is written.
    Only rows whose cells are as `where` says give a record.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: str | None = Field(None, pattern=r"^[a-z]+(-[a-z]+)*$")
    scheme: str | None = Field(None, pattern=r"^[a-z]+(-[a-z]+)*$")
    prefix: str = Field("", pattern=r"^[A-Za-z0-9-]*$")
    where: Mapping[str, str] = Field(default_factory=dict)
    cls: str = Field(alias="class")
    id: tuple[str, ...] = Field(min_length=1)
    properties: Mapping[str, Property]

    @model_validator(mode="after")
    def _names_records(self) -> RecordMapping:
        if (self.kind is None) == (self.scheme is None):
            raise ValueError("give either `kind` or, for concepts, `scheme`")
        return self

    @field_validator("cls")
    @classmethod
    def _known_class(cls, name: str) -> str:
        expanded(name)
        return name

    @field_validator("properties")
    @classmethod
    def _known_properties(cls, properties: Mapping[str, Property]) -> Mapping[str, Property]:
        for name in properties:
            expanded(name)
        return properties

    @property
    def columns(self) -> frozenset[str]:
        """The columns that the mapping reads."""
        return frozenset({*self.id, *self.where, *(p.column for p in self.properties.values() if p.column)})


class Mapper:
    """One record's mapping, ready for the rows of one source."""

    def __init__(self, mapping: RecordMapping, base: str, source: str, lookup: Lookup) -> None:
        self.mapping = mapping
        self._id, self._where, self._scheme = mapping.id, tuple(mapping.where.items()), mapping.scheme
        self._prefix = f"{base}/{mapping.kind}/{source}--"
        if mapping.scheme is not None:
            self._prefix = concept(mapping.scheme, mapping.prefix)
        NamedNode(self._prefix)  # which raises for what is no IRI
        self._type = f"> {_TYPE} {NamedNode(expanded(mapping.cls))} .\n"
        self._fields = tuple(
            _Field(rule, predicate, _written(rule, f"{base}/{rule.kind}/{source}--", lookup))
            for predicate, rule in mapping.properties.items()
        )

    def read(self, cells: Cells, place: str) -> tuple[Written, list[Rejection]]:
        """Return what a row says, or what keeps it out; a row with one bad cell is left out whole."""
        for column, value in self._where:
            if tidy(shown(cells.get(column, ""))) != value:
                return Written(""), []
        identifier = " ".join([shown(cells.get(column, "")) for column in self._id])
        name = slug(identifier) if self._scheme is None else "-".join(_PLAIN.findall(identifier))
        if not name:
            return Written(""), [_rejection("", place, ", ".join(self._id), "", _NO_ID)]
        subject = self._prefix + name
        text = "<" + subject + self._type
        if self._scheme is not None:
            text += _in_scheme(subject, self._scheme)
        rejections: list[Rejection] = []
        for field in self._fields:
            cell = cells.get(field.column, "") if field.constant is None else field.constant
            try:
                for term in field.terms(cell):
                    text += f"<{subject}{field.predicate}{term} .\n"
            except BadValue as error:
                rejections.append(_rejection(subject, place, field.name, shown(cell), error.reason))
        return (Written(""), rejections) if rejections else (Written(text), [])


def _in_scheme(subject: str, scheme: str) -> str:
    """What makes a concept one of its scheme: the scheme, and its notation there."""
    notation = Literal(subject.rsplit("/", 1)[-1])
    return f"<{subject}> <{SKOS}inScheme> <{VOC}{scheme}> .\n<{subject}> <{SKOS}notation> {notation} .\n"


class _Field:
    """One property of a record, ready: from its cell to its values."""

    __slots__ = ("_read", "_required", "_split", "column", "constant", "name", "predicate")

    def __init__(self, rule: Property, name: str, read: Callable[[str], str]) -> None:
        self.name, self.column, self.constant = rule.column or name, rule.column or "", rule.constant
        self.predicate = f"> {NamedNode(expanded(name))} "
        self._read, self._split, self._required = read, rule.split, rule.required

    def terms(self, cell: Cell) -> Sequence[str]:
        """Return the values that a cell holds, as N-Triples has them; raises `BadValue`."""
        if self._split is None and isinstance(cell, str):  # nearly always
            found = [self._read(text)] if (text := tidy(cell)) else []
        else:
            found = [self._read(text) for part in self._parts(cell) if (text := tidy(part))]
        if self._required and not found:
            raise BadValue(_REQUIRED["fr"], _REQUIRED["en"])
        return found

    def _parts(self, cell: Cell) -> Iterator[str]:
        for text in (cell,) if isinstance(cell, str) else cell:
            yield from text.split(self._split) if self._split else (text,)


def _written(rule: Property, prefix: str, lookup: Lookup) -> Callable[[str], str]:
    """Return the function of a rule, with all that it depends on but the text; `prefix` is for references."""
    read = _reader(rule, prefix, lookup)

    def write(text: str) -> str:
        return str(read(text))

    # Days, codes, labels come back again and again; names and addresses do not.
    return lru_cache(maxsize=_REMEMBERED)(write) if rule.function in _RECURRING else write


def _reader(rule: Property, prefix: str, lookup: Lookup) -> Reader:
    if rule.function in _SIMPLE:
        return _SIMPLE[rule.function]
    if rule.function in _LOOKED_UP:
        return partial(_LOOKED_UP[rule.function], lookup=lookup)
    match rule.function:
        case "date":
            return partial(values.date, form=rule.form)
        case "concept" | "resource":
            named = values.concept if rule.function == "concept" else values.resource
            return partial(named, listed=rule.scheme or "", lookup=lookup)
        case "reference":
            return lambda text: NamedNode(prefix + slug(text))
        case _:
            return partial(Literal, language=rule.lang) if rule.lang else Literal


def shown(cell: Cell) -> str:
    """Return a cell as a report shows it."""
    return cell if isinstance(cell, str) else " ".join(cell)


def expanded(name: str) -> str:
    """Return the IRI of a prefixed name or of an IRI; raises `ValueError` for an unknown prefix."""
    prefix, colon, rest = name.partition(":")
    if colon and rest.startswith("//"):
        return name
    if not colon or prefix not in PREFIXES:
        raise ValueError(f"{name!r} has no known prefix; known: {', '.join(PREFIXES)}")
    return PREFIXES[prefix] + rest


_SIMPLE: Mapping[str, Callable[[str], Term]] = {
    "integer": values.integer,
    "decimal": values.decimal,
    "boolean": values.boolean,
    "url": values.url,
    "email": values.email,
    "iri": values.iri,
    "siren": values.siren_number,
    "siret": values.siret_number,
}
_LOOKED_UP: Mapping[str, Callable[..., Term]] = {
    "territory": values.territory,
    "commune": values.commune,
    "naf": values.naf,
}


def _rejection(record: str, place: str, column: str, value: str, reason: Mapping[str, str]) -> Rejection:
    return Rejection(record=record, place=place, path=column, value=value[:200], reason=reason)
