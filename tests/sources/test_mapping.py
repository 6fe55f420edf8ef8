"""Mappings write N-Triples as the library would, whatever stands in a cell."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat

from ecograph.sources.mapping import Mapper, RecordMapping
from ecograph.sources.values import tidy
from ecograph.vocab import RDFS

# What no encoding of a file can hold is no text of a cell.
texts = st.text(st.characters(exclude_categories=["Cs"]))


def mapper(**rule: object) -> Mapper:
    properties = {"rdfs:label": {"column": "nom", **rule}}
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
    split = mapper(split="|")
    assert split.read({"id": "1", "nom": "a | b|"}, "x")[0].text.count("label") == 2
    assert split.read({"id": "1", "nom": ["a|b", "c"]}, "x")[0].text.count("label") == 3
    assert split.read({"id": "1"}, "x")[0].text.count("label") == 0
    assert mapper(required=True).read({"id": "1", "nom": "  "}, "x")[1]
    assert mapper(constant="a", column=None).read({"id": "1"}, "x")[0].text.count("label") == 1
