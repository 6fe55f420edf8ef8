"""One support scheme of an exchange file, field by field, with the remarks that they give rise to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import json5
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ecograph.model import Rejection
from ecograph.sources import values
from ecograph.sources.content import Context
from ecograph.sources.lists import title_of
from ecograph.sources.naming import slug
from ecograph.sources.paths import whole
from ecograph.sources.values import BadValue, Term, tidy

_LONGEST_LIST = 20_000

Fields = Mapping[str, Any]


@dataclass
class Scheme:
    """One scheme being read: its fields, and the remarks that they gave rise to."""

    fields: Fields
    place: str
    context: Context
    source: str
    warnings: list[Rejection] = field(default_factory=list)

    @property
    def name(self) -> str:
        return slug(self.text("id"))

    @property
    def subject(self) -> NamedNode:
        return self.offer(self.name)

    def offer(self, name: str) -> NamedNode:
        return NamedNode(f"{self.context.base}/offer/{self.source}--{name}")

    def text(self, key: str) -> str:
        value = self.fields.get(key)
        return "" if value is None or isinstance(value, list | dict) else tidy(str(value))

    def many(self, key: str) -> list[str]:
        """Return the values of a list, each once; what is no list of texts gives nothing, with a remark."""
        value = self.fields.get(key)
        parts: list[str | int]
        if isinstance(value, list):
            parts = [part for part in value if isinstance(part, str | int)]
            if len(parts) < len(value):
                self.remark(key, value, "une liste de textes est attendue", "a list of texts is expected")
        else:
            parts = [*str(value or "").split("|")]
        return list(dict.fromkeys(part for part in map(tidy, map(str, parts)) if part))

    def remark(self, key: str, value: object, french: str, english: str) -> None:
        """Note what is badly written, and was left out or kept all the same."""
        self.warnings.append(self._rejection(key, value, {"fr": french, "en": english}))

    def refused(self, before: str) -> Rejection | None:
        """Return why a scheme cannot be taken: no identifier, no title, an identifier that is not its own."""
        for key in ("id", "titre"):
            if not self.text(key):
                return self._rejection(
                    key, "", {"fr": "ce champ est obligatoire", "en": "this field is required"}
                )
        if before == self.place:
            return None
        french, english = f"déjà pris, {before}", f"taken before, at {before}"
        # No record is named: the one that has the identifier is a good one.
        return Rejection(
            record="",
            place=self.place,
            path="id",
            value=self.text("id"),
            reason={"fr": french, "en": english},
        )

    def _rejection(self, key: str, value: object, reason: Mapping[str, str]) -> Rejection:
        record = self.subject.value if self.name else ""
        return Rejection(record=record, place=self.place, path=key, value=str(value)[:200], reason=reason)

    def said(self, predicate: str, term: NamedNode | Literal | BlankNode) -> Triple:
        return Triple(self.subject, NamedNode(predicate), term)

    def value(self, key: str, reader: values.Reader) -> Term | None:
        """Return what one field says, or remark that it cannot be read."""
        if text := self.text(key):
            try:
                return reader(text)
            except BadValue as error:
                self.warnings.append(self._rejection(key, text, error.reason))
        return None

    def read(self, key: str, predicate: str, reader: values.Reader) -> Iterator[Triple]:
        """Yield what one field says, or remark that it cannot be read."""
        if (term := self.value(key, reader)) is not None:
            yield self.said(predicate, term)

    def objects(self, key: str) -> list[Fields]:
        """Return a list of objects: as JSON, or as the schema's own examples write one in a cell."""
        value = self.fields.get(key)
        if isinstance(value, str) and value.strip():
            value = _parsed(value)
            if value is None:
                self.remark(key, self.fields[key], "une liste JSON est attendue", "a JSON list is expected")
        found = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        return [each for each in found if isinstance(each, dict)]

    def found(self, key: str, scheme: str, value: str) -> NamedNode | None:
        """Return the concept that a value names in a list, or remark that there is none."""
        if (iri := self.context.lookup(scheme, value)) is None:
            self.remark(
                key,
                value,
                f"inconnu dans la liste « {title_of(scheme, 'fr')} »",
                f"not in the list “{title_of(scheme, 'en')}”",
            )
        return NamedNode(iri) if iri else None


def _parsed(text: str) -> Any:
    """The schema's examples leave out quotes as JavaScript does: JSON 5."""
    if len(text) > _LONGEST_LIST:
        return None
    parsers: Iterable[Callable[[str], Any]] = (json.loads, json5.loads)
    for parse in parsers:
        try:
            return whole(parse(text))
        except (ValueError, RecursionError):
            continue
    return None


def word(each: Fields, key: str) -> str:
    """Return a text of an object."""
    value = each.get(key)
    return tidy(str(value)) if isinstance(value, str | int) else ""
