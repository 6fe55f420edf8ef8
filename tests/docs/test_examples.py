"""Every example of the documentation runs: as it is written, against a real home and a real service.

In a `console` block, a line that opens with `$ ` is a command and the lines below are what it prints, where
`…` stands for anything. A comment `<!-- file: NAME -->` above a block saves it, for the commands that follow.
"""

from __future__ import annotations

import itertools
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph
import pytest
import uvicorn
from click.testing import CliRunner

from ecograph.app import EcoGraph
from ecograph.cli import main
from ecograph.web.service import create_app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = ("console", "csv", "python", "sparql", "turtle", "toml")
# Shown, not run: what a reader sees, other programs' settings, and what installs packages.
SHOWN = ("text", "ini", "nginx", "sh")
# These need a machine of their own (`.ci/run` runs `make`), or only change the reader's shell.
ELSEWHERE = ("make ", ". .venv/bin/activate")
# The address and the folder that the pages name; here, those of the test.
ADDRESS, PLACE = "127.0.0.1:8000", "/srv/ecograph"
_BLOCK = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    kind: str
    text: str
    file: str | None
    line: int


@dataclass
class Desk:
    """A folder to work in, a home with the sample territory, and the variables that were exported."""

    folder: Path
    graph: EcoGraph
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, command: str) -> tuple[int, str, str]:
        """Run a command as a shell would; return its status, its output and what it says of errors."""
        words = shlex.split(command)
        names = list(itertools.takewhile(lambda word: re.match(r"[A-Z_]+=", word), words))
        if words[len(names)] == "ecograph" and not re.search(r"[|<>$]", command):
            return self._run_here(words[len(names) + 1 :], dict(name.split("=", 1) for name in names))
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def _run_here(self, arguments: list[str], variables: dict[str, str]) -> tuple[int, str, str]:
        """Run `ecograph` in this process, which has loaded all that it imports."""
        with chdir(self.folder):
            done = CliRunner(env={**self.variables, **variables}).invoke(main, arguments)
        return done.exit_code, done.stdout, done.stderr


def blocks(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [
        Block(m["kind"], m["text"], m["file"], text.count("\n", 0, m.start()) + 1)
        for m in _BLOCK.finditer(text)
    ]


WITH_EXAMPLES = [page for page in PAGES if any(block.kind in RUN for block in blocks(page))]


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and what it should print."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def agrees(shown: str, printed: str) -> bool:
    """Whether the output is as shown; what follows the last line shown does not matter."""
    pattern = ".*".join(map(re.escape, shown.rstrip().split("…")))
    return re.match(pattern, printed, re.DOTALL) is not None


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("3 results\n", "3 results\n  1. a\n", True),
        ("… results\n…\n  b\n", "3 results\n  a\n  b\n", True),
        ("3 results\n", "13 results\n", False),
        ("{…}\n", "{1}", True),
        ("a\nb\n", "a\nc\n", False),
    ],
)
def test_dots_stand_for_anything(shown: str, printed: str, expected: bool) -> None:
    assert agrees(shown, printed) is expected


@contextmanager
def served(graph: EcoGraph) -> Iterator[str]:
    """Serve a graph on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(create_app(graph), log_level="warning", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                thread.join(0.02)
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def desk(fresh_copy: Path, tmp_path: Path, opened: Callable[..., EcoGraph]) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    variables = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "HOME": str(folder),
        "ECOGRAPH_HOME": str(fresh_copy),
        "ECOGRAPH_EMBEDDING": "none",
        "ECOGRAPH_SPOTTING": "none",
    }
    return Desk(folder, opened(fresh_copy), variables)


def test_every_block_says_what_it_is() -> None:
    assert {block.kind for page in PAGES for block in blocks(page)} <= {*RUN, *SHOWN}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_of_a_page_is_used_on_it(page: Path) -> None:
    found = blocks(page)
    for block in found:
        later = [b.text for b in found if b.line > block.line and b.kind in {"console", "toml"}]
        assert block.file is None or any(block.file in text for text in later), block.file


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_example_runs(page: Path, desk: Desk) -> None:
    found = blocks(page)
    if any("curl" in block.text for block in found if block.kind == "console") and not shutil.which("curl"):
        pytest.skip("curl is not installed here")
    with served(desk.graph) as address:
        # curl then goes to the test's service wherever a page says the usual address.
        (desk.folder / ".curlrc").write_text(
            f'connect-to = "{ADDRESS}:{address}"\nconnect-to = "localhost:8000:{address}"\n'
        )
        for block in found:
            _save(block, desk)
            if block.kind in RUN:
                _RUNNERS[block.kind](block, desk, address, f"{page.relative_to(ROOT)}, line {block.line}")


def _save(block: Block, desk: Desk) -> None:
    if block.file:
        text = block.text.replace(PLACE, str(desk.folder))
        (desk.folder / block.file).write_text(text, encoding="utf-8")


def _console(block: Block, desk: Desk, _address: str, place: str) -> None:
    for command, shown in commands(block):
        if command.startswith(ELSEWHERE):
            continue
        if command.startswith("export "):
            desk.variables |= dict(pair.split("=", 1) for pair in _here(command, desk).split()[1:])
            continue
        if command.startswith("ecograph serve"):
            _serve(desk, shown, place)
            continue
        status, output, errors = desk.run(_here(command, desk))
        printed = output + errors
        refused = shown.startswith("ecograph: ")
        assert status == int(refused), f"{place}: {command}\n{printed}"
        heard = [errors[errors.find("ecograph: ") :]] if refused else [output, printed, errors + output]
        assert any(agrees(_here(shown, desk), text) for text in heard), f"{place}: {command}\n{printed}"
        if command.startswith("curl") and '"status":4' in output:
            assert '"status":4' in shown, f"{place}: {command}\n{printed}"


def _here(text: str, desk: Desk) -> str:
    return text.replace(PLACE, str(desk.folder))


def _serve(desk: Desk, shown: str, place: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [f"{Path(sys.executable).parent}/ecograph", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=desk.folder, env=desk.variables, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert agrees(shown, run.stdout.readline()), place
        run.terminate()
        # The server stops in order, then ends by the signal that it was sent.
        assert run.wait(timeout=20) in {0, -signal.SIGTERM}, place


def _python(block: Block, desk: Desk, address: str, place: str) -> None:
    code = block.text.replace(ADDRESS, address)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=desk.folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{place}\n{done.stderr}"


def _sparql(block: Block, desk: Desk, _address: str, place: str) -> None:
    command = ["ecograph", "query", "example.rq", "--format", "ttl" if "CONSTRUCT" in block.text else "json"]
    (desk.folder / "example.rq").write_text(block.text, encoding="utf-8")
    status, output, errors = desk.run(" ".join(command))
    assert status == 0, f"{place}\n{errors}"
    if "CONSTRUCT" in block.text:
        assert list(pyoxigraph.parse(output, format=pyoxigraph.RdfFormat.TURTLE)), place
    else:
        assert '"bindings":[{' in output, f"{place}\n{output}"


def _saved(block: Block, _desk: Desk, _address: str, place: str) -> None:
    assert block.file, f"{place}: data is an example once a command loads it: give it a file name"


_RUNNERS: dict[str, Callable[[Block, Desk, str, str], None]] = {
    "console": _console,
    "python": _python,
    "sparql": _sparql,
    "csv": _saved,
    "turtle": _saved,
    "toml": _saved,
}
