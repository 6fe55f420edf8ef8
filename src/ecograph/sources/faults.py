"""What is wrong in a TOML file, in the words of its author, and on which line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ecograph.model import Fault

_TABLE = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[\w-]+)((?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")
_EXPECTED = {
    "missing": "this key is missing",
    "string_type": 'a text is expected, as "…"',
    "bool_type": "true or false is expected",
    "bool_parsing": "true or false is expected",
    "int_type": "a whole number is expected",
    "int_parsing": "a whole number is expected",
    "int_from_float": "a whole number is expected",
    "float_type": "a number is expected",
    "float_parsing": "a number is expected",
    "dict_type": "a table is expected, as { key = … }",
    "mapping_type": "a table is expected, as { key = … }",
    "less_than_equal": "at most {le:g} is expected",
    "greater_than_equal": "at least {ge:g} is expected",
    "greater_than": "more than {gt:g} is expected",
    "literal_error": "one of these is expected: {expected}",
    "string_pattern_mismatch": "a text of the form {pattern} is expected",
    "string_too_short": "at least {min_length} character is expected",
    "string_too_long": "at most {max_length} character is expected",
    "too_short": "a list of at least {min_length} is expected",
}
"""What is expected, by the type of a fault that pydantic found."""

Place = tuple[str | int, ...]


def lines_of(text: str) -> dict[Place, int]:
    """Return the line of each key, by its place; what stands within a line is found at that line."""
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _TABLE.match(line):
            table = _opened(tuple(_parts(found[2])), found[1] == "[[", counts)
            lines.setdefault(table, number)
        elif found := _KEY.match(line):
            lines.setdefault((*table, *_parts(found[1] + found[2])), number)
    return lines


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """Return the line of the nearest key around a place."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def shown(place: Place) -> str:
    """Return a place as people write it: `records.0.class`."""
    return ".".join(str(part) for part in place)


def nearest(name: str, known: Iterable[str], *, french: bool = False) -> str:
    """Return a question after what was probably meant, to put after a sentence; empty if nothing was."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.5)
    question = " ; vouliez-vous dire « {} » ?" if french else "; did you mean {!r}?"
    return question.format(found[0]) if found else ""


def faults_of(error: ValidationError, model: type[BaseModel], lines: Mapping[Place, int]) -> list[Fault]:
    """Return what pydantic found in a file that should be a model."""
    return [
        Fault(line=line_of(lines, one["loc"]), key=shown(one["loc"]), reason=_reason(one, model))
        for one in error.errors()
    ]


def _reason(error: Any, model: type[BaseModel]) -> str:
    place, kind, facts = error["loc"], error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return "no such key" + nearest(str(place[-1]), _keys(_model_at(model, place[:-1])))
    if kind == "model_type":
        keys = ", ".join(f"{key} = …" for key in _keys(_model_at(model, place)))
        return f"a table is expected, as {{ {keys} }}"
    if kind == "tuple_type":
        is_table = isinstance(error["input"], dict)
        return (
            "a list of tables is expected, each under [[…]]" if is_table else "a list is expected, as [ … ]"
        )
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", facts["expected"])
        return _EXPECTED[kind].format(**facts) + nearest(str(error["input"]), choices)
    if kind in _EXPECTED:
        return _EXPECTED[kind].format(**facts)
    return str(error["msg"]).removeprefix("Value error, ")


def _keys(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    """Return the model of the table at a place; numbers of lists and names in mappings lead nowhere else."""
    for part in place:
        fields = {info.alias or name: info for name, info in model.model_fields.items()}
        if part in fields:
            model = next(_models(fields[str(part)].annotation), model)
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _opened(names: Place, is_list: bool, counts: dict[Place, int]) -> Place:  # noqa: FBT001
    """Return the place that the head of a table opens; in a list of tables it has a number."""
    place: Place = ()
    for name in names:
        place = (*place, name)
        if is_list and place[-1] == names[-1] and len([p for p in place if isinstance(p, str)]) == len(names):
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place


def _parts(dotted: str) -> Iterator[str]:
    for match in _PART.finditer(dotted):
        yield next(part for part in match.groups() if part is not None)
