"""Reading a text with what the sample territory knows."""

from __future__ import annotations

import pytest

from ecograph.app import EcoGraph
from ecograph.errors import TooLarge
from ecograph.model import Level

TEXT = "La CCI de la Lozère et l’ADEME aident une distillerie d'huiles essentielles."


def test_a_text_names_what_the_graph_knows(sample: EcoGraph) -> None:
    reading = sample.read(Level.PUBLIC, TEXT)
    assert [(m.quote, m.type) for m in reading.mentions] == [
        ("CCI de la Lozère", "Actor"),
        ("ADEME", "Actor"),
        ("huiles essentielles", "Competence"),
    ]
    assert all(TEXT[m.start : m.end] == m.quote for m in reading.mentions)
    assert [pole.iri.rsplit("/", 1)[-1] for pole in reading.poles] == ["chimie"]


def test_labels_are_in_the_language_asked_for(sample: EcoGraph) -> None:
    (pole,) = sample.read(Level.PUBLIC, "Une distillerie.", language="en").poles
    assert pole.label == "Sustainable and plant-based chemistry"


def test_a_text_that_names_nothing_gives_nothing(sample: EcoGraph) -> None:
    reading = sample.read(Level.PUBLIC, "Le rallye passera dimanche.")
    assert not reading.mentions
    assert not reading.poles


def test_a_text_too_long_is_refused(sample: EcoGraph) -> None:
    with pytest.raises(TooLarge):
        sample.read(Level.PUBLIC, "a" * 200_000)
