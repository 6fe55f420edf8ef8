"""The program that carries one update out: `python -m ecograph.graph.update_worker LIMITS`.

It reads what to do on its standard input, and writes what the update changes, as N-Quads, on its
standard output. What it writes to is a copy made for it alone.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from ecograph.graph.framing import send
from ecograph.graph.isolation import Allowance, isolate

# Files of the copy, which the kernel would otherwise let grow as far as the disk goes.
_FILE_BYTES = 2_000_000_000


def main(limits: dict[str, Any]) -> None:
    """Get ready, carry one update out, and say what it changes, or why it is refused."""
    answers = os.dup(1)
    os.dup2(2, 1)
    isolate(memory_bytes=limits["memory_bytes"], parent=limits["parent"], file_bytes=_FILE_BYTES)
    # The limits come before the engine, whose threads would refuse a namespace of their own.
    from ecograph.graph.journal import answer

    options = json.load(sys.stdin)
    Allowance(options["seconds"]).renew()
    header, body = answer(options)
    send(answers, header, body)
    # The copy is thrown away: nobody waits for it to be put in order.
    os._exit(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
