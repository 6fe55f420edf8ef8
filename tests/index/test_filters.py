from dataclasses import replace

import numpy as np

from ecograph.index.documents import Document
from ecograph.index.filters import FACETS, Facets, Filters

DOCUMENTS = (
    Document(
        iri="a",
        title="A",
        types=("FundingOffer", "Resource"),
        poles=("agro",),
        located=("48",),
        territories=("48", "FR"),
    ),
    Document(
        iri="b",
        title="B",
        types=("Company", "Actor"),
        poles=("agro", "num"),
        located=("75",),
        territories=("75", "FR"),
    ),
    Document(iri="c", title="C", types=("Company", "Actor"), poles=("num",), kind="pme"),
    Document(iri="d", title="D", types=("Resource",), axes=("x",), stages=("idee",)),
)
FACETS_OF = Facets(DOCUMENTS)
EVERYONE = Filters()
ALL = np.ones(4, dtype=bool)


def _allowed(filters: Filters) -> str:
    mask = FACETS_OF.allowed(filters)
    return "".join(d.iri for d, kept in zip(DOCUMENTS, mask, strict=True) if kept)


def test_values_of_a_facet_are_alternatives_and_facets_add_up() -> None:
    assert _allowed(replace(EVERYONE, poles=("agro", "num"))) == "abc"
    assert _allowed(replace(EVERYONE, poles=("num",), territories=("FR",))) == "b"
    assert _allowed(replace(EVERYONE, types=("Resource",), stages=("idee",), axes=("x",))) == "d"
    assert _allowed(replace(EVERYONE, kinds=("pme",))) == "c"
    assert _allowed(replace(EVERYONE, kinds=("inconnu",))) == ""


def test_a_facet_does_not_filter_itself() -> None:
    counts = FACETS_OF.counts(ALL, replace(EVERYONE, poles=("agro",), types=("Company",)))
    assert counts["pole"] == {"num": 2, "agro": 1}
    assert counts["type"] == {"Actor": 1, "Company": 1, "FundingOffer": 1, "Resource": 1}
    assert counts["territory"] == {"75": 1}
    assert counts["kind"] == {}


def test_counts_are_of_what_matches() -> None:
    matching = np.array([True, False, True, True])
    assert FACETS_OF.counts(matching, EVERYONE)["pole"] == {"agro": 1, "num": 1}
    assert FACETS_OF.counts(matching, EVERYONE)["type"] == {
        "Resource": 2, "Actor": 1, "Company": 1, "FundingOffer": 1,
    }  # fmt: skip


def test_every_facet_has_its_filter() -> None:
    assert set(Filters().wanted()) == {*FACETS, "open"}
