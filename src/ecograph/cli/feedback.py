"""`ecograph feedback`: say what a match was worth, and see what such judgements changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from ecograph.cli.common import (
    LEVEL,
    absolute,
    decided,
    json_option,
    key_of,
    open_graph,
    print_json,
    reported,
)
from ecograph.model import Level

_SHOWN = 20


@click.group()
def feedback() -> None:
    """Say what a match was worth, and see what such judgements changed."""


@feedback.command()
@click.argument("about")
@click.argument("resource")
@click.option("--helpful", "verdict", flag_value="helpful", help="The resource answers the need.")
@click.option("--not-relevant", "verdict", flag_value="not-relevant", help="It has nothing to do with it.")
@click.option(
    "--level",
    default="private",
    show_default=True,
    type=click.Choice([level.slug for level in Level]),
    help="Who sees it.",
)
@decided
@click.pass_obj
@reported
def give(
    home: Path | None,
    /,
    about: str,
    resource: str,
    verdict: str | None,
    level: str,
    **said: str,
) -> None:
    """Judge a RESOURCE as an answer to a need or a project (ABOUT), both by their IRIs."""
    if verdict is None:
        raise click.UsageError("give either --helpful or --not-relevant")
    graph = open_graph(home)
    seen = Level.of(level)
    key = key_of(said["by"], seen)
    need, offer = absolute(graph, about), absolute(graph, resource)
    kept = graph.feedback.give(key, need, offer, verdict, reason=said["reason"], language=said["lang"])
    click.echo(json.dumps(asdict(kept), ensure_ascii=False))


@feedback.command()
@json_option
@click.pass_obj
@reported
def report(home: Path | None, /, as_json: bool) -> None:
    """Count the judgements, and list the results whose rank they change."""
    found = open_graph(home).feedback.report(LEVEL)
    if as_json:
        return print_json(found)
    used = "in use" if found.in_use else "not in use (ECOGRAPH_FEEDBACK=off)"
    click.echo(
        f"{found.decisions} judgements, {used}: {found.helpful} helpful, {found.not_relevant} not relevant"
    )
    click.echo(f"{len(found.moved)} results have another rank")
    for moved in found.moved[:_SHOWN]:
        click.echo(f"  {moved.before} -> {moved.after}  {moved.label} (for: {moved.need})")
    return None
