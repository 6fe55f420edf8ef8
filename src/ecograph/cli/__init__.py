"""The command line: parse, call, print. What a command needs is imported when it runs."""

from __future__ import annotations

from pathlib import Path

import click

from ecograph import __version__
from ecograph.cli.asking import query, read, search
from ecograph.cli.company import company
from ecograph.cli.coverage import candidates, gaps
from ecograph.cli.feedback import feedback
from ecograph.cli.keys import key
from ecograph.cli.loading import load
from ecograph.cli.matching import match
from ecograph.cli.moving import store
from ecograph.cli.refreshing import refresh
from ecograph.cli.resolve import resolve
from ecograph.cli.serving import serve, settings
from ecograph.cli.sources import source
from ecograph.cli.templates import template
from ecograph.cli.understanding import review, understand
from ecograph.cli.upkeep import backup, compact, restore, verify


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
@click.option("--home", type=click.Path(path_type=Path), help="Folder of the graph (ECOGRAPH_HOME; var).")
@click.pass_context
def main(context: click.Context, home: Path | None) -> None:
    """Link a company's concrete project to the resources of its territory.

    \b
    First steps:
      ecograph load                                load the sample territory
      ecograph search "huiles essentielles"        find resources
      ecograph match --text "sécher des plantes"   match a project told in a few words
      ecograph query actors-by-pole                ask a saved question
      ecograph serve                               open the platform in a browser
    """  # noqa: D301 - click's own mark for lines that must not be wrapped
    context.obj = home


for _command in (
    load,
    company,
    refresh,
    understand,
    review,
    template,
    source,
    search,
    match,
    candidates,
    gaps,
    feedback,
    resolve,
    read,
    query,
    serve,
    settings,
    key,
    backup,
    restore,
    verify,
    compact,
    store,
):
    main.add_command(_command)
