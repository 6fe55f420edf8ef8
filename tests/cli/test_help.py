"""Help that teaches, and that comes at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.cli import main
from ecograph.settings import Settings

Invoke = Callable[..., object]
HEAVY = [
    "fastapi",
    "numpy",
    "pydantic",
    "pyoxigraph",
    "pyshacl",
    "rdflib",
    "scipy",
    "sentence_transformers",
    "spacy",
    "torch",
    "uvicorn",
]
PEEK = f"""
import sys
sys.argv = ["ecograph", *sys.argv[1:]]
try:
    from ecograph.cli import main
    main()
finally:
    print("LOADED", [name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["load", "--help"], ["match", "-h"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PEEK, *arguments], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert "LOADED []" in done.stderr
    assert done.stdout


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_says_what_it_does(command: str, invoke: Invoke) -> None:
    done = invoke(command, "--help")
    assert done.exit_code == 0
    assert done.output.startswith("Usage: ")
    assert len(done.output.splitlines()) > 4


def test_the_contract_s_commands_are_there(invoke: Invoke) -> None:
    assert {"load", "search", "match", "query", "serve", "settings"} <= main.commands.keys()
    assert all(command in invoke("--help").output for command in main.commands)


def test_settings_lists_each_one(invoke: Invoke, tmp_path: Path) -> None:
    done = invoke("--home", tmp_path / "elsewhere", "settings")
    assert done.exit_code == 0
    for name in Settings.model_fields:
        assert f"ECOGRAPH_{name.upper()}=" in done.output
    assert f"ECOGRAPH_HOME={tmp_path / 'elsewhere'}\n" in done.output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ECOGRAPH_PORT=many", "ecograph: ECOGRAPH_PORT is 'many': "),
        (
            "ECOGRAPH_PORT=65536",
            "ecograph: ECOGRAPH_PORT is '65536': Input should be less than or equal to 65535",
        ),
        ("ECOGRAPH_PORT=-1", "ecograph: ECOGRAPH_PORT is '-1': Input should be greater than or equal to 0"),
        ("ECOGRAPH_QUERY_SECONDS=-1", "ecograph: ECOGRAPH_QUERY_SECONDS is '-1': "),
        ("ECOGRAPH_QUERY_SECONDS=inf", "ecograph: ECOGRAPH_QUERY_SECONDS is 'inf': "),
        ("ECOGRAPH_STORE_SECONDS=1e20", "ecograph: ECOGRAPH_STORE_SECONDS is '1e20': "),
        ("ECOGRAPH_QUERY_MEMORY_BYTES=1500", "ecograph: ECOGRAPH_QUERY_MEMORY_BYTES is '1500': "),
        ("ECOGRAPH_QUERY_MEMORY_BYTES=" + "9" * 20, "ecograph: ECOGRAPH_QUERY_MEMORY_BYTES is '99"),
        ("ECOGRAPH_FETCH_KEYS=a-key-of-mine", "ecograph: ECOGRAPH_FETCH_KEYS: each key is a variable"),
        ("ECOGRAPH_BASE_IRI=nowhere", "ecograph: ECOGRAPH_BASE_IRI is 'nowhere': "),
    ],
)
def test_a_bad_setting_is_named(invoke: Invoke, tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / ".env").write_text(f"{line}\n", "utf-8")
    for command in (["settings"], ["search", "bois"], ["load"]):
        done = invoke(*command)
        assert done.exit_code == 1
        assert done.stderr.startswith(said)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nope"],
        ["search"],
        ["search", "bois", "--limit", "0"],
        ["search", "bois", "--limit", "x"],
        ["search", "bois", "--nope"],
        ["serve", "--port", "65536"],
        ["match"],
        ["match", "project/x", "--text", "y"],
        ["query", "list", "--format"],
        ["load", "--visibility", "secret", "x.ttl"],
        ["load", "--source", "a", "--source", "b", "x.ttl"],
        ["load", "x.toml", "x.ttl"],
    ],
)
def test_a_wrong_command_line_leaves_with_2(invoke: Invoke, arguments: list[str]) -> None:
    done = invoke(*arguments)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert "Error: " in done.stderr
