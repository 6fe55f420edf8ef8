"""`ecograph refresh`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from ecograph.cli.common import Progress, open_graph, reported
from ecograph.model import Run

_SHOWN = 20


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--accept-losses",
    is_flag=True,
    help="SOURCEs may lose more of their records than their declaration says.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
@reported
def refresh(home: Path | None, sources: tuple[str, ...], accept_losses: bool, as_json: bool) -> None:
    """Fetch and load SOURCEs, or those that are due by their schedule.

    What did not change is not sent again, and writes nothing. A source that fails does not stop the
    others: it is tried again later, twice as late each time, within a week.
    """
    if accept_losses and not sources:
        raise click.UsageError("name the sources that may lose records")
    graph = open_graph(home)
    progress = Progress()
    runs = graph.refresh.run(sources, accept_losses=accept_losses, progress=progress)
    progress.close()
    if as_json:
        click.echo(json.dumps([asdict(run) for run in runs], ensure_ascii=False, indent=2))
    elif not runs:
        click.echo("nothing is due")
    for run in runs if not as_json else ():
        _print_run(run)
    graph.close()
    if any(run.outcome in {"failed", "gone"} for run in runs):
        sys.exit(1)


def _print_run(run: Run) -> None:
    failed = run.outcome in {"failed", "gone"}
    if failed:
        click.echo(f"{run.source}: {run.outcome}: {run.message}", err=True)
    elif run.outcome == "unchanged":
        click.echo(f"{run.source}: unchanged ({run.seconds:.1f} s)")
    else:
        click.echo(
            f"{run.source}: {run.records} records, +{run.added} −{run.removed} triples, "
            f"{run.rejected} rejected, {run.remarks} remarks ({run.seconds:.1f} s)"
        )
    if run.message and not failed:
        click.echo(f"  {run.message}")
    for rejection in run.rejections[:_SHOWN]:
        click.echo(f"  rejected: {rejection}", err=True)
