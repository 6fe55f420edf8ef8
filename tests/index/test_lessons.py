from ecograph.index.documents import Document
from ecograph.index.lessons import OPENING, PASSAGE_MOST, PASSAGES, pairs

LONG = "Un paragraphe assez long pour dire quelque chose de ce que propose ce dispositif."


def test_a_title_goes_with_its_first_long_passages() -> None:
    passages = ("Trop court.", *(f"{LONG} {n}" for n in range(9)), LONG)
    found = pairs([Document(iri="a", title="Titre", passages=passages)])
    assert [(p.anchor, p.positive) for p in found] == [("Titre", f"{LONG} {n}") for n in range(PASSAGES)]
    assert {(p.source, p.target) for p in found} == {("a", "a")}


def test_long_passages_are_cut() -> None:
    (pair,) = pairs([Document(iri="a", title="Titre", passages=(LONG * 50,))])
    assert len(pair.positive) == PASSAGE_MOST


def test_a_concept_with_its_labels_goes_with_what_is_linked_to_it() -> None:
    concept = Document(iri="c", title="Bois", labels=("wood",), text="D" * 2000)
    offer = Document(iri="o", title="Scierie", text="Scier.", links=("c", "unknown"))
    (pair,) = pairs([concept, offer])
    assert pair.anchor == f"Bois . wood . {'D' * OPENING}"
    assert pair.positive == "Scierie . Scier."
    assert (pair.source, pair.target) == ("c", "o")
