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
from ecograph.graph.home import Home
from ecograph.graph.keys import Keys
from ecograph.model import Level


def test_a_key_is_known_by_its_text_until_it_is_revoked(tmp_path: Path) -> None:
    keys = Keys(Home(tmp_path / "home"))
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
    _, text = Keys(Home(tmp_path)).create(level=Level.PUBLIC, may_write=False)
    secret = text.split("_", 2)[2]
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as db:
        assert secret not in "\n".join(db.iterdump())


def test_names_are_of_one_key_in_use(tmp_path: Path) -> None:
    keys = Keys(Home(tmp_path))
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


def test_who_asks_with_a_key_does_not_make_a_home_again_that_is_gone(
    fresh_copy: Path, opened: Callable[..., EcoGraph], served: Callable[..., object], tmp_path: Path
) -> None:
    graph = opened(fresh_copy)
    _, text = graph.keys.create(level=Level.PUBLIC, may_write=True)
    holder = {"Authorization": f"Bearer {text}"}
    with served(graph) as address, httpx.Client(base_url=address) as client:
        assert client.get("/api/search", headers=holder).status_code == 200
        fresh_copy.rename(tmp_path / "elsewhere")
        # Not 401: nobody knows that it was revoked.
        assert client.get("/api/search", headers=holder).status_code == 503
        assert client.put("/graphs?graph=x:y", headers=holder).status_code == 503
        reasons = client.get("/health/ready").json()["reasons"]
        assert reasons[0] == {"check": "graph", "reason": "the folder of the graph is gone"}
        assert not fresh_copy.exists()
        (tmp_path / "elsewhere").rename(fresh_copy)
        assert client.get("/api/search", headers=holder).status_code == 200
        assert client.get("/health/ready").status_code == 200


def test_a_home_that_was_not_made_has_no_keys(tmp_path: Path) -> None:
    keys = Keys(Home(tmp_path / "home"))
    assert keys.list() == []
    with pytest.raises(UnknownKey):
        keys.revoke("cma")
    assert not (tmp_path / "home").exists()
