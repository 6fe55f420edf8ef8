"""`ecograph company` against a pretended register on the loopback interface."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from ecograph.cli import main
from ecograph.sources.declared import READY
from tests.remote import Page, Remote, Request

ANSWER = Path(__file__).parents[1] / "sources" / "samples" / "register.json"
KNOWN, CLOSED = "400000006", "500000005"


@pytest.fixture
def home(fresh_copy: Path, remote: Remote) -> Path:
    """A home whose own declaration sends look-ups to the pretended register."""

    def answer(request: Request) -> Page:
        asked = parse_qs(urlsplit(request.path).query)["q"][0]
        document = json.loads(ANSWER.read_text("utf-8"))
        document["results"] = [
            each for each in document["results"] if asked in {each["siren"], each["nom_raison_sociale"]}
        ]
        return Page(json.dumps(document).encode(), 200, {"content-type": "application/json"})

    remote.pages["/search"] = answer
    text = (READY / "entreprises.toml").read_text("utf-8")
    text = text.replace("https://recherche-entreprises.api.gouv.fr/search", f"{remote.url}/search")
    (fresh_copy / "loaders").mkdir()
    (fresh_copy / "loaders" / "entreprises.toml").write_text(text, "utf-8")
    return fresh_copy


def run(home: Path, *arguments: str) -> Result:
    variables = {
        "ECOGRAPH_EMBEDDING": "none",
        "ECOGRAPH_LEXICON": "none",
        "ECOGRAPH_FETCH_LOCAL": "127.0.0.0/8",
    }
    return CliRunner(env=variables).invoke(main, ["--home", str(home), "company", *arguments])


def test_a_company_is_shown_and_nothing_is_written(home: Path, remote: Remote) -> None:
    shown = run(home, "400 000 006")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines() == [
        "400000006  ATELIERS D'EXEMPLE",
        "           NAF 25.62B, PME, 20 à 49 salariés, MENDE (48095), depuis 2003-04-05",
    ]
    assert "fermée" in run(home, "EXEMPLE FERMÉ").stdout
    told = json.loads(run(home, KNOWN, "--json").stdout)
    assert [(one["company"]["siren"], one["taken"]) for one in told] == [(KNOWN, True)]
    assert len(remote.asked) == 3


def test_a_company_is_added_once(home: Path) -> None:
    added = run(home, "400 000 006", "--add")
    assert added.exit_code == 0, added.output
    assert "entreprises: +" in added.stdout
    assert "/actor/siren-400000006" in added.stdout
    assert "entreprises: unchanged" in run(home, KNOWN, "--add").stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([CLOSED, "--add"], "knows no company in business by '500000005'"),
        (["RIEN DE TEL"], "knows no company"),
        (["123456789"], "expected a SIREN of nine digits, or a name"),
        (["ATELIERS D'EXEMPLE", "--add"], "knows no company"),
    ],
)
def test_what_is_not_there_is_said(home: Path, arguments: list[str], reason: str) -> None:
    refused = run(home, *arguments)
    assert refused.exit_code == 1
    assert reason in refused.stderr
