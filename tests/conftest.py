"""The sample territory, loaded once; and what the tests of several folders share."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from click.testing import CliRunner, Result

from ecograph.app import EcoGraph
from ecograph.cli import main
from ecograph.settings import Settings
from ecograph.understanding.unknown import Spotter
from ecograph.web.service import create_app
from tests import remote as web

TODAY = date(2026, 1, 15)
# What is installed on the machine must not change what is tested.
ENV = {"ECOGRAPH_EMBEDDING": "none", "ECOGRAPH_LEXICON": "none", "ECOGRAPH_SPOTTING": "none"}

Invoke = Callable[..., Result]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session", autouse=True)
def _own_settings() -> Iterator[None]:
    """Whoever runs the tests may have settings of their own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(f"ECOGRAPH_{name.upper()}", raising=False)
        yield


def open_home(home: Path, spotter: Spotter | None = None, **settings: object) -> EcoGraph:
    """A deployment on a home, with words alone and a date that stays."""
    given = {"embedding": "none", "lexicon": "none", "spotting": "none", "base_iri": None, **settings}
    return EcoGraph(Settings(home=home, _env_file=None, **given), today=lambda: TODAY, spotter=spotter)


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the sample territory; for reading only."""
    home = tmp_path_factory.mktemp("sample") / "home"
    outcomes, failures = open_home(home).writing.load_declared()
    assert not failures
    assert len(outcomes) == 6
    return home


@pytest.fixture(scope="session")
def sample(sample_home: Path) -> EcoGraph:
    """The sample territory; for reading only."""
    return open_home(sample_home)


@pytest.fixture
def fresh_copy(sample_home: Path, tmp_path: Path) -> Path:
    """A home of one's own that holds the sample territory."""
    return Path(shutil.copytree(sample_home, tmp_path / "home"))


@pytest.fixture(scope="session")
def opened() -> Callable[..., EcoGraph]:
    """Open a deployment on a home."""
    return open_home


@contextmanager
def serving(graph: EcoGraph) -> Iterator[str]:
    """A service over a deployment, on a port of its own."""
    graph.warm()
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(graph), log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(scope="session")
def served() -> Callable[..., AbstractContextManager[str]]:
    """Serve a deployment; gives the address."""
    return serving


@pytest.fixture
def remote() -> Iterator[web.Remote]:
    """A web server whose answers a test decides."""
    with web.serving() as server:
        yield server


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run a command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object, **others: object) -> Result:
        return CliRunner(env=ENV).invoke(main, [str(a) for a in arguments], **others)

    return run


@pytest.fixture
def run_cli(tmp_path: Path) -> Run:
    """Run a command in a process of its own, in an empty folder."""

    def run(*arguments: object, **others: object) -> subprocess.CompletedProcess[str]:
        settings = [f"{name}={value}" for name, value in ENV.items()]
        command = ["env", *settings, sys.executable, "-m", "ecograph", *map(str, arguments)]
        options = {"capture_output": True, "text": True, "timeout": 60, "cwd": tmp_path, **others}
        return subprocess.run(command, check=False, **options)

    return run
