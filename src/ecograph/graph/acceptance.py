"""The shapes as plain checks that accept what surely passes, and leave the rest to the judge.

Records of one source are alike, and most of them are right. So each shape is compiled, once, to checks
on Python values. A check only ever says "this passes" or "I cannot tell": what it cannot tell goes to
pySHACL (`validation`), which alone refuses and alone words a refusal. A parameter of SHACL that is not
known here makes its class one of which nothing can be told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache, partial
from operator import ge, le

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from ecograph.graph.entailment import TYPE, Schema
from ecograph.graph.records import Record
from ecograph.graph.terms import Object, object_of, subject_of
from ecograph.model import Rejection
from ecograph.vocab import RDF, SH, XSD, shortened

Values = Mapping[NamedNode, Collection[Object]]
"""What is said of one resource: the values of each of its properties, what follows included."""
Look = Callable[[NamedNode], Values]
"""What is known of another resource."""
Check = Callable[[Collection[Object], Look], bool]
"""Whether the values of a property surely pass; never asked of no value at all."""

_STRING, _LANG_STRING = XSD + "string", RDF + "langString"
_NUMERIC = frozenset({XSD + "integer", XSD + "decimal"})
_WRITTEN = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?"),
    XSD + "boolean": re.compile(r"true|false"),
    XSD + "gYear": re.compile(r"[0-9]{4}"),
    XSD + "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    XSD + "dateTime": re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"
    ),
}
_IN_CALENDAR = {XSD + "date": date.fromisoformat, XSD + "dateTime": datetime.fromisoformat}
_NAMED = frozenset({"name", "description", "message", "order", "group", "severity", "path"})
# What is no check on the values of one property alone.
_APART = _NAMED | {"minCount", "lessThanOrEquals"}


@dataclass(frozen=True, slots=True)
class Field:
    """A property shape, compiled; `remark` is what a Warning says where there is no value.

    No value is greater than one of the properties that come `after`.
    """

    path: NamedNode
    required: bool
    checks: tuple[Check, ...]
    after: tuple[NamedNode, ...]
    remark: Mapping[str, str] | None

    def holds(self, about: Values, look: Look) -> bool:
        """Tell whether the values of a resource surely pass."""
        values = about.get(self.path, ())
        if not values:
            return not self.required
        return all(check(values, look) for check in self.checks) and all(
            _in_order(one, other) for path in self.after for one in values for other in about.get(path, ())
        )


@dataclass(frozen=True, slots=True)
class _Form:
    """What is asked of a resource of some classes: few of its fields have a value, and few must."""

    by_path: Mapping[NamedNode, Sequence[Field]]
    required: Sequence[Field]


class Acceptance:
    """Tells of records whether they surely break no shape."""

    def __init__(self, shapes: bytes, schema: Schema) -> None:
        self._schema = schema
        self._shapes = _read(shapes)
        self._forms = cache(self._find_form)
        self._predicates = cache(lambda predicate: (predicate, *schema.properties_above(predicate)))

    def described(self, triples: Iterable[Triple]) -> dict[NamedNode, Values]:
        """Return what triples say, and what follows from it, by resource and property."""
        said: dict[NamedNode, dict[NamedNode, set[Object]]] = defaultdict(lambda: defaultdict(set))
        for triple in triples:
            about, predicate, value = said[subject_of(triple)], triple.predicate, object_of(triple)
            for said_by in self._predicates(predicate):
                about[said_by].add(value)
            if predicate == TYPE:
                about[TYPE].update(self._schema.classes_above(value))
        return {subject: dict(values) for subject, values in said.items()}

    def remarks(
        self, record: Record, described: Mapping[NamedNode, Values], look: Look
    ) -> list[Rejection] | None:
        """Return the warnings about a record that breaks no shape; None where the judge must look."""
        remarks: list[Rejection] = []
        for subject in {triple.subject for triple in record.triples}:
            values = described[subject]  # type: ignore[index]  # a skolemised one
            form = self._forms(frozenset(values.get(TYPE, ())))
            if form is None:
                return None
            for path in values:
                if not all(field.holds(values, look) for field in form.by_path.get(path, ())):
                    return None
            for field in form.required:
                if field.path not in values:
                    if field.remark is None:
                        return None
                    remarks.append(_remark(record, field.path, field.remark))
        return remarks

    def _find_form(self, classes: frozenset[Object]) -> _Form | None:
        compiled = [self._shapes.of_class(cls) for cls in sorted(classes, key=str)]
        if None in compiled:
            return None
        fields = [field for known in compiled for field in known or ()]
        by_path: dict[NamedNode, list[Field]] = defaultdict(list)
        for field in fields:
            by_path[field.path].append(field)
        return _Form(dict(by_path), [field for field in fields if field.required])


def _remark(record: Record, path: NamedNode, reason: Mapping[str, str]) -> Rejection:
    return Rejection(
        record=record.subject.value, place=record.place, path=shortened(path.value), value="", reason=reason
    )


class _Unknown(Exception):
    """A shape says something that no check here stands for."""


class _Shapes:
    """The shapes, read once and compiled class by class, each once."""

    def __init__(self, content: bytes) -> None:
        self.of_class = cache(self._of)
        self._said: dict[object, dict[str, list[Object]]] = defaultdict(lambda: defaultdict(list))
        self._of_class: dict[Object, list[object]] = defaultdict(list)
        for quad in pyoxigraph.parse(content, format=RdfFormat.TURTLE):
            self._said[quad.subject][quad.predicate.value].append(quad.object)
            if quad.predicate.value == SH + "targetClass":
                self._of_class[quad.object].append(quad.subject)
        others = {name for said in self._said.values() for name in said if name.startswith(SH + "target")}
        self._is_clear = others <= {SH + "targetClass"}

    def _of(self, cls: Object) -> tuple[Field, ...] | None:
        """Return the fields that the shapes ask of a class's instances; None where that is unclear."""
        try:
            shapes = self._of_class.get(cls, ()) if self._is_clear else [None]
            return tuple(field for shape in shapes for field in self._node(shape))
        except _Unknown:
            return None

    def _node(self, shape: object) -> Iterator[Field]:
        said = self._said[shape]
        for name in said:
            if name.startswith(SH) and name not in {SH + "property", SH + "targetClass"}:
                raise _Unknown
        if not said:
            raise _Unknown
        yield from (self._field(node) for node in said.get(SH + "property", ()))

    def _field(self, node: object) -> Field:
        said = {
            name.removeprefix(SH): values for name, values in self._said[node].items() if name.startswith(SH)
        }
        (path,), (severity,) = said["path"], said.get("severity", [NamedNode(SH + "Violation")])
        least = max((int(_text(value)) for value in said.get("minCount", ())), default=0)
        if least > 1:  # values that are equal as numbers may be one to the judge
            raise _Unknown
        reason = {m.language: m.value for m in said.get("message", ()) if isinstance(m, Literal)}
        named = {language: text for language, text in reason.items() if language}
        expected = severity == NamedNode(SH + "Warning") and least and len(named) == len(reason)
        checks = tuple(self._checks({k: v for k, v in said.items() if k not in _APART}))
        after = tuple(map(_property, said.get("lessThanOrEquals", ())))
        required = bool(least) or "hasValue" in said or "qualifiedMinCount" in said
        # Another constraint that needs a value would have a result of its own.
        alone = not {"hasValue", "qualifiedMinCount"} & said.keys()
        return Field(_property(path), required, checks, after, named if expected and alone else None)

    def _checks(self, said: Mapping[str, list[Object]]) -> Iterator[Check]:
        for name, values in said.items():
            for value in values:
                yield self._check(name, value, said)

    def _check(self, name: str, value: Object, said: Mapping[str, list[Object]]) -> Check:
        match name:
            case "node":
                return self._each_node(tuple(self._node(value)))
            case "in":
                return _each(frozenset(self._list(value)).__contains__)
            case "qualifiedValueShape" | "qualifiedMinCount":
                return self._languages(said)
            case _ if name in _PARAMETERS:
                return _PARAMETERS[name](value)
            case _:
                raise _Unknown

    def _each_node(self, fields: tuple[Field, ...]) -> Check:
        def check(values: Collection[Object], look: Look) -> bool:
            known = [look(value) for value in values if isinstance(value, NamedNode)]
            return len(known) == len(values) and all(
                field.holds(about, look) for about in known for field in fields
            )

        return check

    def _languages(self, said: Mapping[str, list[Object]]) -> Check:
        """At least so many texts in one of some languages: the one use of a qualified shape."""
        (shape,), (least,) = said.get("qualifiedValueShape", [None]), said.get("qualifiedMinCount", [None])
        if least is None or list(self._said[shape]) != [SH + "languageIn"]:
            raise _Unknown
        wanted = {_text(tag) for tag in self._list(self._said[shape][SH + "languageIn"][0])}
        return lambda values, _: (
            sum(isinstance(v, Literal) and v.language in wanted for v in values) >= int(_text(least))
        )

    def _list(self, node: object) -> Iterator[Object]:
        while node != NamedNode(RDF + "nil"):
            (first,), (node,) = self._said[node][RDF + "first"], self._said[node][RDF + "rest"]
            yield first


