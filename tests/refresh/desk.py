"""A deployment whose sources are asked by the clock of a test, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ecograph.app import EcoGraph
from ecograph.fetching import Client, Clock, Guard, Keys, Memory
from ecograph.model import Level, Run
from ecograph.settings import Settings

DECLARATION = """
id = "{id}"
kind = "feed"
location = ["{location}"]
{more}
visibility = "{visibility}"
licence = "https://example.org/licence"
schedule = "{schedule}"
understand = false
title = {{ fr = "Une source", en = "A source" }}
description = {{ fr = "Pour l'exemple.", en = "For the example." }}
publisher = {{ name = "Quelqu'un" }}
"""
KEY = "s3cr3t-of-the-press"
PREFIXES = """PREFIX eco: <https://w3id.org/ecograph/ns#> PREFIX dct: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#> """


def item(name: str, title: str) -> str:
    return f"<item><guid>{name}</guid><title>{title}</title><link>https://presse.example/{name}</link></item>"


def feed(*items: str) -> str:
    return f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>"


@dataclass
class Desk:
    """A deployment whose time stands still until a test moves it."""

    home: Path
    at: datetime = datetime(2026, 3, 2, 8, tzinfo=UTC)
    _opened: list[EcoGraph] = field(default_factory=list)

    def open(self) -> EcoGraph:
        settings = Settings(home=self.home, embedding="none", lexicon="none", spotting="none", _env_file=None)
        graph = EcoGraph(settings, today=lambda: date(2026, 3, 2), now=lambda: self.at)
        graph.outgoing.client = Client(
            Guard(["127.0.0.0/8"]),
            agent="EcoGraph",
            memory=Memory(self.home / "fetching.sqlite"),
            clock=Clock(now=lambda: self.at, sleep=lambda seconds: None),
            keys=Keys({"presse": KEY}),
        )
        self._opened.append(graph)
        return graph

    def close(self) -> None:
        """Close all that was opened: SQLite files that are left to the collector are warned of."""
        while self._opened:
            self._opened.pop().close()

    def declare(
        self,
        name: str,
        location: str,
        schedule: str = "daily",
        visibility: str = "public",
        more: str = "",
    ) -> None:
        folder = self.home / "loaders"
        folder.mkdir(exist_ok=True)
        text = DECLARATION.format(
            id=name, location=location, schedule=schedule, visibility=visibility, more=more
        )
        (folder / f"{name}.toml").write_text(text, "utf-8")

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)


def values(graph: EcoGraph, query: str, level: Level = Level.PUBLIC) -> list[tuple[str, ...]]:
    return [tuple(term.value for term in row.values()) for row in graph.rows(level, PREFIXES + query)]


def titles(graph: EcoGraph) -> list[str]:
    return [row[0] for row in values(graph, "SELECT ?t { ?i a eco:WatchItem ; dct:title ?t } ORDER BY ?t")]


def refreshed(graph: EcoGraph, *sources: str) -> dict[str, str]:
    return {run.source: run.outcome for run in graph.refresh.run(sources)}


def only(graph: EcoGraph, *sources: str) -> Run:
    [run] = graph.refresh.run(sources)
    return run
