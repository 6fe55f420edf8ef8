"""A load that is killed, a full disk, a home that is taken: the old state stays, the next load finishes."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

Dump = Callable[[EcoGraph], dict[Level, set[str]]]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
KILLS = 8

# Loads two states of one source in turn for ever, each time for other eyes, so that a kill falls anywhere.
WRITER = """
import sys
from itertools import cycle
from pathlib import Path
from ecograph.app import EcoGraph
from ecograph.settings import Settings
from ecograph.sources.declaration import occasional
from ecograph.sources.content import File

home, *paths = map(Path, sys.argv[1:])
graph = EcoGraph(Settings(home=home, embedding="none", spotting="none", _env_file=None))
print("ready", flush=True)
for path, level in zip(cycle(paths), cycle(["public", "private", "partners"])):
    graph.writing.load_files(occasional("crash", level), [File("crash.ttl", path.read_bytes())])
"""
ACTOR = """
<actor/crash--{number}> a <https://w3id.org/ecograph/ns#Organization> ;
    <http://www.w3.org/2000/01/rdf-schema#label> "Atelier {word} {number}"@fr ;
    <http://purl.org/dc/terms/description> "Un atelier."@fr ;
    <https://w3id.org/ecograph/ns#actorType> <https://w3id.org/ecograph/voc/actor-types/association> .
"""


def state(word: str, count: int) -> bytes:
    """Some actors; every second one is the same in all states."""
    words = [word if number % 2 else "commun" for number in range(count)]
    return "".join(ACTOR.format(number=n, word=w) for n, w in enumerate(words)).encode()


def actors(graph: EcoGraph) -> set[int]:
    """How many actors of the source each level sees; what is merged agrees with what is stated."""
    return {_agreed(graph, level) for level in Level}


def _agreed(graph: EcoGraph, level: Level) -> int:
    rows = graph.snapshot().rows
    stated = rows(
        level, f"SELECT ?x {{ GRAPH <{graph.base}/source/crash> {{ ?x a ?class ; ?p 'Un atelier.'@fr }} }}"
    )
    merged = rows(level, "SELECT ?x { ?x a <https://w3id.org/ecograph/ns#Actor> ; ?p 'Un atelier.'@fr }")
    assert len(stated) == len(merged)
    return len(stated)


@pytest.fixture
def kill_after(fresh_copy: Path, tmp_path: Path) -> Iterator[Callable[[float], None]]:
    """Let a process write for so many seconds, and kill it."""
    paths = [tmp_path / "one.ttl", tmp_path / "two.ttl"]
    for path, word, count in zip(paths, ("un", "deux"), (60, 90), strict=True):
        path.write_bytes(state(word, count))
    command = [sys.executable, "-c", WRITER, str(fresh_copy), *map(str, paths)]

    def kill(seconds: float) -> None:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stderr is not None
            assert writer.stdout.readline() == b"ready\n", writer.stderr.read()
            time.sleep(seconds)
            assert writer.poll() is None, writer.stderr.read()
            writer.kill()

    return kill


def test_a_kill_anywhere_loses_nothing(
    fresh_copy: Path,
    kill_after: Callable[[float], None],
    opened: Callable[..., EcoGraph],
    dump: Dump,
    sample_home: Path,
    tmp_path: Path,
) -> None:
    chance = random.Random(2)
    for _ in range(KILLS):
        kill_after(0.05 + chance.random())
        left = opened(fresh_copy)
        assert actors(left) <= {0, 60, 90}
        assert left.search(Level.PUBLIC, "cellule de veille", Asked(), limit=1).total
    graph, clean = opened(fresh_copy), opened(shutil.copytree(sample_home, tmp_path / "clean"))
    outcomes, failures = graph.writing.load_declared()
    assert not failures
    assert all(outcome.unchanged for outcome in outcomes)
    for home in (graph, clean):
        home.writing.load_files(occasional("crash", "public"), [File("crash.ttl", state("un", 60))])
        assert actors(home) == {60}
    assert dump(graph) == dump(clean)
    assert not list(graph.home.snapshots.glob(".*"))


@pytest.fixture
def small_disk(sample_home: Path, tmp_path: Path) -> Iterator[Path]:
    """A disk with room for the sample's home and a little more."""
    disk = tmp_path / "disk"
    disk.mkdir()
    size = sum(path.stat().st_size for path in sample_home.rglob("*") if path.is_file())
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size + 30_000_000}", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here: that takes the rights of root")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


# Room enough to come as far as nowhere, and to the stores.
@pytest.mark.parametrize("room", [0, 700_000])
def test_a_full_disk_is_said_and_the_old_state_kept(
    small_disk: Path,
    sample_home: Path,
    opened: Callable[..., EcoGraph],
    run_cli: Run,
    dump: Dump,
    tmp_path: Path,
    room: int,
) -> None:
    home = Path(shutil.copytree(sample_home, small_disk / "home"))
    opened(home).writing.load_declared(
        ["lozere"]
    )  # which empties the logs of the load before, and makes room
    before = dump(opened(home))
    (tmp_path / "crash.ttl").write_bytes(state("un", 300))
    free = shutil.disk_usage(small_disk).free
    with (small_disk / "ballast").open("wb") as ballast:
        ballast.write(b"\0" * (free - room))
    failed = run_cli("--home", home, "load", tmp_path / "crash.ttl")
    assert failed.returncode == 1, failed
    assert "Traceback" not in failed.stderr
    assert "ecograph: could not " in failed.stderr
    assert "what was published before is unchanged" in failed.stderr
    assert dump(opened(home)) == before
    (small_disk / "ballast").unlink()
    finished = opened(home)
    finished.writing.load_files(occasional("crash", "public"), [File("crash.ttl", state("un", 300))])
    assert actors(finished) == {300}


def test_a_load_is_told_who_holds_the_home(
    fresh_copy: Path,
    opened: Callable[..., EcoGraph],
    run_cli: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ECOGRAPH_COMMAND_WAIT_SECONDS", "0.5")
    with opened(fresh_copy).writing.open("ecograph load national"):
        refused = run_cli("--home", fresh_copy, "load", "--source", "lozere")
    assert refused.returncode == 1
    assert "\necograph: the graph is being written by `ecograph load national` (process " in refused.stderr
    assert run_cli("--home", fresh_copy, "load", "--source", "lozere").returncode == 0
