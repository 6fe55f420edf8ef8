"""A home that is somebody else's, or on a disk mounted to be read: it is read, and not written."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ecograph.errors import StorageFailed
from ecograph.graph.database import reading

Ask = Callable[..., subprocess.CompletedProcess[str]]
READS = [
    ["query", "-"],
    ["search", "entreprise"],
    ["verify"],
    ["key", "list"],
    ["review", "list"],
    ["backup", "backup.tar"],
]
WRITES = [
    ["load", "--source", "ontology"],
    ["key", "create", "--level", "public"],
    ["key", "revoke", "cma"],
    ["compact"],
    ["understand"],
]


def locked(folder: Path, *, locked: bool) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod((0o555 if path.is_dir() else 0o444) if locked else (0o755 if path.is_dir() else 0o644))


@pytest.fixture
def read_only(fresh_copy: Path) -> Iterator[Path]:
    for name in ("ledger.sqlite-wal", "ledger.sqlite-shm"):  # there only while somebody has it open
        (fresh_copy / name).unlink(missing_ok=True)
    locked(fresh_copy, locked=True)
    yield fresh_copy
    locked(fresh_copy, locked=False)


@pytest.fixture
def ask(run_cli: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run a command as somebody to whom the bits of files mean what they say."""
    without_powers: list[str] = []
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root writes everywhere, and there is no `setpriv` to take that away")
        without_powers = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"]
    run = subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda command, **options: run([*without_powers, *command], **options)
    )
    return run_cli


@pytest.mark.parametrize("command", READS, ids=" ".join)
def test_what_only_reads_works(command: list[str], read_only: Path, ask: Ask) -> None:
    before = sorted(path.name for path in read_only.iterdir())
    done = ask("--home", read_only, *command, input="ASK {}")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in read_only.iterdir()) == before


@pytest.mark.parametrize("command", WRITES, ids=" ".join)
def test_what_writes_says_why_it_cannot(command: list[str], read_only: Path, ask: Ask) -> None:
    refused = ask("--home", read_only, *command)
    assert refused.returncode == 1
    assert f"ecograph: could not write to the home: {read_only} cannot be written" in refused.stderr


def test_what_lies_in_the_log_alone_is_not_left_out(read_only: Path, ask: Ask) -> None:
    """As a killed writer leaves it: what is not in the file yet cannot be brought in here."""
    read_only.chmod(0o755)
    ledger, log = read_only / "ledger.sqlite", read_only / "ledger.sqlite-wal"
    ledger.chmod(0o644)
    with closing(sqlite3.connect(ledger, isolation_level=None)) as db:
        db.execute("INSERT INTO facts VALUES ('a', 'b')")
        kept = log.read_bytes()
    log.write_bytes(kept)
    (read_only / "ledger.sqlite-shm").unlink(missing_ok=True)
    locked(read_only, locked=True)
    for command in (["verify"], ["backup", "backup.tar"]):
        refused = ask("--home", read_only, *command)
        assert refused.returncode == 1
        assert "ledger.sqlite-wal holds what is not in it yet: copy the home" in refused.stderr
        assert "damaged" not in refused.stderr


def test_who_may_not_read_the_ledger_is_not_told_that_it_is_damaged(read_only: Path, ask: Ask) -> None:
    (read_only / "ledger.sqlite").chmod(0)
    refused = ask("--home", read_only, "backup", "backup.tar")
    assert refused.returncode == 1
    assert "unable to open database file" in refused.stderr
    assert "damaged" not in refused.stderr


def test_a_file_that_is_written_past_our_back_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be written SQLite holds no lock: then a writer elsewhere is noticed afterwards."""
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE facts (name TEXT)")
    monkeypatch.setattr("ecograph.graph.database._connected", alone)
    with reading(path, "read the ledger") as db:
        assert db.execute("SELECT count(*) FROM facts").fetchone() == (0,)
    with (
        pytest.raises(StorageFailed, match="written meanwhile"),
        reading(path, "read the ledger"),
        closing(sqlite3.connect(path, isolation_level=None)) as writer,
    ):
        writer.execute("INSERT INTO facts VALUES ('a')")


def alone(path: Path, _doing: str) -> tuple[sqlite3.Connection, object]:
    from ecograph.graph import database

    return database._opened(path, "mode=ro&immutable=1"), database._state(path)