def _property(path: object) -> NamedNode:
    if not isinstance(path, NamedNode):
        raise _Unknown
    return path


def _text(value: object) -> str:
    if not isinstance(value, Literal):
        raise _Unknown
    return value.value


def _each(passes: Callable[[Object], bool]) -> Check:
    return lambda values, _: all(map(passes, values))


def _node_kind(kind: Object) -> Check:
    if kind in {NamedNode(SH + "IRI"), NamedNode(SH + "BlankNodeOrIRI")}:
        return _each(lambda value: isinstance(value, NamedNode))
    if kind == NamedNode(SH + "Literal"):
        return _each(lambda value: isinstance(value, Literal))
    if kind == NamedNode(SH + "IRIOrLiteral"):
        return _each(lambda value: not isinstance(value, BlankNode))
    raise _Unknown


def _datatype(datatype: Object) -> Check:
    name = datatype.value
    if name not in {_STRING, _LANG_STRING, *_WRITTEN}:
        raise _Unknown
    return _each(lambda value: isinstance(value, Literal) and _is_a(value, name))


def _is_a(value: Literal, name: str) -> bool:
    """Tell whether a literal has a datatype, and is written as that type is."""
    text = value.value
    if value.datatype.value != name or (name in _WRITTEN and not _WRITTEN[name].fullmatch(text)):
        return False
    try:
        return name not in _IN_CALENDAR or bool(_IN_CALENDAR[name](text))
    except ValueError:
        return False


