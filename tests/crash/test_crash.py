"""Real processes are killed anywhere; the home opens, agrees with itself, and shows a whole state.

Steps that an operation reports, and its calls to the system, are exact places to die; delays are
random, from a fixed seed, for what happens inside the database.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from ecograph.app import EcoGraph
from ecograph.assets import ONTOLOGY
from ecograph.errors import HalfRestored
from ecograph.graph.upkeep import BackupUnusable, GraphState, open_backup
from ecograph.model import Level
from ecograph.questions.filtering import Asked
from ecograph.sources.content import File
from ecograph.sources.declaration import occasional

SEED = 20260115
# 50 deaths in what the service does all the time, and some more in what is done by hand.
DEATHS = {"load": 10, "write": 12, "publish": 10, "index": 9, "backup": 9}
BY_HAND = {"restore": 8, "compact": 6}
ON_DISK = {"index": 5, "optimise": 4}  # where the index lies on disk
# What the source says in turn, and who sees it.
TURNS = [("un", "public"), ("deux", "public"), ("un", "private"), ("deux", "partners")]
Task = dict[str, Any]
State = tuple[str, str]


def content(word: str, count: int) -> bytes:
    """Some actors; two states share half of them."""
    return "\n".join(
        f"""<actor/crash--{n}> a <https://w3id.org/ecograph/ns#Organization> ;
        <http://www.w3.org/2000/01/rdf-schema#label> "Atelier {word if n % 2 else "commun"} {n}"@fr ;
        <http://purl.org/dc/terms/description> "Un atelier d'essai."@fr ;
        <https://w3id.org/ecograph/ns#actorType> <https://w3id.org/ecograph/voc/actor-types/association> ."""
        for n in range(count)
    ).encode()


