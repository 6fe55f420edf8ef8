"""`ecograph understand`: read the texts of sources for what they say of the graph."""

from __future__ import annotations

from pathlib import Path

import click

from ecograph.cli.common import Progress, json_option, open_graph, print_json, reported


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]…")
@json_option
@click.pass_obj
@reported
def understand(home: Path | None, /, sources: tuple[str, ...], as_json: bool) -> None:
    """Read the texts of each SOURCE for what they say of the graph.

    By default, those of all sources that were read before. Feeds and documents are read whenever they
    are loaded. Reading the same again changes nothing, and what people decided stays decided.
    """
    graph = open_graph(home)
    progress = Progress()
    found = graph.writing.understand(sources, progress)
    progress.close()
    if as_json:
        return print_json(tuple(found))
    for one in found:
        state = "unchanged" if one.unchanged else f"+{one.added} −{one.removed} triples"
        click.echo(
            f"{one.source}: {one.texts} texts, {one.read} read, {one.mentions} mentions, "
            f"{one.waiting} to review; {state} ({one.seconds:.1f} s)"
        )
    return None
