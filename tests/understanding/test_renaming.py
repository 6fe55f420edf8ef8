"""Texts that are told to say what they said, whatever names come and go, do."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Mapping
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.understanding import renaming
from ecograph.understanding.linking import Entity, Link, Linker
from ecograph.understanding.renaming import Bearer, renamed, words_of
from ecograph.understanding.spelling import Speller

# Few words, and slips for them, so that names meet, cover and spoil one another.
WORDS = [
    "Fabrique",
    "fabrique",
    "Causse",
    "Causses",
    "Cause",
    "Agence",
    "agence",
    "Cévennes",
    "Cevene",
    "ACED",
]
WORDS += [
    "développement",
    "Développement",
    "Devloppement",
    "devellopement",
    "Lozère",
    "éco-matériaux",
    "matériaux",
]
WORDS += [
    "écomatériaux",
    "Xylofutur",
    "xylofutur",
    "Xylofuturs",
    "materiel",
    "Matérial",
    "de",
    "la",
    "A.C.E.D.",
]
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
bearers = st.builds(
    lambda said, proper: (tuple(sorted(said)), proper), st.sets(names, min_size=1, max_size=2), st.booleans()
)
states = st.dictionaries(st.sampled_from("abcde"), bearers, max_size=5)
texts = st.lists(
    st.sampled_from([*WORDS, "recrute", ".", "(", ")", "chez", "Le", "et", "et", "du", ",", "d'"]),
    max_size=12,
).map(" ".join)

State = Mapping[str, tuple[tuple[str, ...], bool]]


def linked(state: State, text: str) -> list[Link]:
    entities = [Entity(id=one, names=said, proper=proper) for one, (said, proper) in state.items()]
    return Linker(entities, places=["Lozère"]).find(text)


def known(state: State) -> dict[str, Bearer]:
    return {one: Bearer(said, str(proper)) for one, (said, proper) in state.items()}


@settings(max_examples=1500, deadline=None)
@given(
    states,
    st.dictionaries(st.sampled_from("abcde"), st.none() | bearers, max_size=2),
    st.lists(texts, max_size=6),
)
def test_what_is_not_touched_names_what_it_named(
    before: State, edits: Mapping[str, tuple[tuple[str, ...], bool] | None], said: list[str]
) -> None:
    merged = {**before, **edits}
    after = {one: bearer for one, bearer in merged.items() if bearer is not None}
    change = renamed(known(before), known(after))
    for text in said:
        if not change.touches(words_of(text)):
            assert linked(before, text) == linked(after, text)


def test_a_new_name_touches_the_texts_that_can_hold_it() -> None:
    change = renamed({"a": Bearer(("Agence Cévennes",))}, {"b": Bearer(("Fabrique du Causse",))})
    for text in (
        "La Fabrique du Causse",
        "la fabrique des causses",
        "l'agence Cévennes",
        "La Fabrque du Causse",
    ):
        assert change.touches(words_of(text)), text
    for text in ("On fabrique du pain", "Le Causse", "Une agence", "Rien", ""):
        assert not change.touches(words_of(text)), text


def test_nothing_new_touches_nothing() -> None:
    state = {"a": Bearer(("Agence Cévennes", "ACED"))}
    change = renamed(state, dict(state))
    assert not change.touches(words_of("L'ACED est l'Agence Cévennes"), ["aced"])


def test_a_name_that_comes_touches_the_texts_in_which_a_model_finds_it() -> None:
    change = renamed({}, {"a": Bearer(("Engelvin SAS",))})
    assert change.touches("", ["engelvin"])
    assert not change.touches("", ["engel"])


def test_names_are_compared_at_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """To hold each new name against each known one takes time by the square of their number."""
    made: list[Speller] = []

    class Counted(Speller):
        def __init__(self, words: Iterable[str]) -> None:
            made.append(self)
            super().__init__(words)

    monkeypatch.setattr(renaming, "Speller", Counted)
    counts = []
    for count in (20, 160):
        names = {str(n): Bearer((f"Atelier {sha256(bytes(n)).hexdigest()[:14]}",)) for n in range(count)}
        made.clear()
        renamed({}, names)
        counts.append(len(made))
    assert counts[0] == counts[1] > 0


def test_a_name_without_blanks_costs_little() -> None:
    tracemalloc.start()
    try:
        change = renamed({}, {"a": Bearer(("xy" * 10_000, "Fabrique du Causse"))})
        assert change.touches(words_of("La Fabrque du Causse"))
        assert not change.touches(words_of("yx" * 10_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000  # bytes; its deletions alone would be 400 MB
