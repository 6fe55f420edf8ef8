"""Tables as people write them: encodings, separators, quotes, workbooks, and what is no table."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import Workbook

from ecograph.errors import MalformedFile
from ecograph.sources.tables import Row, TableOptions, read_table

TEXT = "Nom;Effectif;Pôle\nÉlevage de l'Œuf;12;agro\n\n« Bois & Cie »;3;éco-matériaux\n"
ROWS = [
    Row(2, {"Nom": "Élevage de l'Œuf", "Effectif": "12", "Pôle": "agro"}),
    Row(4, {"Nom": "« Bois & Cie »", "Effectif": "3", "Pôle": "éco-matériaux"}),
]


def read(content: bytes, name: str = "x.csv", **options: object) -> list[Row]:
    return list(read_table(content, name=name, options=TableOptions(**options)).rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encoding_and_separator_are_found_and_told(encoding: str, separator: str) -> None:
    content = TEXT.replace(";", separator).encode(encoding)
    table = read_table(content, name="x.csv", options=TableOptions())
    assert list(table.rows) == ROWS
    told = {"utf-8": "utf-8-sig"}.get(encoding, encoding)
    assert told in table.written
    assert ("tab" if separator == "\t" else separator) in table.written


def test_a_cell_may_hold_separators_quotes_and_lines() -> None:
    rows = read(b'a;b\n"un; deux";"il dit ""oui""\nensuite"\nfin;1\n')
    assert rows == [Row(2, {"a": "un; deux", "b": 'il dit "oui"\nensuite'}), Row(4, {"a": "fin", "b": "1"})]


def test_one_column_is_a_table() -> None:
    assert read(b"Nom\nA\nB\n") == [Row(2, {"Nom": "A"}), Row(3, {"Nom": "B"})]


def test_short_rows_lack_cells() -> None:
    assert read(b"a;b;c\n1;2\n") == [Row(2, {"a": "1", "b": "2"})]


def test_the_header_may_come_later() -> None:
    assert read(b"Liste des partenaires\n\nNom;Pole\nA;agro\n", header=3, separator=";") == [
        Row(4, {"Nom": "A", "Pole": "agro"})
    ]


def test_a_workbook_gives_what_a_person_would_have_typed() -> None:
    book = Workbook()
    book.active.append(["Nom", "Effectif", "Début", "Taux"])
    book.active.append(["A", 12, date(2026, 3, 1), 0.5])
    book.create_sheet("Autre").append(["x"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert read(buffer.getvalue(), "x.xlsx") == [
        Row(2, {"Nom": "A", "Effectif": "12", "Début": "2026-03-01", "Taux": "0.5"})
    ]
    assert read(buffer.getvalue(), "x.xlsx", sheet="Autre") == []
    with pytest.raises(MalformedFile, match=r"no sheet 'Rien'; there are Sheet, Autre"):
        read(buffer.getvalue(), "x.xlsx", sheet="Rien")


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "x.csv", "it is empty"),
        (b"PK\x03\x04 cut", "x.xlsx", "not a whole XLSX workbook"),
        (b"a;b;a\n1;2;3\n", "x.csv", "two columns are named 'a'"),
        (b"a;b\n1;2;3\n", "x.csv", r"line 2, column 1: 3 cells under 2 columns"),
        (b"a;b\n1;\x002\n", "x.csv", "null characters"),
    ],
)
def test_what_is_no_table_says_why_and_where(content: bytes, name: str, reason: str) -> None:
    with pytest.raises(MalformedFile, match=reason):
        read(content, name)


def test_a_declared_encoding_is_held_to() -> None:
    with pytest.raises(MalformedFile, match="not utf-8"):
        read("é;b\n".encode("cp1252"), encoding="utf-8")
    with pytest.raises(MalformedFile, match="not klingon"):
        read(b"a;b\n", encoding="klingon")
