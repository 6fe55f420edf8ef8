"""What is wrong in a declaration, with the line of each fault, in plain words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph
from pydantic import ValidationError
from pyoxigraph import NamedNode, RdfFormat

from ecograph.assets import ONTOLOGY, located
from ecograph.errors import BadInput, UnknownForm
from ecograph.model import Fault
from ecograph.sources.content import Context, File
from ecograph.sources.declaration import Declaration
from ecograph.sources.forms import form_of
from ecograph.sources.read import read_file
from ecograph.sources.tables import read_table
from ecograph.sources.values import Lookup
from ecograph.vocab import NS

_AT = re.compile(r" \(at line (\d+), column \d+\)")
_TABLE = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]*"|'[^']*'|[\w-]+)((?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")
_READ = 3  # records of each file, which tell whether it can be read

Place = tuple[str | int, ...]


def check(path: Path, *, declared: Iterable[str], lookup: Lookup) -> list[Fault]:
    """Return the faults of a declaration, in the order of their lines; raises nothing for bad content.

    The columns are compared with the first lines of the files that lie on this machine.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return [Fault(line=0, key="", reason=f"{path}: {error}")]
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        return [Fault(line=line, key="", reason=f"not TOML: {_AT.sub('', str(error))}")]
    lines = _lines(text)
    faults = [*_vocabulary(content, lines), *_sources(content, lines, {*declared, str(content.get("id"))})]
    try:
        declaration = Declaration.model_validate(content)
    except ValidationError as error:
        faults += [_of_model(one, lines) for one in error.errors()]
    else:
        faults += _in_files(declaration, lines, lookup)
    if content.get("id") != path.stem:
        reason = f"the id is not the file's name, {path.stem!r}, which it must be in a folder of loaders"
        faults.append(Fault(line=_line(lines, ("id",)), key="id", reason=reason))
    return sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.key))


def _lines(text: str) -> dict[Place, int]:
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


def _line(lines: Mapping[Place, int], place: Place) -> int:
    """Return the line of the nearest key around a place."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _of_model(error: Any, lines: Mapping[Place, int]) -> Fault:
    place: Place = error["loc"]
    known = [name for field, info in Declaration.model_fields.items() for name in (info.alias or field,)]
    reason = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        reason = "no such key" + (_nearest(str(place[-1]), known) if len(place) == 1 else "")
    elif error["type"] == "missing":
        reason = "this key is missing"
    return Fault(line=_line(lines, place), key=_shown(place), reason=reason)


def _shown(place: Place) -> str:
    return ".".join(str(part) for part in place)


def _nearest(name: str, known: Iterable[str]) -> str:
    found = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {found[0]!r}?" if found else ""


def _vocabulary(content: Mapping[str, Any], lines: Mapping[Place, int]) -> Iterator[Fault]:
    """Yield classes, properties and lists that the ontology does not have."""
    terms = _terms()
    records = content.get("records")
    for number, record in enumerate(records if isinstance(records, list) else []):
        properties = record.get("properties") if isinstance(record, dict) else None
        if not isinstance(properties, dict):
            continue
        yield from _unknown(str(record.get("class", "")), terms, "class", ("records", number, "class"), lines)
        for name, rule in properties.items():
            place = ("records", number, "properties", name)
            yield from _unknown(name, terms, "property", place, lines)
            scheme = rule.get("scheme") if isinstance(rule, dict) and rule.get("as") == "concept" else None
            known = sorted(path.stem for path in (ONTOLOGY / "schemes").glob("*.ttl"))
            if scheme and scheme not in known and not content.get("requires"):
                reason = f"there is no list {scheme!r}{_nearest(str(scheme), known)}"
                yield Fault(
                    line=_line(lines, (*place, "scheme")), key=_shown((*place, "scheme")), reason=reason
                )
    if content.get("template"):
        try:
            form_of(str(content["template"]))
        except UnknownForm as error:
            reason = f"no such class{_nearest(error.name, error.known)}"
            yield Fault(line=_line(lines, ("template",)), key="template", reason=reason)


def _unknown(
    name: str, terms: Mapping[str, bool], kind: str, place: Place, lines: Mapping[Place, int]
) -> Iterator[Fault]:
    local = name.removeprefix("eco:").removeprefix(NS)
    wanted = [f"eco:{term}" for term, is_class in terms.items() if is_class == (kind == "class")]
    if local != name and f"eco:{local}" not in wanted:
        reason = f"the ontology has no {kind} {name!r}{_nearest(f'eco:{local}', wanted)}"
        yield Fault(line=_line(lines, place), key=_shown(place), reason=reason)


def _terms() -> dict[str, bool]:
    """Return the terms of the ontology, and whether each is a class."""
    found: dict[str, bool] = {}
    for quad in pyoxigraph.parse((ONTOLOGY / "ecograph.ttl").read_bytes(), format=RdfFormat.TURTLE):
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(NS):
            name = quad.subject.value.removeprefix(NS)
            found[name] = found.get(name, False) or str(quad.object).endswith("owl#Class>")
    return found


def _sources(content: Mapping[str, Any], lines: Mapping[Place, int], declared: set[str]) -> Iterator[Fault]:
    requires = content.get("requires", ())
    for source in requires if isinstance(requires, list) else ():
        if source not in declared:
            reason = f"no source {source!r} is declared{_nearest(str(source), sorted(declared))}"
            yield Fault(line=_line(lines, ("requires",)), key="requires", reason=reason)


def _in_files(declaration: Declaration, lines: Mapping[Place, int], lookup: Lookup) -> Iterator[Fault]:
    """Yield what the declared files that lie here do not have."""
    context = Context("http://example.org", lookup)
    for number, location in enumerate(declaration.location):
        path = located(location)
        if "://" in location or "*" in location:
            continue
        line = _line(lines, ("location", number))
        try:
            file = File(str(path), path.read_bytes())
            faults = list(_columns(declaration, file, lines)) if declaration.kind == "table" else []
            if not faults:
                list(islice(read_file(declaration, file, context).stated, _READ))
        except OSError as error:
            faults = [Fault(line=line, key="location", reason=f"{path}: {error.strerror or error}")]
        except BadInput as error:
            faults = [Fault(line=line, key="location", reason=str(error))]
        yield from faults


def _columns(declaration: Declaration, file: File, lines: Mapping[Place, int]) -> Iterator[Fault]:
    table = read_table(file.content, name=file.name, options=declaration.table, suffix=file.suffix)
    for number, mapping in enumerate(declaration.records):
        places: dict[str, Place] = dict.fromkeys(mapping.id, ("records", number, "id"))
        places |= {
            rule.column: ("records", number, "properties", name)
            for name, rule in mapping.properties.items()
            if rule.column
        }
        for column, place in places.items():
            if column not in table.columns:
                near = _nearest(column, table.columns)
                reason = f"{file.name} has no column {column!r}{near}"
                yield Fault(line=_line(lines, place), key=_shown(place), reason=reason)
