"""Feeds in the graph: what a second reading changes, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import MalformedFile, TooManyRejected
from ecograph.model import Level, Outcome
from ecograph.sources.content import File
from ecograph.sources.declaration import Declaration

URL = "https://presse.example/flux"
FEED = Declaration.model_validate(
    {
        "id": "presse",
        "kind": "feed",
        "location": [URL],
        "visibility": "public",
        "licence": "https://example.org/licence",
        "title": {"fr": "La presse", "en": "The press"},
        "description": {"fr": "Un journal.", "en": "A paper."},
        "publisher": {"name": "Un journal"},
        "feed": {"poles": ["agro"]},
    }
)
TITLES = "SELECT ?t { ?i a eco:WatchItem ; dct:title ?t } ORDER BY ?t"
PREFIXES = "PREFIX eco: <https://w3id.org/ecograph/ns#> PREFIX dct: <http://purl.org/dc/terms/> "

Read = Callable[..., Outcome]


def item(name: str, title: str, link: str = "") -> str:
    address = link or f"https://presse.example/{name}"
    said = f"<guid>{name}</guid><title>{title}</title><link>{address}</link><description>Texte.</description>"
    return f"<item>{said}</item>"


@pytest.fixture
def graph(fresh_copy: Path, opened: Callable[..., EcoGraph]) -> EcoGraph:
    return opened(fresh_copy)


@pytest.fixture
def read(graph: EcoGraph) -> Read:
    def load(*items: str) -> Outcome:
        text = f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>"
        return graph.writing.load_files(FEED, [File(URL, text.encode(), url=URL)])

    return load


def titles(graph: EcoGraph) -> list[str]:
    return [row["t"].value for row in graph.rows(Level.PUBLIC, PREFIXES + TITLES)]


def test_an_edited_item_is_changed_and_an_absent_one_stays(graph: EcoGraph, read: Read) -> None:
    first = read(item("1", "Un"), item("2", "Deux"))
    assert (first.by_class["eco:WatchItem"], first.by_class["eco:WatchSource"]) == (2, 1)
    assert not first.rejections
    assert read(item("1", "Un"), item("2", "Deux")).unchanged
    changed = read(item("2", "Deux, corrigé"), item("3", "Trois"))
    assert (changed.added, changed.removed) == (6, 1)
    assert titles(graph) == ["Deux, corrigé", "Trois", "Un"]
    assert read(item("2", "Deux, corrigé")).unchanged


def test_a_bad_item_is_left_out_and_what_it_was_is_kept(graph: EcoGraph, read: Read) -> None:
    read(item("1", "Un"), item("2", "Deux"))
    outcome = read(item("1", "Un", link="javascript:x"), item("2", "Deux"), item("3", "Trois"))
    [rejection] = outcome.rejections
    assert rejection.place == f"{URL}, item 1"
    assert titles(graph) == ["Deux", "Trois", "Un"]


def test_a_feed_of_bad_items_is_refused(graph: EcoGraph, read: Read) -> None:
    read(item("1", "Un"))
    with pytest.raises(TooManyRejected):
        read(*(item(str(n), "x", link="data:x") for n in range(9)))
    assert titles(graph) == ["Un"]


def test_what_describes_a_feed_is_none_of_its_items(graph: EcoGraph, read: Read) -> None:
    with pytest.raises(TooManyRejected, match="2 of 3 records rejected"):
        read(item("1", "Un"), item("2", "x", link="ftp://x"), item("3", "y", link="ftp://y"))
    assert titles(graph) == []
    read(item("1", "Un"), item("2", "x", link="ftp://x"))
    assert titles(graph) == ["Un"]


def test_no_feed_changes_nothing(graph: EcoGraph, read: Read) -> None:
    read(item("1", "Un"))
    with pytest.raises(MalformedFile, match="HTML page"):
        graph.writing.load_files(FEED, [File(URL, b"<html><body>Maintenance</body></html>", url=URL)])
    assert read().unchanged
    assert titles(graph) == ["Un"]


def test_items_in_other_languages_are_in_theirs(graph: EcoGraph, read: Read) -> None:
    outcome = read("<language>en</language>", item("1", "One"))
    assert not outcome.rejections
    assert [str(row["t"]) for row in graph.rows(Level.PUBLIC, PREFIXES + TITLES)] == ['"One"@en']
