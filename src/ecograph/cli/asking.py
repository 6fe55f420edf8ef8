"""`ecograph search`, `read` and `query`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecograph.cli.common import (
    LEVEL,
    filters,
    json_option,
    lang_option,
    limit_option,
    open_graph,
    pair,
    print_json,
    print_results,
    reported,
)

if TYPE_CHECKING:
    from ecograph.app import EcoGraph
    from ecograph.model import SearchAnswer


@click.command()
@click.argument("text")
@filters
@limit_option
@lang_option
@json_option
@click.pass_obj
@reported
def search(
    home: Path | None, /, text: str, limit: int, lang: str, as_json: bool, **filters: tuple[str, ...]
) -> None:
    """Search resources of every kind by words and by meaning."""
    from ecograph.questions.filtering import Asked

    answer = open_graph(home).search(LEVEL, text, Asked(**filters), limit=limit, language=lang)
    if as_json:
        return print_json(answer)
    if answer.lexical_only:
        click.echo("(searching by words alone: no embedding)", err=True)
    click.echo(f"{answer.total} results{_places(answer)}")
    return print_results(answer.results)


def _places(answer: SearchAnswer) -> str:
    """Say within which places results were kept: they were read in the words."""
    places = [one.label for one in answer.understood if one.facet == "territory"]
    return f" within {', '.join(places)}" if places else ""


@click.command()
@click.argument("text")
@lang_option
@json_option
@click.pass_obj
@reported
def read(home: Path | None, /, text: str, lang: str, as_json: bool) -> None:
    """Tell what a TEXT (or - for standard input) names that the graph knows, and its poles."""
    answer = open_graph(home).read(LEVEL, _read_text("-") if text == "-" else text, language=lang)
    if as_json:
        return print_json(answer)
    for mention in answer.mentions:
        click.echo(f"{mention.confidence:.2f}  « {mention.quote} »  {mention.label} ({mention.type})")
        click.echo(f"      {mention.iri}")
    for pole in answer.poles:
        click.echo(f"{pole.confidence:.2f}  pole: {pole.label}")
    if not answer.mentions and not answer.poles:
        click.echo("nothing in this text is known to the graph")
    return None


@click.command()
@click.argument("query")
@click.option(
    "--param", "params", multiple=True, metavar="K=V", help="Value of a parameter; repeat for several."
)
@click.option(
    "--format",
    "wanted",
    default="csv",
    show_default=True,
    help="json, csv, tsv, xml, turtle, ntriples, jsonld…",
)
@click.pass_obj
@reported
def query(home: Path | None, query: str, params: tuple[str, ...], wanted: str) -> None:
    """Ask a saved query by NAME, a .rq FILE, or SPARQL on standard input (-).

    `ecograph query list` lists the saved queries and their parameters.
    """
    graph = open_graph(home)
    if query == "list":
        return _print_queries(graph)
    values: dict[str, str] = {}
    for name, value in (pair("--param", param) for param in params):
        if name in values:
            raise click.UsageError(f"--param {name} is given twice")
        values[name] = value
    content = graph.answer(LEVEL, _query_text(graph, query, values), wanted)
    sys.stdout.buffer.write(content)
    return None


def _query_text(graph: EcoGraph, query: str, values: dict[str, str]) -> str:
    from ecograph.graph.saved import read_query

    if query != "-" and not {".", "/"} & set(query):  # the name of a saved query has neither
        return graph.saved(query).bound(values)
    text = _read_text(query)
    if query == "-" and values:
        raise click.UsageError("--param goes with a saved query or a file")
    return read_query(Path(query)).bound(values) if values else text


def _read_text(query: str) -> str:
    from ecograph.errors import MalformedFile

    try:
        content = sys.stdin.buffer.read() if query == "-" else Path(query).read_bytes()
        return content.decode()
    except (OSError, UnicodeDecodeError) as error:
        name = "standard input" if query == "-" else query
        raise MalformedFile(name, str(error)) from error


def _print_queries(graph: EcoGraph) -> None:
    for saved in graph.queries.values():
        click.echo(f"{saved.name}: {saved.title['fr']} / {saved.title['en']}")
        for parameter in saved.parameters:
            needed = "required" if parameter.required else "optional"
            click.echo(f"    --param {parameter.name}=…  {parameter.expected} ({needed})")
