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

from ecograph.graph.framing import Inbox, Message, send
from ecograph.graph.isolation import Allowance, isolate

if TYPE_CHECKING:
    from ecograph.graph.evaluation import Stores

# The service, which sends them, knows how long its queries may be.
_LONGEST = 1 << 30


def main(options: dict[str, Any]) -> None:
    """Serve until the parent has gone."""
    requests, answers = _own_pipes()
    isolation = isolate(memory_bytes=options["memory_bytes"], parent=options["parent"])
    # The limits come before the engine, whose threads would refuse a namespace of their own.
    from ecograph.graph.evaluation import Stores, answer

    stores = Stores()
    _warm(stores, options["store"])
    send(answers, {"isolation": isolation})
    inbox, allowance = Inbox(requests, limit=_LONGEST), Allowance(options["seconds"])
    while (message := _next(inbox)) is not None:
        asked, text = message
        allowance.renew()
        # The clock of the process is coarse once it has a limit; the engine runs in this thread.
        started = time.thread_time()
        header, body = answer(stores, asked, text.decode(), limit=options["result_bytes"])
        header["seconds"] = time.thread_time() - started
        header["tired"] = _peak() > options["memory_bytes"] // 2
        send(answers, header, body)


def _next(inbox: Inbox) -> Message | None:
    """Wait for a request; None when the parent has gone."""
    try:
        while (message := inbox.take()) is None:
            pass
    except EOFError:
        return None
    return message


def _own_pipes() -> tuple[int, int]:
    """Keep the two pipes for messages alone: whatever else is printed goes to standard error."""
    pipes = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return pipes


def _warm(stores: Stores, folder: str | None) -> None:
    if folder and os.path.isdir(folder):  # noqa: PTH112 - pathlib would double the start-up time
        try:
            stores.open(folder)
        except OSError as error:
            print(f"cannot open {folder} yet: {error}", file=sys.stderr)  # noqa: T201 - the parent logs it


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
