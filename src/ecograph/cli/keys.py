"""`ecograph key`: who may see more than the public, and who may write."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecograph.cli.common import open_graph, reported
from ecograph.model import Level

if TYPE_CHECKING:
    from ecograph.graph.keys import Key


@click.group()
def key() -> None:
    """Make, list and revoke the keys that programs send to the service."""


@key.command()
@click.option("--level", required=True, type=click.Choice([level.slug for level in Level]))
@click.option("--write", is_flag=True, help="The key may also write.")
@click.option("--name", default="", help="Whose key it is; its id by default.")
@click.pass_obj
@reported
def create(home: Path | None, level: str, write: bool, name: str) -> None:
    """Print a new key. It is shown this once: only its digest is kept."""
    made, text = open_graph(home).keys.create(level=Level.of(level), may_write=write, name=name)
    click.echo(text)
    click.echo(f"key {made.id} ({made.name}): {_said(made)}; it is not shown again", err=True)


@key.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@click.pass_obj
@reported
def list_keys(home: Path | None, as_json: bool) -> None:
    """List the keys, revoked ones too."""
    keys = open_graph(home).keys.list()
    if as_json:
        shown = [{**asdict(known), "level": known.level.slug} for known in keys]
        return click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    for known in keys:
        ended = f", revoked {known.revoked_at}" if known.revoked_at else ""
        click.echo(f"{known.id}  {known.name}  {_said(known)}, created {known.created_at}{ended}")
    return None


@key.command()
@click.argument("name")
@click.pass_obj
@reported
def revoke(home: Path | None, name: str) -> None:
    """End the key called NAME, a name or an id; a running service refuses it from then on."""
    ended = open_graph(home).keys.revoke(name)
    click.echo(f"revoked {ended.id} ({ended.name})")


def _said(known: Key) -> str:
    return f"{known.level.slug}, {'reads and writes' if known.may_write else 'reads'}"
