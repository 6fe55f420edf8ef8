"""Templates as a business adviser meets them: filled in, loaded, mended, loaded again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import Result
from openpyxl import Workbook, load_workbook

from ecograph.app import EcoGraph
from ecograph.assets import ONTOLOGY
from ecograph.graph.facts import Facts, facts_of
from ecograph.model import Level
from ecograph.sources.forms import form_of
from ecograph.sources.lists import choices
from ecograph.sources.templates import csv_template, xlsx_template
from ecograph.vocab import DCT, RDFS, VOC, eco

Invoke = Callable[..., Result]
NUMBER = "732829320"
GOOD = {
    "Titre *": "Séchoir solaire de plantes",
    "Identifiant": "P-1",
    "Description": "Sécher sans gaz.",
    "Stade": "Prototype",
    "Pôle": "Agro-industrie ; chimie",
    "Territoire": "48000",
    "Porté par": "Distillerie du Causse",
    "Commencé le": date(2026, 3, 1),
    "Besoin 1 : Titre": "Dimensionner le séchoir",
    "Besoin 1 : Genre de besoin": "Expertise",
    "Besoin 3 : Titre": "Financer l'essai",
    "Besoin 3 : Genre de besoin": "Financement",
}
MISTAKES = [
    ({"Titre *": ""}, "Titre", "cette colonne doit être remplie"),
    ({"Stade": "Protype"}, "Stade", "« Protype » n'est pas dans la liste"),
    ({"Pôle": "agro; chemie"}, "Pôle", "« chemie »"),
    ({"Territoire": "Lozert"}, "Territoire", "« Lozert »"),
    ({"Porté par": "Société Inconnue"}, "Porté par", "n'est pas connu comme « acteur »"),
    ({"Commencé le": "31/02/2026"}, "Commencé le", "une date est attendue"),
    ({"Site web": "exemple"}, "Site web", "une adresse web est attendue"),
    ({"Besoin 1 : Titre": ""}, "Besoin 1 : Titre", "cette colonne doit être remplie"),
    ({"Besoin 3 : Genre de besoin": "=1+1"}, "Besoin 3 : Genre de besoin", "n'est pas dans la liste"),
    ({"Identifiant": "P-1"}, "Identifiant", "a déjà cet identifiant"),
    ({"Identifiant": "#REF!"}, "Identifiant", "l'erreur d'un tableur"),
]


def sheet_of(content: bytes) -> list[dict[str, object]]:
    header, *rows = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows if any(row)]


@pytest.fixture
def home(fresh_copy: Path, tmp_path: Path, invoke: Invoke) -> Path:
    """The sample territory, with the company that carries the projects."""
    table = tmp_path / "societes.csv"
    table.write_bytes(template(invoke, fresh_copy, tmp_path, "Company", "csv").read_bytes())
    header = next(csv.reader(io.StringIO(table.read_text("utf-8-sig")), delimiter=";"))
    row = {"Nom *": "Distillerie du Causse", "SIREN": "732 829 320", "Genre d'acteur *": "PME"}
    with table.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerow([row.get(name, "") for name in header])
    done = invoke("--home", str(fresh_copy), "load", str(table), "--template", "Company")
    assert done.exit_code == 0, done.output
    assert "societes: 3 records" in done.output
    return fresh_copy


def template(invoke: Invoke, home: Path, folder: Path, cls: str, syntax: str = "xlsx") -> Path:
    path = folder / f"{cls}.{syntax}"
    done = invoke("--home", str(home), "template", cls, "--format", syntax, "-o", str(path))
    assert done.exit_code == 0, done.output
    return path


def fill(path: Path, *rows: dict[str, object]) -> None:
    book = load_workbook(path)
    sheet = book.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=2):
        for name, value in row.items():
            cell = sheet.cell(number, columns[name])
            cell.value = value
            cell.data_type = "s" if isinstance(value, str) else cell.data_type
    book.save(path)


def with_value(path: Path, cell: str, value: str) -> None:
    """Store the value of a formula, as a spreadsheet does and openpyxl does not."""
    with ZipFile(path) as packed:
        entries = {name: packed.read(name) for name in packed.namelist()}
    name = "xl/worksheets/sheet1.xml"
    text = entries[name].decode()
    found = re.search(rf'<c r="{cell}"[^>]*><f>(.*?)</f><v ?/?>(</v>)?</c>', text)
    assert found
    stored = f'<c r="{cell}" t="str"><f>{found[1]}</f><v>{value}</v></c>'
    entries[name] = text.replace(found[0], stored).encode()
    with ZipFile(path, "w") as packed:
        for entry, content in entries.items():
            packed.writestr(entry, content)


def facts(graph: EcoGraph, path: str) -> Facts:
    return facts_of(graph.snapshot(), Level.PRIVATE, f"{graph.base}/{path}")


def test_a_template_has_headings_help_and_lists(invoke: Invoke, sample_home: Path, tmp_path: Path) -> None:
    book = load_workbook(template(invoke, sample_home, tmp_path, "Project"))
    sheet, helps, lists = book.worksheets
    assert (sheet.title, helps.title, lists.sheet_state) == ("Projet", "Aide", "hidden")
    headings = [cell.value for cell in sheet[1]]
    assert headings[:1] == ["Titre *"]
    assert "Besoin 1 : Requiert la compétence" in headings
    assert "obligatoire" in sheet["A1"].comment.text
    rules = {str(rule.sqref).rstrip("0123456789"): rule for rule in sheet.data_validations.dataValidation}
    stage = next(c.column_letter for c in sheet[1] if c.value == "Stade")
    rule = next(rule for where, rule in rules.items() if where.startswith(f"{stage}2"))
    column = rule.formula1.split("$")[1]
    assert "Prototype" in [cell.value for cell in lists[column]]
    assert rule.showErrorMessage
    assert any("point-virgule" in str(row[4].value) for row in helps.iter_rows(min_row=4))


def test_a_text_template_names_its_lists_and_what_is_in_them() -> None:
    rows = list(
        csv.reader(io.StringIO(csv_template(form_of("Project"), "fr").decode("utf-8-sig")), delimiter=";")
    )
    helps = dict(zip(*rows, strict=True))
    assert "au choix : Abandonné, Faisabilité, Idée" in helps["Stade"]
    assert "Numérique" not in helps["Territoire"]
    assert "nom, code ou code postal, comme Lozère, 48 ou 48000" in helps["Territoire"]
    assert "libellé de la liste « Compétences »" in helps["Besoin 1 : Requiert la compétence"]
    assert "séparées par un point-virgule" in helps["Pôle"]
    assert "scheme" not in str(helps)
    assert "schéma" not in str(helps)


def test_the_row_of_help_is_passed_over_wherever_it_stands(
    invoke: Invoke, home: Path, tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    table = tmp_path / "p.csv"
    table.write_text("Stade;Titre *\nPrototype;#MaLozère\nau choix : Idée;# Titre court\nIdée;Bon\n", "utf-8")
    done = invoke("--home", str(home), "load", str(table), "--template", "Project")
    assert "p: 4 records" in done.output, done.output
    assert "0 rejected" in done.output
    assert facts(opened(home), "project/p--malozere")


def test_headings_are_known_without_their_capitals_and_accents_and_others_are_told(
    invoke: Invoke, home: Path, tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    table, report = tmp_path / "p.csv", tmp_path / "rapport.xlsx"
    table.write_text("TITRE*; stade ;Pole;Effectif prévu\nBon;Idée;Agro;3\nFaux;Idé;;\n", "utf-8")
    load = ("--home", str(home), "load", str(table), "--template", "Project", "--report", str(report))
    done = invoke(*load)
    assert "separator ;; not read: 'Effectif prévu'" in done.output
    assert "1 rejected" in done.output
    assert load_workbook(report).active["B3"].comment
    project = facts(opened(home), "project/p--bon")
    assert project.iris(eco("stage")) == (f"{VOC}project-stages/idee",)
    assert project.iris(eco("inPole")) == (f"{VOC}poles/agro",)


def test_merged_cells_count_in_each_of_their_rows(
    invoke: Invoke, home: Path, tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    path, report = template(invoke, home, tmp_path, "Project"), tmp_path / "rapport.xlsx"
    fill(path, *({"Titre *": f"Projet {number}"} for number in range(4)))
    book = load_workbook(path)
    column = next(cell.column_letter for cell in book.active[1] if cell.value == "Stade")
    for first, value in ((2, "Prototype"), (4, "Protype")):
        book.active[f"{column}{first}"] = value
        book.active.merge_cells(f"{column}{first}:{column}{first + 1}")
    book.save(path)
    done = invoke("--home", str(home), "load", str(path), "--report", str(report))
    assert "2 rejected" in done.output, done.output
    assert "Protype" in str(load_workbook(report).active["AL5"].value)
    project = facts(opened(home), "project/project--projet-1")
    assert project.iris(eco("stage")) == (f"{VOC}project-stages/prototype",)


def test_a_company_is_one_however_its_number_is_written(
    invoke: Invoke, home: Path, tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    table = tmp_path / "p.csv"
    rows = ("Causse;732829320;PME", "Causse encore;732 829 320;PME")
    table.write_text("\n".join(["Nom *;SIREN;Genre d'acteur *", *rows]), "utf-8")
    load = ("--home", str(home), "load", str(table), "--template", "Company", "--source", "p")
    assert "line 3: SIREN 732829320: a row above has this identifier" in invoke(*load).output
    table.write_text("\n".join(["Nom *;SIREN;Genre d'acteur *", rows[1]]), "utf-8")
    assert "p: 3 records" in invoke(*load).output
    assert facts(opened(home), "actor/p--732829320").text([f"{RDFS}label"], "fr") == "Causse encore"


def test_a_row_without_a_name_is_marked_in_the_column_of_names(
    invoke: Invoke, home: Path, tmp_path: Path
) -> None:
    path, report = template(invoke, home, tmp_path, "Company"), tmp_path / "rapport.xlsx"
    fill(path, {"Effectif": 3})
    done = invoke("--home", str(home), "load", str(path), "--report", str(report))
    assert "line 2: Nom: the row has no identifier" in done.output
    assert load_workbook(report).active["A2"].comment


def test_every_class_with_a_shape_has_a_form() -> None:
    text = (ONTOLOGY / "shapes.ttl").read_text("utf-8")
    for line in text.splitlines():
        if "sh:targetClass eco:" in line:
            form = form_of(line.split("eco:")[1].split()[0])
            assert len(form.headings("fr")) == len(form.headings("en"))
            assert len({c.name["fr"] for c in form.columns}) == len(form.columns), form.cls
            listed = {c.listed for c in form.headings("fr").values() if c.function == "concept"}
            assert all(choices(scheme, "fr") for scheme in listed), form.cls
            assert csv_template(form, "en")
            assert xlsx_template(form, "fr")


def test_a_filled_template_is_recognised_and_loaded(
    invoke: Invoke, home: Path, tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    path = template(invoke, home, tmp_path, "Project")
    fill(path, GOOD)
    done = invoke("--home", str(home), "load", str(path), "--source", "suivi")
    assert done.exit_code == 0, done.output
    assert "0 rejected" in done.output
    graph = opened(home)
    source = facts_of(graph.snapshot(), Level.PRIVATE, f"{graph.base}/source/suivi")
    assert source.text([DCT + "description"], "fr") == "Formulaire rempli ; licence non précisée."
    project = facts(graph, "project/suivi--p-1")
    assert project.text([DCT + "title"], "fr") == "Séchoir solaire de plantes"
    assert set(project.iris(eco("inPole"))) == {f"{VOC}poles/agro", f"{VOC}poles/chimie"}
    assert project.iris(eco("carriedBy")) == (f"{graph.base}/actor/societes--732829320",)
    assert [n.value for n in project.literals(eco("startedOn"))] == ["2026-03-01"]
    needs = project.iris(eco("hasNeed"))
    assert needs == (f"{graph.base}/need/suivi--p-1-1", f"{graph.base}/need/suivi--p-1-3")
    assert not facts_of(graph.snapshot(), Level.PUBLIC, project.iri)
    assert "unchanged" in invoke("--home", str(home), "load", str(path), "--source", "suivi").output


def test_ten_mistakes_are_marked_and_the_mended_report_loads(
    invoke: Invoke, home: Path, tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    path, report = template(invoke, home, tmp_path, "Project"), tmp_path / "rapport.xlsx"
    bad = [GOOD | {"Identifiant": f"B-{n}"} | change for n, (change, _, _) in enumerate(MISTAKES)]
    fill(path, GOOD, *bad)
    load = ("--home", str(home), "load", "--source", "suivi")
    done = invoke(*load, str(path), "--report", str(report))
    assert done.exit_code == 0, done.output
    assert "11 rejected" in done.output

    sheet = load_workbook(report).active
    columns = {cell.value: cell.column for cell in sheet[1]}
    for line, (change, name, reason) in enumerate(MISTAKES, start=3):
        cell = sheet.cell(line, columns.get(name) or columns[f"{name} *"])
        assert reason in cell.comment.text, change
        assert cell.fill.fgColor.rgb == "00FFC7CE"
        assert cell.data_type != "f"
        assert reason in sheet.cell(line, columns["Motif du rejet"]).value
    assert not sheet.cell(2, columns["Motif du rejet"]).value

    mended = load_workbook(report)
    for line, (change, _, _) in enumerate(MISTAKES, start=3):
        for name in change:
            value = f"B-{line}" if name == "Identifiant" else GOOD.get(name)
            mended.active.cell(line, columns[name]).value = value
    mended.save(report)
    again = invoke(*load, str(report), "--report", str(tmp_path / "rien.xlsx"))
    assert again.exit_code == 0, again.output
    assert "0 rejected" in again.output
    assert facts(opened(home), "project/suivi--b-8")
    clean = load_workbook(tmp_path / "rien.xlsx").active
    assert all(cell.fill.fgColor.rgb != "00FFC7CE" for row in clean.iter_rows(min_row=2) for cell in row)


@pytest.mark.parametrize("syntax", ["csv", "xlsx"])
def test_a_mended_report_goes_where_the_table_went(
    invoke: Invoke, home: Path, tmp_path: Path, opened: Callable[..., EcoGraph], syntax: str
) -> None:
    table, report = template(invoke, home, tmp_path, "Company", syntax), tmp_path / "rapport.xlsx"
    rows = [("Scierie Haute", "PME", "quatorze"), ("Atelier du Lot", "PME", "3")]
    headings = ("Nom *", "Genre d'acteur *", "Effectif")
    if syntax == "xlsx":
        fill(table, *(dict(zip(headings, row, strict=True)) for row in rows))
    else:
        table.write_text("\n".join(map(";".join, [headings, *rows])), "utf-8")
    load = ("--home", str(home), "load")
    done = invoke(
        *load, str(table), "--template", "Company", "--visibility", "private", "--report", str(report)
    )
    assert "company: 3 records" in done.output

    mended = load_workbook(report)
    column = next(cell.column for cell in mended.active[1] if cell.value == "Effectif")
    row = next(cell.row for cell in mended.active["A"] if cell.value == "Scierie Haute")
    mended.active.cell(row, column).value = 14
    mended.save(report)
    again = invoke(*load, str(report))
    assert "company: 4 records" in again.output, again.output
    graph = opened(home)
    assert facts(graph, "actor/company--scierie-haute")
    assert not facts(graph, "actor/rapport--atelier-du-lot")
    assert not facts_of(graph.snapshot(), Level.PARTNERS, f"{graph.base}/actor/company--scierie-haute")


@pytest.mark.parametrize("source", ["demo", "resolution-public", "jamais-vue", "pas un nom"])
def test_a_report_names_no_source_that_is_not_its_own(
    invoke: Invoke, home: Path, tmp_path: Path, source: str
) -> None:
    path = template(invoke, home, tmp_path, "Company")
    fill(path, {"Nom *": "Scierie Haute", "Genre d'acteur *": "PME"})
    book = load_workbook(path)
    book.properties.keywords += f" {source}"
    book.save(path)
    assert "company: 3 records" in invoke("--home", str(home), "load", str(path)).output


def test_a_formula_without_a_value_is_refused_again_when_the_report_is_loaded(
    invoke: Invoke, home: Path, tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    path, report = template(invoke, home, tmp_path, "Project"), tmp_path / "r.xlsx"
    fill(path, GOOD, GOOD | {"Identifiant": "P-2", "Titre *": "Autre"})
    book = load_workbook(path)
    book.active["A3"] = '=A2&"x"'  # which nothing has worked out
    book.save(path)
    for file in (path, report):
        done = invoke("--home", str(home), "load", "--source", "suivi", str(file), "--report", str(report))
        assert "1 rejected" in done.output
        assert load_workbook(report).active["A3"].comment
    assert not facts(opened(home), "project/suivi--p-2")


def test_a_formula_with_a_value_stands_as_that_value_in_the_report(
    invoke: Invoke, home: Path, tmp_path: Path
) -> None:
    path, report = template(invoke, home, tmp_path, "Project"), tmp_path / "r.xlsx"
    fill(path, GOOD, GOOD | {"Identifiant": "P-2", "Stade": "Protype"})
    book = load_workbook(path)
    book.active["A2"] = '="Séchoir"&"s"'
    book.save(path)
    with_value(path, "A2", "Séchoirs")
    invoke("--home", str(home), "load", "--source", "suivi", str(path), "--report", str(report))
    cell = load_workbook(report).active["A2"]
    assert (cell.value, cell.data_type) == ("Séchoirs", "s")


def test_a_rate_may_be_a_percentage_of_the_spreadsheet(
    invoke: Invoke, home: Path, tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    path = template(invoke, home, tmp_path, "FundingOffer")
    row = {"Titre *": "Aide", "Genre de ressource *": "Financement", "Genre de financement *": "Subvention"}
    fill(path, row | {"Identifiant": "A", "Taux minimal": 0.2, "Taux maximal": "40 %"})
    book = load_workbook(path)
    columns = {cell.value: cell.column for cell in book.active[1]}
    book.active.cell(
        2, columns["Taux minimal"]
    ).number_format = "0%"  # as a spreadsheet takes 20 % that is typed
    book.save(path)
    done = invoke("--home", str(home), "load", "--source", "aides-du-pays", str(path))
    assert "0 rejected" in done.output, done.output
    found = facts(opened(home), "offer/aides-du-pays--a")
    assert [found.literals(eco(name))[0].value for name in ("minRate", "maxRate")] == ["0.2", "0.4"]


def test_a_shape_that_is_broken_is_marked_where_it_is(invoke: Invoke, home: Path, tmp_path: Path) -> None:
    path, report = template(invoke, home, tmp_path, "FundingOffer"), tmp_path / "r.xlsx"
    row = {"Titre *": "Aide", "Genre de ressource *": "Financement", "Genre de financement *": "Subvention"}
    fill(path, row | {"Taux minimal": "0,9", "Taux maximal": "0,5"})
    done = invoke("--home", str(home), "load", str(path), "--report", str(report))
    assert "1 rejected" in done.output
    (found,) = sheet_of(report.read_bytes())
    assert "Taux minimal" in str(found["Motif du rejet"])


def test_too_many_mistakes_load_nothing_and_are_reported_all_the_same(
    invoke: Invoke, home: Path, tmp_path: Path
) -> None:
    path, report = template(invoke, home, tmp_path, "Project"), tmp_path / "r.xlsx"
    fill(path, GOOD, GOOD | {"Identifiant": "P-2", "Stade": "Protype"})
    done = invoke("--home", str(home), "load", str(path), "--max-error-share", "0.1", "--report", str(report))
    assert done.exit_code == 1
    assert "Protype" in str(sheet_of(report.read_bytes())[1]["Motif du rejet"])


def test_a_table_of_text_gives_a_report_that_runs_no_formula(
    invoke: Invoke, home: Path, tmp_path: Path
) -> None:
    table, report = tmp_path / "p.csv", tmp_path / "r.xlsx"
    table.write_text('Titre *;Stade\n"=HYPERLINK(""http://x"")";+33 1\nBon;Prototype\n', "utf-8")
    done = invoke("--home", str(home), "load", str(table), "--template", "Project", "--report", str(report))
    assert "1 rejected" in done.output
    sheet = load_workbook(report).active
    assert sheet["A2"].data_type == "s"
    assert sheet["B2"].comment


def test_what_is_no_template_says_so(invoke: Invoke, home: Path, tmp_path: Path) -> None:
    unknown = invoke("--home", str(home), "template", "Projet")
    assert unknown.exit_code == 1
    assert "no class 'Projet' has a form; there are" in unknown.output
    book = Workbook()
    book.active.append(["Nom", "Stade"])
    path = tmp_path / "x.xlsx"
    book.save(path)
    done = invoke("--home", str(home), "load", str(path), "--template", "Project")
    assert done.exit_code == 1
    assert "no column 'Titre', which is needed; there are 'Nom', 'Stade'" in done.output


def test_what_is_typed_into_a_workbook_stays_as_it_is() -> None:
    sheet = load_workbook(io.BytesIO(xlsx_template(form_of("Company"), "fr"))).active
    formats = {
        str(cell.value): sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]
    }
    kept = {"Nom *", "Identifiant", "SIREN", "Description", "Pôle", "Territoire"}  # 007, 3/4, 01000, - bois
    assert {formats[name] for name in kept} == {"@"}
    assert formats["Effectif"] == "General"
    assert formats["Créée le"] == "DD/MM/YYYY"


def test_a_number_that_several_records_have_tells_which_or_that_of_the_register(
    invoke: Invoke, home: Path, tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    others, projects = tmp_path / "autres.csv", tmp_path / "projets.csv"
    others.write_text(f"Nom *;SIREN;Genre d'acteur *\nDistillerie;{NUMBER};PME\n", encoding="utf-8")
    projects.write_text("Titre *;Porté par\nSéchoir;732 829 320\n", encoding="utf-8")

    def load(*what: str) -> str:
        return invoke("--home", str(home), "load", *what).output

    load(str(others), "--template", "Company")
    told = load(str(projects), "--template", "Project")
    assert "several records" in told
    assert f"actor/autres--{NUMBER}" in told
    assert f"actor/societes--{NUMBER}" in told
    register = tmp_path / "registre.ttl"
    register.write_text(
        f"""@prefix eco: <https://w3id.org/ecograph/ns#> . <actor/siren-{NUMBER}> a eco:Company ;
        <http://www.w3.org/2000/01/rdf-schema#label> "DISTILLERIE"@fr ; eco:siren "{NUMBER}" ;
        eco:actorType <{VOC}actor-types/pme> .""",
        encoding="utf-8",
    )
    load(str(register))
    assert "0 rejected" in load(str(projects), "--template", "Project")
    graph = opened(home)
    carrier = facts(graph, "project/projets--sechoir").iri_of(eco("carriedBy"))
    assert carrier == f"{graph.base}/actor/siren-{NUMBER}"


def test_the_sheet_to_fill_in_may_be_moved_and_renamed(
    invoke: Invoke, home: Path, tmp_path: Path, opened: Callable[..., EcoGraph]
) -> None:
    path, report = template(invoke, home, tmp_path, "Project"), tmp_path / "rapport.xlsx"
    fill(path, GOOD, {"Titre *": "Scie", "Stade": "Protype"})
    book = load_workbook(path)
    book.move_sheet("Aide", -1)
    book.create_sheet("Notes", 0)["A1"] = "Titre"
    book["Projet"].title = "Nos projets"
    book.save(path)
    done = invoke("--home", str(home), "load", str(path), "--source", "moved", "--report", str(report))
    assert "1 rejected" in done.output, done.output
    assert facts(opened(home), "project/moved--p-1")
    assert load_workbook(report)["Nos projets"].cell(3, 1).value == "Scie"
    assert any("Protype" in str(cell.value) for cell in load_workbook(report)["Nos projets"][3])
    assert load_workbook(report)["Aide"].max_column == load_workbook(path)["Aide"].max_column
