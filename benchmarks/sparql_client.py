"""A process that asks a server over kept connections and tells how long each answer took.

Its own processor time is thus not the server's. It reads jobs and writes results as JSON lines.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

_ACCEPT = "application/sparql-results+json"
_TIMEOUT = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to ask: `count` requests in all or `seconds`, by so many clients; each takes the next query.

    Bodies of the first `keep` answers come back too.
    """

    port: int
    path: str
    queries: Sequence[str]
    count: int
    seconds: float
    clients: int = 1
    keep: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """What came of a job; times in seconds."""

    latencies: list[float]
    elapsed: float
    bodies: list[str]


class Client:
    """The client process, seen from the benchmark."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.sparql_client"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def run(self, job: Job) -> Timed:
        """Do a job; raises `RuntimeError` with what the server said when it did not answer 200."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(job)) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"failed": "the client ended"}')
        if "failed" in answer:
            raise RuntimeError(answer["failed"])
        return Timed(**answer)


class Connection:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = b""

    def ask(self, request: bytes) -> bytes:
        """Return the body of the answer; raises `RuntimeError` unless it is 200."""
        self._socket.sendall(request)
        head = self._until(b"\r\n\r\n").lower()
        if b"transfer-encoding: chunked" in head:
            body = self._chunks()
        else:
            _, _, rest = head.partition(b"content-length:")
            body = self._take(int(rest.split(b"\r\n", 1)[0]))
        if not head.startswith((b"http/1.1 200", b"http/1.0 200")):
            raise RuntimeError(f"{head.decode('latin-1')[:300]}\n{body[:600].decode('utf-8', 'replace')}")
        return body

    def close(self) -> None:
        self._socket.close()

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._until(b"\r\n"), 16):
            body += self._take(size)
            self._take(2)
        self._take(2)
        return body

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._left:
            self._more()
        found, _, self._left = self._left.partition(mark)
        return found

    def _take(self, size: int) -> bytes:
        while len(self._left) < size:
            self._more()
        found, self._left = self._left[:size], self._left[size:]
        return found

    def _more(self) -> None:
        chunk = self._socket.recv(1 << 18)
        if not chunk:
            raise RuntimeError("the server closed the connection")
        self._left += chunk


class _Work:
    """One job, shared by its clients."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._requests = [_request(job, query) for query in job.queries]
        self._lock = threading.Lock()
        self._next = 0
        self.latencies: list[float] = []
        self.bodies: dict[int, str] = {}
        self.failure: str | None = None

    def run(self) -> float:
        started = time.perf_counter()
        threads = [threading.Thread(target=self._client, args=(started,)) for _ in range(self._job.clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - started

    def _client(self, started: float) -> None:
        try:
            connection = Connection(self._job.port)
            while (number := self._take(started)) is not None:
                before = time.perf_counter()
                body = connection.ask(self._requests[number % len(self._requests)])
                self.latencies.append(time.perf_counter() - before)
                if number < self._job.keep:
                    self.bodies[number] = body.decode()
            connection.close()
        except (OSError, RuntimeError, ValueError) as error:
            self.failure = str(error) or repr(error)

    def _take(self, started: float) -> int | None:
        with self._lock:
            late = time.perf_counter() - started > self._job.seconds and self._next >= self._job.keep
            if late or self._next >= self._job.count or self.failure:
                return None
            self._next += 1
            return self._next - 1


def _request(job: Job, query: str) -> bytes:
    target = f"{job.path}{'&' if '?' in job.path else '?'}query={quote(query, safe='')}"
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{job.port}\r\nAccept: {_ACCEPT}\r\n\r\n".encode()


def _do(given: dict[str, Any]) -> dict[str, Any]:
    work = _Work(Job(**given))
    elapsed = work.run()
    if work.failure:
        return {"failed": work.failure}
    bodies = [work.bodies[number] for number in sorted(work.bodies)]
    return asdict(Timed(latencies=work.latencies, elapsed=elapsed, bodies=bodies))


def main() -> None:
    """Do jobs until the input ends."""
    for line in sys.stdin:
        print(json.dumps(_do(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
