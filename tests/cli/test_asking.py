"""`search`, `match` and `query` on the sample territory."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from ecograph.assets import QUERIES

Ask = Callable[..., Result]


@pytest.fixture
def ask(invoke: Callable[..., Result], sample_home: Path) -> Ask:
    return lambda *arguments, **others: invoke("--home", sample_home, *arguments, **others)


def refused(done: Result, *said: str) -> None:
    assert done.exit_code == 1, done.output
    assert done.stdout == ""
    assert done.stderr.startswith("ecograph: ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert len(done.stderr) < 1_000
    for text in said:
        assert text in done.stderr


def test_search_prints_results_with_their_reasons(ask: Ask) -> None:
    done = ask("search", "huiles essentielles", "--limit", 2)
    assert done.exit_code == 0
    assert "Huiles essentielles (Competence)" in done.stdout
    assert "mots trouvés" in done.stdout
    assert "https://w3id.org/ecograph/voc/competences/huiles-essentielles" in done.stdout
    assert "by words alone" in done.stderr


def test_search_prints_json_alone(ask: Ask) -> None:
    done = ask("search", "lavande", "--json", "--limit", "3", "--territory", "48", "--type", "Actor")
    answer = json.loads(done.stdout)
    assert {"query", "total", "results", "facets"} <= answer.keys()
    assert answer["query"] == "lavande"
    assert 0 < len(answer["results"]) <= 3
    for result in answer["results"]:
        assert {"iri", "label", "type", "kind", "score", "reasons"} <= result.keys()
        assert {"text", "contribution", "kind"} <= result["reasons"][0].keys()
    assert {"value", "label", "count"} == answer["facets"]["type"][0].keys()


def test_an_empty_search_gives_everything(ask: Ask) -> None:
    for text in ("", "   "):
        answer = json.loads(ask("search", text, "--json", "--limit", "5").stdout)
        assert answer["total"] > 500
        assert len(answer["results"]) == 5


def test_a_long_search_is_answered_and_a_longer_one_refused(ask: Ask) -> None:
    long = ("scierie " * 1_250)[:10_000]
    assert json.loads(ask("search", long, "--json").stdout)["total"]
    refused(ask("search", "x" * 100_000), "the search text is larger than 20,000 characters")


@pytest.mark.parametrize("text", ["???", "\u0000", "🪵", '"', "a" * 2_000, "-- ; DROP", "%s %d {x}"])
def test_strange_words_find_nothing_and_break_nothing(ask: Ask, text: str) -> None:
    done = ask("search", "--json", "--", text)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["query"] == text


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--pole", "alchimie"),
        ("--territory", "99999"),
        ("--type", "Ogre"),
        ("--pole", "https://w3id.org/ecograph/voc/territories/DEP-48"),
    ],
)
def test_an_unknown_filter_value_is_refused(ask: Ask, option: str, value: str) -> None:
    name = option.removeprefix("--")
    refused(ask("search", "bois", option, value), f"parameter '{name}' is '{value}'", "expected ")
    refused(ask("match", "--text", "bois", option, value), f"parameter '{name}' is '{value}'")


def test_match_takes_a_path_an_iri_or_a_text(ask: Ask) -> None:
    by_path = ask("match", "project/demo--p01", "--json")
    by_iri = ask("match", "http://127.0.0.1:8000/project/demo--p01", "--json")
    assert by_path.stdout == by_iri.stdout
    answer = json.loads(by_path.stdout)
    assert {"project", "needs", "results", "outside"} <= answer.keys()
    assert len(answer["needs"]) == 2
    told = ask("match", "--text", "sécher des plantes en Lozère", "--limit", "3")
    assert told.exit_code == 0
    assert "understood: Lozère (Lozère)" in told.stdout


def test_an_unknown_project_is_refused(ask: Ask) -> None:
    refused(ask("match", "project/nope"), "no resource http://127.0.0.1:8000/project/nope")
    refused(ask("match", "actor/lozere--cellule-de-veille"), "expected the IRI of a project")
    refused(ask("match", "not an <iri>"), "not an <iri>")
    refused(ask("match", "--text", "  "), "a few words about the project")
    refused(ask("match", "--text", "x" * 20_001), "the text of the project is larger than 20,000 characters")


def test_nothing_is_asked_of_an_empty_home(invoke: Callable[..., Result], tmp_path: Path) -> None:
    for command in (["search", "bois"], ["match", "--text", "bois"], ["query", "actors-by-pole"]):
        refused(
            invoke("--home", tmp_path / "none", *command), "holds no graph yet: run `ecograph load` first"
        )
    assert not (tmp_path / "none").exists()


def test_query_list_names_every_question(ask: Ask) -> None:
    lines = ask("query", "list").stdout
    for path in QUERIES.glob("*.rq"):
        assert f"{path.stem}: " in lines
    assert "--param pole=…" in lines


def test_a_saved_query_takes_parameters(ask: Ask) -> None:
    every = list(csv.reader(ask("query", "actors-by-pole").stdout.splitlines()))
    some = list(csv.reader(ask("query", "actors-by-pole", "--param", "pole=agro").stdout.splitlines()))
    assert 1 < len(some) < len(every)
    assert some[0] == every[0]


@pytest.mark.parametrize(
    ("param", "said"),
    [
        ("nope=1", "parameter 'nope' is '1': expected one of: pole, territory, kind"),
        ("pole=a b", "parameter 'pole' is 'a b': expected a concept of"),
        ("pole=} DROP {", "parameter 'pole' is '} DROP {'"),
    ],
)
def test_a_bad_parameter_is_named(ask: Ask, param: str, said: str) -> None:
    refused(ask("query", "actors-by-pole", "--param", param), said)


def test_a_parameter_without_a_value_is_a_wrong_command_line(ask: Ask) -> None:
    assert ask("query", "actors-by-pole", "--param", "pole").exit_code == 2


def test_a_parameter_is_given_once(ask: Ask) -> None:
    done = ask("query", "actors-by-pole", "--param", "pole=agro", "--param", "pole=num")
    assert done.exit_code == 2
    assert "--param pole is given twice" in done.stderr


FORMATS = {"json": "{", "xml": "<?xml", "csv": "s", "tsv": "?s"}
GRAPHS = {"turtle": "<", "ntriples": "<", "rdfxml": "<?xml", "jsonld": "["}


@pytest.mark.parametrize(("syntax", "start"), FORMATS.items())
def test_solutions_come_in_every_format(ask: Ask, syntax: str, start: str) -> None:
    done = ask("query", "-", "--format", syntax, input="SELECT ?s { ?s ?p ?o } LIMIT 1")
    assert done.exit_code == 0
    assert done.stdout.startswith(start)
    assert ask("query", "-", "--format", syntax, input="ASK { ?s ?p ?o }").exit_code == 0


@pytest.mark.parametrize(("syntax", "start"), GRAPHS.items())
def test_graphs_come_in_every_format(ask: Ask, syntax: str, start: str) -> None:
    done = ask("query", "-", "--format", syntax, input="CONSTRUCT WHERE { ?s a ?o } LIMIT 1")
    assert done.exit_code == 0
    assert done.stdout.startswith(start)


def test_a_format_that_does_not_fit_is_refused(ask: Ask) -> None:
    refused(ask("query", "-", "--format", "turtle", input="ASK {}"), "parameter 'format' is 'turtle'")
    refused(
        ask("query", "-", "--format", "csv", input="CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"),
        "expected one of turtle",
    )


def test_a_syntax_error_has_its_line_and_column(ask: Ask) -> None:
    refused(ask("query", "-", input="SELECT ?s\nWHERE { ?s ?p }"), "line 2, column 16")
    refused(ask("query", "-", input="SELECT ?s { ?s ?p 'x }"), "line 1, column 19: this string is not closed")
    refused(ask("query", "-", input="INSERT DATA { <http://x/a> <http://x/b> 1 }"), "INSERT is an update")
    refused(ask("query", "-", input=""), "line 1, column 1")


def test_a_service_is_not_called(ask: Ask) -> None:
    refused(
        ask("query", "-", input="SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"),
        "SERVICE is not available here",
    )


def test_a_query_has_a_limit_of_size_and_depth(ask: Ask) -> None:
    refused(ask("query", "-", input="SELECT * {}" + " " * 100_000), "the query is larger than 100,000 bytes")
    refused(ask("query", "-", input="SELECT * " + "{" * 5_000 + "}" * 5_000), "nested more than 100 deep")


def test_a_query_may_be_a_file(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "q.rq"
    path.write_text("SELECT (1 AS ?one) {}", "utf-8")
    assert ask("query", "q.rq").stdout.split() == ["one", "1"]
    path.write_bytes(b"SELECT ?caf\xe9 {}")
    refused(ask("query", path), "q.rq")
    refused(ask("query", "none.rq"), "none.rq", "No such file")
    refused(ask("query", "none.rq", "--param", "a=b"), "none.rq", "No such file")
    refused(ask("query", "."), "Is a directory")
    refused(ask("query", "nope"), "no saved query 'nope'")
    assert ask("query", "x" * 5_000).exit_code == 1
    assert ask("query", f"{'x' * 5_000}.rq").exit_code == 1
    copied = tmp_path / "actors-by-pole.rq"
    copied.write_bytes((QUERIES / copied.name).read_bytes())
    assert (
        ask("query", copied, "--param", "pole=agro").stdout
        == ask("query", copied.stem, "--param", "pole=agro").stdout
    )


def test_a_reader_may_stop_reading(sample_home: Path, tmp_path: Path) -> None:
    ecograph = [
        "env",
        "ECOGRAPH_EMBEDDING=none",
        sys.executable,
        "-m",
        "ecograph",
        "--home",
        str(sample_home),
    ]
    query = "SELECT ?s ?p ?o { ?s ?p ?o }"
    for command, text in ((["search", "bois", "--limit", "100"], ""), (["query", "-"], query)):
        with subprocess.Popen(
            [*ecograph, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        ) as process:
            assert process.stdout is not None
            process.stdout.close()
            stderr = _told(process, text)
        assert process.returncode == 0
        assert "Traceback" not in stderr
        assert "BrokenPipe" not in stderr


def _told(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.write(text)
    process.stdin.close()
    return process.stderr.read()
