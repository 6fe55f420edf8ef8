"""Keeps so many requests of one kind in flight: `python -m benchmarks.hostile_flood JOB`.

A process of its own, so that what it uses is not the server's. Each connection asks again as soon as
it is answered, another query each time, and leaves without a word at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from benchmarks.hostile_queries import attack


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """What to send, to which port, from which addresses in turn, and for how long."""

    kind: str
    port: int
    listener: int
    connections: int
    addresses: Sequence[str]
    seconds: float


async def run(flood: Flood) -> Counter[str]:
    """Return how many answers came with each status, and how many connections broke."""
    statuses: Counter[str] = Counter()
    numbers = count()
    tasks = [
        asyncio.create_task(_attacker(flood, flood.addresses[n % len(flood.addresses)], numbers, statuses))
        for n in range(flood.connections)
    ]
    await asyncio.sleep(flood.seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return statuses


async def _attacker(flood: Flood, address: str, numbers: count[int], statuses: Counter[str]) -> None:
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", flood.port, local_addr=(address, 0))
        except OSError:
            statuses["refused connection"] += 1
            await asyncio.sleep(0.05)
            continue
        try:
            while True:
                writer.write(_request(flood, next(numbers)))
                await writer.drain()
                statuses[await _status(reader)] += 1
        except (OSError, EOFError, ValueError):
            statuses["broken connection"] += 1
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def _request(flood: Flood, number: int) -> bytes:
    body = attack(flood.kind, number, flood.listener).encode()
    head = (
        f"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1:{flood.port}\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/sparql-query\r\n\r\n"
    )
    return head.encode() + body


async def _status(reader: asyncio.StreamReader) -> str:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, rest = head.partition(b"content-length:")
    await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
    return head.split(b" ", 2)[1].decode()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(Flood(**json.loads(sys.argv[1]))))))
