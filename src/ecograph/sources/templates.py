"""Templates: a form as a spreadsheet to fill in, and the filled one with what is wrong marked in it."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ecograph.model import Rejection
from ecograph.sources.content import File
from ecograph.sources.filled import HELP, REASON, Origin, heading, headings_of, marked, safe, sheet_of
from ecograph.sources.forms import Column, Form, part_heading
from ecograph.sources.lists import choices, title_of
from ecograph.sources.tables import TableOptions, read_lines
from ecograph.sources.workbooks import first_shown, is_workbook, open_workbook

_ROWS = 1000  # that the lists to choose from reach
_LISTED = 40  # concepts of a list that a form without drop-down lists names
_FILLS = ("DDEBF7", "E2EFDA", "FFF2CC", "FCE4D6", "EDEDED", "D9E1F2", "F8CBAD", "E7E6E6")
_FORMATS = {
    "date": "DD/MM/YYYY",
    **dict.fromkeys(("integer", "decimal", "share", "boolean"), "General"),
}
_NEEDED, _WRONG = Font(bold=True, color="9C0006"), PatternFill("solid", fgColor="FFC7CE")
_LINE = re.compile(r"line (\d+)$")
_NUMBER = re.compile(r"-(\d+)$")

_WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "help": "Aide",
        "needed": "obligatoire",
        "expected": "recommandé",
        "several": "plusieurs valeurs possibles, séparées par un point-virgule",
        "list": "à choisir dans la liste",
        "head": "Colonne|Rubrique|Obligatoire|Ce qu'il faut écrire|Forme",
        "text": "texte",
        "integer": "nombre entier",
        "decimal": "nombre, comme 1250,50",
        "share": "part, comme 0,4 ou 40 %",
        "boolean": "oui ou non",
        "date": "date, comme 31/12/2026",
        "url": "adresse web, comme https://exemple.fr",
        "iri": "adresse (IRI)",
        "email": "courriel, comme nom@exemple.fr",
        "siren": "numéro SIREN, 9 chiffres",
        "siret": "numéro SIRET, 14 chiffres",
        "resource": "nom exact, SIREN ou adresse d'une fiche déjà chargée",
        "concept": "libellé de la liste « {} »",
        "among": "au choix : {}",
        "naf": "code ou libellé, comme 20.53Z",
        "territories": "nom, code ou code postal, comme Lozère, 48 ou 48000",
    },
    "en": {
        "help": "Help",
        "needed": "required",
        "expected": "recommended",
        "several": "several values are possible, with a semicolon between them",
        "list": "to choose from the list",
        "head": "Column|Group|Required|What to write|Form",
        "text": "text",
        "integer": "whole number",
        "decimal": "number, as 1250.50",
        "share": "share, as 0.4 or 40 %",
        "boolean": "oui or non",
        "date": "date, as 31/12/2026",
        "url": "web address, as https://example.org",
        "iri": "address (IRI)",
        "email": "e-mail address, as name@example.org",
        "siren": "SIREN number, 9 digits",
        "siret": "SIRET number, 14 digits",
        "resource": "exact name, SIREN or address of a record that is loaded",
        "concept": "label of the list “{}”",
        "among": "one of: {}",
        "naf": "code or label, as 20.53Z",
        "territories": "name, code or postcode, as Lozère, 48 or 48000",
    },
}


def csv_template(form: Form, language: str) -> bytes:
    """Return a form as CSV, as French spreadsheets open it: its headings, and a row of help."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    columns = form.headings(language)
    writer.writerow([marked(name) if column.required else name for name, column in columns.items()])
    helps = [_hint(column, language, listed=_LISTED) for column in columns.values()]
    writer.writerow([HELP + helps[0], *helps[1:]])
    return out.getvalue().encode("utf-8-sig")


def xlsx_template(form: Form, language: str) -> bytes:
    """Return a form as a workbook: the sheet to fill in, the help, and the lists to choose from."""
    book = Workbook()
    sheet = book.active
    sheet.title = _title(form.label[language])
    columns = form.headings(language)
    _head(sheet, columns, language)
    _help(book.create_sheet(_WORDS[language]["help"]), form, columns, language)
    _lists(book.create_sheet("Listes"), sheet, columns, language)
    book.properties.keywords = str(Origin(form.cls))
    book.properties.title = form.label[language]
    return _saved(book)


