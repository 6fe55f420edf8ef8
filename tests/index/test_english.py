"""English questions: which are English, what their words stand for, and what they find."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ecograph.index import Document, Index
from ecograph.understanding.alignment import aligned
from ecograph.understanding.english import Lexicon, from_json, to_json
from ecograph.understanding.glossary import METHOD, Parallel, identity, lexicon_of

PARALLEL = [
    Parallel(english="Heat pump", french="Pompe à chaleur", name=True),
    Parallel(english="Subsidy", french="Subvention", name=True),
    Parallel(english="Grant", french="Subvention", name=True),
    Parallel(english="Waste water", french="Eaux usées", name=True),
    Parallel(english="Sorting the waste of a workshop", french="Trier les déchets d'un atelier"),
    Parallel(english="Burying waste costs more", french="Enfouir des déchets coûte plus"),
    Parallel(english="A workshop dries its wood", french="Un atelier sèche son bois"),
    Parallel(english="A label for sustainable tourism", french="Un label de tourisme durable"),
]
DOCUMENTS = [
    Document(iri="a", title="Aide aux pompes à chaleur", text="Une subvention pour l'électrification."),
    Document(iri="b", title="Aide aux déchets", text="Trier les déchets et ses emballages."),
    Document(iri="c", title="Diagnostic électrique", text="Mesurer les consommations de l'atelier."),
    Document(iri="d", title="Kima Ventures", text="Un fonds électrique pour la chaleur et les déchets."),
    Document(iri="e", title="Subvention des emballages", text="Un prêt et une subvention de l'atelier."),
]


def sources(folder: Path | None = None):
    return lexicon_of(PARALLEL, [d.sense for d in DOCUMENTS], folder=folder)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(sources())


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.build(DOCUMENTS, teacher=None, lexicon=sources())


def best(lexicon: Lexicon, text: str) -> dict[str, str]:
    return {r.words: next(iter(r.french)) for r in lexicon.rendered(text)}


def test_words_that_stand_side_by_side_are_aligned() -> None:
    texts = [(p.english.lower().split(), p.french.lower().split()) for p in PARALLEL]
    found = aligned(texts)
    assert next(iter(found["waste"])) == "déchets"
    assert all(0 < weight <= 1 + 1e-9 for words in found.values() for weight in words.values())
    assert aligned([]) == aligned([([], ["mot"])]) == {}


@pytest.mark.parametrize(
    "text",
    ["heat pump subsidy", "a grant for the workshop", "waste", "We sort our waste", "subsidy label"],
)
def test_english_questions_are_told(lexicon: Lexicon, text: str) -> None:
    assert lexicon.is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "label tourisme durable",
        "start-up atelier",
        "made in France",
        "subvention",
        "sécher waste",
        "un grant pour la start-up",
        "zorglub",
        "",
        "R&D",
    ],
)
def test_french_questions_and_strangers_stay_french(lexicon: Lexicon, text: str) -> None:
    assert not lexicon.is_english(text)


def test_expressions_go_before_their_words(lexicon: Lexicon) -> None:
    assert best(lexicon, "the heat pumps and the waste") == {
        "heat pumps": "pompe à chaleur",
        "waste": "déchets",
    }


def test_a_word_of_both_languages_finds_its_cousin(lexicon: Lexicon) -> None:
    assert best(lexicon, "electric") == {"electric": "électrique"}


def test_an_unknown_word_stands_for_itself(lexicon: Lexicon) -> None:
    assert best(lexicon, "zorglub") == {"zorglub": "zorglub"}


def test_an_english_question_finds_french_texts_and_says_how(index: Index) -> None:
    found = index.search("a heat pump subsidy", limit=2)
    assert found.hits[0].iri == "a"
    assert "subvention (subsidy)" in found.hits[0].matched
    assert sum(found.hits[0].channels.values()) == pytest.approx(found.hits[0].score)
    assert "letters" not in found.hits[0].channels


def test_without_a_lexicon_english_words_are_taken_as_they_are() -> None:
    plain = Index.build(DOCUMENTS, teacher=None)
    assert plain.search("the subsidy").hits == () or plain.search("the subsidy").hits[0].iri != "a"


def test_a_name_of_english_words_is_found_by_name(index: Index) -> None:
    assert index.search("Kima Ventures", limit=1).hits[0].iri == "d"
    assert index.search("kima ventures", limit=1).hits[0].iri == "d"


def test_a_lexicon_comes_back_as_it_was(index: Index, tmp_path: Path) -> None:
    made = sources()
    assert from_json(to_json(made)) == made
    index.save(tmp_path / "index")
    back = Index.load(tmp_path / "index")
    assert back.meta == index.meta
    assert back.meta.lexicon == METHOD
    assert back.search("heat pump subsidy") == index.search("heat pump subsidy")


def test_an_installed_dictionary_adds_to_what_the_graph_says(
    tmp_path: Path, write_dictionary: Callable[..., None]
) -> None:
    entries = {"packaging": "packaging\nemballage\n", "tool": "tool\noutil, atelier\n"}
    write_dictionary(tmp_path / "freedict-eng-fra.index", entries, packed=True)
    entries = {"emballage": "emballage <n>\npackaging, wrapping\n"}
    write_dictionary(tmp_path / "freedict-fra-eng.index", entries, packed=True)
    made = sources(tmp_path)
    assert made.identity == identity(tmp_path) != identity(None) == METHOD
    told = Lexicon(made)
    assert best(told, "wrapping") == {"wrapping": "emballage"}
    assert best(told, "a tool") == {"tool": "atelier"}  # no text holds "outil"
    assert told.is_english("packaging")
    assert not told.is_english("emballage")
