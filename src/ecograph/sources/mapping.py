"""Mappings: from the cells of a row to the triples of its records, as a declaration says it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pyoxigraph import Literal, NamedNode, Triple

from ecograph.model import Rejection
from ecograph.sources import values
from ecograph.sources.naming import slug
from ecograph.sources.values import BadValue, Lookup, Term, tidy
from ecograph.vocab import PREFIXES, RDF

_TYPE = NamedNode(RDF + "type")
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
    "concept", "territory", "naf", "reference",
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
        if self.function == "concept" and self.scheme is None:
            raise ValueError('`as = "concept"` needs `scheme`')
        if self.function == "reference" and self.kind is None:
            raise ValueError('`as = "reference"` needs `kind`')
        return self


class RecordMapping(BaseModel):
    """How one record, an instance of a class, comes out of a row."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    cls: str = Field(alias="class")
    id: tuple[str, ...] = Field(min_length=1)
    properties: Mapping[str, Property]

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
        return frozenset({*self.id, *(p.column for p in self.properties.values() if p.column)})


@dataclass(frozen=True, slots=True)
class Mapper:
    """One record's mapping, ready for the rows of one source."""

    mapping: RecordMapping
    base: str
    source: str
    lookup: Lookup

    def read(self, cells: Cells, place: str) -> tuple[list[Triple], list[Rejection]]:
        """Return the triples of a row, or what keeps it out; a row with one bad cell is left out whole."""
        name = slug(" ".join(shown(cells.get(column, "")) for column in self.mapping.id))
        if not name:
            return [], [_rejection("", place, ", ".join(self.mapping.id), "", _NO_ID)]
        subject = NamedNode(f"{self.base}/{self.mapping.kind}/{self.source}--{name}")
        triples = [Triple(subject, _TYPE, NamedNode(expanded(self.mapping.cls)))]
        rejections: list[Rejection] = []
        for predicate, rule in self.mapping.properties.items():
            cell = rule.constant if rule.constant is not None else cells.get(rule.column or "", "")
            try:
                terms = list(self._terms(rule, cell))
                if rule.required and not terms:
                    raise _Missing
            except BadValue as error:
                rejections.append(
                    _rejection(subject.value, place, rule.column or predicate, shown(cell), error.reason)
                )
            except _Missing:
                rejections.append(_rejection(subject.value, place, rule.column or predicate, "", _REQUIRED))
            else:
                triples += (Triple(subject, NamedNode(expanded(predicate)), term) for term in terms)
        return ([], rejections) if rejections else (triples, [])

    def _terms(self, rule: Property, cell: Cell) -> Iterator[Term]:
        for text in (cell,) if isinstance(cell, str) else cell:
            for part in text.split(rule.split) if rule.split else (text,):
                if tidied := tidy(part):
                    yield self._term(rule, tidied)

    def _term(self, rule: Property, text: str) -> Term:
        if rule.function in _SIMPLE:
            return _SIMPLE[rule.function](text)
        if rule.function in _LOOKED_UP:
            return _LOOKED_UP[rule.function](text, self.lookup)
        return self._own(rule, text)

    def _own(self, rule: Property, text: str) -> Term:
        """What depends on more of the rule, or on the source."""
        match rule.function:
            case "date":
                return values.date(text, rule.form)
            case "concept":
                return values.concept(text, rule.scheme or "", self.lookup)
            case "reference":
                return NamedNode(f"{self.base}/{rule.kind}/{self.source}--{slug(text)}")
            case _:
                return Literal(text, language=rule.lang) if rule.lang else Literal(text)


class _Missing(Exception):
    """A required cell is empty."""


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


def _iri(text: str) -> NamedNode:
    try:
        return NamedNode(text)
    except ValueError as error:
        raise BadValue("un IRI est attendu", "an IRI is expected") from error


_SIMPLE: Mapping[str, Callable[[str], Term]] = {
    "integer": values.integer,
    "decimal": values.decimal,
    "boolean": values.boolean,
    "url": values.url,
    "iri": _iri,
    "siren": values.siren_number,
    "siret": values.siret_number,
}
_LOOKED_UP: Mapping[str, Callable[[str, Lookup], Term]] = {
    "territory": values.territory,
    "naf": values.naf,
}


def _rejection(record: str, place: str, column: str, value: str, reason: Mapping[str, str]) -> Rejection:
    return Rejection(record=record, place=place, path=column, value=value[:200], reason=reason)
