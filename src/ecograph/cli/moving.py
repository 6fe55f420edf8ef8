"""`ecograph store`: where the graph is kept."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from ecograph.cli.common import Progress, open_graph, reported


@click.group()
def store() -> None:
    """Move the graph between the home and a SPARQL server."""


@store.command()
@click.option("--to", required=True, metavar="STORE", help="`embedded`, or a URL as ECOGRAPH_STORE has it.")
@click.pass_obj
@reported
def copy(home: Path | None, to: str) -> None:
    """Copy the graph from where ECOGRAPH_STORE says to STORE, and compare both.

    Levels go along. Only differences are written: run it again when it was interrupted. From then on
    the graph is kept there: set ECOGRAPH_STORE to STORE.
    """
    progress = Progress()
    with closing(open_graph(home)) as graph:
        digests = graph.upkeep.copy_store(to, progress)
    progress.close()
    for level, digest in digests.items():
        click.echo(f"{level.slug}: {digest.quads} quads in both, digest {digest.digest[:16]}")
    click.echo(f"The graph is the same in both stores. From now on: ECOGRAPH_STORE={to}")
