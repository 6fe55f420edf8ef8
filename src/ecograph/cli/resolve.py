"""`ecograph resolve`: list the records that may be of one organisation, and decide which are."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecograph.cli.common import (
    LEVEL,
    absolute,
    decided,
    json_option,
    key_of,
    lang_option,
    open_graph,
    print_json,
    reported,
)
from ecograph.model import Duplicate, RecordShown, Resolved, Ruled

if TYPE_CHECKING:
    from ecograph.app import EcoGraph


@click.group()
def resolve() -> None:
    """Say which records are of one organisation, and which are not."""


@resolve.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--offset", default=0, show_default=True, type=click.IntRange(0))
@lang_option
@json_option
@click.pass_obj
@reported
def list_(home: Path | None, /, limit: int, offset: int, lang: str, as_json: bool) -> None:
    """List the pairs to decide, likely ones first, and what was decided."""
    found = open_graph(home).resolution.report(LEVEL, limit=limit, offset=offset, language=lang)
    if as_json:
        return print_json(found)
    click.echo(f"{found.total} pairs to decide")
    for duplicate in found.duplicates:
        _print_duplicate(duplicate)
    click.echo(f"{len(found.decisions)} decisions hold")
    for ruled in found.decisions:
        _print_ruled(ruled)
    return None


@resolve.command()
@click.argument("one")
@click.argument("other")
@click.option("--keep", metavar="IRI", help="The one that stays; by default the better name of both.")
@decided
@json_option
@click.pass_obj
@reported
def merge(home: Path | None, /, one: str, other: str, keep: str | None, **said: Any) -> None:
    """Make the records ONE and OTHER one resource, both by their IRIs."""
    graph = open_graph(home)
    kept = absolute(graph, keep) if keep else None
    decide = graph.resolution.merge
    _print(decide(key_of(said["by"]), *_both(graph, one, other), keep=kept, said=_why(said)), said)


@resolve.command("keep-apart")
@click.argument("one")
@click.argument("other")
@decided
@json_option
@click.pass_obj
@reported
def keep_apart(home: Path | None, /, one: str, other: str, **said: Any) -> None:
    """Say that ONE and OTHER are two organisations: they are not proposed again."""
    graph = open_graph(home)
    _print(graph.resolution.keep_apart(key_of(said["by"]), *_both(graph, one, other), said=_why(said)), said)


@resolve.command()
@click.argument("one")
@click.argument("other", required=False)
@decided
@json_option
@click.pass_obj
@reported
def undo(home: Path | None, /, one: str, other: str | None, **said: Any) -> None:
    """Take the decision on ONE and OTHER back, or the only one on ONE."""
    graph = open_graph(home)
    second = absolute(graph, other) if other else None
    _print(graph.resolution.undo(key_of(said["by"]), absolute(graph, one), second, said=_why(said)), said)


def _both(graph: EcoGraph, one: str, other: str) -> tuple[str, str]:
    return absolute(graph, one), absolute(graph, other)


def _why(said: dict[str, Any]) -> Any:
    from ecograph.exchange.deciding import Said

    return Said(said["reason"], said["lang"])


def _print(done: Resolved, said: dict[str, Any]) -> None:
    if said["as_json"]:
        return click.echo(json.dumps(asdict(done), ensure_ascii=False))
    words = {"merge": "merged into", "keep-apart": "kept apart from", "undo": "undecided again with"}
    click.echo(f"{done.record} {words[done.verdict]} {done.into} (seen by: {done.level})")
    if done.contradictions:
        told = "; ".join(done.contradictions)
        click.echo(f"warning: their official identifiers differ ({told}); undo takes it back", err=True)
    return None


def _print_duplicate(found: Duplicate) -> None:
    click.echo(f"{found.score:.2f}  {_named(found.one)}\n      {_named(found.other)}")
    click.echo(f"      {'; '.join(found.reasons)}")


def _print_ruled(ruled: Ruled) -> None:
    words = "=" if ruled.verdict == "merge" else "≠"
    click.echo(
        f"{words} {ruled.record.iri}\n  {ruled.into.iri}\n  {ruled.by}, {ruled.on[:10]} {ruled.reason}"
    )


def _named(record: RecordShown) -> str:
    return f"{record.label} <{record.iri}> ({', '.join(record.sources)})"
