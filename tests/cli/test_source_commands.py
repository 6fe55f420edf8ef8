"""`ecograph source check` and `try`: a declaration's faults by their lines, and what a load would do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from ecograph.app import EcoGraph

Invoke = Callable[..., Result]
GOOD = """id = "suivi"
kind = "table"
location = ["{table}"]
visibility = "partners"
requires = ["ontology"]
licence = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
title = {{ fr = "Suivi", en = "Follow-up" }}
description = {{ fr = "Les projets.", en = "The projects." }}
publisher = {{ name = "Cluster" }}

[[records]]
kind = "project"
class = "eco:Project"
id = ["Référence"]
[records.properties]
"dct:title" = {{ column = "Projet", lang = "fr", required = true }}
"eco:inPole" = {{ column = "Pôles", split = ",", as = "concept", scheme = "poles" }}
"eco:startedOn" = {{ column = "Début", as = "date" }}

[[records]]
kind = "actor"
class = "eco:Company"
id = ["SIREN"]
[records.properties]
"eco:siren" = {{ column = "SIREN", as = "siren" }}
"rdfs:label" = {{ column = "Entreprise", lang = "fr" }}
"eco:actorType" = {{ constant = "PME", as = "concept", scheme = "actor-types" }}
"""
TABLE = "Référence;Projet;Pôles;Début;SIREN;Entreprise\nP1;Séchoir;agro;01/02/2026;732829320;Distillerie\n"


@pytest.fixture
def declaration(tmp_path: Path) -> Path:
    (tmp_path / "suivi.csv").write_text(TABLE, "utf-8")
    path = tmp_path / "suivi.toml"
    path.write_text(GOOD.format(table=tmp_path / "suivi.csv"), "utf-8")
    return path


def change(path: Path, old: str, new: str) -> int:
    """Replace a text of a file, and return the line where it was."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def check(invoke: Invoke, home: Path, path: Path) -> list[dict[str, object]]:
    done = invoke("--home", home, "source", "check", path, "--json")
    faults: list[dict[str, object]] = json.loads(done.stdout)
    assert done.exit_code == (1 if faults else 0)
    return faults


def test_a_good_declaration_has_no_fault(invoke: Invoke, sample_home: Path, declaration: Path) -> None:
    assert check(invoke, sample_home, declaration) == []
    done = invoke("--home", sample_home, "source", "check", declaration)
    assert done.stdout.endswith("no fault found\n")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('visibility = "partners"', 'visibility = "secret"', "'public', 'partners' or 'private'"),
        ('visibility = "partners"', 'visibilty = "partners"', "did you mean 'visibility'?"),
        ('kind = "table"', 'kind = "tabel"', "did you mean 'table'?"),
        ('requires = ["ontology"]', 'requires = ["ontologie"]', "did you mean 'ontology'?"),
        ('requires = ["ontology"]', 'requires = "ontology', "not TOML"),
        ('id = "suivi"', 'id = "suivis"', "not the file's name, 'suivi'"),
        (
            'class = "eco:Project"',
            'class = "eco:Projet"',
            "no class 'eco:Projet'; did you mean 'eco:Project'?",
        ),
        ('class = "eco:Company"', 'class = "ecco:Company"', "no known prefix"),
        ('"eco:inPole"', '"eco:inPol"', "no property 'eco:inPol'; did you mean 'eco:inPole'?"),
        ('"eco:siren"', '"eco:sirene"', "did you mean 'eco:siren'?"),
        ('as = "date"', 'as = "dat"', "did you mean 'date'?"),
        ('as = "concept", scheme = "poles"', 'as = "concept"', "needs `scheme`"),
        ('"Entreprise"', '"Enterprise"', "no column 'Enterprise'; did you mean 'Entreprise'?"),
        ('"Entreprise", lang', '"Entreprise", lng', "no such key; did you mean 'lang'?"),
        (
            '"dct:title"',
            '"dct:titel"',
            "the vocabulary 'dct' has no property 'dct:titel'; did you mean 'dct:title'?",
        ),
        ('"dct:title"', '"dct:ti tle"', "dct:ti tle"),
        ('"https://www.etalab.gouv.fr/licence-ouverte-open-licence"', '"libre"', "an IRI is expected"),
        ('name = "Cluster"', 'name = "Cluster", homepage = "chez moi"', "a web address is expected"),
        ('{ fr = "Suivi", en = "Follow-up" }', '"Suivi"', "a table is expected, as { fr = …, en = … }"),
        ('requires = ["ontology"]', 'requires = ["suivi"]', "a source cannot require itself"),
        ('requires = ["ontology"]', 'requires = "ontology"', "a list is expected, as [ … ]"),
        ('requires = ["ontology"]', "max_error_share = 2", "at most 1 is expected"),
        ('requires = ["ontology"]', 'max_error_share = "moitié"', "a number is expected"),
        ('id = ["SIREN"]', 'id = ["SIRENE"]', "no column 'SIRENE'; did you mean 'SIREN'?"),
        ('name = "Cluster"', 'nom = "Cluster"', "this key is missing"),
        ("suivi.csv", "absent.csv", "No such file"),
    ],
)
def test_a_fault_is_told_with_its_line_and_what_was_meant(
    invoke: Invoke, sample_home: Path, declaration: Path, old: str, new: str, reason: str
) -> None:
    line = change(declaration, old, new)
    faults = check(invoke, sample_home, declaration)
    assert any(fault["line"] == line and reason in str(fault["reason"]) for fault in faults), faults


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("", "a list of at least 1 is expected"),
        ('"file:///etc/passwd"', "a path or an http(s) address is expected"),
        ('"ftp://example.org/x.csv"', "a path or an http(s) address is expected"),
        ('"/dev/zero"', "not a regular file"),
        ('"/nowhere/*.csv"', "no file has such a name"),
    ],
)
def test_a_location_that_gives_nothing_is_told(
    invoke: Invoke, sample_home: Path, declaration: Path, location: str, reason: str
) -> None:
    line = change(declaration, f'"{declaration.parent}/suivi.csv"', location)
    (fault,) = check(invoke, sample_home, declaration)
    assert fault["line"] == line
    assert reason in str(fault["reason"])