def marked_copy(
    file: File, rejections: Iterable[Rejection], form: Form | None, language: str, *, source: str = ""
) -> bytes:
    """Return a table as a workbook, what was refused marked and the reason in a last column.

    A row that is right stays as it is: the whole can be mended and loaded again. It tells its form, and the
    source that it was loaded as: under another name, its rows would be other records.
    """
    book, sheet = _opened(file, form)
    if form is not None:
        book.properties.keywords = str(Origin(form.cls, source))
    headings = [heading(str(cell.value or "")) for cell in sheet[1]]
    if form is not None:
        language, headings = headings_of(form, headings)
    reasons = set(REASON.values())
    last = next((n for n, name in enumerate(headings, 1) if name in reasons), len(headings) + 1)
    _clear(sheet, last)
    sheet.cell(1, last, REASON[language]).font = Font(bold=True)
    sheet.column_dimensions[get_column_letter(last)].width = 60
    by_line: dict[int, list[Rejection]] = defaultdict(list)
    for rejection in rejections:
        if found := _LINE.search(rejection.place):
            by_line[int(found[1])].append(rejection)
    for line, found_here in by_line.items():
        _mark(sheet, line, last, headings, found_here, form, language)
    return _saved(book)


def _mark(
    sheet: Worksheet,
    line: int,
    last: int,
    headings: Sequence[str],
    rejections: Sequence[Rejection],
    form: Form | None,
    language: str,
) -> None:
    said = []
    for rejection in rejections:
        reason = rejection.reason.get(language) or rejection.reason.get("en", "")
        name = _column_of(rejection, form, language)
        said.append(reason if name in reason else f"{name} : {reason}")
        if name in headings:
            cell = sheet.cell(line, headings.index(name) + 1)
            cell.fill, cell.comment = _WRONG, Comment(reason, "EcoGraph", width=320, height=90)
    cell = sheet.cell(line, last, safe(" ; ".join(dict.fromkeys(said))))
    cell.fill, cell.alignment = _WRONG, Alignment(wrap_text=True, vertical="top")


def _column_of(rejection: Rejection, form: Form | None, language: str) -> str:
    """Return the column that a rejection is about, which a shape names by its property."""
    if form is None or ":" not in rejection.path or rejection.path in form.headings(language):
        return rejection.path
    found = [c.name[language] for c in form.columns if c.predicate == rejection.path]
    number = _NUMBER.search(rejection.record)
    for part, place in form.places():
        if f"/{part.form.kind}/" in rejection.record and number and int(number[1]) == place:
            inner = (c for c in part.form.columns if c.predicate == rejection.path)
            found = [part_heading(part, place, column, language) for column in inner]
    return found[0] if found else rejection.path


def _clear(sheet: Worksheet, last: int) -> None:
    """Take out the marks of a report that came before."""
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if cell.column == last:
                cell.value = None
            if cell.fill == _WRONG or cell.column == last:
                cell.fill = PatternFill()
                cell.comment = None


def _opened(file: File, form: Form | None) -> tuple[Workbook, Worksheet]:
    if file.suffix == ".xlsx" or is_workbook(file.content):
        book = open_workbook(file.content, file.name, read_only=False)
        sheet = book[sheet_of(book, form) if form else first_shown(book)]
        _settle(sheet, file)
        _part(sheet)
        return book, sheet
    book = Workbook()
    for line, cells, _ in read_lines(file, TableOptions()):
        for number, text in enumerate(cells, start=1):
            cell = book.active.cell(line, number)
            cell.value, cell.data_type = text, "s"
    return book, book.active


def _settle(sheet: Worksheet, file: File) -> None:
    """Replace formulas by the values that were read for them.

    One without a value stays as it is: as text it would be read as what the cell says, when the report is
    loaded again.
    """
    formulas = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    if formulas:
        values = load_workbook(io.BytesIO(file.content), data_only=True)[sheet.title]
        for cell in formulas:
            found = values[cell.coordinate]
            if found.value is not None or found.data_type != "n":  # of another type, it gave no text
                cell.value = found.value
                cell.data_type = "s" if isinstance(found.value, str) else cell.data_type


