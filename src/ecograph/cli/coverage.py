"""`ecograph candidates` and `gaps`: which projects a resource fits, and which needs nothing covers."""

from __future__ import annotations

from pathlib import Path

import click

from ecograph.cli.common import (
    LEVEL,
    absolute,
    json_option,
    lang_option,
    limit_option,
    open_graph,
    print_json,
    print_results,
    reported,
)
from ecograph.model import Gap


@click.command()
@click.argument("iri")
@limit_option
@lang_option
@json_option
@click.pass_obj
@reported
def candidates(home: Path | None, /, iri: str, limit: int, lang: str, as_json: bool) -> None:
    """List the projects that a resource or an actor (its IRI) fits, each with its reasons."""
    graph = open_graph(home)
    fits = graph.candidates(LEVEL, absolute(graph, iri), limit=limit, language=lang)
    if as_json:
        return print_json(fits)
    if not fits:
        click.echo("it fits no project")
    for fit in fits:
        click.secho(fit.need, bold=True)
        print_results([fit.result])
    return None


@click.command()
@click.option("--pole", multiple=True, help="Pole of the projects: notation (agro), IRI or name.")
@click.option("--axis", multiple=True, help="Innovation axis of the projects.")
@click.option("--territory", multiple=True, help="Territory of the projects: code (DEP-48, 48), IRI or name.")
@limit_option
@lang_option
@json_option
@click.pass_obj
@reported
def gaps(home: Path | None, /, limit: int, lang: str, as_json: bool, **filters: tuple[str, ...]) -> None:
    """List the needs that nothing within reach of their project covers, the least covered first."""
    from ecograph.questions.filtering import Asked

    answer = open_graph(home).gaps(LEVEL, Asked(**filters), limit=limit, language=lang)
    if as_json:
        return print_json(answer)
    click.echo(f"{answer.total} of {answer.needs} needs")
    for name, values in answer.facets.items():
        click.echo(f"  {name}: {', '.join(f'{value.label} {value.count}' for value in values)}")
    for gap in answer.gaps:
        _print_gap(gap)
    return None


def _print_gap(gap: Gap) -> None:
    click.echo("")
    click.secho(gap.label, bold=True)
    click.echo(f"  project: {gap.project_label} ({', '.join((*gap.poles, *gap.places))})")
    if gap.nearest:
        click.echo(f"  nearest here: {gap.nearest.label} ({gap.nearest.score:.2f})")
    if gap.elsewhere:
        click.echo(f"  exists elsewhere: {gap.elsewhere.label}")
