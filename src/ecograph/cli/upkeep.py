"""`ecograph backup`, `restore`, `verify` and `compact`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecograph.cli.common import Progress, open_graph, reported

if TYPE_CHECKING:
    from ecograph.graph.upkeep import Verification

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
@reported
def backup(home: Path | None, file: Path) -> None:
    """Back up the home to FILE, a tar; loads and the service go on meanwhile."""
    progress = Progress()
    manifest = open_graph(home).upkeep.backup(file, progress)
    progress.close()
    triples = sum(graph.triples for graph in manifest.graphs)
    click.echo(
        f"{file}: {len(manifest.graphs)} graphs, {triples} triples, changes up to {manifest.sequence}, "
        f"{_size(file.stat().st_size)}"
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--home", "own_home", type=click.Path(path_type=Path), help="Folder to restore into.")
@click.pass_obj
@reported
def restore(home: Path | None, file: Path, own_home: Path | None) -> None:
    """Restore the backup FILE into an empty home, and index it.

    All of the backup is checked before anything is written. Run it again when it was interrupted.
    """
    progress = Progress()
    graph = open_graph(own_home or home)
    manifest = graph.upkeep.restore(file, progress)
    progress.close()
    triples = sum(kept.triples for kept in manifest.graphs)
    click.echo(
        f"{graph.home.root}: {len(manifest.graphs)} graphs, {triples} triples, "
        f"changes up to {manifest.sequence}, base {manifest.base}"
    )


@click.command()
@_json
@click.pass_obj
@reported
def verify(home: Path | None, as_json: bool) -> None:
    """Check that every visibility level holds what it should, and that the ledger agrees.

    Leaves with 1 and names what disagrees. It may run beside the service, and during a load.
    """
    found = open_graph(home).upkeep.verify()
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        _print_verification(found)
    for problem in found.problems:
        click.echo(f"ecograph: {problem}", err=True)
    if found.problems:
        sys.exit(1)


@click.command()
@click.option(
    "--keep-days",
    type=click.IntRange(min=0),
    metavar="N",
    help="Forget what changes made more than N days ago added and removed; by default, all is kept.",
)
@click.pass_obj
@reported
def compact(home: Path | None, keep_days: int | None) -> None:
    """Give back disk space: old snapshots and indexes, and what was deleted in stores and ledger."""
    progress = Progress()
    graph = open_graph(home)
    before, after = graph.upkeep.compact(keep_days=keep_days, progress=progress)
    progress.close()
    click.echo(f"{graph.home.root}: {_size(before)} before, {_size(after)} now")


def _print_verification(found: Verification) -> None:
    click.echo(f"snapshot {found.snapshot}, base {found.base}")
    click.echo(f"{'level':<9}{'graphs':>8}{'triples stated':>16}{'quads':>12}")
    for level, count in found.levels.items():
        click.echo(f"{level:<9}{count.graphs:>8}{count.stated:>16,}{count.quads:>12,}")
    click.echo(f"{'seen from':<11}{'triples':>10}  {'SHA-256':<16}  graph")
    for graph in found.graphs:
        click.echo(f"{graph.level:<11}{graph.triples:>10,}  {graph.digest[:16]}  {graph.graph}")
    if found.waiting:
        click.echo(
            f"changes up to {found.written} were made and {found.pending} more were begun, of which those "
            f"after {found.sequence} are not published yet: the next write finishes them"
        )
    if not found.problems:
        click.echo("all agrees")


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB"
