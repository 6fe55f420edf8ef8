"""`ecograph match`: what can help a project, and how that is printed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from ecograph.cli.common import (
    LEVEL,
    absolute,
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
from ecograph.model import Change, MatchAnswer, NextQuestion, WhatIf

_IN_A_GROUP = 3


@click.command()
@click.argument("iri", required=False)
@click.option("--text", help="The project, told in a few words.")
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="K=V",
    help="What the company tells, or what if: headcount=12, naf=20, territory=48, legal_form=sarl, "
    "founded_on=2019, stage=prototype; repeat for several.",
)
@filters
@limit_option
@lang_option
@json_option
@click.pass_obj
@reported
def match(
    home: Path | None,
    /,
    iri: str | None,
    text: str | None,
    facts: tuple[str, ...],
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
    graph, asked = open_graph(home), Asked(**filters)
    given = dict(pair("--fact", fact) for fact in facts)
    if iri is not None:
        project = absolute(graph, iri)
        answer = graph.match_project(LEVEL, project, asked, limit=limit, facts=given, language=lang)
    else:
        answer = graph.match_text(LEVEL, text or "", asked, limit=limit, facts=given, language=lang)
    if as_json:
        print_json(answer)
    else:
        _print_match(answer)


def _print_match(answer: MatchAnswer) -> None:
    click.secho(answer.label, bold=True)
    for found in answer.understood:
        click.echo(f"  understood: {found.label} ({found.words})")
    if answer.notice:
        click.echo(answer.notice)
    print_results(answer.results)
    _print_groups(answer)
    _print_needs(answer)
    _print_elsewhere(answer)
    if answer.what_if:
        _print_what_if(answer.what_if)
    if answer.next_question:
        _print_question(answer.next_question)


def _print_needs(answer: MatchAnswer) -> None:
    for need in answer.needs if len(answer.needs) > 1 else ():
        _head(need.label)
        if need.notice:
            click.echo(need.notice)
        print_results(need.results[:_IN_A_GROUP])


def _print_elsewhere(answer: MatchAnswer) -> None:
    """Print what other territories and other poles have."""
    if answer.outside:
        _head(f"not offered here ({', '.join(answer.places)}), but exists elsewhere:")
    for result in answer.outside[:_IN_A_GROUP]:
        click.echo(f"  {result.label}")
    if answer.bridges:
        _head("from another pole:")
    for bridge in answer.bridges:
        click.echo(f"  {bridge.result.label}\n    {bridge.text}")


def _print_groups(answer: MatchAnswer) -> None:
    """Print by kind what does not stand above already."""
    shown = {result.iri for result in answer.results}
    groups = [
        (group.label, [result for result in group.results if result.iri not in shown][:_IN_A_GROUP])
        for group in answer.groups
    ]
    if any(more for _, more in groups):
        _head("more, by kind:")
    for label, more in groups:
        if more:
            click.echo(f"  {label}: {'; '.join(result.label for result in more)}")


def _print_what_if(found: WhatIf) -> None:
    _head("with " + ", ".join(f"{name}={value}" for name, value in found.facts.items()))
    lists = (
        ("eligible", found.eligible),
        ("not eligible", found.not_eligible),
        ("comes into reach", found.entered),
        ("leaves reach", found.left),
    )
    if not any(changes for _, changes in lists):
        click.echo("  nothing changes")
    for name, changes in lists:
        _print_changes(name, changes)


def _print_changes(name: str, changes: Iterable[Change]) -> None:
    for change in changes:
        click.echo(f"  {name}: {change.label} ({change.text})")


def _print_question(question: NextQuestion) -> None:
    click.echo("")
    click.secho(f"ask next: {question.text}", bold=True)
    click.echo(
        f"  --fact {question.datum}=…  settles {question.settles} of the {question.concerns} "
        "resources that wait for it"
    )


def _head(text: str) -> None:
    click.echo("")
    click.secho(text, bold=True)
