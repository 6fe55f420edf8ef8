"""What was read in texts goes with them, and what a model found in them too."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ecograph.app import EcoGraph
from ecograph.graph.keys import Key
from ecograph.knowledge import Knowledge
from ecograph.model import Level, Outcome
from ecograph.texts import texts_of
from ecograph.understanding.unknown import Spot, write_spots
from tests.mentions.conftest import PREFIXES

ITEM = """
<item/{name}> a eco:WatchItem ; dct:title "{title}"@fr ; dct:description "{text}"@fr ;
    schema:url <https://presse.example/{name}> .
"""
ONE = ITEM.format(name="1", title="Une aide", text="L'Agence Cévennes Développement aide la Lozère.")
TWO = ITEM.format(
    name="2", title="Deux aides", text="L'Agence Cévennes Développement et l'ACED, dans le Gard."
)
Feed = Callable[..., Outcome]
Mentions = Callable[..., list[Mapping[str, str]]]


def key() -> Key:
    return Key(
        id="k", name="Ada", level=Level.PRIVATE, may_write=True, created_at="2026-01-15T00:00:00+00:00"
    )


def put(graph: EcoGraph, *items: str) -> None:
    content = (PREFIXES + f"@base <{graph.base}/> .\n" + "".join(items)).encode()
    graph.writing.put_graph(key(), f"{graph.base}/source/press", content, ".ttl")


def quotes(mentions: Mentions, graph: EcoGraph, text: str) -> set[str]:
    return {m["quote"] for m in mentions(graph) if m["text"] == text}


def test_what_was_read_in_a_text_goes_with_it_at_once(
    graph: EcoGraph, feed: Feed, mentions: Mentions
) -> None:
    feed(ONE, TWO)
    before = quotes(mentions, graph, "1")
    put(graph, ONE)
    assert quotes(mentions, graph, "2") == set()
    assert quotes(mentions, graph, "1") == before
    graph.writing.understand()
    assert quotes(mentions, graph, "1") == before


def test_a_quote_goes_at_once_with_the_words_that_are_taken_out(
    graph: EcoGraph, feed: Feed, mentions: Mentions
) -> None:
    feed(ONE, TWO)
    put(graph, ONE, TWO.replace(" et l'ACED", ""))
    assert "ACED" not in quotes(mentions, graph, "2")
    assert "Agence Cévennes Développement" in quotes(mentions, graph, "2")
    assert "ACED" not in {m["quote"] for m in mentions(graph)}


def test_when_the_last_text_goes_nothing_is_left(graph: EcoGraph, feed: Feed, mentions: Mentions) -> None:
    feed(ONE)
    put(graph, ITEM.format(name="3", title="Rien", text="Rien de neuf."))
    assert mentions(graph) == []


def test_what_a_model_found_in_a_text_is_forgotten_with_it(graph: EcoGraph, feed: Feed) -> None:
    def found() -> int:
        with graph.writing.open("a test") as writer:
            return len(writer.ledger.spotted())

    feed(ONE, TWO)
    with graph.writing.open("a test") as writer:
        texts = texts_of(writer.store.triples(f"{graph.base}/source/press"), {})
        spots = {text.spotted_as: write_spots([Spot(0, 3, "ORG")]) for text in texts}
        Knowledge(writer, "reader-1").spotted.keep(spots)
    assert found() == 2
    feed(ONE)
    assert found() == 1
    feed(accept_losses=True)
    assert found() == 0
