"""`ecograph serve` and `settings`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ecograph.cli.common import Progress, open_graph, read_settings, reported


@click.command()
@click.option("--host", help="Address to listen on (ECOGRAPH_HOST; 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen on (ECOGRAPH_PORT; 8000).")
@click.option("--home", "own_home", type=click.Path(path_type=Path), help="Folder of the graph.")
@click.pass_obj
@reported
def serve(home: Path | None, host: str | None, port: int | None, own_home: Path | None) -> None:
    """Serve the web pages, the API and SPARQL; the address is printed when it is ready."""
    from ecograph.web.logs import Steps, configure
    from ecograph.web.service import serve as run

    graph = open_graph(own_home or home, host=host, port=port)
    configure(graph.settings.log_level)
    graph.writing.prepare(Progress() if sys.stderr.isatty() else Steps())
    run(graph, announce=lambda address: click.echo(f"EcoGraph is ready: {address}"))


@click.command()
@click.pass_obj
@reported
def settings(home: Path | None) -> None:
    """List every setting, its value here, and what it is for."""
    from ecograph.settings import Settings

    current = read_settings(home)
    for name, field in Settings.model_fields.items():
        click.echo(f"ECOGRAPH_{name.upper()}={getattr(current, name)}")
        click.echo(f"    {field.description}")
