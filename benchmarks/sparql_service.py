"""Serves the home of the benchmark: `python -m benchmarks.sparql_service HOME PORT`.

As `ecograph serve` does, but without bringing the search index up first: it answers no SPARQL.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ecograph.app import EcoGraph
from ecograph.settings import Settings
from ecograph.web.service import serve


def main(home: str, port: str) -> None:
    # One client asks more here than any may in production.
    settings = Settings(
        _env_file=None,
        home=Path(home),
        port=int(port),
        embedding="none",
        client_seconds_per_minute=1e9,
        query_seconds=60.0,
        log_level="warning",
    )
    serve(EcoGraph(settings), announce=lambda address: print(address, flush=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
