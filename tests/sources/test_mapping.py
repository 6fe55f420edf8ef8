"""Mappings write N-Triples as the library would, whatever stands in a cell."""

from __future__ import annotations

import json

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat

from ecograph.sources.content import File
from ecograph.sources.mapping import Mapper, RecordMapping
from ecograph.sources.values import tidy
from ecograph.vocab import RDFS
from tests.sources.conftest import Read, declare

# What no encoding of a file can hold is no text of a cell.
texts = st.text(st.characters(exclude_categories=["Cs"]))


def mapper(name: str = "rdfs:label", **rule: object) -> Mapper:
    properties = {name: {"column": "nom", **rule}}
    told = {"kind": "actor", "class": "eco:Company", "id": ["id"], "properties": properties}
    return Mapper(RecordMapping.model_validate(told), "https://e.org", "x", lambda *_: None)


@pytest.mark.parametrize("lang", [None, "fr"])
@given(text=texts)
def test_a_text_is_written_as_the_library_writes_it(lang: str | None, text: str) -> None:
    written, _ = mapper(lang=lang).read({"id": "1", "nom": text}, "line 2")
    triples = list(written)
    expected = [Literal(tidied, language=lang) if lang else Literal(tidied)] if (tidied := tidy(text)) else []
    assert [t.object for t in triples if t.predicate == NamedNode(RDFS + "label")] == expected
    assert written.text.encode() == pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES)


def test_a_value_that_comes_again_is_refused_again() -> None:
    dates = mapper(**{"as": "date"})
    for _ in range(2):
        written, rejections = dates.read({"id": "1", "nom": "31/02/2026"}, "line 2")
        assert (written.text, len(rejections)) == ("", 1)
    first, again = (dates.read({"id": "1", "nom": " 1/3/2026 "}, "x")[0].text for _ in range(2))
    assert first == again
    assert '"2026-03-01"' in first


def test_the_parts_of_a_cell_are_values_and_an_empty_one_may_be_missing() -> None:
    split = mapper("skos:altLabel", split="|")
    assert split.read({"id": "1", "nom": "a | b|"}, "x")[0].text.count("Label") == 2
    assert split.read({"id": "1", "nom": ["a|b", "c"]}, "x")[0].text.count("Label") == 3
    assert split.read({"id": "1"}, "x")[0].text.count("Label") == 0
    assert mapper(required=True).read({"id": "1", "nom": "  "}, "x")[1]
    assert mapper(constant="a", column=None).read({"id": "1"}, "x")[0].text.count("label") == 1


def test_what_has_one_value_has_no_other_in_the_same_row() -> None:
    written, (rejection,) = mapper(lang="fr").read({"id": "1", "nom": ["a", "b"]}, "x")
    assert (written.text, rejection.path, rejection.value) == ("", "nom", "a b")
    assert rejection.reason["en"] == "there are several values here; one is possible"
    assert not mapper(lang="fr").read({"id": "1", "nom": ["a", " a"]}, "x")[1]


OFFERS = {
    "kind": "offer",
    "class": "eco:SupportOffer",
    "id": ["Réf"],
    "properties": {
        "dct:title": {"column": "Titre", "lang": "fr"},
        "eco:maxAmount": {"column": "Montant", "as": "decimal"},
        "dcat:keyword": {"column": "Mot", "lang": "fr"},
    },
}


def offers(read: Read, *rows: str) -> tuple[str, list[tuple[str, str, str, str]]]:
    """What is said of offers, and the rejections: record, place, column and reason in English."""
    text = "\n".join(["Réf;Titre;Montant;Mot", *rows])
    triples, rejections, _ = read(declare("table", records=[OFFERS]), File("o.csv", text.encode()))
    return "\n".join(triples), [(r.record, r.place, r.path, r.reason["en"]) for r in rejections]


def test_rows_may_add_to_what_a_row_above_says(read: Read) -> None:
    said, rejections = offers(
        read, "1;Aide;5;eau", "1;Aide;;bois", "1;;5,0;fer", "1;Aide;5;eau", "2;Aide;7;eau"
    )
    assert rejections == []
    assert said.count("#keyword>") == 4


