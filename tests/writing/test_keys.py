"""Keys: made, listed and revoked on the command line, while a service runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from click.testing import Result

from ecograph.app import EcoGraph
from ecograph.errors import BadParameter, UnknownKey
from ecograph.graph.keys import Keys
from ecograph.model import Level


def test_a_key_is_known_by_its_text_until_it_is_revoked(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "home" / "ledger.sqlite")
    key, text = keys.create(level=Level.PARTNERS, may_write=True, name="cma")
    assert text.startswith(f"eco_{key.id}_")
    assert keys.check(text) == key
    assert keys.check(text[:-1]) is None
    assert keys.check(text[:-1] + ("A" if text[-1] != "A" else "B")) is None
    assert keys.check("eco_000000000000_" + "a" * 43) is None
    keys.revoke("cma")
    assert keys.check(text) is None
    assert [known.revoked_at is None for known in keys.list()] == [False]


def test_the_secret_is_not_kept(tmp_path: Path) -> None:
    _, text = Keys(tmp_path / "ledger.sqlite").create(level=Level.PUBLIC, may_write=False)
    secret = text.split("_", 2)[2]
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as db:
        assert secret not in "\n".join(db.iterdump())


def test_names_are_of_one_key_in_use(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "ledger.sqlite")
    keys.create(level=Level.PUBLIC, may_write=False, name="cma")
    with pytest.raises(BadParameter):
        keys.create(level=Level.PUBLIC, may_write=False, name="cma")
    keys.revoke("cma")
    with pytest.raises(UnknownKey):
        keys.revoke("cma")
    keys.create(level=Level.PUBLIC, may_write=False, name="cma")


def test_commands_work_while_a_service_runs(
    fresh_copy: Path,
    opened: Callable[..., EcoGraph],
    served: Callable[..., object],
    invoke: Callable[..., Result],
) -> None:
    with served(opened(fresh_copy)) as address:
        made = invoke(
            "--home", fresh_copy, "key", "create", "--level", "private", "--write", "--name", "dev eco"
        )
        assert made.exit_code == 0, made.output
        text = made.stdout.strip()
        assert text.startswith("eco_")
        headers = {"Authorization": f"bearer {text}"}
        assert httpx.get(f"{address}/api/search", headers=headers).status_code == 200
        listed = json.loads(invoke("--home", fresh_copy, "key", "list", "--json").stdout)
        assert [(key["name"], key["level"], key["may_write"]) for key in listed] == [
            ("dev eco", "private", True)
        ]
        assert "dev eco" in invoke("--home", fresh_copy, "key", "list").stdout
        assert invoke("--home", fresh_copy, "key", "revoke", "dev eco").exit_code == 0
        refused = httpx.get(f"{address}/api/search", headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert refused.headers["content-type"] == "application/problem+json"
        again = invoke("--home", fresh_copy, "key", "revoke", "dev eco")
        assert again.exit_code == 1
        assert again.stderr == "ecograph: no key in use is called 'dev eco'\n"
    assert invoke("key", "create").exit_code == 2