def _part(sheet: Worksheet) -> None:
    """Part cells that were merged, each with what was read for it: only the first could be marked."""
    for merged in list(sheet.merged_cells.ranges):
        value = sheet.cell(merged.min_row, merged.min_col).value
        sheet.unmerge_cells(merged.coord)
        for row in range(merged.min_row + 1, merged.max_row + 1) if merged.min_row > 1 else ():
            sheet.cell(row, merged.min_col).value = value


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _title(text: str) -> str:
    return re.sub(r"[\\/*?:\[\]]", " ", text)[:31]


def _hint(column: Column, language: str, *, listed: int = 0) -> str:
    """Return what to write in a column, in one sentence; a list of so many concepts or fewer in full."""
    words = _WORDS[language]
    parts = [column.help[language].rstrip("."), _shape(column, language, listed)]
    parts += [words["needed"]] if column.required else [words["expected"]] if column.expected else []
    return " ; ".join([*parts, *([words["several"]] if column.several else [])])


def _shape(column: Column, language: str, listed: int = 0) -> str:
    """Return what a cell of a column must be."""
    words = _WORDS[language]
    if column.function != "concept":
        return words[column.function]
    labels = choices(column.listed, language)
    if len(labels) <= listed:
        return words["among"].format(", ".join(labels))
    return words.get(column.listed) or words["concept"].format(title_of(column.listed, language))


def _head(sheet: Worksheet, columns: Mapping[str, Column], language: str) -> None:
    groups = list(dict.fromkeys(column.group[language] for column in columns.values()))
    for number, (name, column) in enumerate(columns.items(), start=1):
        cell = sheet.cell(1, number, marked(name) if column.required else name)
        cell.font = _NEEDED if column.required else Font(bold=True)
        cell.fill = PatternFill("solid", fgColor=_FILLS[groups.index(column.group[language]) % len(_FILLS)])
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.comment = Comment(_hint(column, language), "EcoGraph", width=320, height=110)
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 40 if column.language else 24
        # All else is text: typed as anything, 01000 loses its zero, 3/4 is a day, and “- bois” a formula.
        sheet.column_dimensions[letter].number_format = _FORMATS.get(column.function, "@")
    sheet.freeze_panes, sheet.row_dimensions[1].height = "A2", 32


def _help(sheet: Worksheet, form: Form, columns: Mapping[str, Column], language: str) -> None:
    words = _WORDS[language]
    sheet.append([form.label[language], form.comment.get(language, "")])
    sheet.append([])
    sheet.append(words["head"].split("|"))
    for name, column in columns.items():
        needed = words["needed"] if column.required else words["expected"] if column.expected else ""
        shape = _shape(column, language) + (f" ; {words['several']}" if column.several else "")
        sheet.append([name, column.group[language], needed, column.help[language], shape])
    for letter, width in zip("ABCDE", (38, 16, 14, 70, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in (1, 3):
        for cell in sheet[row]:
            cell.font = Font(bold=True)


def _lists(lists: Worksheet, sheet: Worksheet, columns: Mapping[str, Column], language: str) -> None:
    """Put the lists on a sheet that does not show, and let the columns choose from them."""
    lists.sheet_state = "hidden"
    made: dict[str, DataValidation] = {}
    for number, (name, column) in enumerate(columns.items(), start=1):
        if column.function == "concept":
            # Where several may be chosen, what is typed may be more than one of the list.
            key = f"{column.listed} {column.several}"
            if key not in made:
                made[key] = _chosen(lists, len(made) + 1, column, language, name)
                sheet.add_data_validation(made[key])
            letter = get_column_letter(number)
            made[key].add(f"{letter}2:{letter}{_ROWS + 1}")


def _chosen(lists: Worksheet, number: int, column: Column, language: str, name: str) -> DataValidation:
    labels = choices(column.listed, language)
    lists.cell(1, number, title_of(column.listed, language))
    for row, label in enumerate(labels, start=2):
        lists.cell(row, number, label)
    letter = get_column_letter(number)
    rule = DataValidation(
        type="list", formula1=f"Listes!${letter}$2:${letter}${len(labels) + 1}", allow_blank=True
    )
    rule.showErrorMessage = not column.several
    rule.errorTitle, rule.error = name[:32], _WORDS[language]["list"]
    return rule
