"""`ecograph load`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecograph.cli.common import Progress, open_graph, reported
from ecograph.errors import EcographError
from ecograph.model import Level, Outcome

if TYPE_CHECKING:
    from ecograph.app import EcoGraph
    from ecograph.sources.declaration import Declaration


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--source", "sources", multiple=True, metavar="ID", help="Declared source; repeat for several.")
@click.option(
    "--visibility",
    type=click.Choice([level.slug for level in Level]),
    help="Who may see FILES of a source that is not declared (public).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
@reported
def load(
    home: Path | None,
    files: tuple[Path, ...],
    sources: tuple[str, ...],
    visibility: str | None,
    as_json: bool,
) -> None:
    """Load FILES, or declared sources (all by default).

    RDF files in any syntax, or documents (text, HTML, PDF), become the content of the source ID, which
    is declared for the occasion when it is not already: its id is then the first file's name. A .toml
    file is a declaration of its own. Records that break a shape are reported and left out; loading the
    same again changes nothing.
    """
    graph = open_graph(home)
    progress = Progress()
    declared, plain = [f for f in files if f.suffix == ".toml"], [f for f in files if f.suffix != ".toml"]
    if declared and plain:
        raise click.UsageError("give declarations (.toml) or files, not both")
    outcomes: list[Outcome] = []
    failures: list[tuple[str, EcographError]] = []
    if plain:
        outcomes.append(_load_files(graph, plain, sources, visibility, progress))
    elif declared or sources or not files:
        outcomes, failures = graph.writing.load_declared(sources, extra=declared, progress=progress)
    progress.close()
    _print_load(outcomes, failures, as_json=as_json)
    if failures:
        sys.exit(1)


def _load_files(
    graph: EcoGraph,
    files: Sequence[Path],
    sources: tuple[str, ...],
    visibility: str | None,
    progress: Progress,
) -> Outcome:
    from ecograph.sources.gather import Gathering
    from ecograph.sources.naming import slug

    if len(sources) > 1:
        raise click.UsageError("files go to one source: give --source once")
    source = sources[0] if sources else slug(files[0].stem)
    declaration = _declaration(graph, source, visibility, files)
    content = list(Gathering(None, limit=graph.settings.load_bytes).read(files))
    return graph.writing.load_files(declaration, content, progress)


def _declaration(graph: EcoGraph, source: str, visibility: str | None, files: Sequence[Path]) -> Declaration:
    from ecograph.sources.declaration import occasional
    from ecograph.sources.extraction import SUFFIXES

    kind = "document" if all(file.suffix.lower() in SUFFIXES for file in files) else "rdf"
    declared = graph.writing.declared().by_id.get(source)
    return declared or occasional(source, visibility or Level.PUBLIC.slug, kind=kind)


def _print_load(
    outcomes: Sequence[Outcome], failures: Sequence[tuple[str, EcographError]], *, as_json: bool
) -> None:
    if as_json:
        report = {"loaded": [asdict(o) for o in outcomes], "failed": {s: str(e) for s, e in failures}}
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    for outcome in outcomes if not as_json else ():
        _print_outcome(outcome)
    for _, error in failures:
        click.echo(f"ecograph: {error}", err=True)
        for rejection in getattr(error, "rejections", ())[:20]:
            click.echo(f"  {rejection}", err=True)


def _print_outcome(outcome: Outcome) -> None:
    if outcome.unchanged:
        click.echo(f"{outcome.source}: unchanged")
        return _print_understood(outcome)
    click.echo(
        f"{outcome.source}: {outcome.records} records, +{outcome.added} −{outcome.removed} triples, "
        f"{len(outcome.rejections)} rejected, {len(outcome.warnings)} remarks ({outcome.seconds:.1f} s)"
    )
    for name, written in outcome.written.items():
        click.echo(f"  {name}: read as {written}")
    for rejection in outcome.rejections:
        click.echo(f"  rejected: {rejection}", err=True)
    return _print_understood(outcome)


def _print_understood(outcome: Outcome) -> None:
    found = outcome.understood
    if found is not None and not found.unchanged:
        click.echo(
            f"  understood: {found.mentions} mentions in {found.read} of {found.texts} texts, "
            f"{found.waiting} to review"
        )
