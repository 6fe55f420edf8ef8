"""Mappings: from the cells of a row to the triples of its records, as a declaration says it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Literal as OneOf
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pyoxigraph import Literal, NamedNode

from ecograph.model import Rejection
from ecograph.sources import values
from ecograph.sources.content import Written
from ecograph.sources.naming import slug
from ecograph.sources.shapes import single_valued
from ecograph.sources.values import BadValue, Lookup, Reader, Reason, Term, tidy
from ecograph.vocab import PREFIXES, RDF, SKOS, VOC, concept

_TYPE = NamedNode(RDF + "type")
_PLAIN = re.compile(r"[A-Za-z0-9]+")
_REMEMBERED = 30_000  # values of a column, so that what never comes back takes no room
_RECURRING = frozenset(
    {"integer", "decimal", "share", "boolean", "date", "concept", "territory", "commune", "naf"}
)
_NO_ID = {
    "fr": "la ligne n'a pas d'identifiant : la colonne est vide",
    "en": "the row has no identifier: the column is empty",
}
_NO_NAME = {
    "fr": "rien ne reste de cet identifiant en lettres sans accent (a-z) et en chiffres : donnez-en un autre",
    "en": "nothing is left of this identifier as plain letters (a-z) and digits: give another",
}
_REQUIRED = {"fr": "cette colonne doit être remplie", "en": "this column must be filled"}
_SINGLE = {
    "fr": "il y a ici plusieurs valeurs ; une seule est possible",
    "en": "there are several values here; one is possible",
}

NO_FAULTS: Mapping[str, Reason] = MappingProxyType({})

Cell = str | Sequence[str]
"""What stands in a column: a text, or the several values that a path found."""
Cells = Mapping[str, Cell]
Function = OneOf[
    "text", "integer", "decimal", "share", "boolean", "date", "url", "iri", "siren", "siret",
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
            _field(rule, predicate, _reader(rule, f"{base}/{rule.kind}/{source}--", lookup))
            for predicate, rule in mapping.properties.items()
        )

    def read(
        self, cells: Cells, place: str, faults: Mapping[str, Reason] = NO_FAULTS
    ) -> tuple[Written, list[Rejection]]:
        """Return what a row says, or what keeps it out; a row with one bad cell is left out whole.

        `faults` says by column what is wrong with cells that cannot be read at all.
        """
        if self._where and not self._is_wanted(cells, faults):
            return Written(""), []
        named = self.named(cells)
        own = slug(named) if self._scheme is None else "-".join(_PLAIN.findall(named))
        if faults and (rejections := list(self._faulty(own, cells, place, faults))):
            return Written(""), rejections
        if not own:
            reason = _NO_NAME if tidy(named) else _NO_ID
            return Written(""), [_rejection("", place, self.id_shown, named, reason)]
        subject = self._prefix + own
        said = [self._type]
        if self._scheme is not None:
            said += _in_scheme(subject, self._scheme)
        rejections = []
        for name, column, constant, field in self._fields:
            cell = cells.get(column, "") if constant is None else constant
            try:
                said += field[cell] if isinstance(cell, str) else field.write(cell)
            except BadValue as error:
                rejections.append(_rejection(subject, place, name, shown(cell), error.reason))
        if rejections:
            return Written(""), rejections
        # Each thing said begins where its subject ends.
        start = "<" + subject
        return Written(start + start.join(said)), []

    def _is_wanted(self, cells: Cells, faults: Mapping[str, Reason]) -> bool:
        """Whether a row gives this record, or may, for all that can be read of it."""
        return all(
            column in faults or tidy(shown(cells.get(column, ""))) == value for column, value in self._where
        )

    def _faulty(
        self, own: str, cells: Cells, place: str, faults: Mapping[str, Reason]
    ) -> Iterator[Rejection]:
        """Yield what is wrong with columns that are read; of no known record where they tell which it is."""
        bad = self.mapping.columns & faults.keys()
        is_known = own and not bad & {*self._id, *self.mapping.where}
        for column in sorted(bad):
            record = self._prefix + own if is_known else ""
            yield _rejection(record, place, column, shown(cells.get(column, "")), faults[column])

    @property
    def id_shown(self) -> str:
        """The columns of the identifier, as a report shows them."""
        return ", ".join(self._id)

    def column_of(self, predicate: str) -> str:
        """Return the column of a property by its IRI, or else its name."""
        rules = self.mapping.properties.items()
        return next((rule.column or name for name, rule in rules if expanded(name) == predicate), predicate)

    def named(self, cells: Cells) -> str:
        """Return what the columns of the identifier hold."""
        first = cells.get(self._id[0], "")
        if len(self._id) == 1 and isinstance(first, str):  # nearly always
            return first
        return " ".join([shown(cells.get(column, "")) for column in self._id])


def _in_scheme(subject: str, scheme: str) -> tuple[str, str]:
    """What makes a concept one of its scheme: the scheme, and its notation there."""
    notation = Literal(subject.rsplit("/", 1)[-1])
    return f"> <{SKOS}inScheme> <{VOC}{scheme}> .\n", f"> <{SKOS}notation> {notation} .\n"


class _Said(dict[str, tuple[str, ...]]):
    """What the cells of one column say, as N-Triples has it after the subject, by the cell.

    Days, codes, labels come back again and again, so they are remembered; names and addresses do not.
    """

    def __init__(self, rule: Property, name: str, read: Callable[[str], str]) -> None:
        super().__init__()
        self._predicate, self._read = f"> {NamedNode(expanded(name))} ", read
        self._split, self._required = rule.split, rule.required
        self._is_single = expanded(name) in single_valued()
        self._most = _REMEMBERED if rule.function in _RECURRING else 0

    def __missing__(self, cell: str) -> tuple[str, ...]:
        if self._split is None:  # nearly always
            text = " ".join(cell.split())
            said = (f"{self._predicate}{self._read(text)} .\n",) if text else self.write(())
        else:
            said = self.write(cell)
        if len(self) < self._most:
            self[cell] = said
        return said

    def write(self, cell: Cell) -> tuple[str, ...]:
        """Return what all the parts of a cell say; raises `BadValue`."""
        texts = [text for part in self._parts(cell) if (text := tidy(part))]
        if self._required and not texts:
            raise BadValue(_REQUIRED["fr"], _REQUIRED["en"])
        said = dict.fromkeys(f"{self._predicate}{self._read(text)} .\n" for text in texts)
        if self._is_single and len(said) > 1:
            raise BadValue(_SINGLE["fr"], _SINGLE["en"])
        return tuple(said)

    def _parts(self, cell: Cell) -> Iterator[str]:
        for text in (cell,) if isinstance(cell, str) else cell:
            yield from text.split(self._split) if self._split else (text,)


class _Field(NamedTuple):
    """One property of a record, ready: where its cell is, and what that says."""

    name: str
    column: str
    constant: str | None
    said: _Said


def _field(rule: Property, name: str, read: Callable[[str], str]) -> _Field:
    return _Field(rule.column or name, rule.column or "", rule.constant, _Said(rule, name, read))


def _reader(rule: Property, prefix: str, lookup: Lookup) -> Callable[[str], str]:
    """Return the function of a rule, with all that it depends on but the text; `prefix` is for references."""
    if rule.function == "text":
        return partial(_quoted, tag=str(Literal("", language=rule.lang))[2:] if rule.lang else "")
    read = _term_reader(rule, prefix, lookup)
    return lambda text: str(read(text))


def _quoted(text: str, tag: str) -> str:
    """Return a text as N-Triples has it; the library escapes what is not letters, digits and signs."""
    if not text.isprintable():
        return f"{Literal(text)}{tag}"
    if '"' in text or "\\" in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"{tag}'


def _term_reader(rule: Property, prefix: str, lookup: Lookup) -> Reader:
    if rule.function in _SIMPLE:
        return _SIMPLE[rule.function]
    if rule.function in _LOOKED_UP:
        return partial(_LOOKED_UP[rule.function], lookup=lookup)
    match rule.function:
        case "date":
            return partial(values.date, form=rule.form)
        case "reference":
            return lambda text: NamedNode(prefix + slug(text))
        case _:
            named = values.concept if rule.function == "concept" else values.resource
            return partial(named, listed=rule.scheme or "", lookup=lookup)


def shown(cell: Cell) -> str:
    """Return a cell as a report shows it."""
    return cell if isinstance(cell, str) else " ".join(cell)


def expanded(name: str) -> str:
    """Return the IRI of a prefixed name or of an IRI; raises `ValueError` where it is none."""
    prefix, colon, rest = name.partition(":")
    if colon and rest.startswith("//"):
        return values.iri(name).value
    if not colon or prefix not in PREFIXES:
        raise ValueError(f"{name!r} has no known prefix; known: {', '.join(PREFIXES)}")
    return values.iri(PREFIXES[prefix] + rest).value


_SIMPLE: Mapping[str, Callable[[str], Term]] = {
    "integer": values.integer,
    "decimal": values.decimal,
    "share": values.share,
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
