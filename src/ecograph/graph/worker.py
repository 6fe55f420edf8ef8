"""The program of a query worker: `python -m ecograph.graph.worker OPTIONS`.

It reads requests on its standard input and writes answers where its standard output was, until
either is closed or a limit ends it. It holds no secret and writes nothing to disk.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from typing import TYPE_CHECKING, Any

from ecograph.graph.framing import Header, Reader, receive, send
from ecograph.graph.isolation import allow_seconds, isolate

if TYPE_CHECKING:
    from ecograph.graph.evaluation import Stores


def main(options: dict[str, Any]) -> None:
    """Serve until the parent has gone."""
    requests, answers = _own_pipes()
    isolation = isolate(memory_bytes=options["memory_bytes"], parent=options["parent"])
    stores = _warm(options["store"])
    send(answers, {"isolation": isolation})
    read = Reader(requests).read
    while True:
        try:
            asked, _ = receive(read, limit=0)
        except EOFError:
            return
        allow_seconds(options["seconds"])
        # The clock of the process is coarse once it has a limit; the engine runs in this thread.
        started = time.thread_time()
        header, body = _answer(stores, asked, limit=options["result_bytes"])
        header["seconds"] = time.thread_time() - started
        header["tired"] = _peak() > options["memory_bytes"] // 2
        send(answers, header, body)


def _own_pipes() -> tuple[int, int]:
    """Keep the two pipes for messages alone: whatever else is printed goes to standard error."""
    pipes = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return pipes


def _warm(folder: str | None) -> Stores:
    # The limits come before the engine, whose threads would refuse a namespace of their own.
    from ecograph.graph.evaluation import Stores

    stores = Stores()
    if folder and os.path.isdir(folder):  # noqa: PTH112 - pathlib would double the start-up time
        try:
            stores.open(folder)
        except OSError as error:
            print(f"cannot open {folder} yet: {error}", file=sys.stderr)  # noqa: T201 - the parent logs it
    return stores


def _answer(stores: Stores, asked: Header, *, limit: int) -> tuple[Header, bytes | bytearray]:
    from ecograph.graph.evaluation import NotAnIri, OutOfRoom, evaluate

    try:
        media_type, body = evaluate(stores.open(asked["store"]), asked, limit=limit)
    except OutOfRoom:
        return {"error": "size"}, b""
    except NotAnIri as error:
        return {"error": "graph", "message": str(error)}, b""
    except (SyntaxError, MemoryError, OSError, RuntimeError, ValueError) as error:
        return _failure(error), b""
    return {"media_type": media_type}, body


def _failure(error: Exception) -> Header:
    from ecograph.graph.evaluation import place_of

    match error:
        case SyntaxError():
            message, line, column = place_of(error)
            return {"error": "query", "message": message, "line": line, "column": column}
        case MemoryError():
            return {"error": "memory"}
        case OSError():
            return {"error": "store", "message": str(error)}
    return {"error": "query", "message": str(error)}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
