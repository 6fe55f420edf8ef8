"""`load` and `serve`, with what people give them by mistake."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from ecograph.app import EcoGraph
from ecograph.model import Level

Ask = Callable[..., Result]
GOOD = """
<actor/x--a> a <https://w3id.org/ecograph/ns#Organization> ;
    <http://www.w3.org/2000/01/rdf-schema#label> "Atelier A"@fr ;
    <http://purl.org/dc/terms/description> "Un atelier."@fr ;
    <https://w3id.org/ecograph/ns#actorType> <https://w3id.org/ecograph/voc/actor-types/association> .
"""
DECLARATION = """
id = "mine"
kind = "rdf"
location = ["{path}"]
visibility = "partners"
licence = "https://example.org/licence"
max_error_share = {share}
title = {{ fr = "La mienne", en = "Mine" }}
description = {{ fr = "La mienne", en = "Mine" }}
publisher = {{ name = "Moi" }}
"""


@pytest.fixture
def ask(invoke: Callable[..., Result], fresh_copy: Path) -> Ask:
    return lambda *arguments: invoke("--home", fresh_copy, *arguments)


@pytest.fixture
def level_of(fresh_copy: Path, opened: Callable[..., EcoGraph]) -> Callable[[str], str | None]:
    """The lowest level that sees a source."""

    def level(source: str) -> str | None:
        graph = opened(fresh_copy)
        seen = (lv.slug for lv in Level if f"{graph.base}/source/{source}" in graph.graphs(lv))
        return next(seen, None)

    return level


def refused(done: Result, *said: str) -> None:
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.stderr
    for text in said:
        assert text in done.stderr


def test_a_file_becomes_a_source_named_after_it(
    ask: Ask, tmp_path: Path, level_of: Callable[[str], str]
) -> None:
    (tmp_path / "Mes ateliers.ttl").write_text(GOOD, "utf-8")
    done = ask("load", "Mes ateliers.ttl", "--visibility", "private")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("mes-ateliers: 3 records, +")
    assert level_of("mes-ateliers") == "private"
    assert ask("load", "Mes ateliers.ttl", "--visibility", "private").stdout == "mes-ateliers: unchanged\n"
    assert "Atelier A" in ask("search", "atelier").stdout


def test_a_source_that_few_see_stays_so_until_somebody_says_otherwise(
    ask: Ask, tmp_path: Path, level_of: Callable[[str], str]
) -> None:
    (tmp_path / "x.ttl").write_text(GOOD, "utf-8")
    ask("load", "x.ttl", "--visibility", "private")
    (tmp_path / "x.ttl").write_text(GOOD.replace("Atelier A", "Atelier AA"), "utf-8")
    assert ask("load", "x.ttl").stdout.startswith("x: 3 records, +")
    assert level_of("x") == "private"
    assert ask("load", "x.ttl", "--visibility", "public").exit_code == 0
    assert level_of("x") == "public"


def test_load_prints_json_alone(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text(GOOD, "utf-8")
    report = json.loads(ask("load", "x.ttl", "--json").stdout)
    assert report["failed"] == {}
    (loaded,) = report["loaded"]
    assert (loaded["source"], loaded["records"], loaded["unchanged"]) == ("x", 3, False)
    assert loaded["by_class"]["eco:Organization"] == 1


def test_load_tells_remarks_where_they_are_asked_for(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text(GOOD, "utf-8")
    (tmp_path / "y.ttl").write_text(GOOD.replace("x--", "y--"), "utf-8")
    assert "remark:" not in ask("load", "x.ttl").stderr
    told = ask("load", "y.ttl", "--remarks").stderr
    assert "remark: y.ttl: " in told
    assert "“Pole” is missing" in told


def test_a_malformed_file_is_placed_and_the_old_graph_kept(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text(GOOD, "utf-8")
    assert ask("load", "x.ttl").exit_code == 0
    (tmp_path / "x.ttl").write_text(GOOD + "<actor/x--b> a .\n", "utf-8")
    done = ask("load", "x.ttl")
    refused(done, "ecograph: x.ttl, line 6, column ")
    assert done.stdout == ""
    assert "Atelier A" in ask("search", "atelier").stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD.encode("utf-16"), "line 1, column 1: not UTF-8: byte 0xff"),
        ('<actor/a> <http://x/p> "\u00e9" .'.encode("latin-1"), "line 1, column 25: not UTF-8: byte 0xe9"),
        (b"<actor/a> <http://x/p> _:a . _:a <http://x/p> _:a .", "blank nodes refer to each other in a ring"),
        (b"<not an iri> a <http://x/c> .", "x.ttl, line 1, column "),
    ],
)
def test_a_file_that_cannot_be_read_is_said(ask: Ask, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "x.ttl").write_bytes(content)
    refused(ask("load", "x.ttl"), "ecograph: x.ttl", said)


def test_what_is_no_rdf_file_is_said(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "x.csv").write_text("a,b", "utf-8")
    refused(ask("load", "folder"), "ecograph: folder: Is a directory")
    refused(ask("load", "none.ttl"), "ecograph: none.ttl: No such file or directory")
    refused(ask("load", "x.csv"), "ecograph: x.csv: not an RDF file: expected one of .ttl")
    refused(ask("load", "none.toml"), "ecograph: none.toml: ", "No such file")
    refused(
        ask("load", "--source", "lozre"),
        "ecograph: no source 'lozre' is declared; did you mean 'lozere'?",
    )
    refused(ask("load", "x.csv", "--source", "Not An Id"), "ecograph: Not An Id: ", "lower-case letters")


def test_a_declaration_of_ones_own_is_loaded(
    ask: Ask, tmp_path: Path, level_of: Callable[[str], str]
) -> None:
    data = tmp_path / "mine.ttl"
    data.write_text(GOOD, "utf-8")
    (tmp_path / "mine.toml").write_text(DECLARATION.format(path=data, share=0), "utf-8")
    done = ask("load", "mine.toml")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("mine: 3 records")
    assert level_of("mine") == "partners"


def test_bad_records_are_reported_and_left_out(ask: Ask, tmp_path: Path) -> None:
    data = tmp_path / "mine.ttl"
    data.write_text(GOOD + GOOD.replace("x--a", "x--b").replace("association", "nope"), "utf-8")
    (tmp_path / "mine.toml").write_text(DECLARATION.format(path=data, share=0), "utf-8")
    refused(
        ask("load", "mine.toml"),
        "source 'mine': 1 of 2 records rejected, more than the 0%",
        "x--b",
        "eco:actorType",
    )
    (tmp_path / "mine.toml").write_text(DECLARATION.format(path=data, share=0.5), "utf-8")
    done = ask("load", "mine.toml")
    assert done.exit_code == 0
    assert "1 rejected" in done.stdout
    assert "rejected: " in done.stderr
    assert "x--b" in done.stderr


def test_a_file_larger_than_the_limit_is_refused(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ECOGRAPH_LOAD_BYTES=1000\n", "utf-8")
    (tmp_path / "x.ttl").write_text(GOOD * 10, "utf-8")
    refused(ask("load", "x.ttl"), "ecograph: x.ttl is larger than 1,000 bytes")


def test_a_home_that_cannot_be_made_is_said(invoke: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    refused(invoke("--home", tmp_path / "file" / "home", "load"), "ecograph: could not open the home")
    refused(invoke("--home", tmp_path / "file", "search", "bois"), "ecograph: ")


def test_a_port_that_is_taken_is_said(
    sample_home: Path, run_cli: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_cli("--home", sample_home, "serve", "--port", port)
    assert done.returncode == 1
    assert f"ecograph: could not listen on 127.0.0.1:{port}: Address already in use" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_port_that_is_none_is_said(
    sample_home: Path, run_cli: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = run_cli("--home", sample_home, "serve", "--port", "70000")
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
