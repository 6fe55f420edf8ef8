"""`ecograph serve` as a user starts it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ASK = "ASK { <http://127.0.0.1:8000/actor/fresh--filature> ?p ?o }"
RECORD = """
@prefix eco: <https://w3id.org/ecograph/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://127.0.0.1:8000/actor/fresh--filature> a eco:Company ; rdfs:label "Filature d'essai"@fr ;
  eco:actorType <https://w3id.org/ecograph/voc/actor-types/pme> .
"""
ECOGRAPH = ["env", "ECOGRAPH_EMBEDDING=none", sys.executable, "-m", "ecograph"]


@contextmanager
def served(home: Path) -> Iterator[str]:
    command = [*ECOGRAPH, "serve", "--home", str(home), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            said = process.stdout.readline()
            assert said.startswith("EcoGraph is ready: http://127.0.0.1:"), said
            yield said.rpartition(" ")[2].strip()
        finally:
            process.send_signal(signal.SIGTERM)


def load(home: Path, file: Path, *, wait: float = 60.0) -> subprocess.CompletedProcess[str]:
    command = [
        "env",
        f"ECOGRAPH_COMMAND_WAIT_SECONDS={wait}",
        *ECOGRAPH,
        "--home",
        str(home),
        "load",
        str(file),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_what_is_loaded_beside_a_running_service_is_answered_by_it(fresh_copy: Path, tmp_path: Path) -> None:
    file = tmp_path / "fresh.ttl"
    file.write_text(RECORD, "utf-8")
    with served(fresh_copy) as address:
        assert httpx.get(f"{address}/sparql", params={"query": ASK}, timeout=60).json()["boolean"] is False
        loaded = load(fresh_copy, file)
        assert loaded.returncode == 0, loaded.stderr
        assert loaded.stdout.startswith("fresh: 3 records, +")
        assert httpx.get(f"{address}/sparql", params={"query": ASK}, timeout=60).json()["boolean"] is True
        page = httpx.get(f"{address}/actor/fresh--filature", headers={"Accept": "text/html"}, timeout=60)
        assert page.status_code == 200
        found = httpx.get(f"{address}/api/search", params={"q": "filature"}, timeout=60).json()
        assert any(result["iri"].endswith("fresh--filature") for result in found["results"])


def test_of_two_loads_the_second_is_told_who_has_the_right_to_write(
    fresh_copy: Path, tmp_path: Path, opened
) -> None:
    file = tmp_path / "fresh.ttl"
    file.write_text(RECORD, "utf-8")
    with opened(fresh_copy).home.writing("ecograph load --source first"):
        refused = load(fresh_copy, file, wait=0.5)
    assert refused.returncode == 1
    writer = "the graph is being written by `ecograph load --source first` (process "
    waiting, told = refused.stderr.splitlines()[-2:]
    assert waiting.strip().startswith(f"waiting, 0.5 seconds at most: {writer}")
    assert told.startswith(f"ecograph: {writer}")
    assert told.endswith(", still after 0.5 seconds")
    assert load(fresh_copy, file).returncode == 0


def test_a_load_and_a_compaction_find_their_turn_among_others(
    fresh_copy: Path, tmp_path: Path, opened
) -> None:
    """A service that is written to all the time leaves the right to write for moments only."""
    file = tmp_path / "fresh.ttl"
    file.write_text(RECORD, "utf-8")
    home, over = opened(fresh_copy).home, threading.Event()

    def write() -> None:
        while not over.is_set():
            with home.writing("an update, with key 123", wait=60):
                time.sleep(0.3)
            time.sleep(0.06)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for command in (["load", str(file)], ["compact"]):
            done = subprocess.run(
                [*ECOGRAPH, "--home", str(fresh_copy), *command],
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            assert done.returncode == 0, done.stderr
            assert done.stderr.count("the graph is being written by") <= 2
    finally:
        over.set()
        thread.join()
