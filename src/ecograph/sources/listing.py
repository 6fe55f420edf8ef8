"""JSON files and pages of APIs: where their records are, and what each says by a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from ecograph.model import Rejection
from ecograph.sources.content import Content, File, Stated
from ecograph.sources.mapped import Mapped
from ecograph.sources.mapping import Mapper
from ecograph.sources.paging import Paging
from ecograph.sources.paths import compiled, lists, read_json, texts
from ecograph.sources.repeated import ITEMS

_NO_OBJECT = {
    "fr": "un enregistrement est attendu, avec des noms et des valeurs",
    "en": "a record is expected, with names and values",
}


class JsonOptions(BaseModel):
    """Where the records of a JSON document are, and how to come to the next page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    records: str = "$"
    paging: Paging | None = None

    @field_validator("records")
    @classmethod
    def _path(cls, path: str) -> str:
        compiled(path)
        return path


def items(file: File, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the items of a document's list, each with its place; raises `MalformedFile`."""
    document = read_json(file)
    for at, found in lists(document, path, name=file.name):
        for number, item in enumerate(found):
            yield f"{file.name}, {at}[{number}]", item


def read_listing(file: File, mappers: Sequence[Mapper], records: str) -> Content:
    """Read a JSON document; its records go through mappings whose columns are paths."""
    return Content("", _stated(file, mappers, records))


def _stated(file: File, mappers: Sequence[Mapper], path: str) -> Iterator[Stated]:
    columns = sorted({column for mapper in mappers for column in mapper.mapping.columns})
    with closing(Mapped(mappers, ITEMS)) as mapped:
        for place, item in items(file, path):
            if not isinstance(item, dict):
                yield Stated(place, (), [not_an_object(place, item)])
                continue
            cells = {column: texts(item, column) for column in columns}
            yield mapped.stated(cells, place, place.removeprefix(f"{file.name}, "))


def not_an_object(place: str, item: Any) -> Rejection:
    """Return the rejection of what is no record."""
    return Rejection(record="", place=place, path="", value=str(item)[:200], reason=_NO_OBJECT)
