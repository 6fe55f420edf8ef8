"""What is wrong in a declaration, with the line of each fault, in plain words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ecograph.assets import ONTOLOGY
from ecograph.errors import BadInput, MalformedFile, UnknownForm
from ecograph.model import Fault
from ecograph.sources.content import Context, File
from ecograph.sources.declaration import Declaration, read_text
from ecograph.sources.declared import below, is_own
from ecograph.sources.faults import Place, faults_of, line_of, lines_of, nearest, shown
from ecograph.sources.forms import form_of
from ecograph.sources.gather import files_at, is_address
from ecograph.sources.rdf import read_bytes
from ecograph.sources.read import read_file
from ecograph.sources.tables import read_table
from ecograph.sources.terms import other_terms, own_terms
from ecograph.sources.values import Lookup
from ecograph.vocab import NS, PREFIXES

_AT = re.compile(r" \(at line (\d+), column \d+\)")
_READ = 3  # records of each file, which tell whether it can be read
_LARGEST = 10_000_000_000  # bytes of a file that is looked into: any that this machine can hold


def check(path: Path, *, declared: Iterable[str], lookup: Lookup, home: Path) -> list[Fault]:
    """Return the faults of a declaration, in the order of their lines; raises nothing for bad content.

    The columns are compared with the first lines of the files that lie on this machine; those of a
    declaration of a deployment's own, below its `home`.
    """
    try:
        text = read_text(path)
    except OSError as error:
        return [Fault(line=0, key="", reason=f"{path}: {error.strerror or error}")]
    except MalformedFile as error:
        return [Fault(line=error.line or 0, key="", reason=error.reason)]
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        return [Fault(line=line, key="", reason=f"not TOML: {_AT.sub('', str(error))}")]
    lines = lines_of(text)
    faults = [*_vocabulary(content, lines), *_sources(content, lines, {*declared, str(content.get("id"))})]
    try:
        declaration = Declaration.model_validate(content)
    except ValidationError as error:
        faults += faults_of(error, Declaration, lines)
    else:
        placed = below(declaration, home) if is_own(path, home) else declaration
        faults += _in_files(placed, lines, lookup)
    if content.get("id") != path.stem:
        reason = f"the id is not the file's name, {path.stem!r}, which it must be in a folder of loaders"
        faults.append(Fault(line=line_of(lines, ("id",)), key="id", reason=reason))
    return sorted(dict.fromkeys(faults), key=lambda fault: (fault.line, fault.key))


def _vocabulary(content: Mapping[str, Any], lines: Mapping[Place, int]) -> Iterator[Fault]:
    """Yield classes, properties and lists that the ontology does not have."""
    records = content.get("records")
    for number, record in enumerate(records if isinstance(records, list) else []):
        properties = record.get("properties") if isinstance(record, dict) else None
        if not isinstance(properties, dict):
            continue
        yield from _unknown(str(record.get("class", "")), "class", ("records", number, "class"), lines)
        for name, rule in properties.items():
            place = ("records", number, "properties", name)
            yield from _unknown(name, "property", place, lines)
            scheme = rule.get("scheme") if isinstance(rule, dict) and rule.get("as") == "concept" else None
            known = sorted(path.stem for path in (ONTOLOGY / "schemes").glob("*.ttl"))
            if scheme and scheme not in known and not content.get("requires"):
                reason = f"there is no list {scheme!r}{nearest(str(scheme), known)}"
                yield Fault(
                    line=line_of(lines, (*place, "scheme")), key=shown((*place, "scheme")), reason=reason
                )
    if content.get("template"):
        try:
            form_of(str(content["template"]))
        except UnknownForm as error:
            reason = f"no such class{nearest(error.name, error.known)}"
            yield Fault(line=line_of(lines, ("template",)), key="template", reason=reason)


def _unknown(name: str, kind: str, place: Place, lines: Mapping[Place, int]) -> Iterator[Fault]:
    """Yield a term that its vocabulary does not have, where that is known whole."""
    for prefix, namespace in PREFIXES.items():
        local = name.removeprefix(f"{prefix}:").removeprefix(namespace)
        known = [term for term, is_class in own_terms().items() if is_class == (kind == "class")]
        if namespace != NS:
            known = sorted(other_terms().get(namespace, ()))
        if local != name and known and local not in known:
            whose = "the ontology" if namespace == NS else f"the vocabulary {prefix!r}"
            meant = nearest(f"{prefix}:{local}", [f"{prefix}:{term}" for term in known])
            reason = f"{whose} has no {kind} {name!r}{meant}"
            yield Fault(line=line_of(lines, place), key=shown(place), reason=reason)


def _sources(content: Mapping[str, Any], lines: Mapping[Place, int], declared: set[str]) -> Iterator[Fault]:
    requires = content.get("requires", ())
    for source in requires if isinstance(requires, list) else ():
        if source not in declared:
            reason = f"no source {source!r} is declared{nearest(str(source), sorted(declared))}"
            yield Fault(line=line_of(lines, ("requires",)), key="requires", reason=reason)


def _in_files(declaration: Declaration, lines: Mapping[Place, int], lookup: Lookup) -> Iterator[Fault]:
    """Yield what the declared files that lie here do not have."""
    context = Context("http://example.org", lookup)
    for number, location in enumerate(declaration.location):
        if is_address(location):
            continue
        line = line_of(lines, ("location", number))
        try:
            for path in files_at(location):
                yield from _in_file(
                    declaration, File(str(path), read_bytes(path, limit=_LARGEST)), lines, context
                )
        except BadInput as error:
            yield Fault(line=line, key="location", reason=str(error))


def _in_file(
    declaration: Declaration, file: File, lines: Mapping[Place, int], context: Context
) -> Iterator[Fault]:
    faults = list(_columns(declaration, file, lines)) if declaration.kind == "table" else []
    yield from faults
    if not faults:
        list(islice(read_file(declaration, file, context).stated, _READ))


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
                near = nearest(column, table.columns)
                reason = f"{file.name} has no column {column!r}{near}"
                yield Fault(line=line_of(lines, place), key=shown(place), reason=reason)