@pytest.mark.parametrize(
    ("rows", "column", "value"),
    [
        (("1;Aide;5;eau", "1;Aide;7;eau"), "Montant", "5"),
        (("1;Aide;5;eau", "1;Prêt;5;eau"), "Titre", "Aide"),
        (("1;Aide;5;eau", "1;;;bois", "1;Prêt;;eau"), "Titre", "Aide"),
        (("1;Aide;;eau", "1;Aide;5;eau", "1;Aide;7;eau"), "Montant", "5"),
    ],
)
def test_a_row_that_contradicts_one_above_is_rejected_by_its_line(
    read: Read, rows: tuple[str, ...], column: str, value: str
) -> None:
    said, rejections = offers(read, *rows)
    reason = f"the row above at line 2 says “{value}” of the same identifier; one value is possible"
    assert rejections == [("", f"o.csv, line {len(rows) + 1}", column, reason)]
    assert said == offers(read, *rows[:-1])[0]


@pytest.mark.parametrize(("one", "other"), [("A/B c", "a-b-c"), ("é", "e"), ("x 1", "x-1")])
def test_an_identifier_written_otherwise_is_another(read: Read, one: str, other: str) -> None:
    said, rejections = offers(read, f"{one};Aide;5;eau", f" {one} ;Aide;5;fer", f"{other};Aide;5;bois")
    reason = f"the row above at line 2 has this identifier already, as “{one}”; change one of them"
    assert rejections == [("", "o.csv, line 4", "Réf", reason)]
    assert said.count("#keyword>") == 2


def test_a_row_may_give_one_record_twice(read: Read) -> None:
    again = OFFERS | {"properties": {"dct:title": {"column": "Mot", "lang": "en"}}}
    file = File("o.csv", "Réf;Titre;Montant;Mot\n1;Aide;5;Grant\n".encode())
    triples, rejections, _ = read(declare("table", records=[OFFERS, again]), file)
    assert rejections == []
    assert len(triples) == 5


def test_records_of_a_document_that_contradict_each_other_are_told_by_their_places(read: Read) -> None:
    items = [
        {"Réf": "1", "Titre": "Aide", "Mot": "eau"},
        {"Réf": "1", "Titre": "Prêt", "Mot": "bois"},
        {"Réf": "1", "Mot": ["fer", "zinc"]},
        {"Réf": "É 1", "Titre": "Nul\0"},
        {"Réf": "e-1", "Titre": "Autre"},
    ]
    declaration = declare("json", records=[OFFERS], json={"records": "$"})
    triples, rejections, _ = read(declaration, File("o.json", json.dumps(items).encode()))
    assert "\n".join(triples).count("#keyword>") == 3
    assert [(r.place, r.path, r.reason["fr"]) for r in rejections] == [
        (
            "o.json, $[1]",
            "Titre",
            "l'enregistrement $[0], plus haut, dit « Aide » du même identifiant ; une valeur est possible",
        ),
        (
            "o.json, $[4]",
            "Réf",
            "l'enregistrement $[3], plus haut, a déjà cet identifiant, « É 1 » ; changez l'un des deux",
        ),
    ]


def test_a_row_of_which_one_mapping_rejects_the_record_says_nothing_of_it(read: Read) -> None:
    again = OFFERS | {"properties": {"dct:title": {"column": "Mot", "lang": "en"}}}
    file = File("o.csv", "Réf;Titre;Montant;Mot\n1;Aide;x;Grant\n1;Aide;5;Loan\n".encode())
    triples, (rejection,), _ = read(declare("table", records=[OFFERS, again]), file)
    assert rejection.place == "o.csv, line 2"
    assert "Grant" not in "".join(triples)
    assert len(triples) == 5


@pytest.mark.parametrize(("named", "reason"), [("日本", "nothing is left of"), (" ", "is empty")])
def test_an_identifier_that_gives_no_iri_is_told_from_none(named: str, reason: str) -> None:
    _, (rejection,) = mapper().read({"id": named, "nom": "a"}, "x")
    assert rejection.value == named
    assert reason in rejection.reason["en"]
