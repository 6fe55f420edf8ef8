"""A river and the département that is called after it: which of them a text names."""

from __future__ import annotations

import pytest

from ecograph.index.analysis import terms
from ecograph.understanding.analysis import Analyst
from ecograph.understanding.linking import Entity, Linker
from ecograph.understanding.poles import PoleClassifier

ANALYST = Analyst(
    linker=Linker([]),
    roles={},
    own_names={},
    places=Linker(
        [Entity(id=name, names=(name,), proper=True) for name in ("Tarn", "Gironde")], namesakes=False
    ),
    codes={},
    classifier=PoleClassifier([], analyze=terms),
)
SURE = 0.65


def sure(text: str) -> list[str]:
    return [found.target for found in ANALYST.read(text) if found.confidence >= SURE]


@pytest.mark.parametrize(
    "text", ["Le Tarn finance", "dans le Tarn", "Une usine de la Gironde", "remis au Tarn"]
)
def test_the_land_is_named(text: str) -> None:
    assert len(sure(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "la vallée du Tarn",
        "Le club descend le Tarn en canoë",
        "Les saumons remontent la Gironde",
        "un chemin qui longe le Tarn",
        "La Gironde déborde",
        "Le Tarn est en crue",
    ],
)
def test_a_river_is_no_territory(text: str) -> None:
    assert sure(text) == []
