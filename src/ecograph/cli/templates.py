"""`ecograph template`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ecograph.cli.common import lang_option, reported
from ecograph.errors import MalformedFile


@click.command()
@click.argument("cls", metavar="CLASS")
@click.option("--format", "syntax", type=click.Choice(["xlsx", "csv"]), default="xlsx", show_default=True)
@lang_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Where to write it (CLASS.FORMAT; - prints)."
)
@reported
def template(cls: str, syntax: str, lang: str, output: Path | None) -> None:
    """Make a spreadsheet to fill in records of CLASS, as Project or Company.

    Its columns, help and lists come from the shapes. `ecograph load FILE` reads it once it is filled in.
    """
    from ecograph.sources.forms import form_of
    from ecograph.sources.templates import csv_template, xlsx_template

    form = form_of(cls)
    content = csv_template(form, lang) if syntax == "csv" else xlsx_template(form, lang)
    if str(output) == "-":
        sys.stdout.buffer.write(content)
        return
    path = output or Path(f"{cls}.{syntax}")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise MalformedFile(str(path), error.strerror or str(error)) from error
    click.echo(str(path))
