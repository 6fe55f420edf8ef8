"""`ecograph company`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecograph.cli.common import Progress, json_option, open_graph, reported
from ecograph.errors import UnknownCompany

if TYPE_CHECKING:
    from ecograph.app import EcoGraph
    from ecograph.sources.register import Found


@click.command()
@click.argument("query")
@click.option("--add", is_flag=True, help="Add the company with this SIREN to the graph.")
@json_option
@click.pass_obj
@reported
def company(home: Path | None, query: str, add: bool, as_json: bool) -> None:
    """Look a company up in the French register, by its SIREN or its name.

    The public API “Recherche d'entreprises” is asked. With --add, the company becomes an actor of the
    source “entreprises”; without, nothing is written.
    """
    from ecograph.sources.register import found

    graph = open_graph(home)
    if add:
        return _add(graph, query)
    companies = found(graph.register.look_up(query))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in companies], ensure_ascii=False, indent=2))
        return None
    if not companies:
        raise UnknownCompany(query)
    for one in companies:
        _print(one)
    return None


def _add(graph: EcoGraph, siren: str) -> None:
    from ecograph.sources.companies import company_iri

    progress = Progress()
    outcome = graph.register.add(siren, progress)
    progress.close()
    done = "unchanged" if outcome.unchanged else f"+{outcome.added} −{outcome.removed} triples"
    click.echo(f"{outcome.source}: {done}")
    click.echo(f"  {company_iri(graph.base, ''.join(siren.split()))}")


def _print(one: Found) -> None:
    from ecograph.sources.companies import HEADCOUNTS

    about = one.company
    mark = "" if one.taken else " [fermée ou non diffusée]"
    click.echo(f"{about.siren}  {about.name}{mark}")
    said = (
        f"NAF {about.activity}" if about.activity else "",
        about.category,
        f"{HEADCOUNTS[about.headcount]} salariés" if about.headcount in HEADCOUNTS else "",
        f"{about.commune_name} ({about.commune})" if about.commune else "",
        f"depuis {about.founded}" if about.founded else "",
    )
    click.echo(f"           {', '.join(filter(None, said))}")