def test_what_is_not_utf_8_has_its_line(invoke: Invoke, sample_home: Path, declaration: Path) -> None:
    declaration.write_bytes(declaration.read_bytes() + "\n# été\n".encode("latin-1"))
    (fault,) = check(invoke, sample_home, declaration)
    assert fault["line"] == declaration.read_bytes().count(b"\n")
    assert fault["reason"] == "not UTF-8: byte 0xe9; save the file as UTF-8"


def test_all_faults_are_told_at_once(invoke: Invoke, sample_home: Path, declaration: Path) -> None:
    lines = [
        change(declaration, f'"{name}"', f'"{name}x"') for name in ("eco:inPole", "eco:siren", "partners")
    ]
    assert {fault["line"] for fault in check(invoke, sample_home, declaration)} == set(lines)


def test_a_list_that_is_none_is_named(invoke: Invoke, sample_home: Path, declaration: Path) -> None:
    change(declaration, 'requires = ["ontology"]\n', "")
    line = change(declaration, 'scheme = "poles"', 'scheme = "poless"')
    (fault,) = check(invoke, sample_home, declaration)
    assert (fault["line"], fault["reason"]) == (line, "there is no list 'poless'; did you mean 'poles'?")


def test_ours_have_no_fault(invoke: Invoke, sample_home: Path) -> None:
    from ecograph.assets import LOADERS

    for path in sorted(LOADERS.glob("*.toml")):
        assert check(invoke, sample_home, path) == [], path


def test_a_file_that_is_not_there_is_told(invoke: Invoke, sample_home: Path) -> None:
    assert "No such file" in invoke("--home", sample_home, "source", "check", "nowhere.toml").output


def test_try_shows_records_and_counts_and_writes_nothing(
    invoke: Invoke, fresh_copy: Path, declaration: Path, opened: Callable[..., EcoGraph]
) -> None:
    before = opened(fresh_copy).snapshot_id()
    with (declaration.parent / "suivi.csv").open("a", encoding="utf-8") as table:
        table.write("P2;Poutre;chemie;x;552100554;Scierie\n")
    done = invoke("--home", fresh_copy, "source", "try", declaration, "--limit", "1")
    assert done.exit_code == 0, done.output
    assert done.stdout.count(" a eco:") == 1
    assert "would add" in done.output
    assert "2 rejected" in done.output
    assert "“chemie” is not in the list “Poles”" in done.output
    graph = opened(fresh_copy)
    assert graph.snapshot_id() == before
    assert not [iri for iri in graph.graphs(2) if "suivi" in iri]


def test_try_needs_no_home(invoke: Invoke, tmp_path: Path, declaration: Path) -> None:
    done = invoke("--home", tmp_path / "none", "source", "try", declaration, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["outcome"]["records"] == 4
    assert "Séchoir" in told["turtle"]
    assert not (tmp_path / "none" / "current.json").exists()


def test_try_says_that_a_restore_is_not_finished(invoke: Invoke, tmp_path: Path, declaration: Path) -> None:
    (tmp_path / "restore.unfinished").touch()
    done = invoke("--home", tmp_path, "source", "try", declaration)
    assert done.exit_code == 1
    assert "run `ecograph restore` with the same backup again" in done.output


def test_a_declaration_of_a_deployment_starts_at_its_home(
    invoke: Invoke, sample_home: Path, tmp_path: Path, declaration: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_home, home)
    own = home / "loaders" / declaration.name
    own.parent.mkdir(exist_ok=True)
    table = tmp_path / "suivi.csv"
    own.write_text(declaration.read_text("utf-8").replace(str(table), table.name), "utf-8")
    table.rename(home / table.name)
    assert check(invoke, home, own) == []
    assert invoke("--home", home, "source", "try", own).exit_code == 0