@dataclass
class Nursery:
    """The process whose children die."""

    process: subprocess.Popen[str]

    def run(self, task: Task) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    command = [sys.executable, str(Path(__file__).with_name("victim.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class Home:
    """A home, the states that its source may be in, and how each task turns one into the next."""

    folder: Path
    files: dict[str, Path]
    opened: Callable[..., EcoGraph]
    index: str = "memory"
    states: dict[State, GraphState] = field(default_factory=dict)
    allowed: list[GraphState] = field(default_factory=list)
    turns: Iterator[State] = field(default_factory=lambda: cycle(TURNS))

    @property
    def graph(self) -> EcoGraph:
        return self.opened(self.folder, index=self.index)

    def begin(self) -> None:
        """Give the home the few concepts that the actors need."""
        schemes = [ONTOLOGY / "schemes" / name for name in ("actor-types.ttl", "visibility.ttl")]
        with self.graph.writing.open("a test") as writer:
            files = [File(path.name, path.read_bytes()) for path in schemes]
            writer.load(occasional("schemes", "public"), files)

    def load(self, state: State) -> None:
        word, level = state
        with self.graph.writing.open("a test") as writer:
            writer.load(occasional("crash", level), [File("crash.ttl", self.files[word].read_bytes())])

    def learn(self) -> None:
        """See each state once, undisturbed."""
        self.begin()
        for state in TURNS:
            self.load(state)
            found = self.graph.upkeep.verify()
            assert not found.problems
            self.states[state] = found.graphs[0]  # of the source "crash": they are in order
        self.allowed = [self.states[state]]

    def task(self, operation: str, die: tuple[str, float] | None, **others: object) -> Task:
        state = next(self.turns)
        self.allowed.append(self.states[state])
        given = {"file": str(self.files[state[0]]), "level": state[1], "index": self.index, **others}
        return {"operation": operation, "home": str(self.folder), "die": die, **given}

    def idle(self, operation: str) -> Task:
        """A task that leaves the graph as it is."""
        return {
            "operation": operation,
            "home": str(self.folder),
            "index": self.index,
            "level": "",
            "file": "",
        }

    def check(self) -> None:
        """What readers see agrees at all levels, and is one of the states, whole."""
        found = self.graph.upkeep.verify()
        assert not found.problems
        assert found.graphs[0] in self.allowed
        self.allowed = self.allowed[self.allowed.index(found.graphs[0]) :]
        self.graph.search(Level.PRIVATE, "atelier", Asked(), limit=5)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory, opened: Callable[..., EcoGraph]) -> Home:
    """A home that went through its states; to be copied."""
    folder = tmp_path_factory.mktemp("learnt")
    files = {"un": folder / "un.ttl", "deux": folder / "deux.ttl"}
    for word, count in (("un", 60), ("deux", 90)):
        files[word].write_bytes(content(word, count))
    made = Home(folder / "home", files, opened)
    made.learn()
    return made


@pytest.fixture
def home(learnt: Home, tmp_path: Path) -> Home:
    copied = shutil.copytree(learnt.folder, tmp_path / "home")
    return replace(learnt, folder=copied, allowed=learnt.allowed[:], turns=cycle(TURNS))


def places(measured: dict[str, float], count: int, chance: random.Random) -> Iterator[tuple[str, float]]:
    """Where to die: by turns at a step, at a call and at a time."""
    for kind in [("call", "after", "step")[n % 3] for n in range(count)]:
        if kind == "after":
            yield kind, chance.random() * measured["after"]
        else:
            yield kind, chance.randint(1, max(1, int(measured[kind])))


def quads(graph: EcoGraph) -> dict[Level, set[str]]:
    """All that each level sees."""
    snapshot: Any = graph.snapshot()
    return {level: {str(quad) for quad in snapshot._stores[level]} for level in Level}


def test_fifty_kills_lose_nothing(home: Home, nursery: Nursery, tmp_path: Path) -> None:
    chance, deaths = random.Random(SEED), 0
    backup = tmp_path / "backups" / "crash.tar"
    backup.parent.mkdir()
    for operation, count in DEATHS.items():
        others = {"file": str(backup)} if operation == "backup" else {}
        measured = nursery.run(home.task(operation, None, **others))["told"]
        for die in places(measured, count, chance):
            task = home.task(operation, die, **others)
            told = f"seed {SEED}, death {deaths + 1}: {operation}, {die} of {measured}"
            assert nursery.run(task)["killed"], told
            deaths += 1
            try:
                home.check()
                _check_backup(backup)
            except Exception as error:
                raise AssertionError(told) from error
    assert deaths == sum(DEATHS.values()) == 50
    _check_the_end(home, tmp_path)


def _check_backup(backup: Path) -> None:
    """There is none, or a whole one."""
    if backup.exists():
        with open_backup(backup) as opened:
            assert len(list(opened.quads())) == sum(graph.triples for graph in opened.manifest.graphs)


def _check_the_end(home: Home, tmp_path: Path) -> None:
    """A service that starts finishes what was left; then the home is as if nobody had died."""
    home.graph.writing.prepare()
    home.check()
    assert not home.graph.upkeep.verify().waiting
    last = home.graph.home.current()
    assert last is not None
    assert last.index == last.snapshot
    home.load(("deux", "public"))
    clean = Home(tmp_path / "clean", home.files, home.opened)
    clean.begin()
    clean.load(("deux", "public"))
    assert quads(home.graph) == quads(clean.graph)
    for folder in (home.graph.home.snapshots, home.graph.home.indexes):
        assert len(list(folder.iterdir())) <= home.graph.settings.kept_snapshots


def test_an_interrupted_restore_leaves_nothing_or_is_completed_by_a_second(
    home: Home, nursery: Nursery, tmp_path: Path
) -> None:
    chance, backup, whole = random.Random(SEED), tmp_path / "whole.tar", quads(home.graph)
    home.graph.upkeep.backup(backup)
    task: Task = {"operation": "restore", "file": str(backup), "level": "", "index": home.index}
    measured = nursery.run({**task, "home": str(tmp_path / "measured"), "die": None})["told"]
    for number, die in enumerate(places(measured, BY_HAND["restore"], chance)):
        told = f"seed {SEED}: {die} of {measured}"
        folder = tmp_path / f"restored-{number}"
        assert nursery.run({**task, "home": str(folder), "die": die})["killed"], told
        restored = home.opened(folder)
        if restored.home.unfinished.exists():
            with pytest.raises(HalfRestored), restored.writing.open("a test"):
                pass
        if restored.home.unfinished.exists() or not restored.home.current():
            restored.upkeep.restore(backup)
        assert quads(restored) == whole, told
        assert not restored.upkeep.verify().problems, told


def test_a_compaction_that_is_killed_loses_nothing(home: Home, nursery: Nursery) -> None:
    chance, whole = random.Random(SEED), quads(home.graph)
    task = home.idle("compact")
    measured = nursery.run({**task, "die": None})["told"]
    for die in places(measured, BY_HAND["compact"], chance):
        told = f"seed {SEED}: {die} of {measured}"
        assert nursery.run({**task, "die": die})["killed"], told
        assert quads(home.graph) == whole, told
        assert not home.graph.upkeep.verify().problems, told
    home.graph.upkeep.compact()
    assert len(list(home.graph.home.snapshots.iterdir())) == 1
    assert len(list(home.graph.home.indexes.iterdir())) == 1


def test_an_index_on_disk_survives_kills(home: Home, nursery: Nursery) -> None:
    """Killed while it follows a write, and while its base is made anew: nothing lost, nothing back."""
    chance, home = random.Random(SEED), replace(home, index="edge")
    home.load(TURNS[-1])
    for operation, count in ON_DISK.items():
        measured = nursery.run(_on_disk(home, operation, None))["told"]
        for die in places(measured, count, chance):
            told = f"seed {SEED}: {operation}, {die} of {measured}"
            assert nursery.run(_on_disk(home, operation, die))["killed"], told
            home.graph.writing.prepare()  # a service that starts finishes what was left
            home.check()
            assert _indexed(home.graph) == _said(home.graph), told


def _on_disk(home: Home, operation: str, die: tuple[str, float] | None) -> Task:
    return {**home.idle(operation), "die": die} if operation == "optimise" else home.task(operation, die)


def _indexed(graph: EcoGraph) -> dict[Level, set[str]]:
    """Which ateliers the index of each level finds."""
    found = {level: graph.search(level, "atelier", Asked(), limit=200) for level in Level}
    return {level: {result.label for result in answer.results} for level, answer in found.items()}


def _said(graph: EcoGraph) -> dict[Level, set[str]]:
    """Which ateliers the graph of each level holds."""
    label = re.compile(r'"(Atelier [^"]*)"@fr')
    return {
        level: {found[1] for quad in held if (found := label.search(quad))}
        for level, held in quads(graph).items()
    }


def test_any_altered_or_shortened_backup_is_refused(home: Home, tmp_path: Path) -> None:
    backup, chance = tmp_path / "b.tar", random.Random(SEED)
    home.graph.upkeep.backup(backup)
    whole = backup.read_bytes()
    broken = tmp_path / "broken.tar"
    for place in [chance.randrange(len(whole)) for _ in range(60)]:
        altered = bytearray(whole)
        altered[place] ^= 1 << chance.randrange(8)
        for damaged in (bytes(altered), whole[:place]):
            broken.write_bytes(damaged)
            target = home.opened(tmp_path / "target")
            if _is_whole(broken):
                continue  # bytes between members, and after the last, say nothing
            with pytest.raises(BackupUnusable, match=re.escape(str(broken))):
                target.upkeep.restore(broken)
            assert not target.home.root.exists()


def _is_whole(backup: Path) -> bool:
    try:
        with open_backup(backup) as opened:
            assert len(list(opened.quads())) == sum(graph.triples for graph in opened.manifest.graphs)
    except BackupUnusable:
        return False
    return True
