"""The command line: parse, call, print. What a command needs is imported when it runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from ecograph import __version__
from ecograph.errors import EcographError
from ecograph.model import Level, MatchAnswer, Outcome, Result

if TYPE_CHECKING:
    from ecograph.app import EcoGraph
    from ecograph.settings import Settings
    from ecograph.sources.declaration import Declaration

P = ParamSpec("P")
R = TypeVar("R")

# Whoever has the home has all of it: the command line sees every level.
_LEVEL = Level.PRIVATE


def _reported(command: Callable[P, R]) -> Callable[P, R]:
    """Say in one sentence what could not be done, and leave with 1."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except EcographError as error:
            click.echo(f"ecograph: {error}", err=True)
            sys.exit(1)
        except BrokenPipeError:
            sys.exit(0)

    return wrapped


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


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--source", "sources", multiple=True, metavar="ID", help="Declared source; repeat for several.")
@click.option(
    "--visibility",
    type=click.Choice([level.slug for level in Level]),
    help="Who may see FILES of a source that is not declared (public).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
@_reported
def load(
    home: Path | None,
    files: tuple[Path, ...],
    sources: tuple[str, ...],
    visibility: str | None,
    as_json: bool,
) -> None:
    """Load FILES, or declared sources (all by default).

    RDF files in any syntax become the content of the source ID, which is declared for the occasion
    when it is not already: its id is then the first file's name. A .toml file is a declaration of its
    own. Records that break a shape are reported and left out; loading the same again changes nothing.
    """
    graph = _graph(home)
    progress = _Progress()
    declared, plain = [f for f in files if f.suffix == ".toml"], [f for f in files if f.suffix != ".toml"]
    outcomes: list[Outcome] = []
    failures: list[tuple[str, EcographError]] = []
    if plain:
        outcomes.append(_load_files(graph, plain, sources, visibility, progress))
    elif declared or sources or not files:
        outcomes, failures = graph.load_declared(sources, extra=declared, progress=progress)
    progress.close()
    _print_load(outcomes, failures, as_json=as_json)
    if failures:
        sys.exit(1)


def _load_files(
    graph: EcoGraph,
    files: Sequence[Path],
    sources: tuple[str, ...],
    visibility: str | None,
    progress: _Progress,
) -> Outcome:
    from ecograph.sources.description import slug
    from ecograph.sources.read import read_files

    if len(sources) > 1:
        raise click.UsageError("files go to one source: give --source once")
    source = sources[0] if sources else slug(files[0].stem)
    declaration = _declaration(graph, source, visibility)
    content = read_files(files, limit=graph.settings.load_bytes)
    return graph.load_files(declaration, content, progress)


def _declaration(graph: EcoGraph, source: str, visibility: str | None) -> Declaration:
    from ecograph.sources.declaration import occasional

    return graph.declarations().get(source) or occasional(source, visibility or Level.PUBLIC.slug)


def _print_load(
    outcomes: Sequence[Outcome], failures: Sequence[tuple[str, EcographError]], *, as_json: bool
) -> None:
    if as_json:
        report = {"loaded": [asdict(o) for o in outcomes], "failed": {s: str(e) for s, e in failures}}
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    for outcome in outcomes if not as_json else ():
        _print_outcome(outcome)
    for _, error in failures:
        click.echo(f"ecograph: {error}", err=True)
        for rejection in getattr(error, "rejections", ())[:20]:
            click.echo(f"  {rejection}", err=True)


def _print_outcome(outcome: Outcome) -> None:
    if outcome.unchanged:
        click.echo(f"{outcome.source}: unchanged")
        return
    click.echo(
        f"{outcome.source}: {outcome.records} records, +{outcome.added} −{outcome.removed} triples, "
        f"{len(outcome.rejections)} rejected, {len(outcome.warnings)} remarks ({outcome.seconds:.1f} s)"
    )
    for rejection in outcome.rejections:
        click.echo(f"  rejected: {rejection}", err=True)


def _filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the filters that search and match share."""
    for name, help_text in (
        ("territory", "Territory: code (DEP-48, 48), IRI or name."),
        ("pole", "Pole: notation (agro), IRI or name."),
        ("type", "Class: Actor, Project, FundingOffer, TalentOffer…"),
    ):
        command = click.option(f"--{name}", multiple=True, help=help_text)(command)
    return command


_limit = click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100))
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
_lang = click.option("--lang", default="fr", type=click.Choice(["fr", "en"]), show_default=True)


@main.command()
@click.argument("text")
@_filters
@_limit
@_lang
@_json
@click.pass_obj
@_reported
def search(
    home: Path | None, /, text: str, limit: int, lang: str, as_json: bool, **filters: tuple[str, ...]
) -> None:
    """Search resources of every kind by words and by meaning."""
    from ecograph.questions.filtering import Asked

    answer = _graph(home).search(_LEVEL, text, Asked(**filters), limit=limit, language=lang)
    if as_json:
        return _print_json(answer)
    if answer.lexical_only:
        click.echo("(searching by words alone: no embedding)", err=True)
    click.echo(f"{answer.total} results")
    return _print_results(answer.results)


@main.command()
@click.argument("iri", required=False)
@click.option("--text", help="The project, told in a few words.")
@_filters
@_limit
@_lang
@_json
@click.pass_obj
@_reported
def match(
    home: Path | None,
    /,
    iri: str | None,
    text: str | None,
    limit: int,
    lang: str,
    as_json: bool,
    **filters: tuple[str, ...],
) -> None:
    """Match a project (its IRI, or --text) with the resources that can make it happen.

    Each resource comes with its reasons, whose contributions add up to its score.
    """
    from ecograph.questions.filtering import Asked

    if (iri is None) == (text is None):
        raise click.UsageError("give either the IRI of a project or --text")
    graph, asked = _graph(home), Asked(**filters)
    if iri is not None:
        answer = graph.match_project(_LEVEL, _absolute(graph, iri), asked, limit=limit, language=lang)
    else:
        answer = graph.match_text(_LEVEL, text or "", asked, limit=limit, language=lang)
    if as_json:
        _print_json(answer)
    else:
        _print_match(answer)


@main.command()
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
@_reported
def query(home: Path | None, query: str, params: tuple[str, ...], wanted: str) -> None:
    """Ask a saved query by NAME, a .rq FILE, or SPARQL on standard input (-).

    `ecograph query list` lists the saved queries and their parameters.
    """
    graph = _graph(home)
    if query == "list":
        return _print_queries(graph)
    values = dict(_pair(param) for param in params)
    content = graph.answer(_LEVEL, _query_text(graph, query, values), wanted)
    sys.stdout.buffer.write(content)
    return None


@main.command()
@click.option("--host", help="Address to listen on (ECOGRAPH_HOST; 127.0.0.1).")
@click.option("--port", type=int, help="Port to listen on (ECOGRAPH_PORT; 8000).")
@click.option("--home", "own_home", type=click.Path(path_type=Path), help="Folder of the graph.")
@click.pass_obj
@_reported
def serve(home: Path | None, host: str | None, port: int | None, own_home: Path | None) -> None:
    """Serve the web pages, the API and SPARQL; the address is printed when it is ready."""
    from ecograph.web.service import serve as run

    graph = _graph(own_home or home, host=host, port=port)
    graph.prepare(_Progress())
    run(graph, announce=lambda address: click.echo(f"EcoGraph is ready: {address}"))


@main.command()
@click.pass_obj
@_reported
def settings(home: Path | None) -> None:
    """List every setting, its value here, and what it is for."""
    from ecograph.settings import Settings

    current = _settings(home)
    for name, field in Settings.model_fields.items():
        click.echo(f"ECOGRAPH_{name.upper()}={getattr(current, name)}")
        click.echo(f"    {field.description}")


class _Progress:
    """Progress on standard error: one line that changes on a terminal, one a step elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._last = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._terminal:
            share = f" {100 * done // total} %" if total else ""
            click.echo(f"\r\x1b[K{step}{share}", nl=False, err=True)
        elif step != self._last:
            click.echo(f"  {step}", err=True)
        self._last = step

    def close(self) -> None:
        """Leave the terminal's line free for what follows."""
        if self._terminal and self._last:
            click.echo("\r\x1b[K", nl=False, err=True)


def _graph(home: Path | None, **others: Any) -> EcoGraph:
    from ecograph.app import EcoGraph

    return EcoGraph(_settings(home, **others))


def _settings(home: Path | None, **others: Any) -> Settings:
    from pydantic import ValidationError

    from ecograph.settings import Settings

    given: dict[str, Any] = {
        name: value for name, value in {"home": home, **others}.items() if value is not None
    }
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"ECOGRAPH_{str(first['loc'][0]).upper()}"
        raise EcographError(f"{name} is {first['input']!r}: {first['msg']}") from error


def _absolute(graph: EcoGraph, iri: str) -> str:
    """A path stands for the IRI below the base, so that examples work in every deployment."""
    return iri if "://" in iri else f"{graph.base}/{iri.removeprefix('/')}"


def _pair(param: str) -> tuple[str, str]:
    name, equals, value = param.partition("=")
    if not equals:
        raise click.UsageError(f"--param {param}: expected name=value")
    return name, value


def _query_text(graph: EcoGraph, query: str, values: dict[str, str]) -> str:
    from ecograph.graph.saved import read_query

    if query == "-":
        return sys.stdin.read()
    path = Path(query)
    if path.suffix == ".rq" or path.exists():
        if values:
            return read_query(path).bound(values)
        return _read_text(path)
    return graph.saved(query).bound(values)


def _read_text(path: Path) -> str:
    from ecograph.errors import MalformedFile

    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedFile(str(path), str(error)) from error


def _print_queries(graph: EcoGraph) -> None:
    for saved in graph.queries.values():
        click.echo(f"{saved.name}: {saved.title['fr']} / {saved.title['en']}")
        for parameter in saved.parameters:
            needed = "required" if parameter.required else "optional"
            click.echo(f"    --param {parameter.name}=…  {parameter.expected} ({needed})")


def _print_json(answer: Any) -> None:
    click.echo(json.dumps(asdict(answer), ensure_ascii=False, indent=2))


def _print_match(answer: MatchAnswer) -> None:
    click.secho(answer.label, bold=True)
    for found in answer.understood:
        click.echo(f"  understood: {found.label} ({found.words})")
    if not answer.results:
        click.echo("nothing answers this project")
    _print_results(answer.results)
    for need in answer.needs if len(answer.needs) > 1 else ():
        click.echo("")
        click.secho(need.label, bold=True)
        _print_results(need.results[:3])
    if answer.outside:
        click.echo("\nnot offered in this territory, but exists elsewhere:")
        for result in answer.outside[:3]:
            click.echo(f"  {result.label}")


def _print_results(results: Iterable[Result]) -> None:
    for rank, result in enumerate(results, start=1):
        kind = f", {result.kind}" if result.kind else ""
        mark = " [fictif]" if result.fictitious else ""
        click.echo(f"{rank:3}. {result.score:.2f}  {result.label} ({result.type}{kind}){mark}")
        click.echo(f"           {result.iri}")
        for reason in result.reasons:
            click.echo(f"           {reason.contribution:+.3f} {reason.text}")
        for criterion in result.eligibility.criteria if result.eligibility else ():
            missing = f" (missing: {criterion.missing})" if criterion.missing else ""
            click.echo(f"           {criterion.status}: {criterion.label}{missing}")
