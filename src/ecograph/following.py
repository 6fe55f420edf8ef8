"""The index follows what is published in a process of its own: `python -m ecograph.following`.

To index a large graph takes minutes, in which a thread would keep the interpreter from those who
ask. The child gives way to the service and ends with it. It may die at any time: an index counts
only once it is whole, and the graph never waits for it.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import IO, Any

from ecograph.errors import EcographError
from ecograph.graph.backends import open_backend
from ecograph.graph.home import Home
from ecograph.graph.isolation import end_with, keep_ends_from_children
from ecograph.publication import Publication
from ecograph.settings import Settings

_log = logging.getLogger(__name__)

_NICENESS = 10
_SAID_BYTES = 2_000
# An index that cannot be made now is tried once more: the child may have been killed for its memory.
_TRIES = 2
_AGAIN_SECONDS = 30.0
_SECRETS = ("store_password", "index_key")

Report = Callable[[str], None]


class Follower:
    """Brings the index of one home up to date from the background."""

    def __init__(self, settings: Settings, publication: Publication) -> None:
        self._settings, self._publication = settings, publication
        self._wanted, self._lock = threading.Event(), threading.Lock()
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._report: Report = _log.info
        self._failure: str | None = None
        self._compacting = threading.Thread()
        self._thread = threading.Thread(target=self._run, name="index", daemon=True)
        self._thread.start()

    @property
    def failure(self) -> str | None:
        """Why the index does not follow the graph; None while it does."""
        return self._failure

    def ask(self, report: Report) -> None:
        """Have the index brought up to what is published, and read; never waits."""
        self._report = report
        self.wake()

    def wake(self) -> None:
        """Look whether there is anything to do; never waits."""
        self._wanted.set()

    def close(self) -> None:
        """End the child, if any, and return when it has gone."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()
        self._wanted.set()
        self._thread.join()

    def _run(self) -> None:
        keep_ends_from_children()
        # Started by a thread that lives as long as the service: the kernel ends the child with it.
        while not self._closed:
            # What failed is tried again, even if nothing is written: a server may be back.
            self._wanted.wait(_AGAIN_SECONDS if self._failure else None)
            self._wanted.clear()
            if not self._closed:
                self._catch_up()

    def _catch_up(self) -> None:
        for _ in range(_TRIES):
            if self._closed or not self._publication.is_behind():
                break
            self._failure = None if self._publication.follow_at_once(self._report) else self._follow()
        self._publication.refresh()
        if not self._compacting.is_alive():
            self._compacting = threading.Thread(target=self._compact, name="compaction", daemon=True)
            self._compacting.start()

    def _compact(self) -> None:
        """Make a large index anew where much has changed; what ends it leaves the index as it was."""
        try:
            self._publication.compact(self._report)
        except EcographError as error:
            _log.warning("%s", error)

    def _follow(self) -> str | None:
        """Let a child follow; return why it did not."""
        with tempfile.TemporaryFile() as said:
            try:
                status = self._watched(said)
            except OSError as error:  # no process can be started
                return self._failed(str(error))
            if status == 0 or self._closed:
                return None
            size = said.seek(0, os.SEEK_END)
            said.seek(max(0, size - _SAID_BYTES))
            told = said.read().decode("utf-8", "replace").strip()
            return self._failed(told or f"its process ended with status {status}")

    def _failed(self, reason: str) -> str:
        _log.error("the index does not follow the graph: %s", reason)
        return reason

    def _watched(self, said: IO[bytes]) -> int:
        """Run a child to its end, and return its status; tell the steps that it reports."""
        with self._lock:
            if self._closed:
                return 0
            self._process = process = _started(said)
        with process:
            assert process.stdin  # noqa: S101 - asked for
            assert process.stdout  # noqa: S101 - asked for
            try:
                process.stdin.write(json.dumps(_told(self._settings)).encode())
                process.stdin.close()
            except BrokenPipeError:
                pass  # it says why itself
            for line in process.stdout:
                self._report(line.decode("utf-8", "replace").rstrip("\n"))
        with self._lock:
            self._process = None
        return process.returncode


def _started(said: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "ecograph.following"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
    )


def _told(settings: Settings) -> Mapping[str, Any]:
    """Return what a child is told; a password goes through the pipe, where nobody sees it."""
    given = settings.model_dump(mode="json", exclude={*_SECRETS, "trusted_proxies", "fetch_keys"})
    for name in _SECRETS:
        secret = getattr(settings, name)
        given[name] = secret.get_secret_value() if secret else None
    return {"settings": given, "parent": os.getpid()}


def main(told: Mapping[str, Any], say: Report) -> None:
    """Bring the index up to what is published."""
    os.nice(_NICENESS)  # the service that answers comes first
    end_with(told["parent"])
    settings = Settings(_env_file=None, **told["settings"])
    home = Home(settings.home)
    with closing(open_backend(home, settings)) as backend:
        Publication.of(settings, home, backend).follow(say)


def _say(step: str) -> None:
    sys.stdout.write(step + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(json.load(sys.stdin), _say)
    except EcographError as error:
        raise SystemExit(str(error)) from None
