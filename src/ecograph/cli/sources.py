"""`ecograph source check` and `ecograph source try`."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ecograph.cli.common import Progress, json_option, open_graph, reported


@click.group()
def source() -> None:
    """Check the declaration of a source, or try it, before it is loaded."""


@source.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
@reported
def check(home: Path | None, file: Path, as_json: bool) -> None:
    """Tell what is wrong in FILE, a declaration, with the line of each fault."""
    from ecograph.graph.labels import shipped_lookup
    from ecograph.sources import checking

    graph = open_graph(home)
    declared = graph.writing.declared().by_id
    faults = checking.check(file, declared=declared, lookup=shipped_lookup(), home=graph.home.root)
    if as_json:
        click.echo(json.dumps([asdict(fault) for fault in faults], ensure_ascii=False, indent=2))
    for fault in faults if not as_json else ():
        key = f"{fault.key}: " if fault.key else ""
        click.echo(f"{file}, line {fault.line}: {key}{fault.reason}" if fault.line else fault.reason)
    if faults:
        sys.exit(1)
    if not as_json:
        click.echo(f"{file}: no fault found")


@source.command(name="try")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--limit", default=5, show_default=True, type=click.IntRange(0, 100), help="Records to show.")
@json_option
@click.pass_obj
@reported
def try_(home: Path | None, file: Path, limit: int, as_json: bool) -> None:
    """Show what loading FILE, a declaration, would do; nothing is written."""
    with ExitStack() as stack:
        graph = open_graph(home)
        graph.home.check_whole()
        if graph.home.current() is None:  # what is not there stays so: the vocabulary is read elsewhere
            scratch = Path(stack.enter_context(TemporaryDirectory(prefix="ecograph-try-")))
            graph = open_graph(scratch / "home")
            graph.writing.load_declared(["ontology"])
        progress = Progress()
        preview = graph.writing.preview(file, limit=limit, progress=progress)
        progress.close()
    outcome = preview.outcome
    if as_json:
        click.echo(json.dumps(asdict(preview), ensure_ascii=False, indent=2))
        return
    click.echo(preview.turtle)
    click.echo(
        f"{outcome.source}: {outcome.records} records, would add {outcome.added} and remove "
        f"{outcome.removed} triples; {len(outcome.rejections)} rejected, {len(outcome.warnings)} remarks"
    )
    if outcome.lost:
        click.echo(f"  {outcome.lost} of the {outcome.held} records of before would be gone")
    for name, written in outcome.written.items():
        click.echo(f"  {name}: read as {written}")
    for rejection in outcome.rejections:
        click.echo(f"  rejected: {rejection}", err=True)
