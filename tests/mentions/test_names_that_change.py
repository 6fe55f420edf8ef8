"""Whatever names come and go, the texts that are read again are enough: reading all changes nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from ecograph.app import EcoGraph
from ecograph.knowledge import Knowledge
from ecograph.loading import Writer
from ecograph.mentioning import Understanding
from ecograph.model import Level, Outcome, TextsRead
from ecograph.sources.content import File
from ecograph.sources.declaration import accepting_losses, occasional
from ecograph.sources.description import understood_id
from ecograph.texts import texts_of
from ecograph.understanding.unknown import Spot, write_spots
from tests.mentions.conftest import PREFIXES

ITEM = """
<item/{name}> a eco:WatchItem ; dct:title "{title}"@fr ; dct:description "{text}"@fr ;
    schema:url <https://presse.example/{name}> .
"""
ACTOR = """
<actor/n--{name}> a eco:Organization ; rdfs:label "{label}"@fr ; skos:altLabel "{other}"@fr ;
    eco:actorType <https://w3id.org/ecograph/voc/actor-types/entreprise> .
"""
SAID = [
    "La Fabrique du Causse ouvre à Mende.",
    "On fabrique du pain sur le Causse.",
    "La Fabrque du Causse et la Scierie Engelvin SAS recrutent.",
    "La scierie engelvin travaille pour l'ACED.",
    "L'Agence Cévennes Développement accompagne Xylofutur en Lozère.",
    "Le xylofutur des Cévennes, par l'agence de développement.",
    "Scierie Engelvin : portes ouvertes au Séchoir Zibeline.",
    "Rien de neuf dans le Gard.",
]
LABELS = [
    "Fabrique du Causse",
    "Scierie Engelvin",
    "Engelvin",
    "Xylofutur",
    "Causse Développement",
    "XF",
    "ACED",
]
LABELS += [
    "Agence Cévennes",
    "La Fabrique",
    "fabrique",
    "Séchoir Zibeline",
    "Développement",
    "Xylofuture Gard",
]
SPOTTED = re.compile(r"[Ss]cierie [Ee]ngelvin(?: SAS)?|Fabrique du Causse|Xylofutur")


@pytest.fixture
def read_graph(graph: EcoGraph, feed: Callable[..., Outcome]) -> EcoGraph:
    """The territory with articles in which a model found some names."""
    feed(*(ITEM.format(name=n, title=f"Titre {n}", text=text) for n, text in enumerate(SAID)))
    with graph.writing.open("a test") as writer:
        texts = texts_of(writer.store.triples(f"{graph.base}/source/press"), {})
        found = {
            text.spotted_as: write_spots(
                [Spot(at.start(), at.end(), "ORG") for at in SPOTTED.finditer(text.content or "")]
            )
            for text in texts
        }
        Knowledge(writer, "reader-1").spotted.keep(found)
        understand(writer)
    return graph


def understand(writer: Writer) -> TextsRead:
    return Understanding(writer, 0.65, "reader-1").understand("press")


def name_actors(writer: Writer, chance: random.Random) -> None:
    """Let some actors bear other names than before, for all and for few."""
    for source, level in (("names", "public"), ("hidden", "private")):
        actors = [
            ACTOR.format(name=f"{source}{n}", label=chance.choice(LABELS), other=chance.choice(LABELS))
            for n in chance.sample(range(5), chance.randint(1, 3))
        ]
        declaration = accepting_losses(occasional(source, level))
        writer.load(declaration, [File(f"{source}.ttl", (PREFIXES + "".join(actors)).encode())])


def forget_readings(writer: Writer) -> None:
    for level in Level:
        writer.ledger.remember_understood(understood_id("press", level), {})
    writer.ledger.keep_fact("understood press", "")


@pytest.mark.parametrize("seed", range(3))
def test_reading_all_texts_again_adds_nothing(read_graph: EcoGraph, seed: int) -> None:
    chance = random.Random(seed)
    spared = 0
    with read_graph.writing.open("a test") as writer:
        for _ in range(6):
            name_actors(writer, chance)
            found = understand(writer)
            spared += len(SAID) - found.read
            forget_readings(writer)
            again = understand(writer)
            assert again.read == len(SAID)
            assert again.unchanged
    assert spared > 0


def test_a_new_name_is_looked_for_where_it_can_be(read_graph: EcoGraph) -> None:
    with read_graph.writing.open("a test") as writer:
        actor = ACTOR.format(name="x", label="Xylofutur", other="Xylofutur SAS")
        writer.load(occasional("names", "public"), [File("n.ttl", (PREFIXES + actor).encode())])
        found = understand(writer)
        assert (found.texts, found.read) == (len(SAID), 2)
        assert found.added > 0
        assert understand(writer).unchanged
