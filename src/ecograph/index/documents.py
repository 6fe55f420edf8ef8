"""What the index knows of a resource."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One resource or concept, as it is searched, filtered and counted.

    `opens` and `closes` are the days of an offer, as ISO 8601 has them, empty where they are not said.
    `located` is where it is, with the territories around; `territories` is wherever it can be of use.
    """

    iri: str
    title: str
    title_en: str = ""
    labels: tuple[str, ...] = ()
    text: str = ""
    passages: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    kind: str = ""
    poles: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    located: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    competences: tuple[str, ...] = ()
    opens: str = ""
    closes: str = ""
    fictitious: bool = False

    def label(self, language: str) -> str:
        """The title in a language, French where there is no other."""
        return (self.title_en if language == "en" else "") or self.title

    @property
    def names(self) -> str:
        """The other labels, in one text."""
        return " . ".join(self.labels)

    @property
    def sense(self) -> str:
        """The text that its vector stands for: the title counts twice."""
        return " . ".join(part for part in (self.title, self.title, self.names, self.text) if part)


_FIELDS = tuple(field.name for field in fields(Document))


def to_lines(documents: Iterable[Document]) -> Iterator[str]:
    """One line of JSON a document."""
    for document in documents:
        yield json.dumps(to_fields(document), ensure_ascii=False) + "\n"


def to_fields(document: Document) -> dict[str, Any]:
    """What JSON keeps of a document; `dataclasses.asdict` copies each text and takes ten times as long."""
    return {name: getattr(document, name) for name in _FIELDS}


def from_lines(lines: Iterable[str]) -> Iterator[Document]:
    """The documents written by `to_lines`."""
    for line in lines:
        yield from_fields(json.loads(line))


def from_fields(read: Mapping[str, Any]) -> Document:
    """A document from what JSON keeps of it: lists where a document has tuples."""
    told: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in read.items()}
    return Document(**told)
