"""The answers of a saved query as a table: a resource and its label are one column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ecograph.model import Iri
from ecograph.questions.view import View
from ecograph.web.cards import tongue_of

_LABEL = "Label"


class Term(Protocol):
    """A value of an answer: an IRI, or a literal that may have a language."""

    @property
    def value(self) -> str: ...


Row = Mapping[str, Term]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one place of the table says; `iri` where there is something to follow."""

    text: str
    iri: Iri | None = None
    tongue: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The answers, column by column in the order of the query."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    fictitious: bool


def table(view: View, rows: Sequence[Row], language: str) -> Table:
    """Return answers as a table for people."""
    names = tuple(dict.fromkeys(name.removesuffix(_LABEL) or name for row in rows for name in row))
    cells = tuple(tuple(_cell(view, row, name, language) for name in names) for row in rows)
    invented = any(cell.iri and _is_invented(view, cell.iri) for row in cells for cell in row if cell)
    return Table(columns=names, rows=cells, fictitious=invented)


def _cell(view: View, row: Row, name: str, language: str) -> Cell | None:
    term = row.get(name) or row.get(name + _LABEL)
    if term is None:
        return None
    if not hasattr(term, "datatype"):
        text = view.label(term.value, language)
        return Cell(text=text, iri=term.value, tongue=tongue_of(view, term.value, text, language))
    said = getattr(term, "language", None)
    return Cell(text=term.value, tongue=said if said != language else None)


def _is_invented(view: View, iri: Iri) -> bool:
    return iri in view.index and view.index.document(iri).fictitious
