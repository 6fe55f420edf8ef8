"""`ecograph candidates` and `gaps`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result


def test_candidates_lists_projects_with_their_reasons(
    invoke: Callable[..., Result], sample_home: Path
) -> None:
    shown = invoke("--home", sample_home, "candidates", "offer/national--cifre", "--limit", 1)
    assert shown.exit_code == 0
    assert "Project" in shown.output
    found = json.loads(invoke("--home", sample_home, "candidates", "offer/national--cifre", "--json").stdout)
    assert {"need", "need_iri", "result"} == found[0].keys()
    refused = invoke("--home", sample_home, "candidates", "project/demo--p01")
    assert (refused.exit_code, "a resource or an actor" in refused.stderr) == (1, True)


def test_gaps_are_counted_and_told(invoke: Callable[..., Result], sample_home: Path) -> None:
    shown = invoke("--home", sample_home, "gaps", "--limit", 1, "--lang", "en")
    assert shown.exit_code == 0
    assert " needs\n" in shown.output
    assert "project: " in shown.output
    found = json.loads(invoke("--home", sample_home, "gaps", "--pole", "agro", "--json").stdout)
    assert found["total"] <= found["needs"]
