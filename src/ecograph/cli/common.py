"""What the commands share: the façade, how failures are told, progress, filters."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from ecograph.errors import EcographError
from ecograph.graph.keys import Key
from ecograph.model import Level, Result

if TYPE_CHECKING:
    from ecograph.app import EcoGraph
    from ecograph.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

# Whoever has the home has all of it: the command line sees every level.
LEVEL = Level.PRIVATE

limit_option = click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100))
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
lang_option = click.option("--lang", default="fr", type=click.Choice(["fr", "en"]), show_default=True)
because_option = click.option("--because", "reason", default="", metavar="TEXT", help="Why, in a sentence.")
by_option = click.option("--by", default="cli", show_default=True, metavar="NAME", help="Who says so.")


def reported(command: Callable[P, R]) -> Callable[P, R]:
    """Say in one sentence what could not be done, and leave with 1."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            result = command(*args, **kwargs)
            sys.stdout.flush()
        except EcographError as error:
            click.echo(f"ecograph: {error}", err=True)
            sys.exit(1)
        except BrokenPipeError:  # whoever read has read enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        return result

    return wrapped


class Progress:
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


def open_graph(home: Path | None, **others: Any) -> EcoGraph:
    """Return the façade over a home; raises `EcographError` for a setting that does not hold."""
    from ecograph.app import EcoGraph

    return EcoGraph(read_settings(home, **others))


def read_settings(home: Path | None, **others: Any) -> Settings:
    """Return the settings, with what the command line says in their place."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from ecograph.settings import Settings

    given: dict[str, Any] = {
        name: value for name, value in {"home": home, **others}.items() if value is not None
    }
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"ECOGRAPH_{'__'.join(map(str, first['loc'])).upper()}"
        said = "" if first["loc"][0] == "fetch_keys" else f" is {first['input']!r}"
        raise EcographError(f"{name}{said}: {first['msg']}") from error
    except SettingsError as error:
        # The one setting that is made of several variables; what was given may be a key, and is not told.
        raise EcographError(
            "ECOGRAPH_FETCH_KEYS: each key is a variable of its own, ECOGRAPH_FETCH_KEYS__NAME"
        ) from error


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the filters that search and match share."""
    for name, help_text in (
        ("territory", "Territory: code (DEP-48, 48), IRI or name."),
        ("pole", "Pole: notation (agro), IRI or name."),
        ("open", "Offers that are open on this day (now), open later (soon), closed or undated."),
        ("type", "Class: Actor, Project, FundingOffer, TalentOffer…"),
    ):
        command = click.option(f"--{name}", multiple=True, help=help_text)(command)
    return command


def decided(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what all decisions take: why, and who says so."""
    return because_option(by_option(lang_option(command)))


def key_of(name: str, level: Level = LEVEL) -> Key:
    """Return the key of whoever works at the command line, which needs none."""
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return Key(id="cli", name=name, level=level, may_write=True, created_at=made)


def absolute(graph: EcoGraph, iri: str) -> str:
    """Return an IRI; a path stands for the one below the base, so that examples work everywhere."""
    return iri if "://" in iri else f"{graph.base}/{iri.removeprefix('/')}"


def pair(option: str, value: str) -> tuple[str, str]:
    """Return the two sides of `name=value`."""
    name, equals, content = value.partition("=")
    if not equals:
        raise click.UsageError(f"{option} {value}: expected name=value")
    return name, content


def print_json(answer: Any) -> None:
    """Print an answer as JSON alone."""
    shown = [asdict(part) for part in answer] if isinstance(answer, tuple) else asdict(answer)
    click.echo(json.dumps(shown, ensure_ascii=False, indent=2))


_OPENING = {"closed": "closed since", "soon": "opens on", "now": "open until"}


def print_results(results: Iterable[Result]) -> None:
    """Print results in order, each with its reasons and its criteria."""
    for rank, result in enumerate(results, start=1):
        if result.variant_of is not None:
            click.echo(f"{rank:3}. {result.score:.2f}  {result.label} (the same in another territory)")
            continue
        if result.story_of is not None:
            click.echo(f"{rank:3}. {result.score:.2f}  {result.label} (the same story)")
            continue
        kind = f", {result.kind}" if result.kind else ""
        mark = " [fictif]" if result.fictitious else ""
        click.echo(f"{rank:3}. {result.score:.2f}  {result.label} ({result.type}{kind}){mark}")
        click.echo(f"           {result.iri}")
        if result.similar:
            click.echo(f"           and {len(result.similar)} similar")
        if result.open in _OPENING:
            day = result.opens if result.open == "soon" else result.closes
            click.echo(f"           {_OPENING[result.open]} {day}" if day else "           open")
        for reason in result.reasons:
            click.echo(f"           {reason.contribution:+.3f} {reason.text}")
        for criterion in result.eligibility.criteria if result.eligibility else ():
            missing = f" (missing: {criterion.missing})" if criterion.missing else ""
            click.echo(f"           {criterion.status}: {criterion.label}{missing}")
