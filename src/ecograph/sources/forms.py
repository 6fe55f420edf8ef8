"""Forms: what may be filled in for a class, read from the shapes that also judge it.

A field is a path of the class's shapes or of its parents' (`ontology/shapes.ttl`): its name, its help,
its group and order, whether it is needed, the list to choose from. What a person could not write in a
cell is left out: what has no name of its own, or is computed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pyoxigraph import NamedNode

from ecograph.errors import UnknownForm
from ecograph.sources.lists import texts
from ecograph.sources.mapping import Property, RecordMapping
from ecograph.sources.naming import slug
from ecograph.sources.shapes import Said, read_about
from ecograph.vocab import NS, RDF, RDFS, SH, VOC, XSD, eco, shortened

Texts = Mapping[str, str]

ROW_ID = "#id"
"""The column that a reader adds: what a row is known by."""
SEPARATOR = ";"
# Parts that a project or an offer alone has, and how many a row has room for.
_PARTS = {eco("hasNeed"): 3, eco("hasEligibility"): 2}
_FUNCTIONS = {
    XSD + "string": "text",
    RDF + "langString": "text",
    XSD + "integer": "integer",
    XSD + "decimal": "decimal",
    XSD + "boolean": "boolean",
    XSD + "date": "date",
}
_OWN_FUNCTIONS = {
    eco("siren"): "siren",
    eco("siret"): "siret",
    eco("minRate"): "share",
    eco("maxRate"): "share",
}
_PATTERNS = {"^https?://": "url", "^mailto:[^@]+@[^@]+$": "email"}
# What tells rows apart, the best first.
_IDENTIFYING = ("eco:siren", "eco:siret", "dct:identifier", "skos:notation")
_NAMING = ("dct:title", "rdfs:label", "skos:prefLabel", "foaf:name")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PROVENANCE = 8  # the place of that group
_KINDS = {"Actor": "actor", "Resource": "offer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field of a form."""

    predicate: str
    name: Texts
    help: Texts
    group: Texts
    place: tuple[float, float]
    function: str
    listed: str = ""
    """The scheme or the class that its values are from."""
    language: str | None = None
    several: bool = False
    required: bool = False
    expected: bool = False

    def mapped(self, heading: str) -> Property:
        """Return how a cell under a heading is read."""
        return Property.model_validate(
            {
                "column": heading,
                "as": "territory" if self.listed == "territories" else self.function,
                "scheme": self.listed or None,
                "lang": self.language,
                "split": SEPARATOR if self.several else None,
                "required": self.required,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Records that belong to the one of the row: the needs of a project."""

    predicate: str
    form: Form
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What may be filled in for one class."""

    cls: str
    kind: str
    label: Texts
    comment: Texts
    columns: tuple[Column, ...]
    parts: tuple[Part, ...] = ()

    @property
    def visibility(self) -> str:
        """Who sees what is filled in, where nobody says it: a person first of all the person's own team."""
        return "private" if self.cls == "Person" else "partners"

    def headings(self, language: str) -> dict[str, Column]:
        """Return the columns of a sheet by what stands above them, those of the parts last."""
        found = {column.name[language]: column for column in self.columns}
        for part, number in self.places():
            # What a part needs, it needs only once there is one.
            inner = (replace(c, required=False, expected=c.required) for c in part.form.columns)
            found |= {part_heading(part, number, c, language): c for c in inner}
        return found

    def places(self) -> Iterator[tuple[Part, int]]:
        """Yield each part that a row has room for, with its number."""
        for part in self.parts:
            for number in range(1, part.count + 1):
                yield part, number

    def identifying(self, language: str) -> list[str]:
        """Return the columns that tell rows apart; the first that is filled counts."""
        by_predicate = {column.predicate: column.name[language] for column in self.columns}
        return [by_predicate[p] for p in (*_IDENTIFYING, *_NAMING) if p in by_predicate]

    def mapping(self, language: str) -> RecordMapping:
        """Return how a row's own record is read; its parts are in a column named as their property."""
        properties = {c.predicate: c.mapped(c.name[language]) for c in self.columns}
        for part in self.parts:
            properties[part.predicate] = Property.model_validate(
                {"column": part.predicate, "as": "reference", "kind": part.form.kind, "split": SEPARATOR}
            )
        return RecordMapping.model_validate(
            {"kind": self.kind, "class": f"eco:{self.cls}", "id": [ROW_ID], "properties": properties}
        )


def part_heading(part: Part, number: int, column: Column, language: str) -> str:
    """Return what stands above a column of a part: `Besoin 1 : Titre`."""
    colon = " : " if language == "fr" else ": "
    return f"{part.form.label[language]} {number}{colon}{column.name[language]}"


@cache
def form_of(cls: str) -> Form:
    """Return the form of a class of the ontology by its local name; raises `UnknownForm`."""
    shapes = _Shapes()
    if cls not in shapes.classes:
        raise UnknownForm(cls, tuple(sorted(shapes.classes)))
    return shapes.form(cls)


class _Shapes:
    """The shapes and the classes that they are of."""

    def __init__(self) -> None:
        self._said, self._ontology = read_about("shapes.ttl"), read_about("ecograph.ttl")
        self.classes = {
            target.value.removeprefix(NS): shape
            for shape, about in self._said.items()
            for target in about.get(SH + "targetClass", ())
        }

    def form(self, cls: str, *, is_part: bool = False) -> Form:
        """Return the form of a class; a part has no parts of its own."""
        by_path: dict[str, list[Said]] = defaultdict(list)
        lineage = self._lineage(cls)
        for own in lineage:
            for node in self._said.get(self.classes.get(own, ""), {}).get(SH + "property", ()):
                for path in self._said[node.value].get(SH + "path", ()):
                    by_path[path.value].append(self._said[node.value])
        columns = [c for path, fields in by_path.items() if (c := self._column(path, fields)) is not None]
        if is_part:  # which is known by its place, and was found where its row was
            columns = [c for c in columns if c.predicate not in _IDENTIFYING and c.place[0] < _PROVENANCE]
        about = self._said[self.classes[cls]]
        return Form(
            cls=cls,
            kind=next((_KINDS[own] for own in lineage if own in _KINDS), slug(_HUMP.sub(" ", cls))),
            label=texts(about[RDFS + "label"]),
            comment=texts(about.get(RDFS + "comment", ())),
            columns=tuple(sorted(columns, key=lambda column: column.place)),
            parts=() if is_part else tuple(self._parts(by_path)),
        )

    def _parts(self, by_path: Mapping[str, Sequence[Said]]) -> Iterator[Part]:
        for path, count in _PARTS.items():
            for cls in {c.value for field in by_path.get(path, ()) for c in field.get(SH + "class", ())}:
                form = self.form(cls.removeprefix(NS), is_part=True)
                yield Part(predicate=shortened(path), form=form, count=count)

    def _lineage(self, cls: str) -> list[str]:
        found = [cls]
        for name in found:
            parents = self._ontology.get(NS + name, {}).get(RDFS + "subClassOf", ())
            found += [p.value.removeprefix(NS) for p in parents if p.value.startswith(NS)]
        return list(dict.fromkeys(found))

    def _column(self, path: str, fields: Sequence[Said]) -> Column | None:
        """Return a field as a column; None where a cell could not hold its values."""
        blocking = [f for f in fields if f[SH + "severity"][0].value == SH + "Violation"] or fields
        merged = {name: value for field in reversed(blocking) for name, value in field.items()}
        function, listed = _function(path, merged)
        if not function or path in _PARTS:
            return None
        (group,), (order,) = merged[SH + "group"], merged[SH + "order"]
        is_text = merged.get(SH + "datatype", [NamedNode(XSD)])[0].value == RDF + "langString"
        about_group = self._said[group.value]
        return Column(
            predicate=shortened(path),
            name=texts(merged[SH + "name"]),
            help=texts(merged[SH + "description"]),
            group=texts(about_group[RDFS + "label"]),
            place=(float(about_group[SH + "order"][0].value), float(order.value)),
            function=function,
            listed=listed,
            language="fr" if is_text else None,
            several=not any(SH + "maxCount" in f or SH + "uniqueLang" in f for f in blocking),
            required=any(SH + "minCount" in field for field in blocking),
            expected=any(SH + "minCount" in field for field in fields),
        )


def _function(path: str, field: Said) -> tuple[str, str]:
    """Return the function of a mapping that reads a field's cells, and the list that they choose from."""

    def one(name: str) -> str:
        return field[name][0].value if name in field else ""

    if scheme := one(eco("choicesFrom")):
        return "concept", scheme.removeprefix(VOC)
    if cls := one(SH + "class"):
        return ("resource", shortened(cls)) if cls.startswith(NS) else ("", "")
    if one(SH + "nodeKind") == SH + "IRI":
        return _PATTERNS.get(one(SH + "pattern"), "iri"), ""
    return _OWN_FUNCTIONS.get(path, _FUNCTIONS.get(one(SH + "datatype"), "")), ""
