"""What HTTP alone costs a service in Python: the least that any answer can cost EcoGraph.

`python -m benchmarks.sparql_floor`: CPU per request of an application that answers every request with the
same bytes, on the server and the event loop that EcoGraph runs on.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

from benchmarks import sparql_servers as servers
from benchmarks.processes import processor_seconds, spent
from benchmarks.sparql_client import Client, Job

_BODY = b'{"head":{},"boolean":true}'
_QUERY = "ASK { <http://example.org/a> <http://example.org/b> ?c }"
_ROOT = Path(__file__).parent.parent
_REQUESTS, _RUNS = 2_000, 5
_HEADERS = [
    (b"content-type", b"application/sparql-results+json"),
    (b"content-length", str(len(_BODY)).encode()),
]


async def answer(
    scope: MutableMapping[str, Any], _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Answer anything."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": _BODY})


def serve(port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(answer, log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


def cpu_ms(client: Client) -> float:
    """Return the processor time of one request, in milliseconds."""
    port = servers.free_port()
    command = [sys.executable, "-m", "benchmarks.sparql_floor", str(port)]
    with servers.running(command, port, cwd=_ROOT) as pid:
        job = Job(port=port, path="/sparql", queries=[_QUERY], count=_REQUESTS, seconds=30)
        client.run(job)  # the first ones warm it
        before = processor_seconds(pid)
        client.run(job)
        return 1000 * spent(before, processor_seconds(pid)) / _REQUESTS


def measure() -> None:
    with Client() as client:
        for _ in range(_RUNS):
            print(f"{cpu_ms(client):.3f} ms of processor time a request")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(int(sys.argv[1]))
    else:
        measure()
