"""Tables as people write them: encodings, separators, quotes, workbooks, and what is no table."""

from __future__ import annotations

import io
import re
from datetime import date
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from ecograph.errors import MalformedFile
from ecograph.sources.tables import Row, TableOptions, read_table

TEXT = "Nom;Effectif;Pôle\nÉlevage de l'Œuf;12;agro\n\n« Bois & Cie »;3;éco-matériaux\n"
ROWS = [
    Row(2, {"Nom": "Élevage de l'Œuf", "Effectif": "12", "Pôle": "agro"}),
    Row(4, {"Nom": "« Bois & Cie »", "Effectif": "3", "Pôle": "éco-matériaux"}),
]


def open_document() -> bytes:
    """The beginnings of a spreadsheet of LibreOffice."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
    return buffer.getvalue()


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
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.xls", "save it as XLSX"),
        (open_document(), "x.ods", "an OpenDocument spreadsheet: save it as XLSX or CSV"),
        (b"a;b;a\n1;2;3\n", "x.csv", "two columns are named 'a'"),
        (b"a;b\n1;\x002\n", "x.csv", "null characters"),
    ],
)
def test_what_is_no_table_says_why_and_where(content: bytes, name: str, reason: str) -> None:
    with pytest.raises(MalformedFile, match=reason):
        read(content, name)


UNCLOSED = "a quote opens a cell here and is not closed at its end"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('Ref;Titre\n1;a\n2;b\n3;"c\n4;d\n', 4, 3),
        ('Ref;Titre\n1;"deux\nlignes"\n3;"c\r\n4;d\n', 4, 3),  # one that is closed stands before
        ('Ref;Note;Titre\n1;"deux\nlignes";"c\n4;d;e\n', 3, 9),
        ('Ref;Titre\n1;"b\n2;c\n3;"d; e"\n', 2, 3),  # closed by the quote that opens a later cell
        ('Ref;Titre\n1;"b\n2;tuyau de 5"\n3;d\n', 2, 3),  # closed by accident
        ('Ref;Titre;Lien\n1;"b;\n2;c;\n3;tuyau de 5";\n', 2, 3),
        ('"Ref";"Titre"\n"1";"b\n"2";"c"\n', 2, 5),
        ('Ref;Titre\n1;"Oui" dit-il;z\n', 2, 3),  # cut into other cells than there are columns
        ('Ref;Titre\n"A" b;"texte\nqui suit"\n', 2, 1),  # may go on below
    ],
)
def test_a_quote_that_is_not_closed_swallows_no_rows(text: str, line: int, column: int) -> None:
    with pytest.raises(MalformedFile, match=UNCLOSED) as refused:
        read(text.encode())
    assert (refused.value.line, refused.value.column) == (line, column)


def test_text_after_a_quote_that_closes_a_cell_is_a_fault_of_its_row() -> None:
    rows = list(read(b'Ref;Titre\n1;"Oui" dit-il\n2;b\n3;"Planche 12" de bois"\n4;"d\ne"\n'))
    assert [row.line for row in rows] == [2, 3, 4, 5]
    assert [list(row.faults) for row in rows] == [["Titre"], [], ["Titre"], []]
    assert rows[0].faults["Titre"]["en"] == (
        "text follows the quote that closes this cell; within a cell, quotes are doubled"
    )
    assert rows[3].cells == {"Ref": "4", "Titre": "d\ne"}


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ('1;tuyau de 5" ou 6";x\n', ["1", 'tuyau de 5" ou 6"', "x"]),
        ('1;il dit "oui";x\n', ["1", 'il dit "oui"', "x"]),
        ('1;"a; b\nc; d; e";x\n', ["1", "a; b\nc; d; e", "x"]),
        (
            '1;x;"Pour :\n- les PME ; les TPE ; les autres"\n',
            ["1", "x", "Pour :\n- les PME ; les TPE ; les autres"],
        ),
        ('"1\n2";x;y\n', ["1\n2", "x", "y"]),
    ],
)
def test_quotes_within_cells_and_cells_of_several_lines_are_read(row: str, cells: list[str]) -> None:
    assert [list(found.cells.values()) for found in read(f"Ref;Titre;Lien\n{row}".encode())] == [cells]


def test_a_cell_that_is_too_long_is_refused() -> None:
    with pytest.raises(MalformedFile, match="line 2, column 1: field larger than field limit"):
        read(b"a;b\n" + b"x" * 1_000_001 + b";1\n")


def test_a_row_with_too_many_cells_is_alone_in_its_fault() -> None:
    first, second = read(b"a;b\n1;2;3\n4;5;;;\n")
    assert first.line == 2
    assert [r.reason for r in first.rejections("x.csv, line 2")] == [
        {
            "fr": "3 cellules sous 2 colonnes ; une cellule contient-elle un séparateur ?",
            "en": "3 cells under 2 columns; is a separator inside a cell?",
        }
    ]
    assert second == Row(3, {"a": "4", "b": "5"})


def test_a_line_in_another_encoding_is_alone_in_its_fault() -> None:
    content = "Ville;Pôle\nNîmes;éco\n".encode() + "Sète;x\nAlès;y\n".encode("cp1252") + "Mâcon;z\n".encode()
    nimes, sete, ales, macon = read(content)
    assert (nimes.cells, macon.cells) == ({"Ville": "Nîmes", "Pôle": "éco"}, {"Ville": "Mâcon", "Pôle": "z"})
    assert not nimes.faults
    assert not macon.faults
    assert [(sete.cells["Ville"], *sete.faults), (ales.line, *ales.faults)] == [
        ("S\ufffdte", "Ville"),
        (4, "Ville"),
    ]
    assert "UTF-8" in sete.faults["Ville"]["fr"]


def test_a_header_in_another_encoding_than_the_rows_is_refused() -> None:
    with pytest.raises(MalformedFile, match=r"line 1, column 1: it is not UTF-8, as the rest of the file is"):
        read("Réf;Titre\n".encode("cp1252") + "1;été\n".encode())


def test_a_text_in_another_encoding_is_read_as_such() -> None:
    rows = [f"{n};Élevage à Sète, près de Béziers — « œuvre »\n" for n in range(20)]
    assert (
        read(("Ref;Titre\n" + "".join(rows)).encode("cp1252"))[0].cells["Titre"].startswith("Élevage à Sète")
    )


def test_an_error_of_a_spreadsheet_is_no_value() -> None:
    (row,) = read("Ref;Titre;Note\n1;#REF!;n° #N/A\n".encode())
    assert [*row.faults] == ["Titre"]
    assert row.faults["Titre"]["en"] == "it is an error of a spreadsheet, not a value: mend the formula"


def test_the_separator_is_the_one_that_cuts_the_column_names() -> None:
    rows = [f"{n};a, b, c, d, e, f;x,,,,,,,;{n},5\n" for n in range(5)]
    table = read_table(
        ("Ref;Titre;Desc;Montant\n" + "".join(rows)).encode(), name="x.csv", options=TableOptions()
    )
    assert table.written.endswith("separator ;")
    assert [row.cells["Montant"] for row in table.rows] == ["0,5", "1,5", "2,5", "3,5", "4,5"]


def packed(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_the_first_sheet_that_is_not_hidden_is_read() -> None:
    book = Workbook()
    book.active.append(["brouillon"])
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("Aides")
    sheet.append(["Ref"])
    sheet.append([1])
    book.active = 1
    assert read(packed(book), "x.xlsx") == [Row(2, {"Ref": "1"})]
    assert read(packed(book), "x.xlsx", sheet="Sheet") == []
    assert read(packed(book), "sent-as.csv") == [Row(2, {"Ref": "1"})]


def test_an_empty_sheet_is_named_with_the_others() -> None:
    book = Workbook()
    book.active.title = "Page de garde"
    book.create_sheet("Aides").append(["Ref"])
    with pytest.raises(
        MalformedFile, match="column names in the sheet 'Page de garde'; the others are 'Aides'"
    ):
        read(packed(book), "x.xlsx")


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.2, "0%", "20 %"),
        (0.205, "0%", "20.5 %"),
        (0.1 + 0.2, "0.00 %", "30 %"),
        (1, "0%", "100 %"),
        (0, "0%", "0 %"),
        (-0.05, "[Red]0%", "-5 %"),
        (0.2, "General", "0.2"),
        (20, '0" % du total"', "20"),
        (20, r"0\%", "20"),
    ],
)
def test_a_share_is_read_as_it_is_shown(value: float, number_format: str, shown: str) -> None:
    book = Workbook()
    book.active.append(["Taux"])
    book.active.append([value])
    book.active.cell(2, 1).number_format = number_format
    assert read(packed(book), "x.xlsx") == [Row(2, {"Taux": shown})]


def test_a_formula_without_a_stored_result_is_told() -> None:
    book = Workbook()
    book.active.append(["Ref", "Titre", "Note"])
    book.active.append([1, "=A1", None])
    book.active.append([2, "b", None])
    book.active.append(["=A3"])
    for line in (2, 3):
        book.active.cell(line, 3).font = Font(bold=True)  # which is there, though it is empty
    first, second, last = read(packed(book), "x.xlsx")
    assert [*first.faults] == ["Titre"]
    assert "résultat n'est pas enregistré" in first.faults["Titre"]["fr"]
    assert second == Row(3, {"Ref": "2", "Titre": "b", "Note": ""})
    assert [*last.faults] == ["Ref"]


def test_a_formula_that_gave_no_text_is_an_empty_cell() -> None:
    book = Workbook()
    book.active.append(["Ref", "Titre"])
    book.active.append([1, "=A1"])
    content, out = packed(book), io.BytesIO()
    with ZipFile(io.BytesIO(content)) as whole, ZipFile(out, "w") as other:
        for name in whole.namelist():
            sheet = whole.read(name)
            stored = re.sub(rb'r="B2"([^>]*)>(.*?)</c>', rb'r="B2" t="str"\1>\2</c>', sheet)
            assert (stored != sheet) == name.endswith("sheet1.xml")
            other.writestr(name, stored)
    assert read(out.getvalue(), "x.xlsx") == [Row(2, {"Ref": "1", "Titre": ""})]


def test_a_declared_encoding_is_held_to() -> None:
    with pytest.raises(MalformedFile, match="line 1, column 1: not UTF-8: byte 0xe9"):
        read("é;b\n".encode("cp1252"), encoding="utf-8")
    with pytest.raises(MalformedFile, match="no encoding is called 'klingon'"):
        read(b"a;b\n", encoding="klingon")