def _class(cls: Object) -> Check:
    return lambda values, look: all(
        isinstance(value, NamedNode) and cls in look(value).get(TYPE, ()) for value in values
    )


def _length(holds: Callable[[int], bool]) -> Check:
    return _each(lambda value: _is_text(value) and holds(len(value.value)))


def _pattern(pattern: Object) -> Check:
    search = re.compile(_text(pattern)).search
    return _each(lambda value: _is_text(value) and search(value.value) is not None)


def _is_text(value: Object) -> bool:
    return isinstance(value, NamedNode) or value.datatype.value in {_STRING, _LANG_STRING}


def _bounded(holds: Callable[[Decimal], bool]) -> Check:
    return _each(
        lambda value: (
            isinstance(value, Literal)
            and value.datatype.value in _NUMERIC
            and _is_a(value, value.datatype.value)
            and holds(Decimal(value.value))
        )
    )


def _in_order(one: Object, other: Object) -> bool:
    """Tell whether a value is surely not greater than another: two days, or two numbers."""
    if not (isinstance(one, Literal) and isinstance(other, Literal)):
        return False
    types = {one.datatype.value, other.datatype.value}
    if not all(_is_a(value, value.datatype.value) for value in (one, other)):
        return False
    if types == {XSD + "date"}:
        return one.value <= other.value
    return types <= _NUMERIC and Decimal(one.value) <= Decimal(other.value)


def _unique_language(flag: Object) -> Check:
    if _text(flag) != "true":
        raise _Unknown

    def check(values: Collection[Object], _: Look) -> bool:
        tags = [v.language.lower() for v in values if isinstance(v, Literal) and v.language]
        return len(tags) == len(set(tags))

    return check


def _max_count(most: Object) -> Check:
    limit = int(_text(most))
    return lambda values, _: len(values) <= limit


_PARAMETERS: Mapping[str, Callable[[Object], Check]] = {
    "nodeKind": _node_kind,
    "datatype": _datatype,
    "class": _class,
    "pattern": _pattern,
    "uniqueLang": _unique_language,
    "hasValue": lambda wanted: lambda values, _: wanted in values,
    "maxCount": _max_count,
    "minLength": lambda least: _length(partial(le, int(_text(least)))),
    "maxLength": lambda most: _length(partial(ge, int(_text(most)))),
    "minInclusive": lambda least: _bounded(partial(le, Decimal(_text(least)))),
    "maxInclusive": lambda most: _bounded(partial(ge, Decimal(_text(most)))),
}


# With each edit: the shapes are those that came with the software.
_read = lru_cache(maxsize=2)(_Shapes)
