"""`ecograph load`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from ecograph.cli.common import Progress, open_graph, reported
from ecograph.errors import EcographError, MalformedFile, TooManyRejected
from ecograph.model import Level, Outcome, Rejection

if TYPE_CHECKING:
    from ecograph.app import EcoGraph
    from ecograph.sources.content import File
    from ecograph.sources.declaration import Declaration
    from ecograph.sources.filled import Origin


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--source", "sources", multiple=True, metavar="ID", help="Declared source; repeat for several.")
@click.option(
    "--visibility",
    type=click.Choice([level.slug for level in Level]),
    help="Who may see FILES of a source that is not declared (as before; at first public).",
)
@click.option(
    "--template", "cls", metavar="CLASS", help="FILES are filled templates; a workbook tells itself."
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table again as a workbook, what was rejected marked in it.",
)
@click.option(
    "--max-error-share",
    type=click.FloatRange(0, 1),
    help="Share of rejected records above which nothing is loaded (1 for templates).",
)
@click.option(
    "--accept-losses",
    is_flag=True,
    help="FILES, or the sources named, may lose more of their records than declared.",
)
@click.option("--remarks", is_flag=True, help="Tell what would make the loaded records more useful.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
@reported
def load(  # noqa: PLR0913 - one for each option
    home: Path | None,
    files: tuple[Path, ...],
    *,
    sources: tuple[str, ...],
    visibility: str | None,
    cls: str | None,
    report: Path | None,
    max_error_share: float | None,
    accept_losses: bool,
    remarks: bool,
    as_json: bool,
) -> None:
    """Load FILES, or declared sources (all by default).

    RDF files in any syntax, or documents (text, HTML, PDF), become the content of the source ID, which
    is declared for the occasion when it is not already: its id is then the first file's name. A
    workbook that was filled in (see `ecograph template`) tells what it is. A .toml file is a
    declaration of its own. Records that break a shape are reported and left out; loading the same
    again changes nothing.
    """
    if accept_losses and not (files or sources):
        raise click.UsageError("name the sources that may lose records")
    graph = open_graph(home)
    progress = Progress()
    declared, plain = [f for f in files if f.suffix == ".toml"], [f for f in files if f.suffix != ".toml"]
    if declared and plain:
        raise click.UsageError("give declarations (.toml) or files, not both")
    outcomes: list[Outcome] = []
    failures: list[tuple[str, EcographError]] = []
    if plain:
        given = _Given(sources, visibility, cls, max_error_share, report, accept_losses)
        outcomes.append(_load_files(graph, plain, given, progress))
    elif declared or sources or not files:
        outcomes, failures = graph.writing.load_declared(
            sources, extra=declared, accept_losses=accept_losses, progress=progress
        )
    progress.close()
    _print_load(
        outcomes, failures, remarks=remarks, as_json=as_json
    )  # first: what was loaded is told, whatever follows
    merged = graph.resolution.settle() if outcomes else 0
    if merged and not as_json:
        click.echo(f"{merged} records merged by their identifiers")
    if failures:
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class _Given:
    """What the command line says of the files."""

    sources: tuple[str, ...]
    visibility: str | None
    cls: str | None
    max_error_share: float | None
    report: Path | None
    accept_losses: bool


def _load_files(graph: EcoGraph, files: Sequence[Path], given: _Given, progress: Progress) -> Outcome:
    from ecograph.sources.declaration import accepting_losses
    from ecograph.sources.gather import Gathering

    if len(given.sources) > 1:
        raise click.UsageError("files go to one source: give --source once")
    if given.report and len(files) > 1:
        raise click.UsageError("a report is about one table: load its file alone")
    content = list(Gathering(None, limit=graph.settings.load_bytes).read(files))
    declaration = _declaration(graph, files[0], content, given)
    if given.accept_losses:
        declaration = accepting_losses(declaration)
    try:
        outcome = graph.writing.load_files(declaration, content, progress)
    except TooManyRejected as error:
        _report(given.report, content[0], declaration, cast("Sequence[Rejection]", error.rejections))
        raise
    _report(given.report, content[0], declaration, outcome.rejections)
    return outcome


def _declaration(graph: EcoGraph, path: Path, files: Sequence[File], given: _Given) -> Declaration:
    from ecograph.sources.declaration import filled, occasional
    from ecograph.sources.extraction import SUFFIXES
    from ecograph.sources.filled import origin_of
    from ecograph.sources.forms import form_of
    from ecograph.sources.naming import slug

    share = {} if given.max_error_share is None else {"max_error_share": given.max_error_share}
    declared, levels = graph.writing.declared().by_id, graph.writing.levels()
    origin = origin_of(files[0].content)
    source = given.sources[0] if given.sources else _remembered(origin, levels.keys() - declared.keys())
    source = source or slug(path.stem)
    known = declared.get(source)
    # What fewer may see stays so until somebody says otherwise.
    visibility = given.visibility or (levels[source].slug if source in levels else "")
    cls = given.cls or (origin.cls if origin and known is None else None)
    if cls is not None:
        form = form_of(cls)
        return filled(source, visibility or form.visibility, cls).model_copy(update=share)
    kind = "document" if all(file.suffix in SUFFIXES for file in files) else "rdf"
    declaration = known or occasional(source, visibility or Level.PUBLIC.slug, kind=kind)
    return declaration.model_copy(update=share)


def _remembered(origin: Origin | None, occasional: Set[str]) -> str:
    """Return the source that a report is about, if forms may go there: whoever sent it may have typed it."""
    source = origin.source if origin else ""
    # What EcoGraph keeps beside the sources ends with the level that sees it, as `resolution-public`.
    is_own = source.endswith(tuple(f"-{level.slug}" for level in Level))
    return source if source in occasional and not is_own else ""


def _report(path: Path | None, file: File, declaration: Declaration, rejections: Sequence[Rejection]) -> None:
    from ecograph.sources.forms import form_of
    from ecograph.sources.templates import marked_copy

    if path is None:
        return
    form = form_of(declaration.template) if declaration.template else None
    content = marked_copy(file, rejections, form, "fr", source=declaration.id)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise MalformedFile(str(path), error.strerror or str(error)) from error


def _print_load(
    outcomes: Sequence[Outcome],
    failures: Sequence[tuple[str, EcographError]],
    *,
    remarks: bool,
    as_json: bool,
) -> None:
    if as_json:
        report = {"loaded": [asdict(o) for o in outcomes], "failed": {s: str(e) for s, e in failures}}
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    for outcome in outcomes if not as_json else ():
        _print_outcome(outcome, remarks=remarks)
    for _, error in failures:
        click.echo(f"ecograph: {error}", err=True)
        for rejection in getattr(error, "rejections", ())[:20]:
            click.echo(f"  {rejection}", err=True)


def _print_outcome(outcome: Outcome, *, remarks: bool) -> None:
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
    for remark in outcome.warnings if remarks else ():
        click.echo(f"  remark: {remark}", err=True)
    return _print_understood(outcome)


def _print_understood(outcome: Outcome) -> None:
    found = outcome.understood
    if found is not None and not found.unchanged:
        click.echo(
            f"  understood: {found.mentions} mentions in {found.read} of {found.texts} texts, "
            f"{found.waiting} to review"
        )
